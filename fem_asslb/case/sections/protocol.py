"""The protocol: lines of the lab book and what repeats them."""

from typing import Annotated, Any

from pydantic import PlainValidator

from fem_asslb.base.checked import checked
from fem_asslb.base.texts import show
from fem_asslb.case.sections.step_text import FORMS, parse_step
from fem_asslb.case.sections.steps import Charge, Discharge, Hold, Step

MOST_STEPS = 50_000
"""More would be a slip: each step is at least one solution of the whole cell."""


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
    return (
        type(item["repeat"]) is int
        and item["repeat"] >= 1
        and isinstance(item["steps"], list | tuple)
        and bool(item["steps"])
    )


def in_first_charge(steps: tuple[Step, ...], index: int) -> bool:
    """True if step ``index`` is a charge, or a voltage that is kept, that no discharge precedes."""
    return isinstance(steps[index], Charge | Hold) and not any(isinstance(step, Discharge) for step in steps[:index])


@checked(kw_only=True)
class Protocol:
    """The load path: what is done to the cell, in order.

    Attributes:
        steps: Lines of the lab book, see the table of steps; ``{repeat = 3, steps = [...]}`` repeats some.
            The last pressure before anything else is the stack pressure at which the fixture is closed.
    """

    steps: Annotated[tuple[Step, ...], PlainValidator(read_steps)]
