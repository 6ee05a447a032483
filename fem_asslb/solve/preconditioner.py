"""Splitting of the monolithic system into displacement and lithium for an iterative solver."""

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from petsc4py import PETSc

from fem_asslb.fields.state import State

DISPLACEMENT, LITHIUM = "displacement", "lithium"
"""Names of the two splits; the second holds x, phi and the numbers of the cell."""


def set_splits(preconditioner: PETSc.PC, state: State) -> None:
    """Tell a field-split preconditioner where the fields are, and the displacement what its rigid motions are.

    Args:
        preconditioner: Of type ``fieldsplit``, on the monolithic matrix.
        state: Unknowns of that matrix.
    """
    comm = state.displacement.function_space.mesh.comm
    sizes = [
        f.function_space.dofmap.index_map.size_local * f.function_space.dofmap.index_map_bs for f in state.functions
    ]
    start = comm.exscan(sum(sizes)) or 0
    displacement = PETSc.IS().createStride(sizes[0], first=start, step=1, comm=comm)
    displacement.setBlockSize(3)
    modes = rigid_modes(state.displacement.function_space)
    displacement.compose("nearnullspace", PETSc.NullSpace().create(vectors=modes, comm=comm))
    lithium = PETSc.IS().createStride(sum(sizes[1:]), first=start + sizes[0], step=1, comm=comm)
    preconditioner.setFieldSplitIS((DISPLACEMENT, displacement), (LITHIUM, lithium))


def rigid_modes(space: fem.FunctionSpace) -> list[PETSc.Vec]:
    """Orthonormal rigid motions of the whole body: three shifts and the rotations that the dimension allows."""
    dofmap = space.dofmap
    owned = dofmap.index_map.size_local
    x = space.tabulate_dof_coordinates()[:owned]
    planes = [(0, 1)] if space.mesh.geometry.dim == 2 else [(0, 1), (1, 2), (2, 0)]
    fields = [_shift(owned, axis) for axis in range(3)] + [_rotation(x, plane) for plane in planes]
    layout = (owned * dofmap.index_map_bs, dofmap.index_map.size_global * dofmap.index_map_bs)
    modes: list[PETSc.Vec] = []
    for values in fields:
        mode = PETSc.Vec().createMPI(layout, bsize=3, comm=space.mesh.comm)
        mode.array[:] = values.ravel()
        for other in modes:
            mode.axpy(-mode.dot(other), other)
        mode.normalize()
        modes.append(mode)
    return modes


def _shift(owned: int, axis: int) -> npt.NDArray[np.float64]:
    values = np.zeros((owned, 3))
    values[:, axis] = 1.0
    return values


def _rotation(x: npt.NDArray[np.float64], plane: tuple[int, int]) -> npt.NDArray[np.float64]:
    values = np.zeros((len(x), 3))
    values[:, plane[0]], values[:, plane[1]] = -x[:, plane[1]], x[:, plane[0]]
    return values
