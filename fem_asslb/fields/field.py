"""What a field says about itself. Solver, time steps, checkpoints and output go through the fields of a problem."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from petsc4py import PETSc
from ufl.core.expr import Expr

from fem_asslb.mesh.domain import Domain
from fem_asslb.spaces.state import State

MULTIGRID, FACTORED = "multigrid", "factored"
"""Blocks of the preconditioner, as PETSc's options name them: elliptic fields, and fields with few unknowns."""

BLOCKS = (MULTIGRID, FACTORED)
"""Fields of one block lie together in the monolithic system, in this order."""

Row = Callable[[State, State, ufl.Argument], ufl.Form | int]
"""Equation of a field, from the unknowns at the end and at the start of a step, and its test function."""


@dataclass(frozen=True)
class Component:
    """Entries of a field whose updates are judged together.

    Attributes:
        name: In log and messages.
        symbol: In equations.
        unit: Of its values.
        entry: Which number of those at each point; None for all.
        scale: Size of an update that counts as one where convergence is judged, in its unit.
        has_kinks: Whether kinks, such as those of contact, make its updates overshoot: the line search follows its
            work, and a solve is given up whose updates do not shrink.
    """

    name: str
    symbol: str
    unit: str
    entry: int | None = None
    scale: float = 1.0
    has_kinks: bool = False


@dataclass(frozen=True)
class ErrorScale:
    """Size over which the time error of a field counts.

    Attributes:
        least: The size; of a field that grows, where the field is smaller.
        grows: Whether the size is the largest value of the field.
        follows_loads: Whether it may jump with the loads, so that the first step after a jump has no error to tell.
    """

    least: float
    grows: bool = False
    follows_loads: bool = False


@dataclass(frozen=True)
class Mean:
    """Weighted mean over cells for the history.

    Attributes:
        column: With the unit.
        terms: Values, their weights and the cells.
    """

    column: str
    terms: Sequence[tuple[Expr, Expr | float, ufl.Measure]]


@dataclass(frozen=True)
class Extremes:
    """Least and largest nodal value for the history.

    Attributes:
        least: Column of the least, with the unit.
        largest: Column of the largest.
        entry: Which number of those at each point.
        roles: Where; None wherever the field is.
    """

    least: str
    largest: str
    entry: int = 0
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Written:
    """What is written of a field, at the corners of cells.

    Attributes:
        values: Vector of all that is written.
        names: Name with unit of each of its parts, and the components that are this part.
    """

    values: Expr
    names: Mapping[str, int | slice]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One unknown field.

    Attributes:
        name: In states, checkpoints and messages.
        space: Where it lives, broken between the regions that do not share it.
        components: Its parts for the convergence test; together all entries.
        row: Its equation, without the variation of the stored energy of the bulk.
        roles: Roles on which it lives; all if None.
        conditions: Prescribed values.
        varies_energy: Whether its row has the variation of the stored energy of the bulk.
        initialise: Sets a state at assembly.
        error_scale: Of its time error; None where time steps do not follow it.
        block: Block of the preconditioner to which it belongs.
        near_nullspace: Motions that cost an elliptic field no energy; None where there are none.
        loose_modes: Motions, as columns of a matrix, that may come to cost no energy as interfaces let go; None where
            none can.
        written: What is written of a state; None for nothing.
        reported: What the history says of a state; None for nothing.
    """

    name: str
    space: fem.FunctionSpace
    components: tuple[Component, ...]
    row: Row
    initialise: Callable[[State], None]
    block: str
    roles: tuple[str, ...] | None = None
    conditions: Sequence[fem.DirichletBC] = ()
    varies_energy: bool = True
    error_scale: ErrorScale | None = None
    near_nullspace: Callable[[], list[PETSc.Vec]] | None = None
    loose_modes: Callable[[], PETSc.Mat] | None = None
    written: Callable[[State], Written] | None = None
    reported: Callable[[State], Sequence[Mean | Extremes]] | None = None

    def cells(self, domain: Domain) -> npt.NDArray[np.int32]:
        """Local cells in which its values mean something, owned and ghost."""
        return domain.cells_of(domain.roles if self.roles is None else self.roles)

    @property
    def size_local(self) -> int:
        """Entries that this rank owns."""
        return int(self.space.dofmap.index_map.size_local * self.space.dofmap.index_map_bs)


def component_entries(fields: Sequence[Field]) -> dict[str, slice]:
    """Entries of each component among the owned entries of a monolithic vector.

    Raises:
        ValueError: Two components have one name.
    """
    entries: dict[str, slice] = {}
    start = 0
    for field in fields:
        stop = start + field.size_local
        for component in field.components:
            if component.name in entries:
                raise ValueError(f"two components are called '{component.name}'; accepted: a name for each")
            if component.entry is None:
                entries[component.name] = slice(start, stop)
            else:
                entries[component.name] = slice(start + component.entry, stop, field.space.dofmap.index_map_bs)
        start = stop
    return entries
