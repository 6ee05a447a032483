"""Linear elasticity as a law of the bulk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from fem_asslb.base.functions import NumberLike
from fem_asslb.bulk.bulk_law import BulkResponse, Deformation, History, Shapes
from fem_asslb.bulk.elasticity import ElasticInvariants, energy_density


@dataclass(frozen=True)
class LinearElasticity:
    """Isotropic or transversely isotropic elasticity; remembers nothing.

    Args:
        invariants: Coefficients of the energy density [MPa].
        stiffness: Factor of all of them as a function of the stoichiometry; None where they do not change.
    """

    HISTORY: ClassVar[Shapes] = {}
    STORED: ClassVar[tuple[str, ...]] = ("elastic",)
    DISSIPATION: ClassVar[tuple[str, ...]] = ()
    AT_POINTS: ClassVar[bool] = False

    invariants: ElasticInvariants
    stiffness: Callable[[NumberLike], NumberLike] | None = None

    def respond(self, now: Deformation, before: Deformation, history: History, time_step: NumberLike) -> BulkResponse:
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        energy = energy_density(self.invariants, now.strain, now.axis)
        if self.stiffness is not None:
            energy = self.stiffness(now.stoichiometry) * energy
        return BulkResponse(stored={"elastic": energy}, potential=energy)

    def stiffening(self, now: Deformation, before: Deformation) -> NumberLike | None:
        """Energy that a change of stiffness brings in a step, (g_1 - g_0) e_0 : C : e_1/2 [MPa]; None without a change.

        With the mean of both stresses on the change of the elastic strain it is exactly the change of the energy.

        Args:
            now: At the end of the step.
            before: At its start.
        """
        if self.stiffness is None:
            return None
        both, end, start = (
            energy_density(self.invariants, strain, now.axis)
            for strain in (now.strain + before.strain, now.strain, before.strain)
        )
        change = self.stiffness(now.stoichiometry) - self.stiffness(before.stoichiometry)
        return 0.5 * change * (both - end - start)
