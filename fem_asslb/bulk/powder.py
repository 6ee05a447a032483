"""Strength and stiffness of a pressed powder against its relative density D."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from fem_asslb.base.parameters import require
from fem_asslb.bulk.flow_rule import Array

LOOSE_DENSITY = 0.64
"""Relative density of a random packing of spheres."""

DENSEST = 0.99
"""Density beyond which no powder is pressed: such a solid flows as a dense one."""

STAGES = 0.85, 0.95
"""Relative densities between which necks between particles become pores in a solid."""

FLOOR = 1.0
"""Strength of a loose powder [MPa], which keeps a first step from a stress of zero."""

LAST_PORES = 1e-4
"""Share of pores below which they hardly close any more. A logarithm of pores alone would bear a pressure of GPa at
1e-9 of them, and a step of shear would close more pores than there are. At a density of 0.99 it adds 1e-4."""

STIFFENING = 3.7
"""Exponent of the moduli over D: that of five pressed 75 Li2S-25 P2S5 glasses (Adjah 2025, Table 1)."""

_SHARPNESS = 16.0
"""Exponent of the smooth smaller one of two strengths: 4 % below both where they are the same."""


@dataclass(frozen=True)
class Powder:
    """Hydrostatic and shear strength of a powder whose particles yield.

    Hydrostatic, below the stages: necks of spheres, 2.97 D^2 (D - D_0)/(1 - D_0) s_0 (N. A. Fleck, L. T. Kuhn and
    R. M. McMeeking, J. Mech. Phys. Solids 40, 1992). Above them: a hollow sphere, (2/3) s_0 ln(1/(1 - D)), times
    1 + (1e-4/(1 - D))^2, so that the last pores stay.

    Args:
        yield_stress: s_0 of the particles [MPa].
        loose_density: D_0, of a random packing.
        shear_ratio: r, shear over hydrostatic strength while necks decide.
    """

    yield_stress: float
    loose_density: float = LOOSE_DENSITY
    shear_ratio: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        require("yield_stress", self.yield_stress, lambda value: value > 0.0, "greater than 0 MPa")
        # Of a looser powder the strength of necks would pass that of a solid, and fall on the way to it.
        most = STAGES[0]
        require("loose_density", self.loose_density, lambda value: 0.4 <= value < most, f"0.4 to less than {most:g}")
        require("shear_ratio", self.shear_ratio, lambda value: value > 0.0, "greater than 0")

    def pressure(self, density: Array) -> tuple[Array, Array]:
        """Hydrostatic strength [MPa], and d ln / d ln D of it."""
        return _floored(*self._without_floor(density), density)

    def _without_floor(self, density: Array) -> tuple[Array, Array]:
        """Hydrostatic strength without its floor [MPa], and d / dD of it."""
        above = np.maximum(density - self.loose_density, 0.0)
        scale = 2.97 * self.yield_stress / (1.0 - self.loose_density)
        necks, necks_slope = scale * density**2 * above, scale * (2.0 * density * above + density**2)
        pores = 1.0 - density
        closing, solid = (LAST_PORES / pores) ** 2, -2.0 / 3.0 * self.yield_stress * np.log(pores)
        shell = (1.0 + closing) * solid
        shell_slope = ((1.0 + closing) * 2.0 / 3.0 * self.yield_stress + 2.0 * closing * solid) / pores
        way = np.clip((density - STAGES[0]) / (STAGES[1] - STAGES[0]), 0.0, 1.0)
        share, rate = way * way * (3.0 - 2.0 * way), 6.0 * way * (1.0 - way) / (STAGES[1] - STAGES[0])
        value = (1.0 - share) * necks + share * shell
        return value, (1.0 - share) * necks_slope + share * shell_slope + rate * (shell - necks)

    def die_pressure(self, density: Array) -> Array:
        """Pressure along a die that leaves a density [MPa], sqrt(P^2 + (4/9) Q^2) of a rigid-plastic powder."""
        return np.hypot(self.pressure(density)[0], 2.0 / 3.0 * self.shear(density)[0])

    def shear(self, density: Array) -> tuple[Array, Array]:
        """Von Mises strength without pressure [MPa], the smaller of necks and pores, and d ln / d ln D of it."""
        return self.strengths(density)[1]

    def strengths(self, density: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Both strengths, as `pressure` and `shear` tell them."""
        pressure, slope = self._without_floor(density)
        necks, root = self.shear_ratio * pressure, 1.0 + 2.0 / 3.0 * (1.0 - density)
        solid, solid_slope = self.yield_stress * density / np.sqrt(root), 1.0 / density + 1.0 / (3.0 * root)
        ratio = (necks / solid) ** _SHARPNESS
        smaller = (1.0 + ratio) ** (-1.0 / _SHARPNESS)
        shear_slope = smaller * (self.shear_ratio * slope + ratio * necks * solid_slope) / (1.0 + ratio)
        return _floored(pressure, slope, density), _floored(smaller * necks, shear_slope, density)


def stiffness(density: Array) -> tuple[Array, Array]:
    """Moduli over those of the dense solid, and d ln / d ln D of that."""
    return density**STIFFENING, np.full_like(density, STIFFENING)


def density_after(powder: Powder, pressure: float) -> float:
    """Relative density after a pressure in a die [MPa].

    Raises:
        MaterialError: No density bears it.
    """
    loosest, densest = powder.loose_density, DENSEST
    least, most = (float(powder.die_pressure(np.array(density))) for density in (loosest, densest))
    require("fabrication_pressure", pressure, lambda value: least <= value <= most, f"{least:.3g} to {most:.3g} MPa")
    return float(brentq(lambda density: float(powder.die_pressure(np.array(density))) - pressure, loosest, densest))


def yield_stress_of(loose_density: float, shear_ratio: float, density: float, pressure: float) -> float:
    """Yield stress of the particles [MPa] of a powder that has a density after a pressure in a die [MPa].

    Raises:
        MaterialError: No yield stress does that.
    """
    require("relative_density", density, lambda value: value > loose_density, f"more than {loose_density:g}")

    def excess(logarithm: float) -> float:
        """Pressure in the die beyond the given one [MPa], of the logarithm of the yield stress."""
        return float(Powder(np.exp(logarithm), loose_density, shear_ratio).die_pressure(np.array(density))) - pressure

    span = np.log(1e-3), np.log(1e6)
    least, most = (excess(end) + pressure for end in span)
    require("fabrication_pressure", pressure, lambda value: least <= value <= most, f"{least:.3g} to {most:.3g} MPa")
    return float(np.exp(brentq(excess, *span)))


def _floored(value: Array, slope: Array, density: Array) -> tuple[Array, Array]:
    """A strength with a smooth floor, and d ln / d ln D of it."""
    whole = np.hypot(value, FLOOR)
    return whole, value * slope * density / whole**2
