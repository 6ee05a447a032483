"""Stress of the bulk, free strain of layers, and the work of outer loads."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.equations import kinematics
from fem_asslb.materials.elasticity import ElasticInvariants, energy_density


def cauchy_stress(invariants: ElasticInvariants, elastic_strain: Expr, axis: Expr) -> Expr:
    """Stress [MPa], shape (3, 3), tension positive: the derivative of the elastic energy density."""
    elastic = ufl.variable(elastic_strain)
    return ufl.sym(ufl.diff(energy_density(invariants, elastic, axis), elastic))


def facet_normal(mesh: ufl.Mesh) -> Expr:
    """Unit normal with three components, out of the cell, also in 2D."""
    normal = ufl.FacetNormal(mesh)
    return ufl.as_vector([normal[i] if i < normal.ufl_shape[0] else 0.0 * normal[0] for i in range(3)])


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
