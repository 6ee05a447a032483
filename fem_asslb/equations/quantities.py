"""What the terms of the equations read of a state, whatever the names of the fields are."""

from collections.abc import Callable
from dataclasses import dataclass

from ufl.core.expr import Expr

from fem_asslb.spaces.state import State

Quantity = Callable[[State], Expr]
"""An expression of the unknowns at one instant."""


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """Expressions of a state; those that a model does not have are None.

    Attributes:
        displacement: Broken between bodies [um], three components, without what the platen adds alike on both sides of
            an interface.
        motion: Total displacement [um], three components.
        strain_across: Uniform strain across a 2D plane.
        stoichiometry: x in the hosts.
        potential: Equilibrium potential of the hosts [V vs Li].
        electrode: Potential of the positive electrode [V vs Li].
        negative: That of a negative electrode of hosts.
    """

    displacement: Quantity
    motion: Quantity
    strain_across: Quantity | None = None
    stoichiometry: Quantity | None = None
    potential: Quantity | None = None
    electrode: Quantity | None = None
    negative: Quantity | None = None
