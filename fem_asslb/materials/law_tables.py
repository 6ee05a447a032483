"""Tables of the functions in a material: lattice, potential and anode."""

from dataclasses import field
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parameters import require
from fem_asslb.materials.anode import AnodePotential, PlateauPotential, TailedPlateauPotential
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.fitted_line import fit_line
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.potential import PotentialLaw

_Coefficient = Annotated[Number, Field(ge=-1e6, le=1e6)]
"""Volts, or any unit of length for a lattice; per stoichiometry where it is a slope."""

_Stoichiometry = Annotated[Number, Field(ge=0.0, le=1.0)]
LEAST_ROWS = 3
"""Of data that a law is fitted to."""

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
    x_min: _Stoichiometry | None = None
    x_max: _Stoichiometry | None = None
    source: str = ""
    mark: str = ""
    table: dict[str, list[Number]] = field(default_factory=dict)

    def columns(self, *names: str) -> dict[str, list[float]] | None:
        """Columns of the data that a law can be fitted to, ``x`` first; None where the data have others.

        Raises:
            MaterialError: Their lengths differ, they are few, or x does not increase.
        """
        if not all(name in self.table for name in ("x", *names)):
            return None
        found = {name: self.table[name] for name in ("x", *names)}
        lengths = {len(values) for values in found.values()}
        if len(lengths) > 1 or min(lengths) < LEAST_ROWS:
            given = ", ".join(f"{len(values)} of {name}" for name, values in found.items())
            raise MaterialError(f"table has {given}; accepted: as many of each, at least {LEAST_ROWS}")
        steps = np.diff(found["x"])
        if not np.all(steps > 0.0) or found["x"][0] < 0.0 or found["x"][-1] > 1.0:
            raise MaterialError("table has x that do not increase; accepted: increasing from 0 to 1 at most")
        return found

    def span(self) -> tuple[float, float]:
        """Least and largest stoichiometry of the data: as stated, or those of the table.

        Raises:
            MaterialError: They are not in this order.
        """
        x = self.table.get("x") or [0.0, 1.0]
        least = x[0] if self.x_min is None else self.x_min
        most = x[-1] if self.x_max is None else self.x_max
        require("x_min", least, lambda value: value < most, f"below x_max, {most:g}")
        return least, most


@checked(kw_only=True)
class LatticeTable(_DataTable):
    """Lattice parameters against stoichiometry.

    Attributes:
        x_min: Least stoichiometry of the data; without it that of the table, or 0.
        x_max: Largest stoichiometry of the data; without it that of the table, or 1.
        source: Where the data come from.
        mark: How far they are to be trusted, see `docs/materials.md`.
        path: File with the columns ``x [-]``, ``a [angstrom]`` and ``c [angstrom]``, or ``x [-]`` and ``volume change
            [%]`` of what swells alike in all directions; it becomes the table.
        table: Data, lists ``x``, ``a`` and ``c`` with x increasing. Beside ``a`` and ``c`` they are kept for reference,
            without them a line is fitted to each.
        a: Lattice parameter across the axis, in any unit.
        c: Along the axis.
    """

    path: str | None = None
    a: LineTable | None = None
    c: LineTable | None = None

    def law(self) -> LatticeLaw:
        """The law.

        Raises:
            MaterialError: Neither lines nor data, or a unit cell without volume somewhere in the range.
        """
        data = None if self.a is not None and self.c is not None else self.columns("a", "c")
        if data is not None:
            lines = [fit_line(data["x"], data[name]).line for name in ("a", "c")]
        elif self.a is not None and self.c is not None:
            lines = [self.a.law(), self.c.law()]
        else:
            raise MaterialError("lattice has no law; accepted: a and c, or a table of x, a and c, or a path to one")
        law = LatticeLaw(lines[0], lines[1], *self.span())
        x = np.linspace(law.x_min, law.x_max, 1001)
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
        x_min: Least stoichiometry of the data; without it that of the table, or 0.
        x_max: Largest stoichiometry of the data; without it that of the table, or 1.
        source: Where the data come from.
        mark: How far they are to be trusted, see `docs/materials.md`.
        path: File with the columns ``x [-]`` and ``u [V]``; it becomes the table.
        table: Data, lists ``x`` and ``u`` with x increasing. Beside ``line`` they are kept for reference, without it a
            line is fitted to them.
        line: The potential [V]; it falls from 0 to 1.05.
    """

    path: str | None = None
    line: LineTable | None = None

    def law(self) -> PotentialLaw:
        """The law.

        Raises:
            MaterialError: Neither a line nor data, or a potential that rises somewhere, so that lithium would flow
                uphill.
        """
        if self.line is not None:
            line = self.line.law()
        elif (data := self.columns("u")) is not None:
            line = self._fitted(data)
        else:
            raise MaterialError("potential has no law; accepted: line, or a table of x and u, or a path to one")
        law = PotentialLaw(line, *self.span())
        x = np.linspace(0.0, 1.05, 1051)
        slopes = law.slope(x) + 0.0 * x
        if not slopes.max() < 0.0:
            raise MaterialError(f"potential rises at x = {x[slopes.argmax()]:.3f}; accepted: falling on 0 to 1.05")
        return law

    def _fitted(self, data: dict[str, list[float]]) -> BentLine:
        rises = np.diff(data["u"]) > 0.0
        if rises.any():
            at = data["x"][int(rises.argmax())]
            raise MaterialError(f"potential rises after x = {at:g}; accepted: data that fall, or do not change")
        return fit_line(data["x"], data["u"], falls=True).line


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
