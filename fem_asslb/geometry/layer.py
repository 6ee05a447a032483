"""One layer of a stack and what is packed into it."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from fem_asslb.base.input_types import STRICT
from fem_asslb.base.requirements import Requirement, length, meet, unless
from fem_asslb.base.units import Length
from fem_asslb.geometry.particles import PackedParticles, Particles, PlacedParticles, Voids


def _no_voids_beside_places(layer: "Layer") -> list[str]:
    allowed = layer.voids is None or not isinstance(layer.particles, PlacedParticles)
    return unless(allowed, "voids", "stated", "none in a layer with placed particles")


def _room_for_particles(layer: "Layer") -> list[str]:
    return _room(layer.thickness, layer.particles) if isinstance(layer.particles, PackedParticles) else []


def _room_for_voids(layer: "Layer") -> list[str]:
    return _room(layer.thickness, layer.voids) if layer.voids is not None else []


def _room(thickness: float, bodies: PackedParticles | Voids) -> list[str]:
    diameter = bodies.diameter.quantile(0.5)
    accepted = f"more than the median diameter of the bodies in the layer, {diameter:g} um"
    return unless(thickness > diameter, "thickness", thickness, accepted)


def _less_than_all(layer: "Layer") -> list[str]:
    packed = [bodies for bodies in (layer.particles, layer.voids) if isinstance(bodies, PackedParticles | Voids)]
    total = sum(bodies.volume_fraction for bodies in packed)
    return unless(total < 1.0, "volume_fraction of particles and voids together", total, "less than 1")


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: its thickness [um], and what is packed into it; placed particles go without voids."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    thickness: Length
    particles: Particles | None = None
    voids: Voids | None = None
    REQUIREMENTS: ClassVar = (
        length("thickness"),
        Requirement(("voids",), _no_voids_beside_places),
        Requirement(("thickness",), _room_for_particles),
        Requirement(("thickness",), _room_for_voids),
        Requirement(("particles", "voids"), _less_than_all),
    )

    def __post_init__(self) -> None:
        meet(self)

    @property
    def is_packed(self) -> bool:
        """Whether the layer holds particles or voids."""
        return self.particles is not None or self.voids is not None
