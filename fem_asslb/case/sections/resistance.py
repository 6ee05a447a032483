"""Resistance of a cell, which falls where it is warmer."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import ArgsKwargs

from fem_asslb.base.arrhenius import arrhenius
from fem_asslb.base.checked import IN_PYTHON, checked
from fem_asslb.base.errors import UnitError
from fem_asslb.base.temperatures import ROOM_TEMPERATURE, CellTemperature
from fem_asslb.base.units import AREAL_RESISTANCE, ArealResistance, MolarEnergy, Unit


@checked(kw_only=True)
class Resistance:
    """A resistance times plate area as a number, or as one at a temperature with an activation energy.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        activation_energy: Q: at another temperature T the resistance is exp((Q/R) (1/T - 1/reference_temperature))
            times as large, less where it is warmer.
        reference_temperature: At which the value holds.
    """

    UNIT: ClassVar[Unit] = AREAL_RESISTANCE

    value: Annotated[ArealResistance, Field(ge=0.0)]
    activation_energy: Annotated[MolarEnergy, Field(ge=0.0, le=1e6)] = 0.0
    reference_temperature: CellTemperature = ROOM_TEMPERATURE

    def at(self, temperature: float) -> float:
        """Resistance at a temperature [K] in V um^2/pA."""
        return self.value / float(arrhenius(self.activation_energy, temperature, self.reference_temperature))


def _written(given: Any, info: ValidationInfo) -> Any:
    """A quantity as a table with it; a table as it is."""
    if isinstance(given, dict | ArgsKwargs | Resistance):
        return given
    if info.context == IN_PYTHON and not isinstance(given, str):
        return {"value": given}
    try:
        if AREAL_RESISTANCE.read(given) < 0.0:
            raise UnitError(f"'{given}' is not accepted; expected at least 0 ohm*cm^2")
    except UnitError as error:
        raise ValueError(str(error)) from error
    return {"value": given}


ResistanceEntry = Annotated[Resistance, BeforeValidator(_written)]
