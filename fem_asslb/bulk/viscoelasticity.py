"""Linear viscoelasticity of Maxwell's type: a share of the shear stiffness relaxes."""

from dataclasses import dataclass
from typing import ClassVar

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require
from fem_asslb.bulk.bulk_law import BulkResponse, Deformation, History, Shapes, Tangent
from fem_asslb.bulk.tensor import spherical, symmetric

VISCOUS_STRAIN = "viscous strain"


@dataclass(frozen=True)
class MaxwellSolid:
    """An elastic solid in parallel with a spring and a dashpot in series; only shear relaxes.

    With d the deviator of the strain and q the viscous strain, the stress is
    K tr(e) I + 2 G ((1 - g) d + g (d - q)) and dq/dt = (d - q)/tau, by backward Euler.
    Source: J. C. Simo and T. J. R. Hughes, Computational Inelasticity (1998), chapter 10.

    Args:
        bulk_modulus: K [MPa].
        shear_modulus: G at once [MPa].
        relaxing_share: g, the share of G that relaxes, 0 to 1.
        relaxation_time: tau [s].
    """

    HISTORY: ClassVar[Shapes] = {VISCOUS_STRAIN: (6,)}
    DISSIPATION: ClassVar[tuple[str, ...]] = ("viscoelastic",)
    AT_POINTS: ClassVar[bool] = False

    bulk_modulus: NumberLike
    shear_modulus: NumberLike
    relaxing_share: NumberLike
    relaxation_time: NumberLike

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("bulk_modulus", "shear_modulus"):
            require(name, getattr(self, name), lambda value: value > 0.0, "greater than 0 MPa")
        require("relaxing_share", self.relaxing_share, lambda value: 0.0 < value <= 1.0, "more than 0 and at most 1")
        require("relaxation_time", self.relaxation_time, lambda value: value > 0.0, "greater than 0 s")

    def respond(self, now: Deformation, before: Deformation, history: History, time_step: NumberLike) -> BulkResponse:
        """See `fem_asslb.bulk.bulk_law.BulkLaw`; what is dissipated is trapezoidal."""
        trace, deviator = now.strain.trace, now.strain.deviator
        start, ratio = symmetric(history[VISCOUS_STRAIN]), time_step / self.relaxation_time
        viscous = (1 / (1 + ratio)) * (start + ratio * deviator)
        flow, arm = viscous - start, deviator - viscous
        stiff, soft = (1 - self.relaxing_share) * self.shear_modulus, self.relaxing_share * self.shear_modulus
        stored = 0.5 * self.bulk_modulus * trace * trace
        stored = stored + stiff * deviator.inner(deviator) + soft * arm.inner(arm)
        # The viscous strain minimises it: its derivative by the strain alone is the stress.
        potential = stored + soft / ratio * flow.inner(flow)
        mean_arm = 0.5 * (arm + before.strain.deviator - start)
        return BulkResponse(
            stored=stored,
            potential=potential,
            stress=spherical(self.bulk_modulus * trace) + 2 * stiff * deviator + 2 * soft * arm,
            history={VISCOUS_STRAIN: viscous.components},
            dissipated={"viscoelastic": 2 * soft * mean_arm.inner(flow)},
            tangent=self._tangent(ratio),
        )

    def _tangent(self, ratio: NumberLike) -> Tangent:
        shear = self.shear_modulus * (1 - self.relaxing_share * ratio / (1 + ratio))
        return Tangent(volumetric=self.bulk_modulus - 2 * shear / 3, shear=2 * shear)


@dataclass(frozen=True)
class MaxwellSolidAtPoints(MaxwellSolid):
    """The same law in numpy at points, which shows how a law does that has no formula."""

    AT_POINTS: ClassVar[bool] = True
