"""Equilibrium potential of a lithium host against lithium metal; both laws offer the same three functions."""

from dataclasses import dataclass

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.base.functions import NumberLike, log
from fem_asslb.materials.bent_line import BentLine


@dataclass(frozen=True)
class PotentialLaw:
    """U(x) as a bent line.

    Args:
        line: Potential [V vs Li]; must fall everywhere.
        x_min: Least stoichiometry of the data behind the law; the last branch is continued below.
        x_max: Largest stoichiometry of the data; an estimated tail lies above.
    """

    line: BentLine
    x_min: float = 0.0
    x_max: float = 1.0

    def potential(self, x: NumberLike) -> NumberLike:
        """U(x) [V vs Li]."""
        return self.line(x)

    def slope(self, x: NumberLike) -> NumberLike:
        """dU/dx [V], negative."""
        return self.line.derivative(x)

    def integral(self, x: NumberLike, x_start: NumberLike) -> NumberLike:
        """Integral of U from ``x_start`` to ``x`` [V]; times -F c_max it is the chemical energy density."""
        return self.line.integral(x, x_start)


@dataclass(frozen=True)
class IdealPotential:
    """U(x) = U0 - (R T/F) ln x, a dilute solution: the law of the closed-form verification problems.

    Args:
        standard: Potential at x = 1 [V vs Li].
        temperature: Temperature [K].
    """

    standard: NumberLike
    temperature: NumberLike
    x_min: float = 0.0
    x_max: float = 1.0

    def potential(self, x: NumberLike) -> NumberLike:
        """U(x) [V vs Li]."""
        return self.standard - GAS_CONSTANT * self.temperature / FARADAY * log(x)

    def slope(self, x: NumberLike) -> NumberLike:
        """dU/dx [V], negative."""
        return -GAS_CONSTANT * self.temperature / (FARADAY * x)

    def integral(self, x: NumberLike, x_start: NumberLike) -> NumberLike:
        """Integral of U from ``x_start`` to ``x`` [V]; times -F c_max it is the chemical energy density."""
        thermal = GAS_CONSTANT * self.temperature / FARADAY
        entropy = x * log(x) - x - x_start * log(x_start) + x_start
        return self.standard * (x - x_start) - thermal * entropy
