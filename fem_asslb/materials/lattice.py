"""Unit cell of a layered oxide as a function of its lithium content."""

from dataclasses import dataclass
from math import sqrt

from fem_asslb.base.functions import NumberLike
from fem_asslb.materials.bent_line import BentLine


@dataclass(frozen=True)
class LatticeLaw:
    """Hexagonal cell parameters a(x) and c(x); only their ratios to a reference state matter.

    Args:
        a_line: In-plane parameter, any unit of length.
        c_line: Parameter along the crystal axis, the same unit.
        x_min: Least stoichiometry of the data behind the law; do not trust it below.
        x_max: Largest stoichiometry of the data.
    """

    a_line: BentLine
    c_line: BentLine
    x_min: float = 0.0
    x_max: float = 1.0

    def a(self, x: NumberLike) -> NumberLike:
        """In-plane lattice parameter at the stoichiometry x."""
        return self.a_line(x)

    def c(self, x: NumberLike) -> NumberLike:
        """Lattice parameter along the crystal axis at the stoichiometry x."""
        return self.c_line(x)

    def volume(self, x: NumberLike) -> NumberLike:
        """Volume of the hexagonal cell, sqrt(3)/2 a^2 c."""
        return 0.5 * sqrt(3.0) * self.a(x) * self.a(x) * self.c(x)

    def strain_a(self, x: NumberLike, x_ref: NumberLike) -> NumberLike:
        """Free strain in the plane, positive for growth, zero at ``x_ref``."""
        return self.a(x) / self.a(x_ref) - 1.0

    def strain_c(self, x: NumberLike, x_ref: NumberLike) -> NumberLike:
        """Free strain along the crystal axis, positive for growth, zero at ``x_ref``."""
        return self.c(x) / self.c(x_ref) - 1.0
