"""Types of dimensionless input: nothing is converted, text is no number."""

from typing import Annotated

from pydantic import ConfigDict, Field, Strict

STRICT = ConfigDict(extra="forbid")
"""Unknown keys are errors."""

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Integer = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Vector = tuple[Number, Number, Number]
