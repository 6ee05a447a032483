"""Coatings in the weak form: their strain is the part along the interface of the strain beside it."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.interfaces.coating import Coating


def membrane_strain(strain: Expr, normal: Expr) -> Expr:
    """Strain along an interface, P e P with P = 1 - n n, shape (3, 3).

    In 2D the direction across the plane is one along the interface.

    Args:
        strain: On the side that the coating holds to, shape (3, 3).
        normal: Unit normal, shape (3,).
    """
    along = ufl.Identity(3) - ufl.outer(normal, normal)
    return along * strain * along


def thinning(coating: Coating, strain: Expr) -> Expr:
    """How much thinner a coating is for its strain [um]; it counts as opening."""
    return coating.thinning(ufl.tr(strain))


def energy(coating: Coating, strain: Expr) -> Expr:
    """Energy of the membrane [pJ/um^2]."""
    return coating.membrane_energy(ufl.tr(strain), ufl.inner(strain, strain))
