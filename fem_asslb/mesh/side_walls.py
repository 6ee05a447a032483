"""Periodic side walls: nodes at opposite ends of a mesh that are one."""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.spatial import cKDTree

from fem_asslb.base.errors import MeshError
from fem_asslb.base.rows import unique_rows
from fem_asslb.mesh.source import FloatArray, IntArray, MeshSource

ROUNDING = 1e-6
"""Part of the mesh's extent within which a boundary is flat, and nodes of opposite walls are at one place."""


def listed_periods(periods: Mapping[int, float]) -> str:
    """Distances of side walls that are one [um], by their axis, as text."""
    return ", ".join(f"{period:.6g} um along {'xyz'[axis]}" for axis, period in periods.items())


def ends(points: FloatArray, axis: int) -> tuple[IntArray, IntArray]:
    """Nodes in the planes at the low and at the high end of an axis."""
    coordinate = points[:, axis]
    slack = ROUNDING * np.ptp(points, axis=0).max()
    low, high = (np.flatnonzero(np.abs(coordinate - end) <= slack) for end in (coordinate.min(), coordinate.max()))
    return low, high


def joined(points: FloatArray, axes: Iterable[int]) -> IntArray:
    """For each node the one that stands for it and all its images: that at the low ends, shape (num_nodes,).

    Args:
        points: Shape (num_nodes, dimension) [um].
        axes: Those at whose ends nodes are one.

    Raises:
        MeshError: A node of a periodic wall has none opposite to it.
    """
    first: IntArray = np.arange(len(points))
    for axis in axes:
        low, high = ends(points, axis)
        _nearest(points, axis, low, high)
        step: IntArray = np.arange(len(points))
        step[high] = low[_nearest(points, axis, high, low)]
        # A corner goes to the low end of one axis after the other.
        first = step[first]
    return first


def images(source: MeshSource) -> IntArray:
    """The same for a mesh, which stays one of simplices.

    Raises:
        MeshError: A node has none opposite to it, or the elements are so few from wall to wall that two nodes are
            joined by more than one edge.
    """
    first = joined(source.points, source.periodic)
    if source.periodic:
        _require_single_edges(source, first)
    return first


def _nearest(points: FloatArray, axis: int, nodes: IntArray, others: IntArray) -> IntArray:
    """Place among the nodes of the opposite wall of the one opposite to each node."""
    here, there = (np.delete(points[wall], axis, axis=1) for wall in (nodes, others))
    gap, found = cKDTree(there).query(here)
    accepted = ROUNDING * np.ptp(points, axis=0).max()
    if (gap > accepted).any():
        worst = int(np.argmax(gap))
        opposite = f"{'xyz'[axis]} = {points[others[0], axis]:.6g} um"
        raise MeshError(
            f"node {nodes[worst] + 1} of a periodic side wall at {place(points[nodes[worst]])} has none "
            f"opposite to it: the nearest at {opposite} is {gap[worst]:.3g} um beside it; "
            f"accepted: up to {accepted:.1g} um"
        )
    return np.asarray(found, dtype=np.int64)


def _require_single_edges(source: MeshSource, first: IntArray) -> None:
    """Two nodes are joined by one edge at most, and none to its own image."""
    corners = source.cells[:, : source.dimension + 1]
    pairs = np.array([(i, j) for i in range(source.dimension + 1) for j in range(i)])
    edges: IntArray = corners[:, pairs].reshape(-1, 2)
    edges = np.take_along_axis(edges, np.argsort(first[edges], axis=1), axis=1)
    shift = source.points[first] - source.points
    turns = [
        np.rint((shift[edges[:, 1], axis] - shift[edges[:, 0], axis]) / period)
        for axis, period in source.periods.items()
    ]
    keys = np.column_stack([first[edges], *turns]).astype(np.int64)
    first_of = unique_rows(keys).first
    edges, keys = edges[first_of], keys[first_of]
    joined = unique_rows(keys[:, :2])
    wrong = (keys[:, 0] == keys[:, 1]) | (joined.uses[joined.number] > 1)
    if wrong.any():
        middle = place(source.points[edges[np.flatnonzero(wrong)[0]]].mean(axis=0))
        raise MeshError(
            f"{np.count_nonzero(wrong)} edges join the same two nodes of a mesh with periodic side walls, the first "
            f"at {middle}; accepted: three or more elements from wall to wall, smaller ones or a wider mesh"
        )


def place(point: FloatArray) -> str:
    """A place in a message."""
    return f"({', '.join(f'{x:.4g}' for x in point)}) um"
