"""One layer of a stack and what is packed into it."""

from typing import Annotated, ClassVar, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.units import ArealCapacity, ArealLoading
from fem_asslb.geometry.bounds import Extent
from fem_asslb.geometry.particles import PackedParticles, Particles, Voids

Bodies = TypeVar("Bodies", bound=Particles | Voids | None)


@checked()
class Layer:
    """One layer of the stack and what is packed into it; placed particles go without voids.

    Attributes:
        thickness: Its thickness [um]. In a case it may follow from ``loading`` or ``areal_capacity``, and that of an
            anode from ``cell.n_to_p``.
        particles: Particles of active material in it.
        voids: Holes in it.
        loading: Active material per plate area, such as ``"20 mg/cm^2"``: without a thickness, or without the volume
            fraction of packed particles, that follows; with both it must agree with them.
        areal_capacity: The same times ``cell.positive_reference_capacity``.
    """

    FOLLOWS: ClassVar = {
        "thickness": "expected it, or loading or areal_capacity of a host with a density, or cell.n_to_p and a layer "
        "of the material that cell.anode names"
    }
    """What else may say a key that is missing."""

    thickness: Extent
    particles: Particles | None = None
    voids: Voids | None = None
    loading: Annotated[ArealLoading, Field(gt=0.0)] | None = None
    areal_capacity: Annotated[ArealCapacity, Field(gt=0.0)] | None = None

    @field_validator("particles", "voids")
    @classmethod
    def _bodies_have_room(cls, bodies: Bodies, info: ValidationInfo) -> Bodies:
        if isinstance(bodies, PackedParticles | Voids) and "thickness" in info.data:
            thickness, diameter = info.data["thickness"], bodies.diameter.quantile(0.5)
            accepted = f"more than the median diameter of the bodies in the layer, {diameter:g} um"
            refuse(unless(thickness > diameter, "thickness", thickness, accepted))
        return bodies

    @field_validator("voids")
    @classmethod
    def _voids_leave_room(cls, voids: Voids | None, info: ValidationInfo) -> Voids | None:
        particles = info.data.get("particles")
        if voids is not None and particles is not None:
            is_packed = isinstance(particles, PackedParticles)
            refuse(unless(is_packed, "", "stated", "none in a layer with placed particles"))
            total = particles.volume_fraction + voids.volume_fraction
            words = "volume_fraction of particles and voids together"
            refuse(unless(total < 1.0, words, total, "less than 1"), "particles")
        return voids

    @property
    def is_packed(self) -> bool:
        """Whether the layer holds particles or voids."""
        return self.particles is not None or self.voids is not None
