"""Parts of a mesh that touch or overlap and are not joined: hanging nodes, cells that lie over others."""

from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from fem_asslb.base.errors import MeshError
from fem_asslb.base.rows import unique_rows
from fem_asslb.base.texts import counted
from fem_asslb.mesh.side_walls import ROUNDING
from meshes.quality import Integers, Numbers

INSIDE = 1e-6
"""Distance from the sides of a cell, over its heights, from which on a node is inside of it."""

PAIRS = 200_000
"""Pairs of nodes and simplices that are looked at together."""


def require_apart(corners: Integers, points: Numbers) -> None:
    """Nodes of the outside lie on no outer facet but their own, and in no cell.

    Where one does the mesh is not the body that it seems to be: an inner surface that is free, or matter that is there
    twice. Nodes that have the place of another one are not looked for here.

    Args:
        corners: Nodes at the corners of all cells, shape (cells, dimension + 1).
        points: Shape (points, at least dimension).

    Raises:
        MeshError: One does; says how many do and where the first is.
    """
    dimension = corners.shape[1] - 1
    points = points[:, :dimension]
    corners = _with_size(corners, points)
    sides = np.concatenate([np.delete(corners, corner, axis=1) for corner in range(dimension + 1)])
    found = unique_rows(np.sort(sides, axis=1))
    outer = sides[found.first[found.uses == 1]]
    nodes, near = np.unique(outer), ROUNDING * np.ptp(points, axis=0).max()
    on = _on_facets(_with_size(outer, points), nodes, points, near)
    _refuse(points, on, "on an outer facet that it is no corner of: it hangs, or parts that touch are not joined")
    inside = _in_cells(corners, nodes, points)
    _refuse(points, inside, "of the outside inside of a cell: cells overlap")


def _refuse(points: Numbers, nodes: Integers, what: str) -> None:
    if len(nodes):
        place = ", ".join(f"{x:.4g}" for x in points[nodes[0]])
        number = counted(len(nodes), "place")
        raise MeshError(
            f"at {number}, the first ({place}) um, there is a node {what}; accepted: cells with whole facets in common"
        )


def _with_size(simplices: Integers, points: Numbers) -> Integers:
    """Those that are no line and no point, of which others tell."""
    edges = points[simplices[:, 1:]] - points[simplices[:, :1]]
    squares = edges @ edges.transpose(0, 2, 1)
    return simplices[np.linalg.det(squares) > 1e-24 * np.prod(np.einsum("nii->ni", squares), axis=1)]


def _on_facets(facets: Integers, nodes: Integers, points: Numbers, near: float) -> Integers:
    """Nodes that lie on facets of others."""
    found = []
    for node, facet in _pairs(facets, nodes, points, near):
        base, place = points[facet[:, 0]], points[node]
        edges = points[facet[:, 1:]] - base[:, None]
        shares = np.linalg.solve(edges @ edges.transpose(0, 2, 1), edges @ (place - base)[:, :, None])[:, :, 0]
        away = place - base - (shares[:, None] @ edges)[:, 0]
        slack = near / np.linalg.norm(edges, axis=2).min(axis=1)
        inside = (shares >= -slack[:, None]).all(axis=1) & (shares.sum(axis=1) <= 1.0 + slack)
        apart = np.linalg.norm(points[facet] - place[:, None], axis=2).min(axis=1) > 1e-3 * near
        found.append(
            node[inside & apart & (np.linalg.norm(away, axis=1) <= near) & (facet != node[:, None]).all(axis=1)]
        )
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _in_cells(cells: Integers, nodes: Integers, points: Numbers) -> Integers:
    """Nodes that lie inside of cells."""
    found = []
    for node, cell in _pairs(cells, nodes, points, 0.0):
        base = points[cell[:, 0]]
        edges = (points[cell[:, 1:]] - base[:, None]).transpose(0, 2, 1)
        shares = np.linalg.solve(edges, (points[node] - base)[:, :, None])[:, :, 0]
        found.append(node[(shares > INSIDE).all(axis=1) & (shares.sum(axis=1) < 1.0 - INSIDE)])
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _pairs(simplices: Integers, nodes: Integers, points: Numbers, near: float) -> Iterator[tuple[Integers, Integers]]:
    """Nodes and the corners of simplices near them, some at a time; simplices of a size at once."""
    centres = points[simplices].mean(axis=1)
    radius = np.linalg.norm(points[simplices] - centres[:, None], axis=2).max(axis=1)
    size, tree = np.ceil(np.log2(radius)), cKDTree(points[nodes])
    for each in np.unique(size):
        of = np.flatnonzero(size == each)
        pairs = tree.sparse_distance_matrix(cKDTree(centres[of]), 2.0**each + near, output_type="ndarray")
        for start in range(0, len(pairs), PAIRS):
            part = pairs[start : start + PAIRS]
            yield nodes[part["i"]], simplices[of[part["j"]]]
