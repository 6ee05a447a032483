"""What a checked dataclass refuses: which value, and what is accepted; pydantic collects it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import AfterValidator
from pydantic_core import ErrorDetails, PydanticCustomError

from fem_asslb.base.texts import show


class Refusal(NamedTuple):
    """A value that is not accepted.

    Attributes:
        label: Key of the value, ``"name in KEY"`` for a name that the key holds, other words for what has no key of
            its own, and nothing for the value that is being validated.
        value: The value.
        accepted: What is accepted, in words.
    """

    label: str
    value: Any
    accepted: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.label} is {show(self.value)}; accepted: {self.accepted}"


def unless(condition: bool, label: str, value: object, accepted: str) -> list[Refusal]:
    """The refusal of a value, or none if the condition holds."""
    return [] if condition else [Refusal(label, value, accepted)]


def refuse(refusals: list[Refusal], *involved: str) -> None:
    """Raise for pydantic what a validator refuses, if anything.

    Args:
        refusals: Of one or several values.
        involved: Other keys of the same table that may be what is wrong instead: nothing else is concluded from them.
    """
    if refusals:
        lines = "\n".join(map(str, refusals))
        raise PydanticCustomError("refused", "{lines}", {"lines": lines, "refusals": refusals, "involved": involved})


def accepting(holds: Callable[[Any], bool], accepted: str) -> AfterValidator:
    """What is asked of one value by itself."""

    def validate(value: Any) -> Any:
        """The value, if it is accepted."""
        refuse(unless(holds(value), "", value, accepted))
        return value

    return AfterValidator(validate)


def dotted(key: str, location: tuple[int | str, ...]) -> str:
    """Dotted key of a value at a location of pydantic below a key."""
    for part in location:
        key = f"{key}[{part}]" if isinstance(part, int) else f"{key}.{part}" if key else part
    return key


def refusals_of(details: ErrorDetails) -> list[Refusal]:
    """What an error of pydantic refuses; nothing if it is of another kind."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "refused":
        return list(context["refusals"])
    if kind in _BOUNDS:
        limit = next(iter(context.values()))
        return [Refusal("", details["input"], f"{_BOUNDS[kind]} {limit:g}")]
    if kind in _KINDS:
        return [Refusal("", details["input"], _KINDS[kind])]
    return [Refusal("", details["input"], context["expected"])] if kind == "literal_error" else []


_BOUNDS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}
_KINDS = {
    "float_type": "a number",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "dataclass_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
    "path_type": "the path of a file, as text",
    "too_long": "fewer entries",
    "too_short": "more entries",
}
