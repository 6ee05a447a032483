"""Error-controlled time steps: grow on easy steps, restore and cut on failure, stop with a reason at the smallest."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fem_asslb.case.schema import Time
from fem_asslb.convergence import SolveReport
from fem_asslb.errors import ConvergenceError
from fem_asslb.problem import Problem
from fem_asslb.solver import NewtonSolver
from fem_asslb.time_error import Measure, TimeError, nothing

logger = logging.getLogger(__name__)

GROWTH = 2.0
"""Largest ratio of one step to the one before."""

CUT = 0.4
"""Ratio of a step to the failed one before."""

ACCEPTED = 2.0
"""A step is accepted up to this multiple of the tolerance; the next one aims at 0.81 times the tolerance."""

CAUTION = 0.7
"""After Newton has failed, steps stay below this ratio to the failed one; the limit grows with every step."""

CONFIDENCE = 1.1
"""Growth of that limit per accepted step."""

FALLS = 0.8
"""An error that a shorter step leaves above this share of what it was is that of a jump."""

EASY_ITERATIONS = 7
"""A step that needs more Newton iterations, or a second attempt, is followed by one that is not longer."""


@dataclass(frozen=True)
class StepRecord:
    """One accepted step, as observers see it.

    Attributes:
        index: Number of the step since the start of the run, from 1.
        time: At its end [s].
        duration: Of the step [s].
        stage: Number of the protocol step, from 0.
        stage_name: The protocol step as text.
        stage_ends: Whether it is the last step of the stage.
        iterations: Newton iterations, those of failed and repeated attempts included.
        rejected: Failed attempts before it was accepted.
        scalars: Every scalar result; the names carry the units.
    """

    index: int
    time: float
    duration: float
    stage: int
    stage_name: str
    stage_ends: bool
    iterations: int
    rejected: int
    scalars: dict[str, float] = field(default_factory=dict)


class Stepper:
    """Advances a problem by one accepted step at a time.

    Attributes:
        next_step: Length that the next step would like to have [s].
        before: State one step before ``problem.previous``, for the extrapolation.
        last_step: Length of the step between the two [s]; None at the start of a stage and after a jump.
        limit: Steps stay below this length [s] after Newton has failed; infinite before.
        error: Time error of the step just solved.

    Args:
        problem: The problem.
        solver: Its solver.
        settings: Step sizes and tolerance.
        measure: Shares and other scalars over their size whose time error counts besides that of the fields.
    """

    def __init__(self, problem: Problem, solver: NewtonSolver, settings: Time, measure: Measure = nothing) -> None:
        self._problem, self._solver, self._settings = problem, solver, settings
        self.next_step = settings.first_step
        self.before = problem.state.empty_like()
        self.last_step: float | None = None
        self.limit = np.inf
        self.error = TimeError(problem, measure)

    def begin_stage(self) -> None:
        """Loads change abruptly: start again from the first step and without extrapolation."""
        self.next_step = self._settings.first_step
        self.last_step = None
        self.error.begin_stage()

    def advance(
        self,
        longest: float,
        load: Callable[[float], None],
        overshoot: Callable[[], float],
        check: Callable[[], None] = lambda: None,
    ) -> tuple[float, int]:
        """Solve one step, as long as accuracy and the stage allow.

        ``problem.previous`` holds the start of the step throughout; the caller moves it on.

        Args:
            longest: Time left in the stage [s].
            load: Sets the controls for the end of a step of a length [s].
            overshoot: After a solve, the share of the step beyond the end of the stage, 0 if not reached or just met.
            check: After a solve, raises ConvergenceError where the state is none to go on from.

        Returns:
            Length of the step [s], failed attempts.

        Raises:
            ConvergenceError: The smallest step failed; the state is that at the start of the step.
        """
        length, rejected, failed, reason = min(self.next_step, longest), 0, 0.0, ""
        solved, before, final = 0.0, 0.0, False
        while True:
            error = None
            try:
                report, error = self._attempt(length, load, check)
            except ConvergenceError as failure:
                reason = str(failure)
                logger.info("step of %.3g s failed: %s", length, reason)
                # Of several lengths that fail, the longest limits the steps to come: a snap needs one short step.
                failed = max(failed, length)
                self.limit = CAUTION * failed
            else:
                reason = "the time error is too large"
                if final or self._is_jump(length, error, before):
                    error = min(error, ACCEPTED)
                if error <= ACCEPTED:
                    beyond = overshoot()
                    if beyond == 0.0 or length * (1.0 - beyond) < self._settings.smallest_step:
                        self._accept(length, longest, error, report, rejected)
                        return length, rejected
                    length *= 1.0 - beyond
                    self._restore()
                    continue
                solved, before = length, error
            rejected += 1
            self._restore()
            # A snap without delay: a step that passes it has a solution, one that ends in it has none.
            if final := error is None and solved > 0.0 and length < self._settings.first_step:
                length, solved = solved, 0.0
                continue
            length *= CUT if error is None else max(CUT, 0.9 / np.sqrt(error))
            if length < self._settings.smallest_step:
                if error is None and (leap := self._leap(longest, load, overshoot, check)) > 0.0:
                    return leap, rejected
                raise ConvergenceError(f"{reason}; the smallest step is {self._settings.smallest_step:g} s")

    def _leap(
        self,
        longest: float,
        load: Callable[[float], None],
        overshoot: Callable[[], float],
        check: Callable[[], None],
    ) -> float:
        """Length of the longest step that has a solution, over a snap that no short one passes; 0 if there is none."""
        length = min(self._settings.largest_step, longest)
        while length > self._settings.first_step:
            try:
                report, _ = self._attempt(length, load, check)
            except ConvergenceError:
                self._restore()
            else:
                if overshoot() == 0.0:
                    logger.warning(
                        "a step of %.3g s passes what no short one can: something has let go at once", length
                    )
                    self._accept(length, longest, ACCEPTED, report, 1)
                    return length
                self._restore()
            length *= CUT
        return 0.0

    def _attempt(
        self, length: float, load: Callable[[float], None], check: Callable[[], None]
    ) -> tuple[SolveReport, float]:
        """Solve a step, and estimate its error over the tolerance."""
        guess = self._extrapolate(length)
        load(length)
        self._problem.controls.time_step.value = length
        report = self._solver.solve()
        check()
        ratio = 0.0 if self.last_step is None else length / self.last_step
        return report, self.error.estimate(guess, ratio) / self._settings.tolerance

    def _is_jump(self, length: float, error: float, before: float) -> bool:
        """Whether a shorter step is of no use: a longer one has done as well, as something lets go at once.

        At the smallest step there may be no longer one that has been solved to compare with.
        """
        if error <= ACCEPTED or length >= self._settings.first_step:
            return False
        return error > FALLS * before if before > 0.0 else length * CUT < self._settings.smallest_step

    def _accept(self, length: float, longest: float, error: float, report: SolveReport, rejected: int) -> None:
        factor = GROWTH if error == 0.0 else min(GROWTH, 0.9 / np.sqrt(error))
        if report.iterations > EASY_ITERATIONS or rejected:
            factor = min(factor, 1.0)
        clipped = length == longest and length < self.next_step
        wanted = self.next_step if clipped else length * factor
        self.next_step = min(wanted, self.limit, self._settings.largest_step)
        self.limit *= CONFIDENCE
        self.before.assign(self._problem.previous)
        # The slope of a jump says nothing about what follows: as at the start of a stage.
        self.last_step = length if error < ACCEPTED else None
        self.error.accept()

    def _extrapolate(self, length: float) -> dict[str, np.ndarray]:
        """Guess the end of the step on a straight line through the last two states; returns that of each field.

        Without a last step the guess is the start, from which lithium alone has no reason to jump.
        """
        if self.last_step is None:
            return {name: values.copy() for name, values in self.error.fields().items() if name == "lithium"}
        ratio = length / self.last_step
        for new, old, older in zip(
            self._problem.state.functions,
            self._problem.previous.functions,
            self.before.functions,
            strict=True,
        ):
            new.x.array[:] = old.x.array + ratio * (old.x.array - older.x.array)
        return {name: values.copy() for name, values in self.error.fields().items()}

    def _restore(self) -> None:
        self._problem.state.assign(self._problem.previous)
