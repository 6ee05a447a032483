"""Compaction of a pressed powder: flow on an ellipse of pressure and shear that grows with the density."""

from collections.abc import Mapping
from dataclasses import dataclass

from fem_asslb.base.parameters import require
from fem_asslb.bulk.flow_rule import Array, EquivalentStress
from fem_asslb.bulk.plasticity import Overstress
from fem_asslb.bulk.powder import Powder, stiffness


@dataclass(frozen=True)
class Compaction:
    """Flow on (q/Q)^2 + (p/P)^2 = 1; under tension it shears at Q and opens at a limit.

    The ellipse is a simplification: the yield surface of Fleck, Kuhn and McMeeking (1992) has a vertex on the pressure
    axis. The equivalent stress is s_0 on it, so that an amount of flow is a strain.

    Args:
        powder: Strengths P and Q.
        density: Relative density at the start.
        tension_limit: Mean tension at which it opens [MPa].
        overstress: What haste adds.
    """

    powder: Powder
    density: float
    tension_limit: float
    overstress: Overstress = Overstress()

    def __post_init__(self) -> None:
        """Check the numbers."""
        loose = self.powder.loose_density
        require("relative_density", self.density, lambda value: loose <= value < 1.0, f"{loose:g} to less than 1")
        require("tension_limit", self.tension_limit, lambda value: value > 0.0, "greater than 0 MPa")

    @property
    def dissipation(self) -> tuple[str, ...]:
        """See `FlowRule`."""
        return self.overstress.dissipation

    @property
    def starts_at_once(self) -> bool:
        """See `FlowRule`: a slope without end is one in the logarithm, too."""
        return self.overstress.has_corner

    def at(self, temperature: float) -> "Compaction":
        """See `FlowRule`."""
        return self

    def equivalent_stress(self, density: Array) -> EquivalentStress:
        """See `FlowRule`."""
        (pressure, by_pressure), (shear, by_shear) = self.powder.strengths(density)
        scale = self.powder.yield_stress
        return EquivalentStress((scale / shear) ** 2, (scale / pressure) ** 2, -2.0 * by_shear, -2.0 * by_pressure)

    def stiffness(self, density: Array) -> tuple[Array, Array]:
        """See `FlowRule`."""
        return stiffness(density)

    def resistance(self, flow: Array, accumulated: Array, time_step: float) -> tuple[Array, Array]:
        """See `FlowRule`."""
        scale = self.powder.yield_stress
        excess, slope = self.overstress.excess(flow, time_step)
        return scale * (1.0 + excess), scale * slope

    def dissipated(self, total: Array, flow: Array, accumulated: Array, time_step: float) -> Mapping[str, Array]:
        """See `FlowRule`."""
        excess, _ = self.overstress.excess(flow, time_step)
        return self.overstress.split(total, excess / (1.0 + excess))
