"""Tables of the functions in a material: lattice, potential and anode."""

from dataclasses import MISSING, field, fields
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parameters import require
from fem_asslb.materials.anode import AnodePotential, PlateauPotential, TailedPlateauPotential
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.potential import PotentialLaw

_Coefficient = Annotated[Number, Field(ge=-1e6, le=1e6)]
"""Volts, or any unit of length for a lattice; per stoichiometry where it is a slope."""

_Stoichiometry = Annotated[Number, Field(ge=0.0, le=1.0)]
_Width = Annotated[Number, Field(ge=1e-4, le=10.0)]


@checked(kw_only=True)
class BendTable:
    """One bend of a law.

    Attributes:
        position: Stoichiometry in its middle.
        width: Stoichiometry over which the slope changes.
        slope_change: By how much.
    """

    position: Annotated[Number, Field(ge=-10.0, le=10.0)]
    width: Annotated[Number, Field(ge=1e-6, le=10.0)]
    slope_change: _Coefficient


@checked(kw_only=True)
class LineTable:
    """A bent line: straight branches joined by hyperbolic bends.

    Attributes:
        value: Of the straight line without bends at x = 0.
        slope: Of that line.
        bends: Where the slope changes.
    """

    value: _Coefficient
    slope: _Coefficient
    bends: list[BendTable] = field(default_factory=list)

    def law(self) -> BentLine:
        """The function."""
        bends = tuple(Bend(bend.position, bend.width, bend.slope_change) for bend in self.bends)
        return BentLine(self.value, self.slope, bends)


@checked(kw_only=True)
class _DataTable:
    x_min: _Stoichiometry = 0.0
    x_max: _Stoichiometry = 1.0
    source: str = ""
    mark: str = ""
    table: dict[str, list[Number]] = field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _data_have_a_law(cls, value: object) -> object:
        """Data alone are no law: the functions are closed forms, which data are fitted by."""
        laws = [item.name for item in fields(cls) if item.default is MISSING and item.default_factory is MISSING]
        if isinstance(value, dict) and "table" in value and not any(law in value for law in laws):
            fit = "data are kept beside the law and not used by themselves; fit it (scripts/fit_laws.py)"
            raise ValueError(f"a table without {' and '.join(laws)}: {fit} and state {' and '.join(laws)}")
        return value

    def span(self) -> tuple[float, float]:
        """Least and largest stoichiometry of the data.

        Raises:
            MaterialError: They are not in this order.
        """
        require("x_min", self.x_min, lambda value: value < self.x_max, f"below x_max, {self.x_max:g}")
        return self.x_min, self.x_max


@checked(kw_only=True)
class LatticeTable(_DataTable):
    """Lattice parameters against stoichiometry.

    Attributes:
        x_min: Least stoichiometry of the data.
        x_max: Largest stoichiometry of the data.
        source: Where the data come from.
        mark: How far they are to be trusted, see `docs/materials.md`.
        table: The data that the law was fitted to, lists ``x``, ``a`` and ``c``; kept for reference.
        a: Lattice parameter across the axis, in any unit.
        c: Along the axis.
    """

    a: LineTable
    c: LineTable

    def law(self) -> LatticeLaw:
        """The law.

        Raises:
            MaterialError: A unit cell without volume somewhere in the range.
        """
        law = LatticeLaw(self.a.law(), self.c.law(), *self.span())
        x = np.linspace(self.x_min, self.x_max, 1001)
        for name, values in (("a", law.a(x) + 0.0 * x), ("c", law.c(x) + 0.0 * x)):
            good = (values > 0.0) & np.isfinite(values)
            if not good.all():
                at = int(good.argmin())
                given = f"lattice parameter {name} is {values[at]:g} at x = {x[at]:.3f}"
                raise MaterialError(f"{given}; accepted: more than 0 from x_min to x_max")
        return law


@checked(kw_only=True)
class PotentialTable(_DataTable):
    """Potential against stoichiometry.

    Attributes:
        x_min: Least stoichiometry of the data.
        x_max: Largest stoichiometry of the data.
        source: Where the data come from.
        mark: How far they are to be trusted, see `docs/materials.md`.
        table: The data that the law was fitted to, lists ``x`` and ``u``; kept for reference.
        line: The potential [V]; it falls from 0 to 1.05.
    """

    line: LineTable

    def law(self) -> PotentialLaw:
        """The law.

        Raises:
            MaterialError: A potential that rises somewhere, so that lithium would flow uphill.
        """
        law = PotentialLaw(self.line.law(), *self.span())
        x = np.linspace(0.0, 1.05, 1051)
        slopes = law.slope(x) + 0.0 * x
        if not slopes.max() < 0.0:
            raise MaterialError(f"potential rises at x = {x[slopes.argmax()]:.3f}; accepted: falling on 0 to 1.05")
        return law


@checked(kw_only=True)
class AnodeTable:
    """Potential of an anode reaction against Li.

    Attributes:
        kind: ``"plateau"``, or ``"tailed-plateau"``, which has all four of the keys of the tails.
        plateau: Potential of the plateau.
        lithiated_drop: Fall of the potential of the full anode.
        lithiated_width: Decay length of that tail, as a share of the capacity.
        delithiated_rise: Rise of the potential of the empty anode.
        delithiated_width: Decay length of that tail, as a share of the capacity.
        specific_capacity: Charge per mass from empty to full.
        source: Where the values come from.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    kind: Literal["plateau", "tailed-plateau"]
    plateau: units.Voltage
    lithiated_drop: units.Voltage | None = None
    lithiated_width: _Width | None = None
    delithiated_rise: units.Voltage | None = None
    delithiated_width: _Width | None = None
    specific_capacity: units.SpecificCapacity | None = None
    source: str = ""
    mark: str = ""

    def law(self) -> AnodePotential:
        """The law.

        Raises:
            MaterialError: Tail values are missing, or given for a plain plateau.
        """
        names = ("lithiated_drop", "lithiated_width", "delithiated_rise", "delithiated_width")
        tails = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.kind == "plateau" and not tails:
            return PlateauPotential(self.plateau, self.specific_capacity)
        if self.kind == "tailed-plateau" and len(tails) == len(names):
            return TailedPlateauPotential(self.plateau, specific_capacity=self.specific_capacity, **tails)
        needs = "none" if self.kind == "plateau" else "all"
        raise MaterialError(f"anode of kind '{self.kind}' has {sorted(tails)}; accepted: {needs} of {list(names)}")
