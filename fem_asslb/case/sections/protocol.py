"""The protocol, read from the lines of a lab book.

    fabricate at 435 MPa for 3 min                (pressed; surfaces adhere after the last such step only)
    press to 81 MPa in 3 min                      (or "unload to 1 MPa in 1 min")
    rest 12 h                                     (or "hold 12 h")
    charge at 0.1C until 2.75 V or 12 h           (or "at C/10", "at 0.5 mA/cm^2")
    discharge at 0.1C until x = 0.95              (or "150 mAh/g", "1.5 mAh/cm^2")
    set x = 0.5 in 10 min                         (no current: all hosts are taken to one stoichiometry)

`str` of a step gives its text, and `parse_step` of that text the step again.
"""

import re
from typing import Annotated, Any, get_args

from pydantic import PlainValidator

from fem_asslb.base.checked import checked
from fem_asslb.base.errors import UnitError
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import NUMBER, number_in, show
from fem_asslb.base.units import (
    AREAL_CAPACITY,
    CURRENT_DENSITY,
    DURATION,
    SPECIFIC_CAPACITY,
    STACK_PRESSURE,
    VOLTAGE,
    Unit,
    parse,
)
from fem_asslb.case.sections.steps import (
    Charge,
    Discharge,
    Limit,
    LimitKind,
    Press,
    Rate,
    Rest,
    SetStoichiometry,
    Step,
)

FORMS = (
    "'press to 81 MPa in 1 min'",
    "'fabricate at 435 MPa for 3 min'",
    "'rest 12 h'",
    "'charge at 0.1C until 2.75 V'",
    "'discharge at 0.5 mA/cm^2 until x = 0.95'",
    "'set x = 0.5 in 10 min'",
)
"""One example of each accepted form."""

LONGEST_LINE = 300
"""Most characters of a line."""

MOST_STEPS = 50_000
"""More would be a slip: each step is at least one solution of the whole cell."""

HIGHEST_VOLTAGE = 6.0
"""No lithium cell has this voltage [V]; a limit above it is a slip."""

SLOWEST, FASTEST = 1e-6, 1e4
"""C-rates: a century to less than a second for a charge."""

_PLAIN = NUMBER.removeprefix("[+-]?")
"""Pattern of a number without a sign."""

_LIMITS: dict[LimitKind, Unit] = {
    "voltage": VOLTAGE,
    "duration": DURATION,
    "specific_capacity": SPECIFIC_CAPACITY,
    "areal_capacity": AREAL_CAPACITY,
}


def parse_step(text: object) -> Step:
    """Step in a line of the lab book; a step is returned as it is.

    Raises:
        ValueError: Quotes the line and shows the accepted forms; a table is a repeat that `expand` could not write out.
    """
    if isinstance(text, get_args(Step)):
        return text
    if isinstance(text, dict):
        raise ValueError(f"{show(text)} is not a repeat; expected {{repeat = 3, steps = [...]}} with repeat at least 1")
    if not isinstance(text, str) or len(text) > LONGEST_LINE:
        raise ValueError(f"{show(text)} is not a step; accepted forms: {', '.join(FORMS)}")
    words = re.sub(r"[ \t\n]+", " ", text).strip(" ")
    for pattern, read in _PATTERNS:
        found = pattern.fullmatch(words)
        if found:
            try:
                return read(found)
            except ValueError as error:
                raise ValueError(f"in step {quoted(words)}: {error}") from error
    raise ValueError(f"{quoted(text)} is not a step; accepted forms: {', '.join(FORMS)}")


def expand(items: object) -> list[object]:
    """Steps with the repeats ``{repeat = n, steps = [...]}`` written out, nested ones too.

    A table that is no repeat stays, for `parse_step` to refuse: it hides no other line.

    Raises:
        ValueError: Not a list, or more steps than any protocol has.
    """
    if not isinstance(items, list | tuple):
        raise ValueError(f"{show(items)} is not a list of steps; accepted forms: {', '.join(FORMS)}")
    count = sum(map(_count, items))
    if count > MOST_STEPS:
        many = f"{float(min(count, 10**18)):.6g} steps are too many"
        raise ValueError(f"{many}, repeats written out; expected at most {MOST_STEPS}")
    return [step for item in items for step in _expand_one(item)]


def read_steps(items: object) -> tuple[Step, ...]:
    """Steps of a protocol.

    Raises:
        ValueError: Not a list, or with a line for each different entry that is no step.
    """
    steps, faults = _read_all(expand(items))
    if faults:
        raise ValueError("\n".join(faults))
    return tuple(steps)


def readable_steps(items: object) -> tuple[Step, ...]:
    """Steps of a protocol without the lines that cannot be read."""
    try:
        return tuple(_read_all(expand(items))[0])
    except ValueError:
        return ()


def _read_all(lines: list[object]) -> tuple[list[Step], list[str]]:
    """Steps, and a message for each different line that is none; a line that is repeated is read once."""
    known: dict[object, Step | str] = {}
    found = []
    for line in lines:
        key = line if isinstance(line, str) else id(line)
        if key not in known:
            try:
                known[key] = parse_step(line)
            except ValueError as error:
                known[key] = str(error)
        found.append(known[key])
    faults = [item for item in known.values() if isinstance(item, str)]
    return [item for item in found if not isinstance(item, str)], list(dict.fromkeys(faults))


def _expand_one(item: Any) -> list[object]:
    return expand(item["steps"]) * item["repeat"] if _is_repeat(item) else [item]


def _count(item: Any) -> int:
    """Number of steps of an entry, repeats written out."""
    return sum(map(_count, item["steps"])) * item["repeat"] if _is_repeat(item) else 1


def _is_repeat(item: Any) -> bool:
    if not isinstance(item, dict) or set(item) != {"repeat", "steps"}:
        return False
    return type(item["repeat"]) is int and item["repeat"] >= 1 and isinstance(item["steps"], list | tuple)


def in_first_charge(steps: tuple[Step, ...], index: int) -> bool:
    """True if step ``index`` is a charge that no discharge precedes."""
    return isinstance(steps[index], Charge) and not any(isinstance(step, Discharge) for step in steps[:index])


@checked(kw_only=True)
class Protocol:
    """The load path: what is done to the cell, in order.

    Attributes:
        steps: Lines of the lab book, see the table of steps; ``{repeat = 3, steps = [...]}`` repeats some.
            The last pressure before anything else is the stack pressure at which the fixture is closed.
    """

    steps: Annotated[tuple[Step, ...], PlainValidator(read_steps)]


def _positive(value: float, text: str) -> float:
    if value <= 0.0:
        raise ValueError(f"{quoted(text, 40)} must be positive")
    return value


def _read(text: str, unit: Unit) -> float:
    try:
        return unit.read(text)
    except UnitError as error:
        raise ValueError(str(error)) from error


def _read_duration(text: str) -> float:
    return _positive(_read(text, DURATION), text)


def _read_stoichiometry(text: str) -> float:
    try:
        return number_in(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text, 40)} is not a stoichiometry; expected a number like '0.3'") from error


def _read_press(found: re.Match[str]) -> Press:
    pressure = _read(found[1], STACK_PRESSURE)
    if pressure < 0.0:
        raise ValueError(f"{quoted(found[1], 40)} is a pull; a pressure is at least 0 MPa, compression positive")
    return Press(pressure, _read_duration(found[2]), found[0].lower().startswith("fabricate"))


def _read_rate(text: str) -> Rate:
    multiple = re.fullmatch(rf"({_PLAIN}) ?C", text)
    if multiple:
        return _c_rate(_positive(float(multiple[1]), text), text)
    fraction = re.fullmatch(rf"C ?/ ?({_PLAIN})", text)
    if fraction:
        return _c_rate(1.0 / _positive(float(fraction[1]), text), text)
    try:
        parse(text, CURRENT_DENSITY.name)
    except UnitError as error:
        accepted = "expected one like '0.1C', 'C/10' or '0.5 mA/cm^2'"
        raise ValueError(f"{quoted(text, 40)} is not a rate; {accepted}") from error
    return Rate("current_density", _positive(_read(text, CURRENT_DENSITY), text))


def _c_rate(value: float, text: str) -> Rate:
    if not SLOWEST <= value <= FASTEST:
        raise ValueError(f"{quoted(text, 40)} is out of range; expected {SLOWEST:g}C to {FASTEST:g}C")
    return Rate("c_rate", value)


def _read_limit(text: str) -> Limit:
    stoichiometry = re.fullmatch(r"x ?= ?(.+)", text)
    if stoichiometry:
        return Limit("stoichiometry", _read_stoichiometry(stoichiometry[1]))
    for kind, unit in _LIMITS.items():
        try:
            parse(text, unit.name)
        except UnitError:
            continue
        value = _positive(_read(text, unit), text)
        if kind == "voltage" and not value < HIGHEST_VOLTAGE:
            raise ValueError(f"{quoted(text, 40)} is out of range; expected less than {HIGHEST_VOLTAGE:g} V")
        return Limit(kind, value)
    examples = "'2.75 V', 'x = 0.3', '12 h', '150 mAh/g' or '1.5 mAh/cm^2'"
    raise ValueError(f"{quoted(text, 40)} is not a limit; expected one like {examples}")


def _read_current(found: re.Match[str]) -> Charge | Discharge:
    limits = tuple(_read_limit(text) for text in found[3].split(" or "))
    step = Charge if found[1].lower() == "charge" else Discharge
    return step(_read_rate(found[2]), limits)


def _read_set(found: re.Match[str]) -> SetStoichiometry:
    return SetStoichiometry(_read_stoichiometry(found[1]), _read_duration(found[2]))


_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (r"(?:press|unload) to (.+?) in (.+)", _read_press),
        (r"fabricate at (.+?) for (.+)", _read_press),
        (r"(?:rest|hold) (?:for )?(.+)", lambda found: Rest(_read_duration(found[1]))),
        (r"(charge|discharge) at (.+?) until (.+)", _read_current),
        (r"set x ?= ?(.+?) in (.+)", _read_set),
    )
)
