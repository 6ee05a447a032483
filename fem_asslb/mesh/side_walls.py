"""Periodic side walls: nodes at opposite ends of a mesh that are one."""

from collections.abc import Mapping

import numpy as np
from scipy.spatial import cKDTree

from fem_asslb.base.errors import MeshError
from fem_asslb.mesh.source import FloatArray, IntArray, MeshSource

ROUNDING = 1e-6
"""Part of the mesh's extent within which a boundary is flat, and nodes of opposite walls are at one place."""


def listed_periods(periods: Mapping[int, float]) -> str:
    """Distances of side walls that are one [um], by their axis, as text."""
    return ", ".join(f"{period:.6g} um along {'xyz'[axis]}" for axis, period in periods.items())


def ends(source: MeshSource, axis: int) -> tuple[IntArray, IntArray]:
    """Nodes in the planes at the low and at the high end of an axis."""
    coordinate = source.points[:, axis]
    slack = ROUNDING * np.ptp(source.points, axis=0).max()
    low, high = (np.flatnonzero(np.abs(coordinate - level) <= slack) for level in source.extent(axis))
    return low, high


def images(source: MeshSource) -> IntArray:
    """For each node the one that stands for it and all its images: that at the low ends, shape (num_nodes,).

    Raises:
        MeshError: A node of a periodic wall has none opposite to it, or the elements are so few from wall to wall that
            nodes that are one do not say which edges are.
    """
    first: IntArray = np.arange(len(source.points))
    if not source.periodic:
        return first
    for axis in source.periodic:
        low, high = ends(source, axis)
        step: IntArray = np.arange(len(first))
        step[high] = _opposite(source, axis, low, high)
        # A corner goes to the low end of one axis after the other.
        first = step[first]
    _require_single_edges(source, first)
    return first


def _opposite(source: MeshSource, axis: int, low: IntArray, high: IntArray) -> IntArray:
    """Node at the low end opposite to each one at the high end."""
    _nearest(source, axis, low, high)
    return low[_nearest(source, axis, high, low)]


def _nearest(source: MeshSource, axis: int, nodes: IntArray, others: IntArray) -> IntArray:
    """Place among the nodes of the opposite wall of the one opposite to each node."""
    here, there = (np.delete(source.points[wall], axis, axis=1) for wall in (nodes, others))
    gap, found = cKDTree(there).query(here)
    accepted = ROUNDING * np.ptp(source.points, axis=0).max()
    if (gap > accepted).any():
        worst = int(np.argmax(gap))
        opposite = f"{'xyz'[axis]} = {source.points[others[0], axis]:.6g} um"
        raise MeshError(
            f"node {nodes[worst] + 1} of a periodic side wall at {place(source.points[nodes[worst]])} has none "
            f"opposite to it: the nearest at {opposite} is {gap[worst]:.3g} um beside it; "
            f"accepted: up to {accepted:.1g} um"
        )
    return np.asarray(found, dtype=np.int64)


def _require_single_edges(source: MeshSource, first: IntArray) -> None:
    """Two nodes are joined by one edge, and none is joined to its own image: the mesh is one of simplices still."""
    corners = source.cells[:, : source.dimension + 1]
    pairs = np.array([(i, j) for i in range(source.dimension + 1) for j in range(i)])
    edges: IntArray = corners[:, pairs].reshape(-1, 2)
    edges = np.take_along_axis(edges, np.argsort(first[edges], axis=1), axis=1)
    shift = source.points[first] - source.points
    turns = [
        np.rint((shift[edges[:, 1], k] - shift[edges[:, 0], k]) / np.ptp(source.extent(k))) for k in source.periodic
    ]
    keys = np.column_stack([first[edges], *turns]).astype(np.int64)
    edges, keys = (array[np.unique(keys, axis=0, return_index=True)[1]] for array in (edges, keys))
    _, number, uses = np.unique(keys[:, :2], axis=0, return_inverse=True, return_counts=True)
    wrong = (keys[:, 0] == keys[:, 1]) | (uses[number.ravel()] > 1)
    if wrong.any():
        middle = place(source.points[edges[np.flatnonzero(wrong)[0]]].mean(axis=0))
        raise MeshError(
            f"{np.count_nonzero(wrong)} edges join the same two nodes of a mesh with periodic side walls, the first "
            f"at {middle}; accepted: three or more elements from wall to wall, smaller ones or a wider mesh"
        )


def place(point: FloatArray) -> str:
    """A place in a message."""
    return f"({', '.join(f'{x:.4g}' for x in point)}) um"
