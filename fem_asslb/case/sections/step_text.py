"""One line of the lab book to a step of the protocol.

    fabricate at 435 MPa for 3 min                (pressed; surfaces adhere after the last such step only)
    press to 81 MPa in 3 min                      (or "unload to 1 MPa in 1 min")
    rest 12 h                                     (or "Rest for 12 hours")
    charge at 0.1C until 2.75 V or 12 h           (or "at C/10", "at 0.5 mA/cm^2", "at 1 mA")
    charge at 1C for 20 minutes or until 4.3 V    (the sentences of PyBaMM mean the same here)
    discharge at 0.1C until x = 0.95              (or "150 mAh/g", "1.5 mAh/cm^2", "85 MPa", "open = 0.2")
    hold at 4.25 V until C/20                     (or "50 uA/cm^2", "for 1 h")
    set x = 0.5 in 10 min                         (no current: all hosts are taken to one stoichiometry)

    heat to 60 degC in 30 min                     (or "cool to 25 degC in 1 h"; the cell stays there)

A temperature of the step alone and a largest time step may stand at the end: "rest 12 h (45 degC) (1 minute period)";
"at 45oC" there is the former, too. `str` of a step gives its text, and
`parse_step` of that text the step again.
"""

import re
from dataclasses import replace
from typing import Any, get_args

from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import NUMBER, show
from fem_asslb.case.sections.amount_text import (
    read_duration,
    read_limit,
    read_pressure,
    read_rate,
    read_stoichiometry,
    read_temperature,
    read_voltage,
)
from fem_asslb.case.sections.amounts import RATES, Limit
from fem_asslb.case.sections.steps import Charge, Current, Discharge, Heat, Hold, Press, Rest, SetStoichiometry, Step

FORMS = (
    "'press to 81 MPa in 1 min'",
    "'fabricate at 435 MPa for 3 min'",
    "'rest 12 h'",
    "'charge at C/3 for 2 h or until 4.3 V'",
    "'hold at 4.2 V until C/20'",
    "'set x = 0.5 in 10 min'",
    "'heat to 60 degC in 30 min'",
)
"""One example of each accepted form."""

LONGEST_LINE = 300
"""Most characters of a line."""

_UNKNOWN = f"is not a step; accepted forms: {', '.join(FORMS)}"
_ROOM = LONGEST_LINE - len("protocol.steps: '' ") - len(_UNKNOWN)
_PERIOD = re.compile(r"(.*?) ?\(([^()]+) period\)", re.IGNORECASE | re.ASCII)
_TEMPERATURE = re.compile(rf"(.*?)(?: ?\(([^()]+)\)| at ({NUMBER} ?(?:o|deg ?|°)C))", re.IGNORECASE)
_REFUSED = (
    (r"run .+", "drive cycles are not read; write the steps out"),
    (r"(?:dis)?charge at [\d.e+-]+ ?(m|k)?W\b.*", "a constant power is not taken; expected a current like '0.1C'"),
    (r"(?:dis)?charge at [\d.e+-]+ ?(ohm|Ω).*", "a constant resistance is not taken; expected a current like '0.1C'"),
    (
        r"(?:dis)?charge at [\d.e+-]+ ?m?V\b.*",
        "a voltage is kept by 'hold'; expected 'hold at 4.2 V until C/20', or a current like '0.1C'",
    ),
    (r"hold (?:for )?[\d.].*", "'hold' keeps a voltage; expected 'rest 12 h' or 'hold at 4.2 V until C/20'"),
)
"""What other programs understand, and why it is not taken."""


def parse_step(text: object) -> Step:
    """Step in a line of the lab book; a step is returned as it is.

    Raises:
        ValueError: Quotes the line and shows the accepted forms; a table is a repeat that could not be written out.
    """
    if isinstance(text, get_args(Step)):
        return text
    if isinstance(text, dict):
        raise ValueError(
            f"{show(text)} is not a repeat; expected {{repeat = 3, steps = [...]}} with repeat at least 1 and a step"
        )
    if not isinstance(text, str) or len(text) > LONGEST_LINE:
        raise ValueError(f"{printable(show(text), _ROOM)} {_UNKNOWN}")
    words = re.sub(r"[ \t\n]+", " ", text).strip(" ")
    try:
        step = _read(words)
    except ValueError as error:
        raise ValueError(f"in step {quoted(words)}: {error}") from error
    if step is None:
        raise ValueError(f"{quoted(text, _ROOM)} {_UNKNOWN}")
    return step


def _read(words: str) -> Step | None:
    """Step, or None where the words have no form that is known."""
    if (found := _PERIOD.fullmatch(words)) is not None:
        step = _read(found[1])
        if not isinstance(step, Rest | Current | Heat):
            raise ValueError("a period stands after a rest, a ramp, a charge, a discharge or a hold only; leave it out")
        return _with(step, "period", read_duration(found[2]))
    if (found := _TEMPERATURE.fullmatch(words)) is not None:
        step = _read(found[1])
        if isinstance(step, Heat):
            raise ValueError(f"'{step}' says where its temperature goes; leave the other out")
        return None if step is None else _with(step, "temperature", read_temperature(found[2] or found[3]))
    for pattern, reason in _REFUSED:
        if re.fullmatch(pattern, words, re.IGNORECASE | re.ASCII):
            raise ValueError(reason)
    for form, read in _PATTERNS:
        if (found := form.fullmatch(words)) is not None:
            return read(found)
    return None


def _with(step: Step, name: str, value: Any) -> Step:
    """The step with what stands behind it."""
    if getattr(step, name) is not None:
        raise ValueError(f"a {name} stands twice; leave one out")
    return replace(step, **{name: value})


def _read_press(found: re.Match[str]) -> Press:
    verb = found[0].partition(" ")[0].lower()
    return Press(read_pressure(found[1]), read_duration(found[2]), verb == "fabricate", verb == "unload")


def _read_limits(duration: str | None, others: str | None) -> tuple[Limit, ...]:
    """Limits of "for DURATION or until LIMIT or LIMIT"."""
    limits = [Limit("duration", read_duration(duration))] if duration else []
    return (*limits, *(read_limit(text) for text in (others or "").split(" or ") if others))


def _read_current(found: re.Match[str]) -> Charge | Discharge:
    limits = _read_limits(found[3], found[4] or found[5])
    for limit in limits:
        if limit.kind in RATES:
            raise ValueError(f"'{limit}' is met at once or never; expected it after 'hold at 4.2 V until'")
    step = Charge if found[1].lower() == "charge" else Discharge
    return step(read_rate(found[2]), limits)


def _read_hold(found: re.Match[str]) -> Hold:
    limits = _read_limits(found[2], found[3] or found[4])
    for limit in limits:
        if limit.kind == "voltage":
            raise ValueError(f"'{limit}' is never met while the voltage is kept; expected a current like 'C/20'")
    return Hold(read_voltage(found[1]), limits)


def _read_heat(found: re.Match[str]) -> Heat:
    return Heat(read_temperature(found[2]), read_duration(found[3]), found[1].lower() == "cool")


def _read_set(found: re.Match[str]) -> SetStoichiometry:
    return SetStoichiometry(read_stoichiometry(found[1]), read_duration(found[2]))


_ENDS = r"(?: for (.+?)(?: or until (.+))?| until (.+))"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (r"(?:press|unload) to (.+?) in (.+)", _read_press),
        (r"fabricate at (.+?) for (.+)", _read_press),
        (r"rest (?:for )?(.+)", lambda found: Rest(read_duration(found[1]))),
        (rf"(charge|discharge) at (.+?){_ENDS}", _read_current),
        (rf"hold at (.+?){_ENDS}", _read_hold),
        (r"set x ?= ?(.+?) in (.+)", _read_set),
        (r"(heat|cool) to (.+?) in (.+)", _read_heat),
    )
)
