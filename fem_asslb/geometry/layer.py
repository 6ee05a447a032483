"""One layer of a stack and what is packed into it."""

from typing import TypeVar

from pydantic import ValidationInfo, field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.geometry.bounds import Extent
from fem_asslb.geometry.particles import PackedParticles, Particles, Voids

Bodies = TypeVar("Bodies", bound=Particles | Voids | None)


@checked()
class Layer:
    """One layer of the stack: its thickness [um], and what is packed into it; placed particles go without voids."""

    thickness: Extent
    particles: Particles | None = None
    voids: Voids | None = None

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
