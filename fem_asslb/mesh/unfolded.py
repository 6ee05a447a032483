"""A distributed mesh whose side walls are one, with the places of its cells on either side of the seam.

Where nodes of opposite walls are one, vertices, edges and facets there are too, and all spaces are periodic of
themselves. A cell that touches the far wall would then reach back across the mesh. Its nodes keep their own places
instead: the geometry of a mesh is numbered by itself, and may have two nodes where the topology has one vertex.
"""

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

from fem_asslb.base import compatibility
from fem_asslb.base.parallel import fetch_rows, rank_of_row, row_starts, send_rows
from fem_asslb.mesh.source import FloatArray, IntArray

Int32Array = npt.NDArray[np.int32]


def unfolded(mesh: dmesh.Mesh, points: FloatArray, cells: IntArray, joined_cells: IntArray) -> dmesh.Mesh:
    """The same mesh with a geometry in which every cell has its own nodes; collective.

    Args:
        mesh: Made of the joined cells.
        points: Rows of this rank, shape (num_points, dimension) [um].
        cells: Nodes of each cell in DOLFINx's order, rows of this rank, shape (num_cells, nodes_per_cell).
        joined_cells: The same with one node for all that are one.
    """
    comm, topology = mesh.comm, mesh.topology
    num_owned = topology.index_map(topology.dim).size_local
    wanted = np.asarray(topology.original_cell_index, dtype=np.int64)
    both = fetch_rows(comm, np.stack([cells, joined_cells], axis=-1).astype(np.int64), wanted)
    nodes, where, place = np.unique(both[..., 0], return_index=True, return_inverse=True)
    owner, number = _numbered(comm, row_starts(comm, len(points)), nodes, np.unique(both[:num_owned, :, 0]))
    order = np.lexsort((number, owner != comm.rank))
    is_ghost = owner[order] != comm.rank
    ghosts = order[is_ghost]
    index_map = compatibility.create_index_map(comm, int(np.count_nonzero(~is_ghost)), number[ghosts], owner[ghosts])
    local_cells = np.argsort(order)[place].reshape(both.shape[:2]).astype(np.int32)
    own_points = fetch_rows(comm, points, nodes[order])
    return compatibility.with_geometry(mesh, index_map, local_cells, own_points, both[..., 1].ravel()[where[order]])


def _numbered(comm: MPI.Comm, starts: IntArray, nodes: IntArray, candidates: IntArray) -> tuple[Int32Array, IntArray]:
    """Owner and new global number of the nodes of a rank: each belongs to the first rank that owns a cell with it.

    The rank that has the point of a node in hand keeps its owner and its number for all that ask.

    Args:
        comm: All ranks.
        starts: First point of each rank.
        nodes: Of the cells of this rank, ghosts included, sorted.
        candidates: Of the cells that it owns.
    """
    count, first = int(starts[comm.rank + 1] - starts[comm.rank]), starts[comm.rank]
    keeper = rank_of_row(starts, candidates)
    told = send_rows(comm, np.column_stack([candidates, np.full(len(candidates), comm.rank)]), keeper)
    kept_owner = np.full(count, comm.size, dtype=np.int64)
    np.minimum.at(kept_owner, told[:, 0] - first, told[:, 1])
    owner = fetch_rows(comm, kept_owner, nodes).astype(np.int32)
    own = nodes[owner == comm.rank]
    numbers = row_starts(comm, len(own))[comm.rank] + np.arange(len(own))
    told = send_rows(comm, np.column_stack([own, numbers]), rank_of_row(starts, own))
    kept_number = np.full(count, -1, dtype=np.int64)
    kept_number[told[:, 0] - first] = told[:, 1]
    return owner, fetch_rows(comm, kept_number, nodes)
