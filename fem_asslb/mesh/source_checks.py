"""What is asked of a mesh before anything is computed: one body in sound cells, whose outside has the right names."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from fem_asslb.mesh.side_walls import ROUNDING, ends, place
from fem_asslb.mesh.source import FloatArray, IntArray, MeshSource
from fem_asslb.mesh.source_facets import SourceFacets, surface_roles

LARGEST_COORDINATE = 1e6
"""A metre [um], as of all lengths: beyond it a unit is wrong."""

LEAST_EXTENT = 1e-4
"""An atom [um]: a mesh that is smaller has a wrong unit too."""

LEAST_VOLUME = 1e-12
"""Volume of a cell over the cube (in 2D square) of its longest edge below which it is degenerate."""

SIDES = {
    "left": (0, min),
    "right": (0, max),
    "front": (1, min),
    "back": (1, max),
    "bottom": (-1, min),
    "top": (-1, max),
}
"""Axis of each plane boundary, and at which end of it; the last axis is that of the stack."""


def check_source(source: MeshSource) -> None:
    """Look at a mesh once, when it is read.

    Raises:
        MeshError: Coordinates that are no places, degenerate cells, nodes that are not merged, bodies that hang on
            nothing, or boundaries that are not where their names say; how many, which and where the first is.
    """
    check_points(source.points)
    _check_cells(source)
    sides = SourceFacets(source)
    _check_nodes(source, sides.outer)
    _check_connection(source, sides)
    _check_groups(source, sides)
    _check_planes(source, sides)


def check_points(points: FloatArray) -> None:
    """Coordinates are finite, and neither they nor their extent are out of all proportion.

    Args:
        points: Shape (num_points, dimension) [um].

    Raises:
        MeshError: They are.
    """
    bad = ~(np.abs(points) <= LARGEST_COORDINATE).all(axis=1)
    if bad.any():
        first = np.flatnonzero(bad)[0]
        raise MeshError(
            f"{np.count_nonzero(bad)} nodes have coordinates that are no places, the first, node {first + 1}, at "
            f"{place(points[first])}; accepted: up to {LARGEST_COORDINATE:g} um"
        )
    extent = np.ptp(points, axis=0).max()
    if extent < LEAST_EXTENT:
        raise MeshError(f"the mesh is {extent:g} um large; accepted: from {LEAST_EXTENT:g} um")


def _check_cells(source: MeshSource) -> None:
    corners = source.points[source.cells[:, : source.dimension + 1]]
    squares = [((one - other) ** 2).sum(axis=1) for one, other in combinations(np.moveaxis(corners, 1, 0), 2)]
    longest = np.sqrt(np.max(squares, axis=0))
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    bad = volume <= LEAST_VOLUME * longest**source.dimension
    if bad.any():
        first = np.flatnonzero(bad)[0]
        raise MeshError(
            f"{np.count_nonzero(bad)} cells without a volume, the first in {_region(source, first)} at "
            f"{place(corners[first].mean(axis=0))}"
        )


def _check_nodes(source: MeshSource, outer: IntArray) -> None:
    """Bodies that are not joined have their nodes twice where they touch; these are on outer facets then."""
    nodes = np.unique(outer)
    tolerance = 1e-3 * ROUNDING * np.ptp(source.points, axis=0).max()
    pairs = cKDTree(source.points[nodes]).query_pairs(tolerance, output_type="ndarray")
    if len(pairs):
        where = place(source.points[nodes[pairs.min()]])
        raise MeshError(
            f"{len(np.unique(pairs))} nodes at a place where there is another one, the first at {where}: bodies that "
            "touch there are not joined; merge the nodes"
        )


def _check_connection(source: MeshSource, sides: SourceFacets) -> None:
    """All cells hang together through facets; a vertex, or in 3D an edge, holds nothing."""
    count = len(source.cells)
    cell = np.tile(np.arange(count), len(sides.of_cell))
    touching = coo_array((np.ones(cell.size), (cell, sides.of_cell.ravel())), shape=(count, len(sides.nodes))).tocsr()
    bodies, label = connected_components(touching @ touching.T, directed=False)
    if bodies > 1:
        largest = np.bincount(label).argmax()
        first = np.flatnonzero(label != largest)[0]
        where = place(source.points[source.cells[first, : source.dimension + 1]].mean(axis=0))
        raise MeshError(
            f"{bodies - 1} bodies do not share a facet with the rest of the mesh, the first in "
            f"{_region(source, first)} at {where}; accepted: one body"
        )


def _check_groups(source: MeshSource, sides: SourceFacets) -> None:
    """Every outer facet has one name, and of the others those of surfaces between two roles."""
    corners = source.facets[:, : source.dimension]
    _check_seams(source, corners)
    number, is_surface = sides.find(corners), source.facet_group >= len(source.boundaries)
    for wrong, text in (
        (number < 0, "are no sides of cells"),
        (
            (number >= 0) & ~is_surface & ~sides.is_outer[number],
            "are inside the mesh; a boundary is on its outside, and interfaces go by the regions that they are between",
        ),
        (is_surface & sides.is_outer[number], "are on the outside of the mesh; a surface is between two regions"),
    ):
        if wrong.any():
            first = np.flatnonzero(wrong)[0]
            same = wrong & (source.facet_group == source.facet_group[first])
            raise _of_facets(source, np.count_nonzero(same), _group(source, first), corners[first], text)
    uses = np.bincount(number, minlength=len(sides.nodes))
    if (uses > 1).any():
        first = np.flatnonzero(uses > 1)[0]
        names = sorted({source.groups[k] for k in source.facet_group[number == first]})
        text = f"are named more than once, as {_listed(names)}; accepted: one name for each"
        raise _of_facets(source, np.count_nonzero(uses > 1), "", sides.nodes[first], text)
    bare = sides.is_outer & (uses == 0)
    if bare.any():
        first = np.flatnonzero(bare)[0]
        text = (
            "belong to no named boundary; one that nothing holds may be called 'free', boundaries = 'box' names others"
        )
        if source.periodic:
            across = " and ".join("xyz"[axis] for axis in source.periodic)
            text += f", and a periodic side wall is flat, across {across}"
        raise _of_facets(source, np.count_nonzero(bare), "on the outside", sides.nodes[first], text)
    if source.surfaces:
        _check_surfaces(source, sides, np.where(is_surface, number, -1))


def _check_surfaces(source: MeshSource, sides: SourceFacets, number: IntArray) -> None:
    """A surface lies between two regions, and all of it between the same two roles.

    Args:
        source: The mesh.
        sides: Of its cells.
        number: That of each facet of a surface among them, -1 of all others.
    """
    region = sides.regions[number]
    inside = (number >= 0) & (region[:, 0] == region[:, 1])
    if inside.any():
        first = np.flatnonzero(inside)[0]
        text = "have one region on both sides; a surface is between two"
        corners = source.facets[first, : source.dimension]
        raise _of_facets(source, np.count_nonzero(inside), _group(source, first), corners, text)
    for name, pairs in surface_roles(source, sides).items():
        if len(pairs) > 1:
            between = ", ".join(f"between {quoted(plus, 40)} and {quoted(minus, 40)}" for plus, minus in pairs)
            accepted = "accepted: two roles, or an interface with between = [role, role] for each two"
            raise MeshError(f"surface {quoted(name, 40)} lies {between}; {accepted}")


def _check_seams(source: MeshSource, corners: IntArray) -> None:
    """No facet of side walls that are one has a name."""
    for wall in (wall for axis in source.periodic for wall in ends(source.points, axis)):
        named = np.isin(corners, wall).all(axis=1)
        if named.any():
            first = np.flatnonzero(named)[0]
            text = "are in a periodic side wall; accepted: no name there (geometry.ignore passes over a group)"
            raise _of_facets(source, np.count_nonzero(named), _group(source, first), corners[first], text)


def _check_planes(source: MeshSource, sides: SourceFacets) -> None:
    """Planes are at the end of the mesh that their name says, and have all facets there."""
    corners = source.facets[:, : source.dimension]
    for number, name in enumerate(source.boundaries):
        if name not in SIDES:
            continue
        axis, end = SIDES[name]
        if axis == 1 and source.dimension == 2:
            raise MeshError(f"boundary '{name}' in a mesh in 2D; there are 'bottom', 'top', 'left' and 'right'")
        coordinate = source.points[:, axis]
        level = end(coordinate.min(), coordinate.max())
        off = np.abs(coordinate - level) > ROUNDING * np.ptp(source.points, axis=0).max()
        where = f"{'xyz'[axis % source.dimension]} = {level:.6g} um"
        is_own = source.facet_group == number
        away = is_own & off[source.facets].any(axis=1)
        if away.any():
            first = corners[np.flatnonzero(away)[0]]
            text = f"are not in the plane {where}, the {end.__name__}imum of the mesh"
            raise _of_facets(source, np.count_nonzero(away), f"of boundary '{name}'", first, text)
        others = ~is_own & ~off[corners].any(axis=1)
        if others.any():
            first = np.flatnonzero(others)[0]
            text = f"are in the plane {where} of '{name}'; accepted: all facets there in '{name}'"
            raise _of_facets(source, np.count_nonzero(others), _group(source, first), corners[first], text)


def _of_facets(source: MeshSource, count: int, which: str, first: IntArray, text: str) -> MeshError:
    where = place(source.points[first].mean(axis=0))
    return MeshError(" ".join(filter(None, [f"{count} facets", which, f"(the first at {where})", text])))


def _group(source: MeshSource, facet: int) -> str:
    kind = "boundary" if source.facet_group[facet] < len(source.boundaries) else "surface"
    return f"of {kind} {quoted(source.groups[source.facet_group[facet]], 40)}"


def _region(source: MeshSource, cell: int) -> str:
    return quoted(source.regions[source.cell_region[cell]], 40)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name, 40) for name in names)
