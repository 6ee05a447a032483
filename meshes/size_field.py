"""Element size in a layered stack as a function of place.

The size is the stack's ``element_size`` in packed layers and grows geometrically away from them. In packed
layers it is smaller in narrow gaps, at small bodies and in polycrystals; that part is tabulated on a grid, since
Gmsh asks for the size very often.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fem_asslb.geometry import LayeredStack
from fem_asslb.geometry.grains import BODY_SHARE
from meshes.bodies import Array

GROWTH = 0.3
"""Increase of the size per distance: neighbouring elements differ by about this ratio."""

GAP_ELEMENTS = {2: 3.0, 3: 4.0}
"""Element size over width in a narrow gap, by dimension: one element across, this much longer than wide."""

SMALLEST_SHARE = {2: 0.25, 3: 0.4}
"""Smallest element size in gaps over ``element_size``, by dimension."""


@dataclass(frozen=True)
class Bodies:
    """Bodies in one layer, in the coordinates of the stack.

    Attributes:
        centres: Shape (n, dimension) [um].
        radii: Shape (n,) [um].
        elements: Element size that the grains of a body ask for, infinite without grains, shape (n,) [um].
        layer: Name of the layer.
    """

    centres: Array
    radii: Array
    elements: Array
    layer: str


class SizeField:
    """Callable with the signature of Gmsh's size callback."""

    def __init__(self, stack: LayeredStack, packed: list[Bodies]) -> None:
        self._dimension = stack.dimension
        self._smallest = stack.element_size
        self._largest = stack.largest_size
        self._sources = _layer_sources(stack)
        self._grids = [_Grid(stack, bodies) for bodies in packed]

    def __call__(self, dimension: int, tag: int, x: float, y: float, z: float, size: float) -> float:
        """Element size [um] at a point."""
        height = y if self._dimension == 2 else z
        size = self._largest
        for low, high, source in self._sources:
            size = min(size, source + GROWTH * max(low - height, height - high, 0.0))
        point = (x, y) if self._dimension == 2 else (x, y, z)
        return min([size, *(grid(point) for grid in self._grids)])


def _layer_sources(stack: LayeredStack) -> list[tuple[float, float, float]]:
    """For each layer its bottom, top and wanted size, with at least two elements through the thickness."""
    uniform = not any(layer.is_packed for layer in stack.layers.values())
    sources = []
    for (low, high), layer in zip(stack.levels().values(), stack.layers.values(), strict=True):
        size = stack.element_size if uniform or layer.is_packed else math.inf
        sources.append((low, high, min(size, (high - low) / 2)))
    return sources


class _Grid:
    """Sizes at the points of a regular grid over one packed layer and its surroundings."""

    def __init__(self, stack: LayeredStack, bodies: Bodies) -> None:
        size = stack.element_size
        share = SMALLEST_SHARE[stack.dimension]
        self._spacing = size * (0.2 if stack.dimension == 2 else 0.4)
        low, high = stack.levels()[bodies.layer]
        margin = (size - min(share * size, float(bodies.elements.min(initial=size)))) / GROWTH
        origin = np.array([0.0] * len(stack.sides) + [max(0.0, low - margin)])
        extent = np.array([*stack.sides, min(stack.height, high + margin)]) - origin
        self._origin = tuple(map(float, origin))
        shape = np.ceil(extent / self._spacing).astype(int) + 2
        values = np.full(shape, math.inf)
        for centre, radius, wanted in _sources(stack, bodies):
            self._lower(values, origin, centre, radius, wanted, size)
        self._shape = values.shape
        self._strides = tuple(stride // values.itemsize for stride in values.strides)
        self._values = [float(value) for value in values.ravel()]

    def _lower(self, values: Array, origin: Array, centre: Array, radius: float, wanted: float, size: float) -> None:
        reach = radius + (size - wanted) / GROWTH
        first = np.maximum(np.floor((centre - origin - reach) / self._spacing).astype(int), 0)
        last = np.minimum(np.ceil((centre - origin + reach) / self._spacing).astype(int) + 1, values.shape)
        if wanted >= size or np.any(last <= first):
            return
        axes = [
            (np.arange(a, b) * self._spacing + o - c) ** 2
            for a, b, o, c in zip(first, last, origin, centre, strict=True)
        ]
        distance = np.sqrt(sum(np.ix_(*axes)))
        block = values[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
        np.minimum(block, wanted + GROWTH * np.maximum(distance - radius, 0.0), out=block)

    def __call__(self, point: tuple[float, ...]) -> float:
        offset = 0
        for coordinate, origin, count, stride in zip(point, self._origin, self._shape, self._strides, strict=True):
            index = round((coordinate - origin) / self._spacing)
            if not 0 <= index < count:
                return math.inf
            offset += index * stride
        return self._values[offset]


def _sources(stack: LayeredStack, bodies: Bodies) -> list[tuple[Array, float, float]]:
    """Centre, radius and size of each ball that asks for small elements: bodies, and the gaps beside them."""
    factor = GAP_ELEMENTS[stack.dimension]
    smallest = SMALLEST_SHARE[stack.dimension] * stack.element_size
    at_bodies = np.maximum(BODY_SHARE[stack.dimension] * 2 * bodies.radii, smallest)
    sources: list[tuple[Array, float, float]] = list(
        zip(bodies.centres, bodies.radii, np.minimum(at_bodies, bodies.elements), strict=True)
    )
    widest = stack.element_size / factor
    tree = cKDTree(bodies.centres)
    pairs: npt.NDArray[np.int64] = tree.query_pairs(2 * bodies.radii.max() + widest, output_type="ndarray")
    for i, j in pairs:
        difference = bodies.centres[j] - bodies.centres[i]
        distance = float(np.linalg.norm(difference))
        gap = distance - bodies.radii[i] - bodies.radii[j]
        if gap < widest:
            place = bodies.centres[i] + difference * (bodies.radii[i] + gap / 2) / distance
            sources.append((place, 0.0, max(factor * gap, smallest)))
    low, high = stack.levels()[bodies.layer]
    walls = [(0.0, extent) for extent in stack.sides] + [(low, high)]
    for axis, (start, end) in enumerate(walls):
        for level, inward in ((start, 1.0), (end, -1.0)):
            gaps = inward * (bodies.centres[:, axis] - level) - bodies.radii
            for i in np.flatnonzero((gaps > 0) & (gaps < widest)):
                place = bodies.centres[i].copy()
                place[axis] = level + inward * gaps[i] / 2
                sources.append((place, 0.0, max(factor * float(gaps[i]), smallest)))
    return sources
