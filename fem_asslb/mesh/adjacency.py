"""Which regions of a distributed mesh touch each other, in a facet or in a mere vertex."""

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

from fem_asslb.base.parallel import send_rows

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


def interior_facets(mesh: dmesh.Mesh) -> tuple[Int32Array, Int32Array]:
    """Local facets between two local cells, ghosts included.

    Returns:
        Facets, shape (n,), and their two cells, shape (n, 2).
    """
    dimension = mesh.topology.dim
    mesh.topology.create_connectivity(dimension - 1, dimension)
    links = mesh.topology.connectivity(dimension - 1, dimension)
    facets = np.flatnonzero(np.diff(links.offsets) == 2).astype(np.int32)
    first = links.offsets[facets]
    return facets, np.stack([links.array[first], links.array[first + 1]], axis=1)


def facet_neighbours(mesh: dmesh.Mesh, cell_region: Int32Array, among: Int32Array | None = None) -> Int64Array:
    """Pairs of regions that share a facet, lower number first, the same on every rank, shape (n, 2).

    Args:
        mesh: The mesh.
        cell_region: Region of each cell.
        among: Local facets that count; by default all.
    """
    facets, cells = interior_facets(mesh)
    cells = cells if among is None else cells[np.isin(facets, among)]
    return _merge(mesh.comm, _as_pairs(cell_region[cells[:, 0]], cell_region[cells[:, 1]]))


def vertex_neighbours(mesh: dmesh.Mesh, cell_region: Int32Array) -> Int64Array:
    """Pairs of regions that share a vertex, lower number first, the same on every rank, shape (n, 2).

    With shared-facet ghosts a rank may not see every cell at a vertex, so the owner of the vertex collects
    what the others see there. Only vertices on partition boundaries and pairs of regions are communicated.
    """
    dimension = mesh.topology.dim
    mesh.topology.create_connectivity(dimension, 0)
    vertices = mesh.topology.connectivity(dimension, 0)
    per_cell = vertices.array.reshape(-1, dimension + 1)[: len(cell_region)]
    seen = np.stack([per_cell.ravel(), np.repeat(cell_region, dimension + 1)], axis=1).astype(np.int64)
    seen = np.unique(seen, axis=0)
    index_map = mesh.topology.index_map(0)
    local = seen[:, 0] < index_map.size_local
    ghost = seen[~local]
    owner = index_map.owners[ghost[:, 0] - index_map.size_local]
    ghost[:, 0] = index_map.ghosts[ghost[:, 0] - index_map.size_local]
    received = send_rows(mesh.comm, ghost, owner)
    received[:, 0] -= index_map.local_range[0]
    return _merge(mesh.comm, _pairs_in_groups(np.unique(np.concatenate([seen[local], received]), axis=0)))


def _pairs_in_groups(rows: Int64Array) -> Int64Array:
    """Pairs of second entries of sorted rows with equal first entry, by growing distance in the group."""
    found: list[Int64Array] = [np.zeros((0, 2), dtype=np.int64)]
    shift = 1
    while shift < len(rows):
        same = rows[shift:, 0] == rows[:-shift, 0]
        if not same.any():
            break
        found.append(_as_pairs(rows[:-shift][same, 1], rows[shift:][same, 1]))
        shift += 1
    return np.concatenate(found)


def _as_pairs(first: npt.NDArray, second: npt.NDArray) -> Int64Array:
    different = first != second
    pairs = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)[different]
    return np.unique(pairs.astype(np.int64), axis=0).reshape(-1, 2)


def _merge(comm: MPI.Comm, pairs: Int64Array) -> Int64Array:
    return np.unique(np.concatenate(comm.allgather(pairs)), axis=0)
