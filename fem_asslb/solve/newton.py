"""Newton's method on the monolithic block system through PETSc SNES."""

import weakref
from collections.abc import Mapping

import numpy as np
from petsc4py import PETSc

from fem_asslb.base import compatibility
from fem_asslb.base.errors import CaseError, ConvergenceError
from fem_asslb.base.parallel import global_sum
from fem_asslb.equations.problem import Problem
from fem_asslb.fields.state import ELECTRODE
from fem_asslb.solve.convergence import ConvergenceTest, SolveReport, field_slices
from fem_asslb.solve.electrode_balance import ElectrodeBalance
from fem_asslb.solve.line_search import WHOLE, find_share
from fem_asslb.solve.preconditioner import set_splits
from fem_asslb.solve.presets import PRESETS

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
        self._matrix = compatibility.create_block_matrix(problem.jacobian)
        self._residual = compatibility.create_block_vector(problem.residual)
        self._point = compatibility.create_block_vector(problem.residual)
        self._trial = self._point.duplicate(), self._point.duplicate()
        slices = field_slices(problem.state)
        self._forces, self._numbers = slices["displacement"], slices["numbers"]
        self._electrode = ElectrodeBalance(problem) if problem.model.charge_transfer is not None else None
        self._test = ConvergenceTest(problem.state)
        self._share = 1.0
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
        for condition in self._problem.conditions:
            condition.set(self._problem.state.displacement.x.array)
        if self._electrode is not None:
            guess, before = (state.number(ELECTRODE) for state in (self._problem.state, self._problem.previous))
            if (potential := self._electrode.mended(guess, before)) is not None:
                self._problem.state.set_number(ELECTRODE, potential)
        compatibility.read_from_functions(self._point, self._problem.state.functions)
        if self._is_spoilt:
            self._snes.destroy()
            self._snes = self._create_snes()
        self._is_spoilt = True
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
            raise ConvergenceError(
                f"Newton stopped after {self._snes.getIterationNumber()} iterations: {_name(reason)}"
            )
        self._is_spoilt = False
        compatibility.write_to_functions(self._point, self._problem.state.functions)
        return self._test.report

    def matrix(self) -> PETSc.Mat:
        """Jacobian at the current state, assembled."""
        compatibility.assemble_block_matrix(self._matrix, self._problem.jacobian, self._problem.conditions)
        return self._matrix

    def residual(self) -> PETSc.Vec:
        """Residual at the current state, assembled; a constrained row is zero."""
        compatibility.read_from_functions(self._point, self._problem.state.functions)
        compatibility.assemble_block_residual(
            self._residual, self._problem.residual, self._problem.conditions, self._point
        )
        return self._residual

    def _create_snes(self) -> PETSc.SNES:
        snes = PETSc.SNES().create(self._problem.domain.comm)
        snes.setOptionsPrefix(self._prefix)
        snes.setFunction(self._assemble_residual, self._residual)
        snes.setJacobian(self._assemble_jacobian, self._matrix)
        snes.setFromOptions()
        preconditioner = snes.getKSP().getPC()
        if preconditioner.getType() == PETSc.PC.Type.FIELDSPLIT:
            set_splits(preconditioner, self._problem.state)
        snes.setConvergenceTest(self._converged)
        snes.setLineSearchPreCheck(self._adjust)
        return snes

    def _assemble_residual(self, snes: PETSc.SNES, point: PETSc.Vec, residual: PETSc.Vec) -> None:
        compatibility.write_to_functions(point, self._problem.state.functions)
        compatibility.assemble_block_residual(residual, self._problem.residual, self._problem.conditions, point)

    def _assemble_jacobian(self, snes: PETSc.SNES, point: PETSc.Vec, matrix: PETSc.Mat, _: PETSc.Mat) -> None:
        compatibility.assemble_block_matrix(matrix, self._problem.jacobian, self._problem.conditions)

    def _converged(self, snes: PETSc.SNES, iteration: int, norms: tuple[float, float, float]) -> int:
        # Before the first iteration PETSc has no update.
        update = snes.getSolutionUpdate().array_r / self._share if iteration else np.empty(0)
        return self._test.judge(iteration, self._residual.array_r, update)

    def _adjust(self, point: PETSc.Vec, step: PETSc.Vec) -> bool:
        """Change a step, which leads from a point to the point minus the step; whether it is another one now.

        Only a share of it is taken where forces say so: their work has one unit, and the kinks are theirs. The
        potential of the electrode is that at which the current passes, where the tangent leads far from it.
        """
        potential = self._problem.state.number(ELECTRODE)
        self._share = 1.0
        if self._snes.getIterationNumber() >= WHOLE:
            forces, _ = self._snes.getFunction()
            self._share = find_share(lambda share: self._work(share, point, step), self._product(forces, step))
        step.scale(self._share)
        return self._balance_electrode(point, step, potential) or self._share < 1.0

    def _balance_electrode(self, point: PETSc.Vec, step: PETSc.Vec, before: float) -> bool:
        """Let a step end where the current passes; ``before`` is the potential at its start [V]."""
        if self._electrode is None:
            return False
        trial, _ = self._trial
        trial.waxpy(-1.0, step, point)
        state = self._problem.state
        compatibility.write_to_functions(trial, state.functions)
        if (potential := self._electrode.mended(state.number(ELECTRODE), before)) is None:
            return False
        if owned := range(self._numbers.start, self._numbers.stop):
            step.array[owned[ELECTRODE]] = point.array_r[owned[ELECTRODE]] - potential
        return True

    def _work(self, share: float, point: PETSc.Vec, step: PETSc.Vec) -> float:
        trial, residual = self._trial
        trial.waxpy(-share, step, point)
        self._assemble_residual(self._snes, trial, residual)
        return self._product(residual, step)

    def _product(self, residual: PETSc.Vec, step: PETSc.Vec) -> float:
        product = residual.array_r[self._forces] @ step.array_r[self._forces]
        return float(global_sum(self._problem.domain.comm, product)[0])


def _forget(prefix: str, names: list[str]) -> None:
    table = PETSc.Options(prefix)
    for name in names:
        table.delValue(name)


def _name(reason: int) -> str:
    for name, value in vars(PETSc.SNES.ConvergedReason).items():
        if value == reason and name.startswith("DIVERGED"):
            return name.lower().replace("_", " ")
    return f"reason {reason}"
