"""Rates of a cell, which may change with its temperature: resistance and exchange current density."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import ArgsKwargs

from fem_asslb.base.arrhenius import arrhenius
from fem_asslb.base.checked import IN_PYTHON, checked
from fem_asslb.base.errors import UnitError
from fem_asslb.base.temperatures import ROOM_TEMPERATURE, CellTemperature
from fem_asslb.base.units import (
    AREAL_RESISTANCE,
    CURRENT_DENSITY,
    ArealResistance,
    CurrentDensity,
    MolarEnergy,
    Unit,
)
from fem_asslb.materials.function import Activated, HostValue


@checked(kw_only=True)
class RateTable:
    """A number at a temperature, with an activation energy or without."""

    UNIT: ClassVar[Unit]
    ZERO_TOO: ClassVar[bool]

    value: float
    activation_energy: Annotated[MolarEnergy, Field(ge=0.0, le=1e6)] = 0.0
    reference_temperature: CellTemperature = ROOM_TEMPERATURE

    @classmethod
    def written(cls, given: Any, info: ValidationInfo) -> Any:
        """A quantity as a table with it; a table as it is."""
        if isinstance(given, dict | ArgsKwargs | cls):
            return given
        if info.context == IN_PYTHON and not isinstance(given, str):
            return {"value": given}
        try:
            value = cls.UNIT.read(given)
            if value < 0.0 or (value == 0.0 and not cls.ZERO_TOO):
                least = "at least" if cls.ZERO_TOO else "more than"
                raise UnitError(f"'{given}' is not accepted; expected {least} 0 {cls.UNIT.name}")
        except UnitError as error:
            raise ValueError(str(error)) from error
        return {"value": given}


@checked(kw_only=True)
class Resistance(RateTable):
    """A resistance times plate area as a number, or as one at a temperature with an activation energy.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        activation_energy: Q: at another temperature T the resistance is exp((Q/R) (1/T - 1/reference_temperature))
            times as large, less where it is warmer.
        reference_temperature: At which the value holds.
    """

    UNIT: ClassVar[Unit] = AREAL_RESISTANCE
    ZERO_TOO: ClassVar[bool] = True

    value: Annotated[ArealResistance, Field(ge=0.0)]

    def at(self, temperature: float) -> float:
        """Resistance at a temperature [K] in V um^2/pA."""
        return self.value / float(arrhenius(self.activation_energy, temperature, self.reference_temperature))


@checked(kw_only=True)
class ExchangeCurrentDensity(RateTable):
    """An exchange current density as a number, or as one at a temperature with an activation energy.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        activation_energy: Q: at another temperature T the current density is exp(-(Q/R) (1/T -
            1/reference_temperature)) times as large.
        reference_temperature: At which the value holds.
    """

    UNIT: ClassVar[Unit] = CURRENT_DENSITY
    ZERO_TOO: ClassVar[bool] = False

    value: Annotated[CurrentDensity, Field(gt=0.0)]

    def law(self) -> HostValue:
        """The number, or what depends on temperature [pA/um^2]."""
        if not self.activation_energy:
            return self.value
        return Activated(self.value, self.activation_energy, self.reference_temperature)


ResistanceEntry = Annotated[Resistance, BeforeValidator(Resistance.written)]
ExchangeEntry = Annotated[ExchangeCurrentDensity, BeforeValidator(ExchangeCurrentDensity.written)]
