"""Straight branches joined by smooth bends: the closed form behind the lattice and potential laws.

A bend is a branch of a hyperbola, so that the function is infinitely smooth, is linear far from its bends (no
overflow however far a Newton step goes astray), and has a closed derivative and a closed integral.
"""

from dataclasses import dataclass

from fem_asslb.base.functions import NumberLike, asinh, sqrt


@dataclass(frozen=True)
class Bend:
    """A smooth change of slope.

    Args:
        position: Place of the bend on the axis.
        width: Half of the length over which the slope changes; larger is smoother.
        slope_change: Slope after minus slope before the bend.
    """

    position: NumberLike
    width: NumberLike
    slope_change: NumberLike

    def value(self, x: NumberLike) -> NumberLike:
        """Contribution to the function, zero far before the bend."""
        z = (x - self.position) / self.width
        return 0.5 * self.slope_change * self.width * (z + sqrt(z * z + 1.0))

    def derivative(self, x: NumberLike) -> NumberLike:
        """Contribution to the derivative, from zero before to ``slope_change`` after the bend."""
        z = (x - self.position) / self.width
        return 0.5 * self.slope_change * (1.0 + z / sqrt(z * z + 1.0))

    def primitive(self, x: NumberLike) -> NumberLike:
        """An integral of ``value``."""
        z = (x - self.position) / self.width
        return 0.25 * self.slope_change * self.width**2 * (z * z + z * sqrt(z * z + 1.0) + asinh(z))


@dataclass(frozen=True)
class BentLine:
    """f(x) = value + slope x + sum of bends, read from small to large x.

    Args:
        value: Value at x = 0 of the first branch (before all bends).
        slope: Slope of the first branch.
        bends: The changes of slope.
    """

    value: NumberLike
    slope: NumberLike
    bends: tuple[Bend, ...] = ()

    def __call__(self, x: NumberLike) -> NumberLike:
        """Value at x."""
        return self.value + self.slope * x + sum(bend.value(x) for bend in self.bends)

    def derivative(self, x: NumberLike) -> NumberLike:
        """df/dx."""
        return self.slope + sum(bend.derivative(x) for bend in self.bends)

    def integral(self, x: NumberLike, x_start: NumberLike) -> NumberLike:
        """Integral of f from ``x_start`` to ``x``."""
        return self._primitive(x) - self._primitive(x_start)

    def _primitive(self, x: NumberLike) -> NumberLike:
        line = self.value * x + 0.5 * self.slope * x * x
        return line + sum(bend.primitive(x) for bend in self.bends)
