"""Coordinates of a mesh from elsewhere, turned so that the stack is built up along the last one."""

import numpy as np

from fem_asslb.base.errors import MeshError
from meshes.foreign_mesh import Numbers

FLAT = 1e-9
"""Part of the extent of a mesh in 2D that it may be thick."""


def turned(points: Numbers, dimension: int, stack_axis: str | None) -> Numbers:
    """Coordinates in our order: across the stack, then along it; a rotation, never a reflection.

    Args:
        points: Shape (points, 2 or 3).
        dimension: Of the mesh.
        stack_axis: ``"x"``, ``"y"`` or ``"z"`` of the file; the last one of the mesh if None.

    Returns:
        Shape (points, dimension).

    Raises:
        MeshError: A mesh in 2D is in no plane with that axis.
    """
    points = np.column_stack([points, np.zeros((len(points), 3 - points.shape[1]))])
    stack = "xyz".index(stack_axis) if stack_axis else dimension - 1
    if dimension == 3:
        return points[:, [(stack + 1) % 3, (stack + 2) % 3, stack]]
    extent = np.ptp(points, axis=0)
    others = [axis for axis in range(3) if axis != stack]
    flat = [axis for axis in others if extent[axis] <= FLAT * extent.max()]
    if stack_axis is None:
        flat = [axis for axis in flat if axis == 2]
    if not flat:
        plane = f"a plane with the {stack_axis} axis" if stack_axis else "the x-y plane"
        raise MeshError(f"it holds a surface in space; accepted: a mesh in {plane}, or of tetrahedra")
    across = next(axis for axis in others if axis != flat[-1])
    sign = 1.0 if across < stack else -1.0
    return np.column_stack([sign * points[:, across], points[:, stack]])
