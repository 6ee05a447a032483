"""Conducting share of an interface that is closed but not bonded."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from fem_asslb.base.input_types import STRICT, Number, not_accepted
from fem_asslb.base.units import Strength
from fem_asslb.interfaces.gate import ConductionKnee, FullConduction


@dataclass(frozen=True, kw_only=True)
class Knee:
    """Conducting share of a closed interface that rises about a contact pressure.

    Attributes:
        lowest: Share far below the knee.
        knee: Contact pressure of the knee.
        width: Of the rise.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    lowest: Annotated[Number, Field(ge=0.0, le=1.0)]
    knee: Annotated[Strength, Field(gt=0.0)]
    width: Annotated[Strength, Field(gt=0.0)]


def _read_closed_conduction(value: Any) -> Any:
    """Faults of a table are those of a knee, without a second line about the text that it is not."""
    if isinstance(value, dict):
        return TypeAdapter(Knee).validate_python(value)
    if value == "full" or isinstance(value, Knee):
        return value
    raise ValueError(not_accepted(value, "'full' or {lowest = 0.2, knee = '50 MPa', width = '10 MPa'}"))


ClosedConduction = Annotated[Literal["full"] | Knee, BeforeValidator(_read_closed_conduction)]


def conduction(choice: Literal["full"] | Knee) -> FullConduction | ConductionKnee:
    """Conduction of a closed interface."""
    return ConductionKnee(choice.lowest, choice.knee, choice.width) if isinstance(choice, Knee) else FullConduction()
