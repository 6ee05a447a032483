"""A rectangle or box of layers."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.geometry.layer import Layer
from fem_asslb.geometry.requirements import require, require_length, require_order
from fem_asslb.units import Length
from fem_asslb.values import STRICT, Degree, Dimension, Integer

BOUNDARY_NAMES = ("bottom", "top", "left", "right", "front", "back", "outer", "void")
"""Names that the builders give to groups of boundary facets."""


@dataclass(frozen=True)
class LayeredStack:
    """Rectangle (2D) or box (3D) of layers; ``layers`` in the order bottom to top.

    Attributes:
        dimension: 2 or 3.
        layers: Name of each layer's group and the layer.
        width: Extent along x [um].
        element_size: Element size in layers with particles or voids, and everywhere when there is none [um].
        depth: Extent along y, in 3D only [um].
        largest_element: Limit of the size that elements grow to away from packed layers [um]; default half
            the width.
        seed: Seed of the packing; the same seed gives the same mesh.
        order: Order of the elements' geometry.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    dimension: Dimension
    layers: dict[str, Layer]
    width: Length
    element_size: Length
    depth: Length | None = None
    largest_element: Length | None = None
    seed: Integer = 1
    order: Degree = 1
    kind: Literal["layered-stack"] = "layered-stack"

    def __post_init__(self) -> None:
        require(self.dimension in (2, 3), "dimension", self.dimension, "2 or 3")
        require(len(self.layers) > 0, "layers", self.layers, "at least one layer")
        roles = self.particle_roles
        for kind, taken, names in (
            ("layer name", ("particle",), self.layers),
            ("role of particles", self.layers, roles),
        ):
            forbidden = dict.fromkeys((*taken, *BOUNDARY_NAMES))
            for name in names:
                accepted = name != "" and "/" not in name and name not in forbidden
                require(accepted, kind, name, "a name without '/' other than " + ", ".join(forbidden))
        require_length("width", self.width)
        require_length("element_size", self.element_size)
        if self.dimension == 3:
            require(self.depth is not None, "depth", self.depth, "a length, needed when dimension is 3")
            require_length("depth", self.depth or 0.0)
        else:
            require(self.depth is None, "depth", self.depth, "nothing when dimension is 2")
        if self.largest_element is not None:
            require(
                self.element_size <= self.largest_element < math.inf,
                "largest_element",
                self.largest_element,
                f"at least element_size, {self.element_size:g} um",
            )
        require(self.seed >= 0, "seed", self.seed, "an integer from 0")
        require_order(self.order)

    @property
    def sides(self) -> tuple[float, ...]:
        """Extents across the stack direction [um]: (width,) in 2D, (width, depth) in 3D."""
        return (self.width,) if self.depth is None else (self.width, self.depth)

    @property
    def height(self) -> float:
        """Sum of the thicknesses [um]."""
        return sum(layer.thickness for layer in self.layers.values())

    @property
    def particle_roles(self) -> tuple[str, ...]:
        """Roles of particles, those of lower layers first."""
        particles = [layer.particles for layer in self.layers.values() if layer.particles is not None]
        return tuple(dict.fromkeys(role for kind in particles for role in kind.role_shares))

    def extents(self, name: str) -> tuple[float, ...]:
        """Extents of a layer, its thickness last [um]."""
        return (*self.sides, self.layers[name].thickness)

    def particle_fraction(self, name: str) -> float:
        """Part of a layer's volume (area in 2D) inside particles."""
        particles = self.layers[name].particles
        return 0.0 if particles is None else particles.fraction(self.extents(name))

    def levels(self) -> dict[str, tuple[float, float]]:
        """Bottom and top of each layer along the stack direction [um]."""
        levels, level = {}, 0.0
        for name, layer in self.layers.items():
            levels[name] = (level, level + layer.thickness)
            level += layer.thickness
        return levels
