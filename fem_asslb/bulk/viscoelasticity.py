"""Linear viscoelasticity of Maxwell's type: a share of the shear stiffness relaxes."""

from dataclasses import dataclass
from typing import ClassVar

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require
from fem_asslb.bulk.bulk_law import BulkResponse, Deformation, History, Shapes, Tangent
from fem_asslb.bulk.tensor import SymmetricTensor, spherical, symmetric

VISCOUS_STRAIN = "viscous strain"


@dataclass(frozen=True, kw_only=True)
class ArmResponse:
    """State of an arm at the end of a step; energies as in `BulkResponse`.

    Attributes:
        viscous: Strain of the dashpot.
        stress: [MPa].
        stored: [MPa].
        delay: Part of the incremental potential that the dashpot adds [MPa].
        dissipated: In the step, trapezoidal [MPa].
        shear: Derivative of the stress by the deviator of the strain [MPa].
    """

    viscous: SymmetricTensor
    stress: SymmetricTensor
    stored: NumberLike
    delay: NumberLike
    dissipated: NumberLike
    shear: NumberLike


@dataclass(frozen=True)
class MaxwellArm:
    """A spring and a dashpot in series that bear shear: 2 G (d - q) with dq/dt = (d - q)/tau, by backward Euler.

    Args:
        shear_modulus: G [MPa].
        relaxation_time: tau [s].
    """

    shear_modulus: NumberLike
    relaxation_time: NumberLike

    def respond(
        self, now: SymmetricTensor, before: SymmetricTensor, start: SymmetricTensor, time_step: NumberLike
    ) -> ArmResponse:
        """Answer to a step.

        Args:
            now: Deviator of the strain at its end.
            before: The same at its start.
            start: Strain of the dashpot there.
            time_step: [s].
        """
        ratio = time_step / self.relaxation_time
        viscous = (1 / (1 + ratio)) * (start + ratio * now)
        flow, spring = viscous - start, now - viscous
        return ArmResponse(
            viscous=viscous,
            stress=2 * self.shear_modulus * spring,
            stored=self.shear_modulus * spring.inner(spring),
            delay=self.shear_modulus / ratio * flow.inner(flow),
            dissipated=self.shear_modulus * (spring + before - start).inner(flow),
            shear=2 * self.shear_modulus / (1 + ratio),
        )


@dataclass(frozen=True)
class MaxwellSolid:
    """An elastic solid in parallel with a spring and a dashpot in series; only shear relaxes.

    With d the deviator of the strain and q the viscous strain, the stress is
    K tr(e) I + 2 G ((1 - g) d + g (d - q)), the last term that of a `MaxwellArm`.
    Source: J. C. Simo and T. J. R. Hughes, Computational Inelasticity (1998), chapter 10.

    Args:
        bulk_modulus: K [MPa].
        shear_modulus: G at once [MPa].
        relaxing_share: g, the share of G that relaxes, 0 to 1.
        relaxation_time: tau [s].
    """

    HISTORY: ClassVar[Shapes] = {VISCOUS_STRAIN: (6,)}
    STORED: ClassVar[tuple[str, ...]] = ("elastic",)
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
        stiff = (1 - self.relaxing_share) * self.shear_modulus
        arm = MaxwellArm(self.relaxing_share * self.shear_modulus, self.relaxation_time).respond(
            deviator, before.strain.deviator, symmetric(history[VISCOUS_STRAIN]), time_step
        )
        stored = 0.5 * self.bulk_modulus * trace * trace + stiff * deviator.inner(deviator) + arm.stored
        shear = 2 * stiff + arm.shear
        return BulkResponse(
            stored={"elastic": stored},
            # The viscous strain minimises it: its derivative by the strain alone is the stress.
            potential=stored + arm.delay,
            stress=spherical(self.bulk_modulus * trace) + 2 * stiff * deviator + arm.stress,
            history={VISCOUS_STRAIN: arm.viscous.components},
            dissipated={"viscoelastic": arm.dissipated},
            tangent=Tangent(volumetric=self.bulk_modulus - shear / 3, shear=shear),
        )


@dataclass(frozen=True)
class MaxwellSolidAtPoints(MaxwellSolid):
    """The same law in numpy at points, which shows how a law does that has no formula."""

    AT_POINTS: ClassVar[bool] = True
