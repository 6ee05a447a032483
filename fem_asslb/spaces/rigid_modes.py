"""Rigid motions of a whole body, the near-nullspace of its elasticity."""

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from petsc4py import PETSc


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
