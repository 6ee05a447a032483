"""Side walls of a Gmsh model that are one: what is meshed on the one is copied to the other."""

from collections.abc import Sequence

import gmsh
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from fem_asslb.base.errors import MeshError
from meshes.bodies import Array

ROUNDING = 1e-5
"""Part of a wall's extent within which its two copies agree: Gmsh's boxes are wider than what is in them."""


def bounds_of(dimension: int, facet: int) -> tuple[Array, Array]:
    """Least and largest coordinates of a facet of the model, shape (dimension,) each [um]."""
    bounds = np.array(gmsh.model.getBoundingBox(dimension - 1, facet))
    return bounds[:dimension], bounds[3 : 3 + dimension]


def join(dimension: int, axis: int, low: Sequence[int], high: Sequence[int]) -> None:
    """Make the facets at the high end of an axis copies of those at its low end.

    Raises:
        MeshError: The two walls are not alike.
    """
    places = [np.array([_place(dimension, axis, facet) for facet in wall]) for wall in (low, high)]
    extent = np.ptp(places[0], axis=0).max()
    gap, found = cKDTree(places[0]).query(places[1])
    if len(low) != len(high) or gap.max() > ROUNDING * extent or len(set(found)) < len(low):
        raise MeshError(f"the side walls across {'xyz'[axis]} are not alike after drawing; change the seed")
    shift = bounds_of(dimension, high[0])[0][axis] - bounds_of(dimension, low[0])[0][axis]
    across = np.eye(4)
    across[axis, 3] = shift
    gmsh.model.mesh.setPeriodic(dimension - 1, list(high), [low[index] for index in found], across.ravel())


def images_of_nodes(dimension: int) -> dict[int, list[tuple[int, Array]]]:
    """Nodes that are one with a node, and the way to each [um], shape (3,); of curved elements all nodes."""
    joined: list[tuple[int, int]] = []
    for kind, entity in gmsh.model.getEntities():
        if kind < dimension:
            master, nodes, masters, _ = gmsh.model.mesh.getPeriodicNodes(kind, entity, includeHighOrderNodes=True)
            joined += zip(map(int, nodes), map(int, masters), strict=True) if master != entity else ()
    nodes, number = np.unique(np.array(joined, dtype=np.int64).reshape(-1, 2), return_inverse=True)
    ends = number.reshape(-1, 2).T
    graph = coo_array((np.ones(ends.shape[1]), tuple(ends)), shape=(len(nodes), len(nodes)))
    places = {int(node): gmsh.model.mesh.getNode(node)[0] for node in nodes}
    families: dict[int, list[int]] = {}
    for node, family in zip(places, connected_components(graph, directed=False)[1], strict=True):
        families.setdefault(int(family), []).append(node)
    return {
        node: [(other, places[other] - places[node]) for other in family if other != node]
        for family in families.values()
        for node in family
    }


def _place(dimension: int, axis: int, facet: int) -> Array:
    """What tells a facet of a wall from others: its box and its centre, without the coordinate across the wall."""
    low, high = bounds_of(dimension, facet)
    centre = np.array(gmsh.model.occ.getCenterOfMass(dimension - 1, facet)[:dimension])
    return np.concatenate([np.delete(values, axis) for values in (low, high, centre)])
