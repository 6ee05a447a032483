"""Table of the potential of an anode."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.texts import listed
from fem_asslb.materials.anode import AnodePotential, LinePotential, PlateauPotential, TailedPlateauPotential
from fem_asslb.materials.data_table import DataTable

_Width = Annotated[Number, Field(ge=1e-4, le=10.0)]


@checked(kw_only=True)
class AnodeTable(DataTable):
    """Potential of an anode reaction against Li.

    Attributes:
        kind: ``"data"``: a line is fitted to a table; ``"plateau"``, or ``"tailed-plateau"``, which has all four of the
            keys of the tails.
        path: File with the columns ``x [-]``, charge over capacity, and ``U [V]``; it becomes the table.
        table: Data, lists ``x`` and ``u`` with x increasing from empty to full.
        x_min: Least x at which the data are trusted; without it that of the table.
        x_max: The largest.
        plateau: Potential of the plateau.
        lithiated_drop: Fall of the potential of the full anode.
        lithiated_width: Decay length of that tail, as a share of the capacity.
        delithiated_rise: Rise of the potential of the empty anode.
        delithiated_width: Decay length of that tail, as a share of the capacity.
        specific_capacity: Charge from empty to full per mass of the material that has this table, of a composite that
            has one of its own per mass of the whole.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("u",)

    kind: Literal["data", "plateau", "tailed-plateau"] = "data"
    path: str | None = None
    plateau: units.Voltage | None = None
    lithiated_drop: units.Voltage | None = None
    lithiated_width: _Width | None = None
    delithiated_rise: units.Voltage | None = None
    delithiated_width: _Width | None = None
    specific_capacity: units.SpecificCapacity | None = None

    def law(self) -> AnodePotential:
        """The law.

        Raises:
            MaterialError: Values of a kind are missing, or given for another one.
        """
        line = self.falling_line("u")
        if (self.kind == "data") != (line is not None) or (self.plateau is None) != (self.kind == "data"):
            needs = "a table of x and u, or a path to one" if self.kind == "data" else "plateau, and no table"
            raise MaterialError(f"anode of kind '{self.kind}'; accepted: {needs}")
        names = ("lithiated_drop", "lithiated_width", "delithiated_rise", "delithiated_width")
        tails = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if line is not None and not tails:
            return LinePotential(line, self.specific_capacity, *self.span())
        if self.kind == "plateau" and self.plateau is not None and not tails:
            return PlateauPotential(self.plateau, self.specific_capacity)
        if self.kind == "tailed-plateau" and self.plateau is not None and len(tails) == len(names):
            return TailedPlateauPotential(self.plateau, specific_capacity=self.specific_capacity, **tails)
        needs = "all" if self.kind == "tailed-plateau" else "none"
        raise MaterialError(
            f"anode of kind '{self.kind}' has {listed(sorted(tails)) or 'none'}; accepted: {needs} of {listed(names)}"
        )
