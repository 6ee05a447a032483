"""Residual and Jacobian of a problem as one vector and one matrix."""

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from petsc4py import PETSc

from fem_asslb.base import compatibility
from fem_asslb.base.block_matrix import (
    Blocks,
    add_to_block_matrix,
    constrain_block_matrix,
    create_block_matrix,
)
from fem_asslb.problem.jacobian import Compiled
from fem_asslb.problem.problem import Problem


class Assembly:
    """The monolithic system of a problem.

    Attributes:
        matrix: Jacobian as it was assembled last.
        residual: Vector for a residual.
        point: Vector for all unknowns.

    Args:
        problem: The problem; whoever assembles at a point makes that its state.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._spaces = [field.space for field in problem.fields]
        self._functions = list(problem.state.functions.values())
        self._rows = list(problem.residual.values())
        self.matrix = create_block_matrix(_blocks(problem.jacobian.pattern))
        self.residual = compatibility.create_block_vector(self._spaces)
        self.point = self.residual.duplicate()
        self._answered: list[npt.NDArray[np.float64]] = []
        self._kept_for: list[fem.DirichletBC] | None = None

    def read_state(self) -> PETSc.Vec:
        """The unknowns as they are now; laws at points answer anew when they are looked at next."""
        compatibility.read_from_functions(self.point, self._functions)
        self._answered = []
        return self.point

    def write_state(self, point: PETSc.Vec) -> None:
        """Make a point the state of the problem, without an answer of laws at points."""
        compatibility.write_to_functions(point, self._functions)

    def look_at(self, point: PETSc.Vec) -> None:
        """Make a point the state of the problem, to which laws at points answer once, for residual and Jacobian."""
        self.write_state(point)
        values = [function.x.array for function in self._functions]
        if not self._answered or not all(map(np.array_equal, values, self._answered)):
            self._problem.refresh()
            self._answered = [array.copy() for array in values]

    def assemble_residual(self, point: PETSc.Vec, residual: PETSc.Vec) -> None:
        """Residual at a point; a constrained row is the value there minus the prescribed one."""
        self.look_at(point)
        compatibility.assemble_block_residual(residual, self._rows, self._conditions, point)

    def assemble_matrix(self, point: PETSc.Vec) -> None:
        """Jacobian at a point: PETSc keeps the values that no step changes, and what changes is added to them."""
        self.look_at(point)
        conditions, jacobian = self._conditions, self._problem.jacobian
        if conditions != self._kept_for:
            self.matrix.zeroEntries()
            add_to_block_matrix(self.matrix, self._spaces, _blocks(jacobian.constant), conditions)
            self.matrix.assemble()
            self.matrix.storeValues()
            self._kept_for = conditions
        self.matrix.retrieveValues()
        for table in jacobian.changing:
            add_to_block_matrix(self.matrix, self._spaces, _blocks(table), conditions)
        constrain_block_matrix(self.matrix, self._spaces, conditions)

    @property
    def _conditions(self) -> list[fem.DirichletBC]:
        return [condition for held in self._problem.conditions.values() for condition in held]


def _blocks(table: Compiled) -> Blocks:
    return [list(row.values()) for row in table.values()]
