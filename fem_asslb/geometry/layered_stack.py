"""A rectangle or box of layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.base.input_types import A_NAME, STRICT, Degree, Dimension, Integer, is_name
from fem_asslb.base.requirements import (
    DIMENSION,
    ORDER,
    SEED,
    Requirement,
    asked,
    length,
    meet,
    optional_length,
    unless,
)
from fem_asslb.base.units import Length
from fem_asslb.geometry.layer import Layer

BOUNDARY_NAMES = ("bottom", "top", "left", "right", "front", "back", "outer", "void")
"""Names that the builders give to groups of boundary facets."""


def _names_of_layers(stack: "LayeredStack") -> list[str]:
    return _refusals_of_names("layers", stack.layers, ("particle",))


def _roles_of_particles(stack: "LayeredStack") -> list[str]:
    roles = {name: layer.particles.role_shares for name, layer in stack.layers.items() if layer.particles is not None}
    keys = {role: f"layers.{name}.particles.roles" for name, own in reversed(roles.items()) for role in own}
    return [line for role in stack.particle_roles for line in _refusals_of_names(keys[role], [role], stack.layers)]


def _refusals_of_names(key: str, names: Iterable[str], taken: Iterable[str]) -> list[str]:
    forbidden = dict.fromkeys((*taken, *BOUNDARY_NAMES))
    expected = f"{A_NAME}, other than " + ", ".join(forbidden)
    bad = [name for name in names if not is_name(name) or name in forbidden]
    return [line for name in bad for line in unless(False, f"name in {key}", name, expected)]


def _depth_in_3d_only(stack: "LayeredStack") -> list[str]:
    if stack.dimension == 3:
        return unless(stack.depth is not None, "depth", stack.depth, "a length, needed when dimension is 3")
    return unless(stack.depth is None, "depth", stack.depth, "nothing when dimension is 2")


def _elements_grow(stack: "LayeredStack") -> list[str]:
    if stack.largest_element is None:
        return []
    accepted = f"at least element_size, {stack.element_size:g} um"
    return unless(stack.element_size <= stack.largest_element, "largest_element", stack.largest_element, accepted)


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
        order: Order of the elements' geometry; 2 needs ``displacement_degree = 2``.
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
    REQUIREMENTS: ClassVar = (
        DIMENSION,
        asked("layers", lambda layers: len(layers) > 0, "at least one layer"),
        Requirement((), _names_of_layers),
        Requirement(("layers",), _roles_of_particles),
        length("width"),
        length("element_size"),
        Requirement(("depth", "dimension"), _depth_in_3d_only),
        optional_length("depth"),
        optional_length("largest_element"),
        Requirement(("largest_element", "element_size"), _elements_grow),
        SEED,
        ORDER,
    )

    def __post_init__(self) -> None:
        meet(self)

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
