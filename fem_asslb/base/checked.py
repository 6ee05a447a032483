"""Dataclasses whose values pydantic checks, from a table of a case and from Python alike, and types of plain values."""

import inspect
from collections.abc import Callable
from dataclasses import field
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from pydantic import AllowInfNan, BeforeValidator, ConfigDict, Field, Strict, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs, ErrorDetails, PydanticKnownError

from fem_asslb.base.refusals import dotted, refusals_of

T = TypeVar("T")

IN_PYTHON = "in Python"
"""Context of what is not read from a table: quantities are plain numbers in internal units."""


@dataclass_transform(frozen_default=True, field_specifiers=(field, Field))
def checked(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A frozen dataclass that refuses unknown keys and bad values.

    In Python it raises ValueError with a line for each of them.
    """

    def decorate(kind: type[T]) -> type[T]:
        """The class with checked values."""
        made: Any = dataclass(frozen=True, kw_only=kw_only, config=ConfigDict(extra="forbid"))(kind)
        arguments = inspect.signature(made)

        def create(self: T, *values: Any, **keys: Any) -> None:
            """Check the values and set them."""
            given = ArgsKwargs((), arguments.bind(*values, **keys).arguments)
            try:
                made.__pydantic_validator__.validate_python(given, self_instance=self, context=IN_PYTHON)
            except ValidationError as error:
                raise ValueError("\n".join(line for details in error.errors() for line in _lines(details))) from error

        made.__init__ = create
        return made

    return decorate


def _lines(details: ErrorDetails) -> list[str]:
    name = dotted("", details["loc"])
    lines = [str(item._replace(label=item.label or name)) for item in refusals_of(details)]
    return lines or [str(details.get("ctx", {}).get("error", f"{name}: {details['msg']}"))]


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
