"""The work of outer loads."""

import ufl
from ufl.core.expr import Expr


def pressure_work(pressure: Expr, normal: Expr, variation: Expr) -> Expr:
    """Virtual work of a pressure on an outer boundary, p n . dv [pJ/um^2], p positive in compression."""
    return pressure * ufl.dot(normal, variation)
