"""One layer of a stack and what is packed into it."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from fem_asslb.geometry.particles import PackedParticles, Particles, PlacedParticles, Voids
from fem_asslb.geometry.requirements import require, require_length
from fem_asslb.units import Length
from fem_asslb.values import STRICT


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: its thickness [um], and what is packed into it; placed particles go without voids."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    thickness: Length
    particles: Particles | None = None
    voids: Voids | None = None

    def __post_init__(self) -> None:
        require_length("thickness", self.thickness)
        if isinstance(self.particles, PlacedParticles):
            require(self.voids is None, "voids", self.voids, "none in a layer with placed particles")
        packed = [bodies for bodies in (self.particles, self.voids) if isinstance(bodies, PackedParticles | Voids)]
        total = sum(bodies.volume_fraction for bodies in packed)
        require(total < 1.0, "volume_fraction of particles and voids together", total, "less than 1")
        for bodies in packed:
            diameter = bodies.diameter.quantile(0.5)
            require(
                self.thickness > diameter,
                "thickness",
                self.thickness,
                f"more than the median diameter of the bodies in the layer, {diameter:g} um",
            )

    @property
    def is_packed(self) -> bool:
        """Whether the layer holds particles or voids."""
        return self.particles is not None or self.voids is not None
