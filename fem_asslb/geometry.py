"""Geometry of a cell as plain data: what the mesh builders build and what a case describes.

Lengths are in um. The stack direction is the last coordinate (y in 2D, z in 3D); the lowest layer starts at
zero.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from fem_asslb.units import Length

BOUNDARY_NAMES = ("bottom", "top", "left", "right", "front", "back", "outer", "void")
"""Names that the builders give to groups of boundary facets."""

STRICT = ConfigDict(extra="forbid")


def _require(condition: bool, name: str, value: object, accepted: str) -> None:
    if not condition:
        raise ValueError(f"{name} is {value!r}; accepted: {accepted}")


def _require_length(name: str, value: float) -> None:
    _require(0.0 < value < math.inf, name, value, "a length above 0 um")


def _require_fraction(name: str, value: float) -> None:
    _require(0.0 < value < 1.0, name, value, "a number between 0 and 1, both excluded")


def _require_order(order: int) -> None:
    _require(order in (1, 2), "order", order, "1 (straight elements) or 2 (curved elements)")


@dataclass(frozen=True)
class EqualDiameters:
    """All particles of one diameter ``value`` [um]."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    value: Length
    kind: Literal["equal"] = "equal"

    def __post_init__(self) -> None:
        _require_length("value", self.value)

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.value


@dataclass(frozen=True)
class LognormalDiameters:
    """Lognormal distribution by number: ``median`` [um], ``geometric_deviation`` exp(std of ln d) [-]."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    median: Length
    geometric_deviation: float
    kind: Literal["lognormal"] = "lognormal"

    def __post_init__(self) -> None:
        _require_length("median", self.median)
        _require(
            1.0 <= self.geometric_deviation <= 3.0,
            "geometric_deviation",
            self.geometric_deviation,
            "a number from 1 to 3",
        )

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.median * self.geometric_deviation ** NormalDist().inv_cdf(share)


@dataclass(frozen=True)
class TableDiameters:
    """Classes of ``diameters`` [um] with their ``number_fractions`` (sum 1)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    diameters: tuple[Length, ...]
    number_fractions: tuple[float, ...]
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        _require(len(self.diameters) > 0, "diameters", self.diameters, "at least one length")
        for diameter in self.diameters:
            _require_length("diameters", diameter)
        _require(
            len(self.number_fractions) == len(self.diameters),
            "number_fractions",
            self.number_fractions,
            f"as many numbers as diameters ({len(self.diameters)})",
        )
        _require(
            all(0.0 <= share <= 1.0 for share in self.number_fractions)
            and abs(sum(self.number_fractions) - 1.0) < 1e-6,
            "number_fractions",
            self.number_fractions,
            "numbers from 0 to 1 whose sum is 1",
        )

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        classes = sorted(pair for pair in zip(self.diameters, self.number_fractions, strict=True) if pair[1] > 0)
        total = 0.0
        for diameter, fraction in classes:
            total += fraction
            if share < total:
                return diameter
        return classes[-1][0]


Diameters = Annotated[EqualDiameters | LognormalDiameters | TableDiameters, Field(discriminator="kind")]


@dataclass(frozen=True)
class Particles:
    """Discs (2D) or spheres (3D) of active material packed into a layer.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) inside particles, voids counted in the
            whole.
        diameter: Distribution of diameters by number [um].
        minimum_gap: Smallest distance between two particles, and between a particle and a face it does not
            cut [um].
        walls: ``"inside"``: particles keep off the side walls; ``"cut"``: side walls may cut them (the part
            outside is dropped). The bottom and top of the layer are never cut.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    volume_fraction: float
    diameter: Diameters
    minimum_gap: Length
    walls: Literal["inside", "cut"] = "inside"

    def __post_init__(self) -> None:
        _require_fraction("volume_fraction", self.volume_fraction)
        _require_length("minimum_gap", self.minimum_gap)
        _require(self.walls in ("inside", "cut"), "walls", self.walls, "'inside' or 'cut'")
        _require(
            self.minimum_gap < self.diameter.quantile(0.5),
            "minimum_gap",
            self.minimum_gap,
            f"less than the median diameter, {self.diameter.quantile(0.5):g} um",
        )


@dataclass(frozen=True)
class Voids:
    """Round holes in a layer, placed together with its particles and under the same rule for walls and gaps.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) that is void.
        diameter: Distribution of diameters by number [um].
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    volume_fraction: float
    diameter: Diameters

    def __post_init__(self) -> None:
        _require_fraction("volume_fraction", self.volume_fraction)


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: its thickness [um], and what is packed into it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    thickness: Length
    particles: Particles | None = None
    voids: Voids | None = None

    def __post_init__(self) -> None:
        _require_length("thickness", self.thickness)
        total = sum(bodies.volume_fraction for bodies in (self.particles, self.voids) if bodies)
        _require(total < 1.0, "volume_fraction of particles and voids together", total, "less than 1")
        for bodies in (self.particles, self.voids):
            if bodies:
                diameter = bodies.diameter.quantile(0.5)
                _require(
                    self.thickness > diameter,
                    "thickness",
                    self.thickness,
                    f"more than the median diameter of the bodies in the layer, {diameter:g} um",
                )

    @property
    def is_packed(self) -> bool:
        """Whether the layer holds particles or voids."""
        return self.particles is not None or self.voids is not None


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
    dimension: Literal[2, 3]
    layers: dict[str, Layer]
    width: Length
    element_size: Length
    depth: Length | None = None
    largest_element: Length | None = None
    seed: int = 1
    order: Literal[1, 2] = 1
    kind: Literal["layered-stack"] = "layered-stack"

    def __post_init__(self) -> None:
        _require(self.dimension in (2, 3), "dimension", self.dimension, "2 or 3")
        _require(len(self.layers) > 0, "layers", self.layers, "at least one layer")
        for name in self.layers:
            _require(
                name != "" and "/" not in name and name not in (*BOUNDARY_NAMES, "particle"),
                "layer name",
                name,
                "a name without '/' other than particle, " + ", ".join(BOUNDARY_NAMES),
            )
        _require_length("width", self.width)
        _require_length("element_size", self.element_size)
        if self.dimension == 3:
            _require(self.depth is not None, "depth", self.depth, "a length, needed when dimension is 3")
            _require_length("depth", self.depth or 0.0)
        else:
            _require(self.depth is None, "depth", self.depth, "nothing when dimension is 2")
        if self.largest_element is not None:
            _require(
                self.element_size <= self.largest_element < math.inf,
                "largest_element",
                self.largest_element,
                f"at least element_size, {self.element_size:g} um",
            )
        _require(self.seed >= 0, "seed", self.seed, "an integer from 0")
        _require_order(self.order)

    @property
    def sides(self) -> tuple[float, ...]:
        """Extents across the stack direction [um]: (width,) in 2D, (width, depth) in 3D."""
        return (self.width,) if self.depth is None else (self.width, self.depth)

    @property
    def height(self) -> float:
        """Sum of the thicknesses [um]."""
        return sum(layer.thickness for layer in self.layers.values())

    def levels(self) -> dict[str, tuple[float, float]]:
        """Bottom and top of each layer along the stack direction [um]."""
        levels, level = {}, 0.0
        for name, layer in self.layers.items():
            levels[name] = (level, level + layer.thickness)
            level += layer.thickness
        return levels


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
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    dimension: Literal[2, 3]
    core_radius: Length
    shell_radius: Length
    element_size: Length
    part: Literal["full", "symmetric"] = "symmetric"
    order: Literal[1, 2] = 1
    kind: Literal["particle-in-shell"] = "particle-in-shell"

    def __post_init__(self) -> None:
        _require(self.dimension in (2, 3), "dimension", self.dimension, "2 or 3")
        _require_length("core_radius", self.core_radius)
        _require(
            self.core_radius < self.shell_radius < math.inf,
            "shell_radius",
            self.shell_radius,
            f"more than core_radius, {self.core_radius:g} um",
        )
        _require_length("element_size", self.element_size)
        _require(self.part in ("full", "symmetric"), "part", self.part, "'full' or 'symmetric'")
        _require_order(self.order)


@dataclass(frozen=True)
class MeshFile:
    """A mesh from elsewhere, in any format that meshio reads, with named groups of cells and facets.

    Attributes:
        path: The file.
        names: Our name of each of the file's groups that is called otherwise there, ``{"theirs": "ours"}``.
        split: Groups (our names) cut into connected regions ``NAME/0001``, ``NAME/0002``, ...
        length_unit: Length [um] of one unit of the file's coordinates.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    path: Path
    names: dict[str, str] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    length_unit: Length = 1.0
    kind: Literal["mesh-file"] = "mesh-file"

    def __post_init__(self) -> None:
        _require_length("length_unit", self.length_unit)
        for name in (*self.names.values(), *self.split):
            _require(name != "", "name of a group", name, "a name that is not empty")


Geometry = Annotated[LayeredStack | ParticleInShell | MeshFile, Field(discriminator="kind")]
