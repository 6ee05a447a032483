"""Conducting share of an interface that is closed but not bonded."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.texts import not_accepted
from fem_asslb.base.units import Strength
from fem_asslb.interfaces.gate import ConductionKnee, FullConduction


@checked(kw_only=True)
class Knee:
    """Conducting share of a closed interface that rises about a contact pressure.

    Attributes:
        lowest: Share far below the knee.
        knee: Contact pressure of the knee.
        width: Of the rise.
    """

    lowest: Annotated[Number, Field(ge=0.0, le=1.0)]
    knee: Annotated[Strength, Field(gt=0.0)]
    width: Annotated[Strength, Field(gt=0.0)]


def _text_or_table(value: Any) -> Any:
    """Anything else is one mistake, not one for each of the two."""
    if value == "full" or isinstance(value, dict | Knee):
        return value
    raise ValueError(not_accepted(value, "'full' or {lowest = 0.2, knee = '50 MPa', width = '10 MPa'}"))


ClosedConduction = Annotated[Literal["full"] | Knee, BeforeValidator(_text_or_table)]


def conduction(choice: Literal["full"] | Knee) -> FullConduction | ConductionKnee:
    """Conduction of a closed interface."""
    return ConductionKnee(choice.lowest, choice.knee, choice.width) if isinstance(choice, Knee) else FullConduction()
