"""Free strain of layers, and the work of outer loads."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.equations import kinematics


def pressure_work(pressure: Expr, normal: Expr, variation: Expr) -> Expr:
    """Virtual work of a pressure on an outer boundary, p n . dv [pJ/um^2], p positive in compression."""
    return pressure * ufl.dot(normal, variation)


def free_layer_strain(volume_strain: Expr, through_share: Expr, stack_axis: int) -> Expr:
    """Free strain of a homogeneous layer whose volume changes by ``volume_strain``, shape (3, 3).

    Args:
        volume_strain: Relative volume change.
        through_share: Share of it along the stack: 1/3 for an isotropic layer, 1 for a metal that grows on its plate.
        stack_axis: Coordinate axis of the stack.
    """
    across = 0.5 * (1 - through_share) * volume_strain
    return kinematics.transverse_strain(across, through_share * volume_strain, kinematics.unit(stack_axis))
