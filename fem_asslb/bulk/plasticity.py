"""Plastic flow that keeps the volume: von Mises's yield stress, its hardening, and what it bears when in haste."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fem_asslb.base.parameters import require
from fem_asslb.bulk.flow_rule import Array, EquivalentStress

SATURATION_STRAIN = 0.01
"""Strain in which hardening saturates where nothing else is said."""


@dataclass(frozen=True)
class Overstress:
    """Excess over the yield stress that drives flow, (tau dg/dt)^(1/N) of it (P. Perzyna, 1966).

    Args:
        time: tau, in which stress above yield relaxes [s]; 0 for flow at once, whatever the rate.
        exponent: N.
    """

    time: float = 0.0
    exponent: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        require("overstress_time", self.time, lambda value: value >= 0.0, "at least 0 s")
        require("overstress_exponent", self.exponent, lambda value: value >= 1.0, "at least 1")

    @property
    def has_corner(self) -> bool:
        """Whether its slope is infinite at rest."""
        return self.time > 0.0 and self.exponent > 1.0

    @property
    def dissipation(self) -> tuple[str, ...]:
        """Names of the energies of flow with this overstress."""
        return ("plastic", "viscous") if self.time else ("plastic",)

    def split(self, total: Array, share: Array) -> Mapping[str, Array]:
        """What is dissipated by name [MPa], of a total and the share of the overstress in the resistance."""
        return {"plastic": total * (1.0 - share), "viscous": total * share} if self.time else {"plastic": total}

    def excess(self, flow: Array, time_step: float) -> tuple[Array, Array]:
        """Excess over the yield stress, as a share of it, and its derivative by the flow of a step."""
        if self.time == 0.0:
            return np.zeros_like(flow), np.zeros_like(flow)
        if self.exponent == 1.0:
            return self.time / time_step * flow, np.full_like(flow, self.time / time_step)
        excess = (self.time / time_step * flow) ** (1.0 / self.exponent)
        return excess, excess / (self.exponent * np.maximum(flow, 1e-300))


@dataclass(frozen=True)
class VonMisesFlow:
    """Flow at the yield stress s_0 + H g + (s_inf - s_0)(1 - exp(-g/g_0)) after an amount g.

    Source: J. C. Simo and T. J. R. Hughes, Computational Inelasticity (1998), chapters 2 and 3.

    Args:
        yield_stress: s_0, von Mises [MPa].
        hardening: H, without end [MPa]; at least 0.
        saturation: s_inf [MPa], at least s_0; None for no hardening that saturates.
        saturation_strain: g_0.
        overstress: What haste adds.
    """

    yield_stress: float
    hardening: float = 0.0
    saturation: float | None = None
    saturation_strain: float = SATURATION_STRAIN
    overstress: Overstress = Overstress()

    density = None
    tension_limit = np.inf

    def __post_init__(self) -> None:
        """Check the numbers."""
        require("yield_stress", self.yield_stress, lambda value: value > 0.0, "greater than 0 MPa")
        require("hardening_modulus", self.hardening, lambda value: value >= 0.0, "at least 0 MPa")
        if self.saturation is not None:
            least = f"at least the yield stress, {self.yield_stress:g} MPa"
            require("saturation_stress", self.saturation, lambda value: value >= self.yield_stress, least)
        require("saturation_strain", self.saturation_strain, lambda value: value > 0.0, "greater than 0")

    @property
    def dissipation(self) -> tuple[str, ...]:
        """See `FlowRule`."""
        return self.overstress.dissipation

    @property
    def starts_at_once(self) -> bool:
        """See `FlowRule`: a slope without end is one in the logarithm, too."""
        return self.overstress.has_corner

    def at(self, temperature: float) -> "VonMisesFlow":
        """See `FlowRule`."""
        return self

    def equivalent_stress(self, density: Array) -> EquivalentStress:
        """See `FlowRule`."""
        return of_von_mises(density)

    def stiffness(self, density: Array) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return np.ones_like(density), np.zeros_like(density)

    def resistance(self, flow: Array, accumulated: Array, time_step: float) -> tuple[Array, Array]:
        """See `FlowRule`."""
        total = accumulated + flow
        stress, slope = self.yield_stress + self.hardening * total, np.full_like(flow, self.hardening)
        if self.saturation is not None:
            left = (self.saturation - self.yield_stress) * np.exp(-total / self.saturation_strain)
            stress, slope = stress + self.saturation - self.yield_stress - left, slope + left / self.saturation_strain
        excess, rate = self.overstress.excess(flow, time_step)
        return stress + self.yield_stress * excess, slope + self.yield_stress * rate

    def dissipated(self, total: Array, flow: Array, accumulated: Array, time_step: float) -> Mapping[str, Array]:
        """See `FlowRule`; hardening counts as dissipated."""
        resistance, _ = self.resistance(flow, accumulated, time_step)
        excess, _ = self.overstress.excess(flow, time_step)
        return self.overstress.split(total, self.yield_stress * excess / resistance)


def of_von_mises(density: Array) -> EquivalentStress:
    """S = q."""
    zero = np.zeros_like(density)
    return EquivalentStress(zero + 1.0, zero, zero, zero)
