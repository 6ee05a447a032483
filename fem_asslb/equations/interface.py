"""Interfaces in the weak form: openings from jumps, virtual work of tractions, lithium from host to host."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.interfaces.response import Opening, Response


def opening(displacement: Expr, normal: Expr, gap: Expr) -> Opening:
    """Opening of an interface.

    Args:
        displacement: Displacement [um], broken across the interface, three components.
        normal: Unit normal out of the plus side, shape (3,).
        gap: Initial gap [um].
    """
    jump = -ufl.jump(displacement)
    along = ufl.dot(jump, normal)
    sliding = jump - along * normal
    return Opening(along + gap, (sliding[0], sliding[1], sliding[2]))


def traction(response: Response, normal: Expr) -> Expr:
    """Traction on the plus side, against the opening of the interface [MPa], shape (3,)."""
    return response.normal_traction * normal + ufl.as_vector(list(response.shear_traction))


def virtual_work(response: Response, normal: Expr, variation: Expr) -> Expr:
    """Virtual work of the traction, t . d(jump) [pJ/um^2].

    Args:
        response: Of the interface.
        normal: Unit normal out of the plus side, shape (3,).
        variation: Of the displacement, broken across the interface.
    """
    return ufl.dot(traction(response, normal), -ufl.jump(variation))


def passage(conductance: Expr, conducting: Expr, phi: Expr) -> Expr:
    """Current from host to host, out of the plus side, C g (phi_minus - phi_plus) [pA/um^2].

    Lithium goes to the higher equilibrium potential, that is to the lower chemical potential.

    Args:
        conductance: C of a bonded interface [pA/(um^2 V)].
        conducting: Share g of it that is left.
        phi: Equilibrium potential [V], broken across the interface.
    """
    return -conductance * conducting * ufl.jump(phi)
