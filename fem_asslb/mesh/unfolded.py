"""A distributed mesh whose side walls are one, with the places of its cells on either side of the seam.

Where nodes of opposite walls are one, vertices, edges and facets there are too, and all spaces are periodic of
themselves. A cell that touches the far wall would then reach back across the mesh. Its nodes keep their own places
instead: the geometry of a mesh is numbered by itself, and may have two nodes where the topology has one vertex.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh

from fem_asslb.base import compatibility
from fem_asslb.mesh.source import FloatArray, IntArray


@dataclass(frozen=True)
class _Nodes:
    """Nodes of the cells of one rank, those that it owns first.

    Attributes:
        points: Shape (num_nodes, dimension) [um].
        numbers: In the mesh file, of nodes that are one the first, shape (num_nodes,).
        owned: How many the rank owns.
        ghosts: Global numbers of the others.
        owners: Their ranks.
        cells: Nodes of each cell, shape (num_cells, nodes_per_cell).
    """

    points: FloatArray
    numbers: IntArray
    owned: int
    ghosts: IntArray
    owners: npt.NDArray[np.int32]
    cells: npt.NDArray[np.int32]


def unfolded(mesh: dmesh.Mesh, points: FloatArray, cells: IntArray, first: IntArray) -> dmesh.Mesh:
    """The same mesh with a geometry in which every cell has its own nodes; collective.

    Args:
        mesh: Made of ``first[cells]``.
        points: Of the mesh file, shape (num_nodes, dimension) [um]; on rank 0, as the other arrays.
        cells: Nodes of each cell in DOLFINx's order, shape (num_cells, nodes_per_cell).
        first: Node that stands for each node, shape (num_nodes,).
    """
    comm, topology = mesh.comm, mesh.topology
    wanted = comm.gather((np.asarray(topology.original_cell_index), topology.index_map(topology.dim).size_local))
    parts = (
        None if wanted is None else _parts([cells[rows] for rows, _ in wanted], [n for _, n in wanted], points, first)
    )
    own: _Nodes = comm.scatter(parts)
    index_map = compatibility.create_index_map(comm, own.owned, own.ghosts, own.owners)
    return compatibility.with_geometry(mesh, index_map, own.cells, own.points, own.numbers)


def _parts(cells: list[IntArray], owned: list[int], points: FloatArray, first: IntArray) -> list[_Nodes]:
    """Nodes of every rank; each belongs to the first rank that owns a cell with it."""
    owner = np.full(len(points), len(cells))
    for rank in reversed(range(len(cells))):
        owner[cells[rank][: owned[rank]]] = rank
    number = np.empty(len(points), dtype=np.int64)
    number[np.argsort(owner, kind="stable")] = np.arange(len(points))
    parts = []
    for rank, rows in enumerate(cells):
        nodes, place = np.unique(rows, return_inverse=True)
        order = np.lexsort((number[nodes], owner[nodes] != rank))
        ghosts = nodes[order][np.count_nonzero(owner[nodes] == rank) :]
        parts.append(
            _Nodes(
                points=points[nodes[order]],
                numbers=first[nodes[order]],
                owned=len(nodes) - len(ghosts),
                ghosts=number[ghosts],
                owners=owner[ghosts].astype(np.int32),
                cells=np.argsort(order)[place].reshape(rows.shape).astype(np.int32),
            )
        )
    return parts
