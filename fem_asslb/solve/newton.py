"""Newton's method on the monolithic block system through PETSc SNES."""

import weakref
from collections.abc import Mapping

import numpy as np
from petsc4py import PETSc

from fem_asslb.base.errors import CaseError, ConvergenceError
from fem_asslb.base.parallel import global_sum
from fem_asslb.case.sections.petsc_options import by_part
from fem_asslb.fields.field import MULTIGRID, component_entries
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.assembly import Assembly
from fem_asslb.solve.convergence import ConvergenceTest, SolveReport
from fem_asslb.solve.line_search import WHOLE, find_share
from fem_asslb.solve.preconditioner import set_loose_modes, set_splits
from fem_asslb.solve.presets import AUTO, LOOSE_BODIES, PRESETS, REUSE_MULTIGRID, choose, prefixes
from fem_asslb.spaces.state import SCALARS

_LIBRARY_ERROR = 76
"""PETSc's code for an error in a library that it calls, such as a factorisation that breaks down."""


class NewtonSolver:
    """Solves the step of a problem in place.

    Args:
        problem: The problem; its ``state`` is the first guess and receives the solution.
        preset: Name of a preset, or ``"auto"``.
        options: PETSc options without prefix that win over the preset.

    Attributes:
        preset: The preset that is used.
        options: All PETSc options.
        iterations: Newton iterations so far, those of failed solves included.
        linear_iterations: Those of the linear solver so far; one for each of Newton's where it is direct.

    Raises:
        ValueError: Unknown preset.
        CaseError: PETSc cannot use an option.
    """

    def __init__(self, problem: Problem, preset: str = "direct", options: Mapping[str, object] | None = None) -> None:
        if preset not in (AUTO, *PRESETS):
            raise ValueError(f"solver preset is {preset!r}; accepted: {', '.join((AUTO, *PRESETS))}")
        self._problem = problem
        self.preset = choose(problem.domain.dimension, problem.size) if preset == AUTO else preset
        reused = REUSE_MULTIGRID if self.preset == "iterative" and problem.is_constant(MULTIGRID) else {}
        may_be_loose = any(field.loose_modes is not None for field in problem.fields)
        loose = LOOSE_BODIES if self.preset == "iterative" and may_be_loose else {}
        own = self._expanded(options or {}, prefixes(self.preset, bool(loose)))
        self.options = {**PRESETS[self.preset], **loose, **reused, **own}
        self._assembly = Assembly(problem)
        self._trial = self._assembly.point.duplicate(), self._assembly.point.duplicate()
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
        self.iterations = self.linear_iterations = 0
        # Factors, aggregates and Krylov spaces of a solve that failed may hold anything: the next starts with new ones.
        self._is_spoilt = False
        # PETSc's options are one table for the whole process: a prefix of its own keeps solvers apart.
        self._prefix = f"{self._assembly.matrix.getName()}_"
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

    def _expanded(self, options: Mapping[str, object], prefix: Mapping[str, str]) -> dict[str, object]:
        """Options of parts of the preset under the names that they have in PETSc."""
        own = {}
        for part, name, value in by_part(options):
            if part not in prefix:
                reason = f"the preset '{self.preset}' has no such part; accepted: solver.preset = 'iterative'"
                raise CaseError(f"solver.petsc.{part}", reason)
            own[prefix[part] + name] = value
        return own

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
        point = self._assembly.read_state()
        if self._is_spoilt:
            self._snes.destroy()
            self._snes = self._create_snes()
        self._is_spoilt = True
        try:
            self._snes.solve(None, point)
        except PETSc.Error as error:
            if error.ierr == _LIBRARY_ERROR and error.__cause__ is None:
                raise ConvergenceError("the linear solver failed") from error
            # PETSc wraps what stops a callback, such as a keyboard interrupt.
            raise (error.__cause__ or error) from None
        finally:
            self.iterations += self._snes.getIterationNumber()
            self.linear_iterations += self._snes.getLinearSolveIterations()
        reason = self._snes.getConvergedReason()
        if reason <= 0:
            place = self._problem.failure() if reason == PETSc.SNES.ConvergedReason.DIVERGED_FNORM_NAN else None
            stopped = f"Newton stopped after {self._snes.getIterationNumber()} iterations"
            raise ConvergenceError(f"{stopped}: {place or _name(reason)}")
        self._is_spoilt = False
        self._assembly.look_at(point)
        self._problem.settle()
        return self._test.report

    def matrix(self) -> PETSc.Mat:
        """Jacobian at the current state, assembled."""
        self._assembly.assemble_matrix(self._assembly.read_state())
        return self._assembly.matrix

    def residual(self) -> PETSc.Vec:
        """Residual at the current state, assembled; a constrained row is zero."""
        self._assembly.assemble_residual(self._assembly.read_state(), self._assembly.residual)
        return self._assembly.residual

    def _create_snes(self) -> PETSc.SNES:
        snes = PETSc.SNES().create(self._problem.domain.comm)
        snes.setOptionsPrefix(self._prefix)
        assembly = self._assembly
        snes.setFunction(lambda _, point, residual: assembly.assemble_residual(point, residual), assembly.residual)
        # The line search may have looked at another point since.
        snes.setJacobian(lambda _, point, *matrices: assembly.assemble_matrix(point), assembly.matrix)
        snes.setFromOptions()
        preconditioner = snes.getKSP().getPC()
        if preconditioner.getType() == PETSc.PC.Type.FIELDSPLIT:
            set_splits(preconditioner, self._problem.domain.comm, self._problem.fields)
            preconditioner.setOperators(self.matrix())
            set_loose_modes(preconditioner, self._problem.fields)
        snes.setConvergenceTest(self._converged)
        snes.setLineSearchPreCheck(self._adjust)
        return snes

    def _converged(self, snes: PETSc.SNES, iteration: int, norms: tuple[float, float, float]) -> int:
        # Before the first iteration PETSc has no update.
        update = snes.getSolutionUpdate().array_r / self._share if iteration else np.empty(0)
        return self._test.judge(iteration, self._assembly.residual.array_r, update)

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
        self._assembly.write_state(trial)
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
        self._assembly.assemble_residual(trial, residual)
        return self._product(residual, step)

    def _product(self, residual: PETSc.Vec, step: PETSc.Vec) -> float:
        product = sum(residual.array_r[part] @ step.array_r[part] for part in self._searched)
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
