"""Newton's method on the monolithic block system through PETSc SNES."""

import weakref
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from petsc4py import PETSc

from fem_asslb.base import compatibility
from fem_asslb.base.errors import CaseError, ConvergenceError
from fem_asslb.base.parallel import global_sum
from fem_asslb.fields.field import component_entries
from fem_asslb.problem.jacobian import Compiled
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.convergence import ConvergenceTest, SolveReport
from fem_asslb.solve.line_search import WHOLE, find_share
from fem_asslb.solve.preconditioner import set_splits
from fem_asslb.solve.presets import PRESETS
from fem_asslb.spaces.state import SCALARS

_LIBRARY_ERROR = 76
"""PETSc's code for an error in a library that it calls, such as a factorisation that breaks down."""


class NewtonSolver:
    """Solves the step of a problem in place.

    Args:
        problem: The problem; its ``state`` is the first guess and receives the solution.
        preset: Name of a preset.
        options: PETSc options without prefix that win over the preset.

    Attributes:
        options: All PETSc options.
        iterations: Newton iterations so far, those of failed solves included.

    Raises:
        ValueError: Unknown preset.
        CaseError: PETSc cannot use an option.
    """

    def __init__(self, problem: Problem, preset: str = "direct", options: Mapping[str, object] | None = None) -> None:
        if preset not in PRESETS:
            raise ValueError(f"solver preset is {preset!r}; accepted: {', '.join(PRESETS)}")
        self._problem = problem
        self.options = {**PRESETS[preset], **(options or {})}
        self._rows = list(problem.residual.values())
        self._spaces = [field.space for field in problem.fields]
        self._functions = list(problem.state.functions.values())
        self._matrix = compatibility.create_block_matrix(_blocks(problem.jacobian.pattern))
        self._keeps_constants = False
        self._residual = compatibility.create_block_vector(self._spaces)
        self._point = self._residual.duplicate()
        self._trial = self._point.duplicate(), self._point.duplicate()
        entries = component_entries(problem.fields)
        kinks = [part.name for field in problem.fields for part in field.components if part.has_kinks]
        self._searched = [entries[name] for name in kinks]
        self._menders = {
            scalar.name: scalar.mender(problem.state, problem.previous)
            for scalar in problem.scalars
            if scalar.mender is not None
        }
        self._scalars = entries.get(SCALARS, slice(0, 0))
        self._test = ConvergenceTest(problem.domain.comm, problem.fields)
        self._share = 1.0
        self._answered: list[npt.NDArray[np.float64]] = []
        self.iterations = 0
        # Factors, aggregates and Krylov spaces of a solve that failed may hold anything: the next starts with new ones.
        self._is_spoilt = False
        # PETSc's options are one table for the whole process: a prefix of its own keeps solvers apart.
        self._prefix = f"{self._matrix.getName()}_"
        table = PETSc.Options(self._prefix)
        weakref.finalize(self, _forget, self._prefix, list(self.options))
        for key, value in self.options.items():
            table.setValue(key, value)
        try:
            self._snes = self._create_snes()
            if options:
                # Some options are looked at only when a matrix is factored: better now than in the first step.
                self._snes.getKSP().setOperators(self.matrix())
                self._snes.getKSP().setUp()
        except PETSc.Error as error:
            given = ", ".join(f"{key}={value}" for key, value in (options or {}).items())
            raise CaseError(
                "solver.petsc", f"PETSc cannot use '{given}'; accepted: options of PETSc's manual"
            ) from error

    def solve(self) -> SolveReport:
        """Solve from the current state.

        Raises:
            ConvergenceError: With PETSc's reason; the state is then undefined.
        """
        state = self._problem.state
        for name, held in self._problem.conditions.items():
            for condition in held:
                condition.set(state[name].x.array)
        for name, mended in self._menders.items():
            if (number := mended(state.number(name), self._problem.previous.number(name))) is not None:
                state.set_number(name, number)
        compatibility.read_from_functions(self._point, self._functions)
        if self._is_spoilt:
            self._snes.destroy()
            self._snes = self._create_snes()
        self._is_spoilt, self._answered = True, []
        try:
            self._snes.solve(None, self._point)
        except PETSc.Error as error:
            if error.ierr == _LIBRARY_ERROR and error.__cause__ is None:
                raise ConvergenceError("the linear solver failed") from error
            # PETSc wraps what stops a callback, such as a keyboard interrupt.
            raise (error.__cause__ or error) from None
        finally:
            self.iterations += self._snes.getIterationNumber()
        reason = self._snes.getConvergedReason()
        if reason <= 0:
            point = self._problem.failure() if reason == PETSc.SNES.ConvergedReason.DIVERGED_FNORM_NAN else None
            stopped = f"Newton stopped after {self._snes.getIterationNumber()} iterations"
            raise ConvergenceError(f"{stopped}: {point or _name(reason)}")
        self._is_spoilt = False
        self._look_at(self._point)
        return self._test.report

    def matrix(self) -> PETSc.Mat:
        """Jacobian at the current state, assembled."""
        self._problem.refresh()
        self._fill()
        return self._matrix

    def residual(self) -> PETSc.Vec:
        """Residual at the current state, assembled; a constrained row is zero."""
        self._problem.refresh()
        compatibility.read_from_functions(self._point, self._functions)
        compatibility.assemble_block_residual(self._residual, self._rows, self._conditions, self._point)
        return self._residual

    @property
    def _conditions(self) -> list[fem.DirichletBC]:
        return [condition for held in self._problem.conditions.values() for condition in held]

    def _create_snes(self) -> PETSc.SNES:
        snes = PETSc.SNES().create(self._problem.domain.comm)
        snes.setOptionsPrefix(self._prefix)
        snes.setFunction(self._assemble_residual, self._residual)
        snes.setJacobian(self._assemble_jacobian, self._matrix)
        snes.setFromOptions()
        preconditioner = snes.getKSP().getPC()
        if preconditioner.getType() == PETSc.PC.Type.FIELDSPLIT:
            set_splits(preconditioner, self._problem.domain.comm, self._problem.fields)
        snes.setConvergenceTest(self._converged)
        snes.setLineSearchPreCheck(self._adjust)
        return snes

    def _look_at(self, point: PETSc.Vec) -> None:
        """Make a point the state of the problem, to which laws at points answer once, for residual and Jacobian."""
        compatibility.write_to_functions(point, self._functions)
        values = [function.x.array for function in self._functions]
        if not self._answered or not all(map(np.array_equal, values, self._answered)):
            self._problem.refresh()
            self._answered = [array.copy() for array in values]

    def _assemble_residual(self, snes: PETSc.SNES, point: PETSc.Vec, residual: PETSc.Vec) -> None:
        self._look_at(point)
        compatibility.assemble_block_residual(residual, self._rows, self._conditions, point)

    def _assemble_jacobian(self, snes: PETSc.SNES, point: PETSc.Vec, matrix: PETSc.Mat, _: PETSc.Mat) -> None:
        # The line search may have looked at another point since.
        self._look_at(point)
        self._fill()

    def _fill(self) -> None:
        """Assemble the Jacobian: PETSc keeps the values that no step changes, and what changes is added to them."""
        conditions = self._conditions
        if not self._keeps_constants:
            constant = _blocks(self._problem.jacobian.constant)
            compatibility.add_to_block_matrix(self._matrix, self._spaces, constant, conditions)
            self._matrix.assemble()
            self._matrix.storeValues()
            self._keeps_constants = True
        self._matrix.retrieveValues()
        for table in self._problem.jacobian.changing:
            compatibility.add_to_block_matrix(self._matrix, self._spaces, _blocks(table), conditions)
        compatibility.constrain_block_matrix(self._matrix, self._spaces, conditions)

    def _converged(self, snes: PETSc.SNES, iteration: int, norms: tuple[float, float, float]) -> int:
        # Before the first iteration PETSc has no update.
        update = snes.getSolutionUpdate().array_r / self._share if iteration else np.empty(0)
        return self._test.judge(iteration, self._residual.array_r, update)

    def _adjust(self, point: PETSc.Vec, step: PETSc.Vec) -> bool:
        """Change a step, which leads from a point to the point minus the step; whether it is another one now.

        Only a share of it is taken where the work of fields with kinks says so; a number that a tangent leads far
        from what solves its own equation is that solution.
        """
        before = {name: self._problem.state.number(name) for name in self._menders}
        self._share = 1.0
        if self._snes.getIterationNumber() >= WHOLE:
            forces, _ = self._snes.getFunction()
            self._share = find_share(lambda share: self._work(share, point, step), self._product(forces, step))
        step.scale(self._share)
        return self._mend(point, step, before) or self._share < 1.0

    def _mend(self, point: PETSc.Vec, step: PETSc.Vec, before: Mapping[str, float]) -> bool:
        """Let a step end with numbers that are near their own solutions; ``before`` are those at its start."""
        if not self._menders:
            return False
        trial, _ = self._trial
        trial.waxpy(-1.0, step, point)
        state, changed = self._problem.state, False
        compatibility.write_to_functions(trial, self._functions)
        for name, mended in self._menders.items():
            if (number := mended(state.number(name), before[name])) is None:
                continue
            changed = True
            state.set_number(name, number)
            if owned := range(self._scalars.start, self._scalars.stop):
                place = owned[state.scalars.index(name)]
                step.array[place] = point.array_r[place] - number
        return changed

    def _work(self, share: float, point: PETSc.Vec, step: PETSc.Vec) -> float:
        trial, residual = self._trial
        trial.waxpy(-share, step, point)
        self._assemble_residual(self._snes, trial, residual)
        return self._product(residual, step)

    def _product(self, residual: PETSc.Vec, step: PETSc.Vec) -> float:
        product = sum(residual.array_r[part] @ step.array_r[part] for part in self._searched)
        return float(global_sum(self._problem.domain.comm, product)[0])


def _blocks(table: Compiled) -> compatibility.Blocks:
    return [list(row.values()) for row in table.values()]


def _forget(prefix: str, names: list[str]) -> None:
    table = PETSc.Options(prefix)
    for name in names:
        table.delValue(name)


def _name(reason: int) -> str:
    for name, value in vars(PETSc.SNES.ConvergedReason).items():
        if value == reason and name.startswith("DIVERGED"):
            return name.lower().replace("_", " ")
    return f"reason {reason}"
