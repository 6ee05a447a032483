"""Creep by a power law, with an activation energy, of dense metals and of porous ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fem_asslb.base.arrhenius import arrhenius
from fem_asslb.base.parameters import require
from fem_asslb.base.temperatures import ROOM_TEMPERATURE
from fem_asslb.bulk.flow_rule import Array, EquivalentStress
from fem_asslb.bulk.plasticity import of_von_mises
from fem_asslb.bulk.powder import stiffness


@dataclass(frozen=True)
class PowerLaw:
    """Rate of flow A (S/S_r)^n exp(-(Q/R)(1/T - 1/T_r)) at the temperature T (F. H. Norton, 1929).

    Args:
        rate: A [s^-1], at the reference stress and temperature.
        stress: S_r [MPa].
        exponent: n.
        activation_energy: Q [J/mol].
        reference_temperature: T_r [K].
    """

    rate: float
    stress: float
    exponent: float
    activation_energy: float = 0.0
    reference_temperature: float = ROOM_TEMPERATURE

    def __post_init__(self) -> None:
        """Check the numbers."""
        units = {"rate": "s^-1", "stress": "MPa", "reference_temperature": "K"}
        for name, unit in units.items():
            require(name, getattr(self, name), lambda value: value > 0.0, f"greater than 0 {unit}")
        require("exponent", self.exponent, lambda value: value >= 1.0, "at least 1")
        require("activation_energy", self.activation_energy, lambda value: value >= 0.0, "at least 0 J/mol")

    def at(self, temperature: float) -> "PowerLaw":
        """The law whose reference temperature is another [K]."""
        faster = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        return replace(self, rate=faster * self.rate, reference_temperature=temperature)

    def resistance(self, flow: Array, time_step: float) -> tuple[Array, Array]:
        """Stress of an amount of flow in a step at the reference temperature [MPa], and its derivative by it."""
        flow = np.maximum(flow, 1e-300)
        stress = self.stress * np.exp(np.log(flow / (self.rate * time_step)) / self.exponent)
        return stress, stress / (self.exponent * flow)


@dataclass(frozen=True)
class Creep:
    """Creep that keeps the volume.

    Args:
        law: Rate for a stress.
    """

    law: PowerLaw

    dissipation = ("creep",)
    density = None
    tension_limit = np.inf
    starts_at_once = True

    def at(self, temperature: float) -> "Creep":
        """See `FlowRule`."""
        return replace(self, law=self.law.at(temperature))

    def equivalent_stress(self, density: Array) -> EquivalentStress:
        """See `FlowRule`."""
        return of_von_mises(density)

    def stiffness(self, density: Array) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return np.ones_like(density), np.zeros_like(density)

    def resistance(self, flow: Array, accumulated: Array, time_step: float) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return self.law.resistance(flow, time_step)

    def dissipated(self, total: Array, flow: Array, accumulated: Array, time_step: float) -> Mapping[str, Array]:
        """See `FlowRule`."""
        return {"creep": total}


@dataclass(frozen=True)
class PorousCreep:
    """Creep of a porous solid, S^2 = a q^2 + b p^2, which closes its pores under pressure.

    With f = 1 - D: a = (1 + 2 f/3)/(1 - f)^(2n/(n+1)), b = (3/(2n))^2 (n f/(1 - f^(1/n))^n)^(2/(n+1)), exact for a
    hollow sphere under pressure. Source: J. M. Duva and P. D. Crow, Mech. Mater. 17, 1994.

    Args:
        law: Rate of the dense solid for a stress.
        density: Relative density at the start.
        tension_limit: Mean tension at which it opens [MPa].
    """

    law: PowerLaw
    density: float
    tension_limit: float

    dissipation = ("creep",)
    starts_at_once = True

    def __post_init__(self) -> None:
        """Check the numbers."""
        require("relative_density", self.density, lambda value: 0.5 <= value < 1.0, "0.5 to less than 1")
        require("tension_limit", self.tension_limit, lambda value: value > 0.0, "greater than 0 MPa")

    def at(self, temperature: float) -> "PorousCreep":
        """See `FlowRule`."""
        return replace(self, law=self.law.at(temperature))

    def equivalent_stress(self, density: Array) -> EquivalentStress:
        """See `FlowRule`."""
        n, pores = self.law.exponent, 1.0 - density
        power = 2.0 / (n + 1.0)
        deviatoric = (1.0 + 2.0 / 3.0 * pores) * density ** (-n * power)
        root = pores ** (1.0 / n)
        volumetric = (1.5 / n) ** 2 * (n * pores / (1.0 - root) ** n) ** power
        # By the logarithm of the density, d f = -D d ln D.
        by_deviatoric = -2.0 / 3.0 * density / (1.0 + 2.0 / 3.0 * pores) - n * power
        by_volumetric = -density * power / (pores * (1.0 - root))
        return EquivalentStress(deviatoric, volumetric, by_deviatoric, by_volumetric)

    def stiffness(self, density: Array) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return stiffness(density)

    def resistance(self, flow: Array, accumulated: Array, time_step: float) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return self.law.resistance(flow, time_step)

    def dissipated(self, total: Array, flow: Array, accumulated: Array, time_step: float) -> Mapping[str, Array]:
        """See `FlowRule`."""
        return {"creep": total}
