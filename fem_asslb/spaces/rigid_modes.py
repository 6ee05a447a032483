"""Rigid motions of the whole, which cost no elastic energy, and of each body, which cost none once it is loose."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from fem_asslb.base.parallel import FloatArray, global_max, global_sum

_DEPENDENT = 1e-9
"""Square of the size of a motion over that of the largest of its body, below which it is none of its own."""


def rigid_modes(space: fem.FunctionSpace) -> list[PETSc.Vec]:
    """Orthonormal rigid motions of the whole: three shifts and the rotations that the dimension allows."""
    motions = _motions(_nodes(space), space.mesh.geometry.dim)
    modes: list[PETSc.Vec] = []
    for values in np.moveaxis(motions, 2, 0):
        mode = PETSc.Vec().createMPI(_layout(space), bsize=3, comm=space.mesh.comm)
        mode.array[:] = values.ravel()
        for other in modes:
            mode.axpy(-mode.dot(other), other)
        mode.normalize()
        modes.append(mode)
    return modes


def modes_of_bodies(
    space: fem.FunctionSpace, cell_body: npt.NDArray[np.int32], conditions: Sequence[fem.DirichletBC]
) -> PETSc.Mat:
    """Orthonormal rigid motions of each body as columns of a matrix, whose rows are those of the space.

    Args:
        space: Displacement, which no two bodies share.
        cell_body: Body of each local cell, shape (num_cells,).
        conditions: What they hold does not move; a body has fewer motions where it is held.
    """
    comm, body = space.mesh.comm, _body_of_nodes(space, cell_body)
    bodies = 1 + int(global_max(comm, cell_body.max(initial=0))[0])
    motions = _motions(_centred(comm, _nodes(space), body, bodies), space.mesh.geometry.dim)
    shape = motions.shape
    for condition in conditions:
        held, owned = condition.dof_indices()
        motions.reshape(-1, shape[2])[held[:owned]] = 0.0
    basis, kept = _orthonormal(_products(comm, motions, body, bodies))
    values = np.einsum("nim,nmk->nik", motions, basis[body])
    column = np.cumsum(kept).reshape(kept.shape) - 1
    entry = np.broadcast_to(kept[body][:, None], shape)
    rows = np.append(0, np.cumsum(np.repeat(kept[body].sum(axis=1), 3)))
    columns = np.broadcast_to(column[body][:, None], shape)[entry]
    matrix = PETSc.Mat().createAIJ(
        (_layout(space), (None, int(kept.sum()))),
        csr=(rows.astype(PETSc.IntType), columns.astype(PETSc.IntType), values[entry]),
        comm=comm,
    )
    matrix.assemble()
    return matrix


def _nodes(space: fem.FunctionSpace) -> FloatArray:
    return space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local]


def _body_of_nodes(space: fem.FunctionSpace, cell_body: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    index_map = space.dofmap.index_map
    body = np.zeros(index_map.size_local + index_map.num_ghosts, dtype=np.int64)
    body[space.dofmap.list] = cell_body[:, None]
    return body[: index_map.size_local]


def _layout(space: fem.FunctionSpace) -> tuple[int, int]:
    index_map, block = space.dofmap.index_map, space.dofmap.index_map_bs
    return index_map.size_local * block, index_map.size_global * block


def _motions(x: FloatArray, dimension: int) -> FloatArray:
    """Shifts and rotations at nodes, shape (num_nodes, 3, num_motions)."""
    planes = [(0, 1)] if dimension == 2 else [(0, 1), (1, 2), (2, 0)]
    motions = np.zeros((len(x), 3, 3 + len(planes)))
    motions[:, (0, 1, 2), (0, 1, 2)] = 1.0
    for number, (first, second) in enumerate(planes, 3):
        motions[:, first, number], motions[:, second, number] = -x[:, second], x[:, first]
    return motions


def _centred(comm: MPI.Comm, x: FloatArray, body: npt.NDArray[np.int64], bodies: int) -> FloatArray:
    """Nodes from the mean of those of their body, over the root of the mean square of their distances."""

    def mean(values: FloatArray) -> FloatArray:
        """Of each body, at its nodes."""
        sums = np.stack([np.bincount(body, column, bodies) for column in values.T])
        return (global_sum(comm, sums) / count)[:, body].T

    count = np.maximum(global_sum(comm, np.bincount(body, minlength=bodies)), 1.0)
    x = x - mean(x)
    size = np.sqrt(mean(np.sum(x**2, axis=1, keepdims=True)))
    return x / np.where(size > 0.0, size, 1.0)


def _products(comm: MPI.Comm, motions: FloatArray, body: npt.NDArray[np.int64], bodies: int) -> FloatArray:
    """Products of the motions of each body, shape (num_bodies, num_motions, num_motions)."""
    number = motions.shape[2]
    products = np.zeros((number, number, bodies))
    for i, j in np.ndindex(number, number):
        products[i, j] = np.bincount(body, np.sum(motions[..., i] * motions[..., j], axis=1), bodies)
    return np.moveaxis(global_sum(comm, products), 2, 0)


def _orthonormal(products: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Combinations of motions that are orthonormal, by body and column, and which of these are motions."""
    squares, basis = np.linalg.eigh(products)
    kept = squares > _DEPENDENT * np.maximum(squares[:, -1:], 1.0)
    scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, squares, 1.0)), 0.0)
    return basis * scale[:, None, :], kept
