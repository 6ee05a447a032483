"""A rectangle or box of layers."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from fem_asslb.base.checked import Degree, Dimension, Flag, checked
from fem_asslb.base.refusals import Refusal, refuse, unless
from fem_asslb.base.texts import A_NAME, is_name
from fem_asslb.geometry.bounds import Extent, Seed, SideWalls
from fem_asslb.geometry.layer import Layer

BOUNDARY_NAMES = ("bottom", "top", "left", "right", "front", "back", "outer", "void")
"""Names that the builders give to groups of boundary facets."""


def _particle_roles(layers: dict[str, Layer]) -> dict[str, str]:
    """Roles of particles, those of lower layers first, and the lowest layer that has each."""
    roles: dict[str, str] = {}
    for name, layer in layers.items():
        for role in layer.particles.role_shares if layer.particles is not None else ():
            roles.setdefault(role, name)
    return roles


def _refusals_of_name(key: str, name: str, taken: Iterable[str]) -> list[Refusal]:
    forbidden = dict.fromkeys((*taken, *BOUNDARY_NAMES))
    accepted = f"{A_NAME}, other than " + ", ".join(forbidden)
    return unless(is_name(name) and name not in forbidden, f"name in {key}", name, accepted)


@checked()
class LayeredStack:
    """Rectangle (2D) or box (3D) of layers; ``layers`` in the order bottom to top.

    Attributes:
        dimension: 2 or 3.
        layers: Name of each layer's group and the layer.
        width: Extent along x [um].
        element_size: Element size in layers with particles or voids, and everywhere when there is none [um].
        depth: Extent along y, in 3D only [um].
        largest_element: Limit of the size that elements grow to away from packed layers [um]; default half
            the width, a quarter of the least side where side walls are periodic.
        seed: Seed of the packing; the same seed gives the same mesh.
        order: Order of the elements' geometry; 2 needs ``displacement_degree = 2``.
        side_walls: ``"plane"``: ``left``, ``right`` and in 3D ``front``, ``back``; ``"periodic"``: opposite ones are
            one, where all fields go on, and there are no such boundaries. It is then a piece of a layer without an end.
        keep_volume: Whether nodes of straight elements are moved until each particle has the volume of its disc or
            sphere, of which straight elements cut off some percent; with ``order = 1``.
    """

    dimension: Dimension
    layers: dict[str, Layer]
    width: Extent
    element_size: Extent
    depth: Annotated[Extent | None, Field(validate_default=True)] = None
    largest_element: Extent | None = None
    seed: Seed = 1
    order: Degree = 1
    side_walls: SideWalls = "plane"
    keep_volume: Flag = False
    kind: Literal["layered-stack"] = "layered-stack"

    @field_validator("layers")
    @classmethod
    def _names_are_free(cls, layers: dict[str, Layer]) -> dict[str, Layer]:
        refuse(unless(len(layers) > 0, "", layers, "at least one layer"))
        found = [item for name in layers for item in _refusals_of_name("layers", name, ("particle",))]
        for role, name in _particle_roles(layers).items():
            found += _refusals_of_name(f"layers.{name}.particles.roles", role, layers)
        refuse(found)
        return layers

    @field_validator("depth")
    @classmethod
    def _depth_in_3d_only(cls, depth: float | None, info: ValidationInfo) -> float | None:
        match info.data.get("dimension"):
            case 3:
                refuse(unless(depth is not None, "", depth, "a length, needed when dimension is 3"), "dimension")
            case 2:
                refuse(unless(depth is None, "", depth, "nothing when dimension is 2"), "dimension")
        return depth

    @field_validator("side_walls")
    @classmethod
    def _grains_are_not_cut(cls, side_walls: str, info: ValidationInfo) -> str:
        for name, layer in info.data.get("layers", {}).items() if side_walls == "periodic" else ():
            particles = layer.particles
            if particles is not None and particles.grains is not None:
                refuse(
                    unless(
                        particles.walls == "inside",
                        "",
                        side_walls,
                        f"'plane', or layers.{name}.particles.walls = "
                        "'inside': a periodic wall does not cut polycrystals",
                    )
                )
        return side_walls

    @field_validator("keep_volume")
    @classmethod
    def _straight_elements_are_kept_round(cls, keeps: bool, info: ValidationInfo) -> bool:
        refuse(unless(not keeps or info.data.get("order") != 2, "", keeps, "false where order is 2"), "order")
        return keeps

    @field_validator("largest_element")
    @classmethod
    def _elements_grow(cls, largest: float | None, info: ValidationInfo) -> float | None:
        if largest is not None and "element_size" in info.data:
            size = info.data["element_size"]
            refuse(unless(size <= largest, "", largest, f"at least element_size, {size:g} um"), "element_size")
        return largest

    @property
    def is_periodic(self) -> bool:
        """Whether opposite side walls are one."""
        return self.side_walls == "periodic"

    @property
    def sides(self) -> tuple[float, ...]:
        """Extents across the stack direction [um]: (width,) in 2D, (width, depth) in 3D."""
        return (self.width,) if self.depth is None else (self.width, self.depth)

    @property
    def periods(self) -> tuple[float, ...]:
        """Extents between side walls that are one [um]; none where they are planes."""
        return self.sides if self.is_periodic else ()

    @property
    def largest_size(self) -> float:
        """Limit of the size that elements grow to [um]."""
        share = min(self.sides) / 4 if self.is_periodic else self.width / 2
        return self.largest_element or max(self.element_size, share)

    @property
    def height(self) -> float:
        """Sum of the thicknesses [um]."""
        return sum(layer.thickness for layer in self.layers.values())

    @property
    def particle_roles(self) -> tuple[str, ...]:
        """Roles of particles, those of lower layers first."""
        return tuple(_particle_roles(self.layers))

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
