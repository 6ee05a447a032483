"""Lagrange spaces on one mesh that are continuous inside each body and broken between bodies.

Bodies that meet in a vertex get different colours. Each colour is a submesh with an ordinary space, which DOLFINx
numbers, ghosts included; the dofmaps of the colours, one after the other, are the dofmap on the parent mesh. Jumps
across interior facets are then ordinary UFL, for any number of bodies on any number of ranks.
"""

from dataclasses import dataclass

import basix.ufl
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.cpp.common import IndexMap

from fem_asslb.base import compatibility
from fem_asslb.mesh.adjacency import interior_facets, vertex_neighbours

Int32Array = npt.NDArray[np.int32]


def region_space(
    mesh: dmesh.Mesh,
    element: basix.ufl._ElementBase,
    cell_body: Int32Array,
    num_bodies: int,
    active: npt.NDArray[np.bool_] | None = None,
) -> fem.FunctionSpace:
    """Function space broken between bodies.

    Args:
        mesh: Mesh with shared-facet ghosts.
        element: Lagrange element, scalar or blocked.
        cell_body: Body of each cell, owned and ghost, shape (num_cells,).
        num_bodies: Number of bodies on all ranks together.
        active: Bodies on which the field lives, shape (num_bodies,); all if None. A cell outside that shares a facet
            with an active one borrows its dofs, so that forms on interior facets can name both sides.

    Returns:
        The space on ``mesh``. Integrate only over active cells: the dofs of other cells have no meaning.
    """
    if num_bodies == 1 and active is None:
        return fem.functionspace(mesh, element)
    active = np.ones(num_bodies, dtype=bool) if active is None else active
    colour = _colours(vertex_neighbours(mesh, cell_body), num_bodies)
    cell_colour = np.where(active[cell_body], colour[cell_body], -1)
    parts = [_part(mesh, element, np.flatnonzero(cell_colour == c)) for c in np.unique(colour[active])]
    index_map, renumber = _concatenate(mesh, [part.index_map for part in parts])
    dofs = np.full((len(cell_body), parts[0].dofs.shape[1]), -1, dtype=np.int32)
    for part, numbers in zip(parts, renumber, strict=True):
        dofs[part.cells] = numbers[part.dofs]
    _borrow(mesh, dofs)
    return compatibility.space_from_dofmap(mesh, element, index_map, dofs)


@dataclass(frozen=True)
class _Part:
    cells: Int32Array
    dofs: Int32Array
    index_map: IndexMap


def _part(mesh: dmesh.Mesh, element: basix.ufl._ElementBase, cells: npt.NDArray) -> _Part:
    submesh, parents = compatibility.create_submesh(mesh, mesh.topology.dim, cells.astype(np.int32))
    dofmap = fem.functionspace(submesh, element).dofmap
    return _Part(parents, dofmap.list, dofmap.index_map)


def _colours(neighbours: npt.NDArray[np.int64], num_bodies: int) -> Int32Array:
    """Greedy colouring, bodies with most neighbours first, so that neighbours differ."""
    both = np.concatenate([neighbours, neighbours[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    start = np.searchsorted(both[:, 0], np.arange(num_bodies + 1))
    colour = np.full(num_bodies, -1, dtype=np.int32)
    for body in np.argsort(-np.diff(start), kind="stable"):
        used = set(colour[both[start[body] : start[body + 1], 1]].tolist())
        colour[body] = next(c for c in range(num_bodies) if c not in used)
    return colour


def _concatenate(mesh: dmesh.Mesh, maps: list[IndexMap]) -> tuple[IndexMap, list[Int32Array]]:
    """One index map for all parts, and for each part the new local number of its local dofs."""
    comm = mesh.comm
    owned = np.array([m.size_local for m in maps])
    offset = np.concatenate([[0], np.cumsum(owned)])
    ghost_offset = offset[-1] + np.concatenate([[0], np.cumsum([m.num_ghosts for m in maps])])
    start = comm.exscan(int(offset[-1])) or 0
    shift = np.array(comm.allgather([start + offset[k] - m.local_range[0] for k, m in enumerate(maps)]))
    ghosts = np.concatenate([m.ghosts + shift[m.owners, k] for k, m in enumerate(maps)])
    owners = np.concatenate([m.owners for m in maps])
    counts = comm.allgather(int(offset[-1]))
    if offset[-1] + len(ghosts) == 0:
        # Assembly reads dof 0 of every field in every cell, also where the field does not live.
        ghosts, owners = np.zeros(1, dtype=np.int64), np.array([np.flatnonzero(counts)[0]], dtype=np.int32)
    renumber = [
        np.concatenate([offset[k] + np.arange(m.size_local), ghost_offset[k] + np.arange(m.num_ghosts)]).astype(
            np.int32
        )
        for k, m in enumerate(maps)
    ]
    return compatibility.create_index_map(comm, int(offset[-1]), ghosts, owners), renumber


def _borrow(mesh: dmesh.Mesh, dofs: Int32Array) -> None:
    """Give cells without dofs those of a facet neighbour that has some, and any others a valid number."""
    _, cells = interior_facets(mesh)
    has = dofs[:, 0] >= 0
    for giver, taker in (cells.T, cells[:, ::-1].T):
        gives = has[giver] & ~has[taker]
        dofs[taker[gives]] = dofs[giver[gives]]
    dofs[dofs < 0] = 0
