"""Strain whose laws hold for large deformations as they are."""

from typing import ClassVar

import numpy as np
import ufl
from ufl.core.expr import Expr

from fem_asslb.equations.kinematics import SmallStrain, gradient, unit


class LogarithmicStrain(SmallStrain):
    """Strain ln sqrt(F^T F), with which the laws of small strain hold for large ones.

    C. Miehe, N. Apel and M. Lambrecht, Comput. Methods Appl. Mech. Engrg. 191 (2002) 5383: stress is what does work on
    the logarithm, and every law stays as it is. Forces are those per undeformed area, along undeformed normals: facets
    of interfaces and of the outside may move far, but should turn little.
    """

    LOGARITHMIC: ClassVar[bool] = True
    LEAST_STRAIN: ClassVar[float] = -0.7
    """Half of the length, up to which `logarithm` is good to 2e-3; 5e-5 at 0.7 of it."""

    def strain(self, displacement: Expr, across: Expr | float = 0.0) -> Expr:
        """See `Kinematics.strain`."""
        motion = _motion(displacement, across)
        return 0.5 * logarithm(motion.T * motion)

    def strain_of(self, change: Expr) -> Expr:
        """See `Kinematics.strain_of`."""
        return ufl.ln(1 + change)

    def stress_ratio(self, displacement: Expr, across: Expr | float = 0.0) -> Expr | int:
        """See `Kinematics.stress_ratio`; exact where stress and strain have the same axes, which turn with the body."""
        return 1 / ufl.det(_motion(displacement, across))


def _motion(displacement: Expr, across: Expr | float) -> Expr:
    """Deformation gradient F, shape (3, 3)."""
    return ufl.Identity(3) + gradient(displacement) + across * ufl.outer(unit(2), unit(2))


def logarithm(tensor: Expr) -> Expr:
    """Logarithm of a symmetric tensor of shape (3, 3) with eigenvalues from 0.25 to 4, to 2e-3 of the largest.

    The integral X (I + t X)^-1 over t from 0 to 1, X = C - I, by the rule of Gauss with three points: smooth where
    eigenvalues meet, and exact to the sixth order in X. The inverse is that of Cayley and Hamilton.
    """
    change = tensor - ufl.Identity(3)
    square, trace, volume = change * change, ufl.tr(change), ufl.det(change)
    second = 0.5 * (trace**2 - ufl.tr(square))
    linear, quadratic, constant = 0, 0, 0
    for place, weight in zip(*np.polynomial.legendre.leggauss(3), strict=True):
        t = 0.5 * (1 + float(place))
        share = 0.5 * float(weight) / (1 + t * (trace + t * (second + t * volume)))
        linear += share * (1 + t * trace)
        quadratic += t * share
        constant += t**2 * volume * share
    return linear * change - quadratic * square + constant * ufl.Identity(3)
