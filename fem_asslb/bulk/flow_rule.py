"""What decides how an isotropic solid flows: its equivalent stress, and what resists it.

Flow is associated: with S = sqrt(a q^2 + b p^2) of the von Mises stress q and the pressure p, an amount of flow g takes
g dS/dp of the volume and shears by g dS/dq, so that S is work-conjugate to g.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class EquivalentStress:
    """S^2 = a q^2 + b p^2 at some densities.

    Attributes:
        deviatoric: a.
        volumetric: b.
        deviatoric_slope: d ln a / d ln D.
        volumetric_slope: d ln b / d ln D.
    """

    deviatoric: Array
    volumetric: Array
    deviatoric_slope: Array
    volumetric_slope: Array


class FlowRule(Protocol):
    """How a solid flows; arrays of one shape (n,)."""

    @property
    def dissipation(self) -> tuple[str, ...]:
        """Names of the energies that it dissipates."""

    @property
    def density(self) -> float | None:
        """Relative density at the start; None where flow keeps the volume."""

    @property
    def tension_limit(self) -> float:
        """Mean tension at which it opens [MPa]; infinite where flow keeps the volume."""

    @property
    def starts_at_once(self) -> bool:
        """Whether any stress makes it flow, as in creep, so that its amount is sought in its logarithm."""

    def at(self, temperature: float) -> "FlowRule":
        """The rule at a temperature [K]; itself where it does not depend on it."""

    def equivalent_stress(self, density: Array) -> EquivalentStress:
        """S^2 over those of stresses, at relative densities."""

    def stiffness(self, density: Array) -> tuple[Array, Array]:
        """Moduli over those of the dense solid, and d ln / d ln D of that."""

    def resistance(self, flow: Array, accumulated: Array, time_step: float) -> tuple[Array, Array]:
        """S at which an amount of flow happens in a step [MPa], and its derivative by that amount.

        Args:
            flow: Amount in the step.
            accumulated: Amount before.
            time_step: [s].
        """

    def dissipated(self, total: Array, flow: Array, accumulated: Array, time_step: float) -> Mapping[str, Array]:
        """What is dissipated in a step by name, of a total [MPa]; the other arguments are those of `resistance`."""
