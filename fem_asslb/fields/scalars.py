"""The single numbers of the whole cell as one field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.fields.field import Component, Field
from fem_asslb.mesh.domain import Domain
from fem_asslb.spaces.state import SCALARS, State

Mender = Callable[[float, float], float | None]
"""From a number that a tangent or an extrapolation gives, and one before it: a better one, or None if it is good."""


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A single number of the cell.

    Attributes:
        name: In states and checkpoints.
        symbol: In equations.
        unit: Of its value.
        row: Its equation, from the unknowns at the end and at the start of a step and its test function; without the
            variation of the stored energy of the bulk.
        column: In the history, with the unit; None where it is not reported.
        initial: At assembly.
        mender: From the unknowns at the end and at the start of a step: what mends a number that is far off; None where
            Newton's method needs no help.
    """

    name: str
    symbol: str
    unit: str
    row: Callable[[State, State, Expr], ufl.Form | int]
    column: str | None = None
    initial: float = 0.0
    mender: Callable[[State, State], Mender] | None = None


def declare(domain: Domain, scalars: Sequence[Scalar], block: str) -> Field:
    """The field of the numbers that a model has.

    Args:
        domain: The mesh.
        scalars: The numbers, one at least.
        block: Block of the preconditioner.
    """

    def row(now: State, before: State, test: ufl.Argument) -> ufl.Form | int:
        """Rows of all numbers."""
        return sum(scalar.row(now, before, test[index]) for index, scalar in enumerate(scalars))

    def initialise(state: State) -> None:
        """Set all numbers as they are at assembly."""
        for scalar in scalars:
            state.set_number(scalar.name, scalar.initial)

    return Field(
        name=SCALARS,
        space=compatibility.create_number_space(domain.mesh, len(scalars)),
        # One by one their residuals fall to rounding at different iterations, and what is to come is judged too low.
        components=(Component(SCALARS, ", ".join(scalar.symbol for scalar in scalars), "mixed"),),
        row=row,
        initialise=initialise,
        block=block,
    )
