"""Values of a material that may depend on stoichiometry and temperature: a quantity, or a table of one of these."""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BeforeValidator, Field

from fem_asslb.base import units
from fem_asslb.base.checked import checked
from fem_asslb.base.errors import MaterialError, UnitError
from fem_asslb.base.parameters import require
from fem_asslb.base.temperatures import ROOM_TEMPERATURE, CellTemperature
from fem_asslb.materials.data_table import DataTable
from fem_asslb.materials.function import Activated, HostValue, PositiveFunction, fit_positive

_Table = TypeVar("_Table", bound="QuantityTable")


@checked(kw_only=True)
class FunctionTable(DataTable):
    """Positive data against stoichiometry; its keys are told by each table."""

    path: str | None = None

    @property
    def column(self) -> str:
        """Name of the data."""
        [name] = self.COLUMNS
        return name

    def function(self) -> PositiveFunction:
        """The function through the data.

        Raises:
            MaterialError: There are none, or they cannot be read or are not positive.
        """
        data = self.columns(self.column)
        if data is None:
            raise MaterialError(f"has no data; accepted: a table of x and {self.column}, or a path to one")
        values = data[self.column]
        if min(values) <= 0.0:
            raise MaterialError(f"table has {min(values):g}; accepted: more than 0")
        return fit_positive(data["x"], self.converted(values), *self.span())

    def converted(self, values: list[float]) -> list[float]:
        """Data in the internal unit."""
        return values


@checked(kw_only=True)
class QuantityTable(FunctionTable):
    """A value, as a number or as such data; its keys are told by each table."""

    UNIT: ClassVar[units.Unit]

    value: float | None = None
    unit: str = ""

    @classmethod
    def written(cls, given: Any) -> Any:
        """A quantity as a table with it; a table as it is."""
        if isinstance(given, dict | cls):
            return given
        try:
            cls.UNIT.read(given)
        except UnitError as error:
            raise ValueError(str(error)) from error
        return {"value": given}

    def law(self, name: str) -> float | PositiveFunction:
        """The number, or the function through the data.

        Args:
            name: Of the value, for messages.

        Raises:
            MaterialError: Neither or both, or data that cannot be read or are not positive.
        """
        if self.value is not None and not self.table:
            return self.value
        if self.value is not None:
            raise MaterialError(f"{name} has both value and table; accepted: one of them")
        try:
            return self.function()
        except MaterialError as error:
            raise MaterialError(f"{name} {error}") from error

    def converted(self, values: list[float]) -> list[float]:
        """See `FunctionTable.converted`."""
        try:
            return [self.UNIT.read(f"{value!r} {self.unit}".strip()) for value in values]
        except UnitError as error:
            raise MaterialError(f"table: {error}") from error


@checked(kw_only=True)
class _ActivatedTable(QuantityTable):
    activation_energy: Annotated[units.MolarEnergy, Field(ge=0.0, le=1e6)] = 0.0
    reference_temperature: CellTemperature = ROOM_TEMPERATURE

    def activated(self, name: str) -> HostValue:
        """What is stated, as a function of temperature where it has an activation energy; see `law`."""
        law = self.law(name)
        require(name, law, lambda value: value > 0.0, f"greater than 0 {self.UNIT.name}")
        if not self.activation_energy:
            return law
        return Activated(law, self.activation_energy, self.reference_temperature)


def _or_quantity(kind: type[_Table]) -> Any:
    return Annotated[kind, BeforeValidator(kind.written)]


@checked(kw_only=True)
class DiffusivityTable(_ActivatedTable):
    """A diffusivity as a number, or as data against stoichiometry through which a function is fitted.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        activation_energy: Q: at another temperature T the diffusivity is exp(-Q/R (1/T - 1/reference_temperature))
            times as large.
        reference_temperature: At which the values hold.
        path: File with the columns ``x [-]`` and ``D [cm^2/s]``, in any unit of a diffusivity; it becomes the table.
        table: Data, lists ``x`` and ``d`` with x increasing. Beyond them the function holds its value.
        unit: Of ``d``.
        x_min: Least stoichiometry of the data; without it that of the table.
        x_max: Largest stoichiometry of the data; without it that of the table.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("d",)
    UNIT: ClassVar[units.Unit] = units.DIFFUSIVITY

    value: units.Diffusivity | None = None


@checked(kw_only=True)
class ExchangeTable(_ActivatedTable):
    """An exchange current density as a number, or as data against stoichiometry through which a function is fitted.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        activation_energy: Q: at another temperature T the current density is exp(-Q/R (1/T -
            1/reference_temperature)) times as large.
        reference_temperature: At which the values hold.
        path: File with the columns ``x [-]`` and ``i0 [mA/cm^2]``, in any unit of a current density; it becomes the
            table.
        table: Data, lists ``x`` and ``i0`` with x increasing. Beyond them the function holds its value.
        unit: Of ``i0``.
        x_min: Least stoichiometry of the data; without it that of the table.
        x_max: Largest stoichiometry of the data; without it that of the table.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("i0",)
    UNIT: ClassVar[units.Unit] = units.CURRENT_DENSITY

    value: units.CurrentDensity | None = None


@checked(kw_only=True)
class ModulusTable(QuantityTable):
    """Young's modulus as a number, or of a host as data against stoichiometry through which a function is fitted.

    Attributes:
        value: The number; a quantity in place of the table means this alone.
        path: File with the columns ``x [-]`` and ``E [GPa]``, in any unit of pressure; it becomes the table.
        table: Data, lists ``x`` and ``e`` with x increasing. Beyond them the function holds its value. Figures of
            `check` and stiffnesses of interfaces take the value at the largest x.
        unit: Of ``e``.
        x_min: Least stoichiometry of the data; without it that of the table.
        x_max: Largest stoichiometry of the data; without it that of the table.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("e",)
    UNIT: ClassVar[units.Unit] = units.PRESSURE

    value: units.Pressure | None = None


@checked(kw_only=True)
class StiffnessTable(FunctionTable):
    """Factor of all elastic constants of a host, a crystal for instance, against stoichiometry.

    Attributes:
        path: File with the columns ``x [-]`` and ``stiffness [-]``; it becomes the table.
        table: Data, lists ``x`` and ``stiffness`` with x increasing. Beyond them the function holds its value.
        x_min: Least stoichiometry of the data; without it that of the table.
        x_max: Largest stoichiometry of the data; without it that of the table.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("stiffness",)


DiffusivityEntry = _or_quantity(DiffusivityTable)
ExchangeEntry = _or_quantity(ExchangeTable)
ModulusEntry = _or_quantity(ModulusTable)
