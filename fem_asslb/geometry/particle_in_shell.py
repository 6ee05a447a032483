"""A single particle in a concentric shell."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.geometry.grains import Grains
from fem_asslb.geometry.requirements import require, require_length, require_order
from fem_asslb.units import Length
from fem_asslb.values import STRICT, Degree, Dimension


@dataclass(frozen=True)
class ParticleInShell:
    """Disc or sphere (group ``particle/0001``) centred in a concentric shell (group ``electrolyte``).

    Attributes:
        dimension: 2 or 3.
        core_radius: Radius of the particle [um].
        shell_radius: Outer radius of the shell [um].
        element_size: Element size at the particle; in the shell it grows in proportion to the radius [um].
        part: ``"full"``, or ``"symmetric"``: the quadrant or octant of non-negative coordinates.
        order: Order of the elements' geometry.
        grains: Grains of the particle, with ``part = "full"`` only; without them it is a single crystal.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    dimension: Dimension
    core_radius: Length
    shell_radius: Length
    element_size: Length
    part: Literal["full", "symmetric"] = "symmetric"
    order: Degree = 1
    grains: Grains | None = None
    kind: Literal["particle-in-shell"] = "particle-in-shell"

    def __post_init__(self) -> None:
        require(self.dimension in (2, 3), "dimension", self.dimension, "2 or 3")
        require_length("core_radius", self.core_radius)
        require(
            self.core_radius < self.shell_radius < math.inf,
            "shell_radius",
            self.shell_radius,
            f"more than core_radius, {self.core_radius:g} um",
        )
        require_length("element_size", self.element_size)
        require(self.part in ("full", "symmetric"), "part", self.part, "'full' or 'symmetric'")
        require_order(self.order)
        if self.grains is not None:
            # A grain that a plane of symmetry cuts would stand for two crystals with mirrored axes.
            require(self.part == "full", "part", self.part, "'full' for a particle with grains")
            require(self.grains.share == 1.0, "grains.share", self.grains.share, "1, for there is one particle")
            self.grains.require_among(["particle"])
            self.grains.require_smaller_than(2 * self.core_radius)
