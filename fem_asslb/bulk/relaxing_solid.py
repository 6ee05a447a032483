"""A solid that flows beside an arm that relaxes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require
from fem_asslb.bulk.bulk_law import BulkResponse, Deformation, History, Shapes, Tangent, WhenAsked
from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.tensor import symmetric
from fem_asslb.bulk.viscoelasticity import VISCOUS_STRAIN, MaxwellArm


@dataclass(frozen=True)
class RelaxingSolid:
    """Both bear the same strain; the arm takes up shear and relaxes, whatever flows beside it.

    Args:
        solid: What flows.
        arm: What relaxes.
    """

    AT_POINTS: ClassVar[bool] = True
    STORED: ClassVar[tuple[str, ...]] = ("elastic",)
    LOCKS: ClassVar[bool] = True
    BOUNDED: ClassVar[bool] = True

    solid: FlowingSolid
    arm: MaxwellArm

    def __post_init__(self) -> None:
        """Check the arm."""
        require("shear_modulus", self.arm.shear_modulus, lambda value: value > 0.0, "greater than 0 MPa")
        require("relaxation_time", self.arm.relaxation_time, lambda value: value > 0.0, "greater than 0 s")

    @property
    def HISTORY(self) -> Shapes:  # noqa: N802
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        return {**self.solid.HISTORY, VISCOUS_STRAIN: (6,)}

    @property
    def DISSIPATION(self) -> tuple[str, ...]:  # noqa: N802
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        return (*self.solid.DISSIPATION, "viscoelastic")

    def reported(self, history: History) -> Mapping[str, NumberLike]:
        """See `fem_asslb.bulk.bulk_law.ReportingLaw`."""
        return self.solid.reported(history)

    def respond(self, now: Deformation, before: Deformation, history: History, time_step: NumberLike) -> BulkResponse:
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        flowing = self.solid.respond(now, before, history, time_step)
        start = symmetric(history[VISCOUS_STRAIN])
        arm = self.arm.respond(now.strain.deviator, before.strain.deviator, start, time_step)
        assert flowing.stress is not None and flowing.tangent is not None
        return BulkResponse(
            stored=WhenAsked(lambda: {"elastic": flowing.stored["elastic"] + arm.stored}),
            stress=flowing.stress + arm.stress,
            history=WhenAsked(lambda: {**flowing.history, VISCOUS_STRAIN: arm.viscous.components}),
            dissipated=WhenAsked(lambda: {**flowing.dissipated, "viscoelastic": arm.dissipated}),
            tangent=_stiffer(flowing.tangent, arm.shear),
        )


def _stiffer(tangent: Tangent, shear: NumberLike) -> Tangent:
    """A tangent with more stiffness against shear."""
    return replace(tangent, volumetric=tangent.volumetric - shear / 3.0, shear=tangent.shear + shear)
