"""Tables of the functions of a host: lattice and potential."""

from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.data_table import DataTable
from fem_asslb.materials.fitted_line import fit_line
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.potential import PotentialLaw

_Coefficient = Annotated[Number, Field(ge=-1e6, le=1e6)]
"""Volts, or any unit of length for a lattice; per stoichiometry where it is a slope."""


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
class LatticeTable(DataTable):
    """Lattice parameters against stoichiometry.

    Attributes:
        x_min: Least stoichiometry of the data; without it that of the table, or 0.
        x_max: Largest stoichiometry of the data; without it that of the table, or 1.
        source: Key of the bibliography where the data come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
        path: File with the columns ``x [-]``, ``a [angstrom]`` and ``c [angstrom]``, or ``x [-]`` and ``volume change
            [%]`` of what swells alike in all directions; it becomes the table.
        table: Data, lists ``x``, ``a`` and ``c`` with x increasing. Beside ``a`` and ``c`` they are kept for reference,
            without them a line is fitted to each.
        a: Lattice parameter across the axis, in any unit.
        c: Along the axis.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("a", "c")

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
class PotentialTable(DataTable):
    """Potential against stoichiometry.

    Attributes:
        x_min: Least stoichiometry of the data; without it that of the table, or 0.
        x_max: Largest stoichiometry of the data; without it that of the table, or 1.
        source: Key of the bibliography where the data come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
        path: File with the columns ``x [-]`` and ``u [V]``; it becomes the table.
        table: Data, lists ``x`` and ``u`` with x increasing. Beside ``line`` they are kept for reference, without it a
            line is fitted to them.
        line: The potential [V]; it falls from 0 to 1.05.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("u",)

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
        elif (fitted := self.falling_line("u")) is not None:
            line = fitted
        else:
            raise MaterialError("potential has no law; accepted: line, or a table of x and u, or a path to one")
        law = PotentialLaw(line, *self.span())
        x = np.linspace(0.0, 1.05, 1051)
        slopes = law.slope(x) + 0.0 * x
        if not slopes.max() < 0.0:
            raise MaterialError(f"potential rises at x = {x[slopes.argmax()]:.3f}; accepted: falling on 0 to 1.05")
        return law
