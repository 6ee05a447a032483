"""Types of dimensionless input - nothing is converted, text is no number - and the words for what they refuse."""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import AllowInfNan, BeforeValidator, ConfigDict, Strict
from pydantic_core import ErrorDetails, PydanticKnownError

from fem_asslb.base.printable import printable

STRICT = ConfigDict(extra="forbid")
"""Unknown keys are errors."""


def _no_look_alike(value: object) -> object:
    """Literals are compared by value, and true and 1.0 equal 1."""
    if isinstance(value, bool | float):
        raise PydanticKnownError("int_type")
    return value


Number = Annotated[float, Strict(), AllowInfNan(False)]
"""Without pydantic's ``Field``, which would carry the default of one key over to the others."""
Integer = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Vector = tuple[Number, Number, Number]
Dimension = Annotated[Literal[2, 3], BeforeValidator(_no_look_alike)]
Degree = Annotated[Literal[1, 2], BeforeValidator(_no_look_alike)]

_BOUNDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
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
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
    "path_type": "the path of a file, as text",
    "too_long": "fewer entries",
    "too_short": "more entries",
}


NAME = "[A-Za-z0-9_][A-Za-z0-9_-]{0,39}"
"""Pattern of a name that a case gives, of a layer, a role or an interface: one word in every message and table."""

A_NAME = "a name of at most 40 letters (a to z), digits, '_' and '-'"
"""The same in words."""

NUMBER = r"[+-]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,4})?"
"""Pattern of a decimal number in a text: ASCII digits, no underscores, no ``nan`` and no ``inf``."""


def is_name(text: str) -> bool:
    """Whether a text can be the name of a layer, a role or an interface."""
    return re.fullmatch(NAME, text) is not None


def number_in(text: str) -> float:
    """The number that a text is.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(NUMBER, text):
        raise ValueError(f"{show(text)} is not a number")
    return float(text)


def show(value: Any) -> str:
    """A value as it is written in TOML, printable and not longer than a part of a line."""
    return printable(_written(value), 80)


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_written, value)) + "]"
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return repr(value)


def not_accepted(value: Any, accepted: str) -> str:
    """One line that says what was given and what is accepted."""
    return f"{show(value)} is not accepted; expected {accepted}"


def refusal(details: ErrorDetails, value: Any) -> str:
    """One line for an error of pydantic about a value."""
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return "this key is missing"
        case "literal_error":
            return not_accepted(value, context["expected"])
        case "value_error":
            return str(context["error"])
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            bound, limit = next(iter(context.items()))
            return not_accepted(value, f"{_BOUNDS[bound]} {limit:g}")
        case other:
            return not_accepted(value, _KINDS.get(other, details["msg"]))
