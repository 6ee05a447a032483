"""Outer facets of a mesh of simplices, and the boundaries that they make: by sets of nodes and by their place."""

from collections.abc import Iterable, Mapping

import numpy as np

from fem_asslb.base.rows import unique_rows
from fem_asslb.mesh.side_walls import ROUNDING
from fem_asslb.mesh.source_checks import SIDES
from meshes.foreign_mesh import DIMENSION, Integers, Numbers
from meshes.sides import SIDES_OF


def outer_facets(kind: str, cells: Integers) -> Integers:
    """Facets that one cell alone has, with all their nodes in VTK's order.

    Args:
        kind: Of simplices.
        cells: Their nodes, shape (cells, nodes of one).
    """
    sides = np.concatenate([cells[:, list(nodes)] for _, nodes in SIDES_OF[kind]])
    found = unique_rows(_keys(sides, kind))
    return sides[np.sort(found.first[found.uses == 1])]


def without(facets: Integers, others: Iterable[Integers], kind: str) -> Integers:
    """Those of the facets of cells of a kind that others are not."""
    known = [other for other in others if len(other)]
    if not known or not len(facets):
        return facets
    keys = _keys(facets, kind)
    both = np.concatenate([keys, *(_keys(other, kind) for other in known)])
    number = unique_rows(both).number
    return facets[~np.isin(number[: len(keys)], number[len(keys) :])]


def facets_of_nodes(facets: Integers, sets: Mapping[str, Integers], kind: str) -> dict[str, Integers]:
    """Facets all of whose corners are in a set of nodes; those of a plane end of the mesh are in no other."""
    found: dict[str, Integers] = {}
    for name in sorted(sets, key=lambda name: name not in SIDES):
        corners = facets[:, : DIMENSION[kind]]
        found[name] = facets[np.isin(corners, sets[name]).all(axis=1)]
        if name in SIDES:
            facets = without(facets, [found[name]], kind)
    return found


def facets_by_place(
    facets: Integers, points: Numbers, kind: str, only_ends: bool, is_periodic: bool
) -> dict[str, Integers]:
    """Facets in the planes at the ends of a mesh, by the name of the boundary there.

    Args:
        facets: Nodes of outer facets.
        points: Of the mesh, shape (points, at least dimension).
        kind: Of its cells.
        only_ends: Whether ``bottom`` and ``top`` are looked for alone, and the rest is ``free``.
        is_periodic: Whether facets in the planes of side walls get no name, as they are inside.
    """
    dimension = DIMENSION[kind]
    found: dict[str, Integers] = {}
    extent = np.ptp(points[:, :dimension], axis=0).max()
    for name, (axis, end) in SIDES.items():
        if axis == 1 and dimension == 2 or only_ends and axis >= 0 and not is_periodic:
            continue
        level = points[:, :dimension][:, axis]
        is_there = np.abs(level - end(level.min(), level.max())) <= ROUNDING * extent
        inside = is_there[facets].all(axis=1)
        if axis < 0 or not is_periodic:
            found[name] = facets[inside]
        facets = facets[~inside]
    return found | ({"free": facets} if only_ends else {})


def _keys(facets: Integers, kind: str) -> Integers:
    """Corners, sorted: the facet of a simplex has as many as the dimension is."""
    return np.sort(facets[:, : DIMENSION[kind]], axis=1)
