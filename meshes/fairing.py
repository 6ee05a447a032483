"""Flat grain boundaries in a mesh of tetrahedra: nodes between grains move onto the planes that separate them.

A tetrahedron belongs to the grain that holds its centre. The staircase that this leaves between two grains is
flattened by moving its nodes to the plane, line or point where their grains meet, as far as no element becomes
worse than a limit. Short edges and small faces of the tessellation, which would force slivers into a mesh that
follows them exactly, vanish between the nodes.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.rows import unique_rows
from meshes.bodies import Array
from meshes.grain_points import to_meeting

Integers: TypeAlias = npt.NDArray[np.int64]

WORST_QUALITY = 0.15
"""No move makes an element worse than this, or worse than it was. With 0.1 nodes come 15 % nearer to their planes."""

WORST_AT_SURFACE = 0.25
"""The same for elements with an edge that will be curved along a sphere, which costs quality."""

SWEEPS = 12
HALVINGS = 5


@dataclass(frozen=True, kw_only=True)
class Tetrahedra:
    """A mesh with grains.

    Attributes:
        points: Nodes, shape (nodes, 3) [um].
        cells: Nodes of each tetrahedron, shape (cells, 4).
        grain: Grain of each tetrahedron, -1 outside of grains, shape (cells,).
        is_free: Nodes that may move, shape (nodes,).
        sphere: Centre of the sphere that a node has to stay on, NaN for none, shape (nodes, 3) [um].
        plane: Unit normal of the plane that a node has to stay on, zero for none, shape (nodes, 3).
    """

    points: Array
    cells: Integers
    grain: Integers
    is_free: npt.NDArray[np.bool_]
    sphere: Array
    plane: Array


def qualities(points: Array, cells: Integers) -> Array:
    """Signed inverse condition number of each tetrahedron, 1 for a regular one (Gmsh's minSICN), shape (cells,)."""
    sides = points[cells[:, 1:]] - points[cells[:, :1]]
    jacobian = np.einsum("cki,kj->cij", sides, _REGULAR_INVERSE)
    determinant = np.linalg.det(jacobian)
    a, b, c = np.moveaxis(jacobian, 2, 0)
    adjugate = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    norms = np.linalg.norm(jacobian, axis=(1, 2)) * np.linalg.norm(adjugate, axis=(1, 2))
    return 3 * determinant / np.maximum(norms, 1e-300)


_REGULAR_INVERSE = np.linalg.inv(
    np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0], [0.5, np.sqrt(3) / 6, np.sqrt(2 / 3)]]).T
)
"""Inverse of the matrix of a regular tetrahedron's sides."""


def _worth(points: Array, cells: Integers) -> Array:
    """Quality, or the ratio of the shortest to the longest edge if that is less, shape (cells,).

    Two nodes may come close to each other without a bad quality of the elements between them.
    """
    sides = points[cells[:, [0, 0, 0, 1, 1, 2]]] - points[cells[:, [1, 2, 3, 2, 3, 3]]]
    lengths = np.linalg.norm(sides, axis=2)
    return np.minimum(qualities(points, cells), lengths.min(axis=1) / lengths.max(axis=1))


def cleaned(mesh: Tetrahedra) -> Tetrahedra:
    """The mesh with grains in one piece each and without tetrahedra that stick out into another grain."""
    facets = np.sort(np.concatenate([np.delete(mesh.cells, corner, axis=1) for corner in range(4)]), axis=1)
    number = unique_rows(facets).number
    order = np.argsort(number, kind="stable")
    same = np.flatnonzero(np.diff(number[order]) == 0)
    pairs = np.stack([order[same], order[same + 1]], axis=1) % len(mesh.cells)
    pairs = pairs[np.all(mesh.grain[pairs] >= 0, axis=1)]
    grain = mesh.grain.copy()
    for _ in range(8):
        changed = _given_away(grain, pairs)
        if not len(changed):
            break
        grain[changed[:, 0]] = changed[:, 1]
    return replace(mesh, grain=grain)


def _given_away(grain: Integers, pairs: Integers) -> Integers:
    """Tetrahedra that go to a neighbouring grain, with that grain, shape (n, 2).

    These are the ones cut off from the rest of their grain, and those with three neighbours in another.
    """
    within = pairs[grain[pairs[:, 0]] == grain[pairs[:, 1]]]
    graph = coo_array((np.ones(len(within)), within.T), shape=(len(grain), len(grain)))
    _, part = connected_components(graph, directed=False)
    size = np.bincount(part)
    largest = np.zeros(grain.max() + 1, dtype=np.int64)
    np.maximum.at(largest, grain[grain >= 0], size[part[grain >= 0]])
    cut_off = (grain >= 0) & (size[part] < largest[grain])
    across = pairs[grain[pairs[:, 0]] != grain[pairs[:, 1]]]
    across = np.concatenate([across, across[:, ::-1]])
    touching, count = np.unique(np.stack([across[:, 0], grain[across[:, 1]]], axis=1), axis=0, return_counts=True)
    order = np.argsort(-count, kind="stable")
    touching, count = touching[order], count[order]
    touching, count = (array[np.unique(touching[:, 0], return_index=True)[1]] for array in (touching, count))
    return touching[(count >= 3) | cut_off[touching[:, 0]]]


def faired(mesh: Tetrahedra, seeds: Array, weights: Array) -> Tetrahedra:
    """The mesh with flat grain boundaries.

    Args:
        mesh: A mesh whose grains are cells of a power diagram.
        seeds: Of each grain, shape (grains, 3) [um].
        weights: Of each grain, shape (grains,) [um^2].
    """
    whole, between = mesh, _grains_at_nodes(mesh)
    may_change = np.any(mesh.is_free[mesh.cells], axis=1)
    mesh = replace(mesh, cells=mesh.cells[may_change], grain=mesh.grain[may_change])
    neighbours = _neighbours(mesh)
    at_boundary = np.zeros(len(mesh.points), dtype=bool)
    for nodes, _ in between:
        at_boundary[nodes] = True
    is_inner = np.isnan(mesh.sphere[:, 0]) & ~np.any(mesh.plane, axis=1)
    relaxed = mesh.is_free & ~at_boundary & is_inner
    radius = np.nan_to_num(np.linalg.norm(mesh.points - mesh.sphere, axis=1), nan=1.0)
    points, worth = mesh.points, _worth(mesh.points, mesh.cells)
    for sweep in range(SWEEPS):
        wanted = points.copy()
        for nodes, grains in between:
            outward = np.nan_to_num(points[nodes] - mesh.sphere[nodes]) / np.maximum(radius[nodes, None], 1e-300)
            wanted[nodes] += to_meeting(points[nodes], seeds[grains], weights[grains], outward + mesh.plane[nodes])
        if sweep % 2:
            mean = neighbours @ points / np.maximum(neighbours.sum(axis=1), 1)[:, None]
            wanted[relaxed] = (points[relaxed] + mean[relaxed]) / 2
        wanted[~mesh.is_free] = points[~mesh.is_free]
        points, worth = _moved(mesh, points, wanted, radius, worth)
    return replace(whole, points=points)


def _grains_at_nodes(mesh: Tetrahedra) -> list[tuple[Integers, Integers]]:
    """Free nodes where two, three, ... grains meet, shape (n,), and these grains, shape (n, 2), (n, 3), ..."""
    inside = mesh.grain >= 0
    pairs = np.stack([mesh.cells[inside].ravel(), np.repeat(mesh.grain[inside], 4)], axis=1)
    pairs = np.unique(pairs[mesh.is_free[pairs[:, 0]]], axis=0)
    nodes, first, count = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    return [
        (nodes[count == k], pairs[first[count == k, None] + np.arange(k), 1])
        for k in range(2, count.max(initial=1) + 1)
    ]


def _neighbours(mesh: Tetrahedra) -> coo_array:
    """Which nodes share an element, shape (nodes, nodes)."""
    rows, columns = (mesh.cells[:, corners].ravel() for corners in ([0, 0, 0, 1, 1, 2], [1, 2, 3, 2, 3, 3]))
    shape = (len(mesh.points), len(mesh.points))
    both = coo_array((np.ones(2 * len(rows)), (np.r_[rows, columns], np.r_[columns, rows])), shape=shape).tocsr()
    both.data[:] = 1.0
    return both


def _moved(mesh: Tetrahedra, points: Array, wanted: Array, radius: Array, worth: Array) -> tuple[Array, Array]:
    """Points moved as far as no element becomes bad, and what the elements are worth there."""
    at_surface = np.count_nonzero(~np.isnan(mesh.sphere[:, 0])[mesh.cells], axis=1) > 1
    limit = np.minimum(worth, np.where(at_surface, WORST_AT_SURFACE, WORST_QUALITY))
    share = np.ones(len(points))
    for attempt in range(1000):
        trial = points + share[:, None] * (wanted - points)
        outward = trial - mesh.sphere
        on_sphere = mesh.sphere + outward * (radius / np.linalg.norm(outward, axis=1))[:, None]
        trial = np.where(np.isnan(on_sphere) | ~mesh.is_free[:, None], trial, on_sphere)
        reached = _worth(trial, mesh.cells)
        # Rounding on the sphere is no deterioration.
        bad = reached < limit - 1e-9
        if not bad.any():
            break
        nodes = np.unique(mesh.cells[bad])
        share[nodes] = share[nodes] / 2 if attempt < HALVINGS else 0.0
    return trial, reached
