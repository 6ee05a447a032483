"""Potential of an anode against lithium metal as a function of the charge it has taken up."""

from dataclasses import dataclass
from typing import ClassVar

from fem_asslb.base.functions import NumberLike, exp
from fem_asslb.materials.bent_line import BentLine


@dataclass(frozen=True)
class PlateauPotential:
    """One constant potential: lithium metal, or the two-phase plateau In/InLi.

    Args:
        plateau: Potential [V vs Li].
        specific_capacity: Charge per mass of active material [pC/pg = C/g]; None where it is not limiting.
    """

    CHANGES: ClassVar[bool] = False
    """Whether the potential depends on the charge, so that the anode needs a capacity."""
    known: ClassVar[tuple[float, float]] = (0.0, 1.0)
    """Least and largest s at which the potential is known."""

    plateau: float
    specific_capacity: float | None = None

    def potential(self, s: NumberLike) -> NumberLike:
        """Potential [V vs Li] at the charge s, a fraction of the capacity."""
        return self.plateau + 0.0 * s


@dataclass(frozen=True)
class TailedPlateauPotential:
    """U(s) = plateau - drop exp((s - 1)/w_1) + rise exp(-s/w_0): a plateau that ends on both sides.

    The tail at s = 1 ends a charge, the one at s = 0 a discharge that empties the anode.

    Args:
        plateau: Potential [V vs Li].
        lithiated_drop: Fall below the plateau at s = 1 [V].
        lithiated_width: Decay length of that tail in s.
        delithiated_rise: Rise above the plateau at s = 0 [V].
        delithiated_width: Decay length of that tail in s.
        specific_capacity: Charge per mass of active material at s = 1 [pC/pg = C/g].
    """

    CHANGES: ClassVar[bool] = True
    known: ClassVar[tuple[float, float]] = (0.0, 1.0)

    plateau: float
    lithiated_drop: float
    lithiated_width: float
    delithiated_rise: float
    delithiated_width: float
    specific_capacity: float | None = None

    def potential(self, s: NumberLike) -> NumberLike:
        """Potential [V vs Li] at the charge s, a fraction of the capacity."""
        lithiated = self.lithiated_drop * exp((s - 1.0) / self.lithiated_width)
        delithiated = self.delithiated_rise * exp(-s / self.delithiated_width)
        return self.plateau - lithiated + delithiated


@dataclass(frozen=True)
class LinePotential:
    """U(s) as a bent line through data.

    Args:
        line: Potential [V vs Li]; it falls from empty to full.
        specific_capacity: Charge per mass of active material at s = 1 [pC/pg = C/g].
        least: Least s of the data.
        most: Largest s of the data.
    """

    CHANGES: ClassVar[bool] = True

    line: BentLine
    specific_capacity: float | None = None
    least: float = 0.0
    most: float = 1.0

    @property
    def known(self) -> tuple[float, float]:
        """Least and largest s at which the potential is known."""
        return self.least, self.most

    def potential(self, s: NumberLike) -> NumberLike:
        """Potential [V vs Li] at the charge s, a fraction of the capacity."""
        return self.line(s)


AnodePotential = PlateauPotential | TailedPlateauPotential | LinePotential
