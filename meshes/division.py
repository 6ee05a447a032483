"""Regions of a mesh from elsewhere cut into connected ones: as they are, or along surfaces inside them."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.rows import unique_rows
from meshes.foreign_mesh import Integers, Numbers


def cut_facets(boundaries: dict[str, Integers], names: Sequence[str]) -> dict[str, Integers]:
    """Nodes of the facets of some groups, which are then boundaries no more.

    Args:
        boundaries: Nodes of the facets of each group of facets; loses those groups.
        names: Of the groups.

    Raises:
        MeshError: There is no such group.
    """
    for name in names:
        if name not in boundaries:
            there = printable(", ".join(boundaries) or "none", 120)
            raise MeshError(f"no group {quoted(name)} of facets to cut along; there are: {there}")
    return {name: boundaries.pop(name) for name in names}


def divided(
    name: str, rows: Integers, points: Numbers, cut: Integers, splits: bool, first: Integers
) -> dict[str, Integers]:
    """Connected regions of a region that is split or cut, numbered along the last coordinate, then across; or itself.

    Args:
        name: Of the region.
        rows: Nodes of its cells.
        points: Of the mesh, shape (points, dimension).
        cut: Corners of the facets along which regions are cut.
        splits: Whether a region that nothing cuts is split into what hangs together through facets.
        first: Node that stands for each node: those of walls that are one are one.

    Raises:
        MeshError: A cut ends inside the region, so that its sides still hang together.
    """
    dimension = points.shape[1]
    corners, cut = np.sort(first[rows[:, : dimension + 1]], axis=1), np.sort(first[cut], axis=1)
    facets = np.concatenate([np.delete(corners, corner, axis=1) for corner in range(dimension + 1)])
    number = unique_rows(np.concatenate([facets, cut])).number
    facet, cuts = number[: len(facets)], number[len(facets) :]
    is_cut = np.isin(facet, cuts[np.bincount(facet, minlength=number.max() + 1)[cuts] == 2])
    if not splits and not is_cut.any():
        return {name: rows}
    cell = np.tile(np.arange(len(rows)), dimension + 1)
    touching = coo_array((np.ones(np.count_nonzero(~is_cut)), (cell[~is_cut], facet[~is_cut]))).tocsr()
    count, label = connected_components(touching @ touching.T, directed=False)
    sides = np.sort(label[cell[is_cut]][np.argsort(facet[is_cut], kind="stable")].reshape(-1, 2), axis=1)
    if (inside := sides[:, 0] == sides[:, 1]).any():
        raise MeshError(
            f"{np.count_nonzero(inside)} facets of geometry.cut end inside region {quoted(name, 40)}, whose cells hang "
            "together around them; accepted: surfaces that divide it"
        )
    centres = np.array([points[rows[label == region]].mean(axis=(0, 1)) for region in range(count)])
    order = np.lexsort((*centres.T[-2::-1], centres[:, -1]))
    return {f"{name}/{place:04d}": rows[label == region] for place, region in enumerate(order, start=1)}
