"""Error-controlled time steps: grow on easy steps, restore and cut on failure, stop with a reason at the smallest."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.case import Time
from fem_asslb.interfaces.contact_law import DRAG_TIME
from fem_asslb.problem.problem import Problem
from fem_asslb.simulation.time_error import Measure, TimeError, nothing
from fem_asslb.solve.newton import NewtonSolver

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

SNAP = 2
"""Attempts in a row without a solution, below the first step, from which on a longer one that had one is taken."""

DRAGGED = 100.0 * DRAG_TIME, 0.1 * DRAG_TIME
"""Steps [s] in which drag carries the solution over a snap of friction, from the longest to the shortest."""

SHORT_STEPS = 500
"""Most steps in a row below the smallest one."""

CORRECTIONS = 20
"""Most times that loads are corrected to fit the state."""

EASY_ITERATIONS = 7
"""A step that needs more Newton iterations, or a second attempt, is followed by one that is not longer."""


@dataclass(frozen=True)
class Attempt:
    """A step that was tried.

    Attributes:
        length: Of the step [s].
        error: Time error over the tolerance; infinite where there is no solution.
        iterations: Newton iterations.
        reason: Why it is not taken.
    """

    length: float
    error: float = np.inf
    iterations: int = 0
    reason: str = "the time error is too large"

    @property
    def is_solved(self) -> bool:
        """Whether it has a solution."""
        return bool(self.error < np.inf)


class Stepper:
    """Advances a problem by one accepted step at a time.

    Attributes:
        next_step: Length that the next step would like to have [s].
        before: State one step before ``problem.previous``, for the extrapolation.
        last_step: Length of the step between the two [s]; None at the start of a stage and after a jump.
        limit: Steps stay below this length [s] after Newton has failed; infinite before.
        short_steps: Steps in a row that were shorter than the smallest one.
        estimator: Of the time error of the step just solved.

    Args:
        problem: The problem.
        solver: Its solver.
        settings: Step sizes and tolerance.
        measure: Shares and other scalars over their size whose time error counts besides that of the fields.
        has_drag: Whether drag holds what nothing else holds, in steps that are short enough.
    """

    def __init__(
        self,
        problem: Problem,
        solver: NewtonSolver,
        settings: Time,
        measure: Measure = nothing,
        has_drag: bool = False,
    ) -> None:
        self._problem, self._solver, self._settings, self._has_drag = problem, solver, settings, has_drag
        self.next_step = settings.first_step
        self.before = problem.state.empty_like()
        self.last_step: float | None = None
        self.limit = np.inf
        self.short_steps = 0
        self.estimator = TimeError(problem, measure)

    def begin_stage(self) -> None:
        """Loads change abruptly: start again from the first step and without extrapolation."""
        self.next_step = self._settings.first_step
        self.last_step = None
        if self.short_steps:
            self.short_steps, self.limit = 0, np.inf
        self.estimator.begin_stage()

    def advance(
        self,
        longest: float,
        load: Callable[[float], None],
        overshoot: Callable[[], float],
        check: Callable[[], None] = lambda: None,
        correct: Callable[[], bool] = lambda: False,
    ) -> tuple[float, int]:
        """Solve one step, as long as accuracy and the stage allow.

        ``problem.previous`` holds the start of the step throughout; the caller moves it on.

        Args:
            longest: Time left in the stage [s].
            load: Sets the controls for the end of a step of a length [s].
            overshoot: After a solve, the share of the step beyond the end of the stage, 0 if not reached or just met.
            check: After a solve, raises ConvergenceError where the state is none to go on from.
            correct: After a solve, whether loads that depend on the state have changed, so that it is solved again.

        Returns:
            Length of the step [s], failed attempts.

        Raises:
            ConvergenceError: The smallest step failed; state and controls are those at the start of the step.
        """
        if self.short_steps == SHORT_STEPS:
            self.short_steps = 0
            text = f"{SHORT_STEPS} steps in a row were shorter than the smallest step"
            raise ConvergenceError(f"{text}, {self._settings.smallest_step:g} s")
        length = min(self.next_step, self._settings.largest_step, longest)
        tried: list[Attempt] = []
        while True:
            attempt = self._attempt(length, load, check, correct)
            if attempt.error <= ACCEPTED or self._is_jump(attempt, tried):
                beyond = overshoot()
                if beyond == 0.0 or length * (1.0 - beyond) < self._smallest:
                    return self._accept(attempt, tried, longest)
                self._restore()
                length *= 1.0 - beyond
                continue
            self._restore()
            tried.append(attempt)
            if not attempt.is_solved:
                # Of several lengths that fail, the longest limits the steps to come: a snap needs one short step.
                self.limit = CAUTION * max(other.length for other in tried if not other.is_solved)
            length *= max(CUT, 0.9 / np.sqrt(attempt.error))
            if length < self._smallest or self._ends_in_a_snap(tried):
                break
        crossings = [] if attempt.is_solved else [*self._crossings(longest, tried), *self._below(length)]
        for other in crossings:
            crossing = self._attempt(other, load, check, correct)
            if crossing.is_solved:
                return self._accept(crossing, tried, longest)
            self._restore()
            tried.append(crossing)
        load(0.0)
        raise ConvergenceError(f"{attempt.reason}; the smallest step is {self._settings.smallest_step:g} s")

    @property
    def _smallest(self) -> float:
        """Smallest step [s], while a snap of friction is passed one in which drag counts."""
        return DRAGGED[1] if self.short_steps else self._settings.smallest_step

    def _attempt(
        self, length: float, load: Callable[[float], None], check: Callable[[], None], correct: Callable[[], bool]
    ) -> Attempt:
        """Solve a step, and estimate its error over the tolerance."""
        guess = self._extrapolate(length)
        load(length)
        self._problem.controls.time_step.value = length
        try:
            iterations = self._solve(correct)
            check()
        except ConvergenceError as failure:
            logger.info("step of %.3g s failed: %s", length, failure)
            return Attempt(length, reason=str(failure))
        ratio = 0.0 if self.last_step is None else length / self.last_step
        return Attempt(length, self.estimator.estimate(guess, ratio) / self._settings.tolerance, iterations)

    def _solve(self, correct: Callable[[], bool]) -> int:
        """Solve until the loads fit the state; returns the iterations of the first time."""
        iterations = self._solver.solve().iterations
        for _ in range(CORRECTIONS):
            if not correct():
                return iterations
            self._solver.solve()
        raise ConvergenceError("what is imposed does not settle")

    def _is_jump(self, attempt: Attempt, tried: list[Attempt]) -> bool:
        """Whether a shorter step is of no use: a longer one has done as well, as something lets go at once.

        At the smallest step there may be no longer one that has been solved to compare with.
        """
        if not attempt.is_solved or attempt.length >= self._settings.first_step:
            return False
        if (coarser := _last_solved(tried)) is not None:
            return attempt.error > FALLS * coarser.error
        return attempt.length * CUT < self._smallest

    def _ends_in_a_snap(self, tried: list[Attempt]) -> bool:
        """Whether short steps have no solution where a longer one had: they end in a snap without delay."""
        return (
            _last_solved(tried) is not None
            and tried[-1].length < self._settings.first_step
            and not any(attempt.is_solved for attempt in tried[-SNAP:])
        )

    def _crossings(self, longest: float, tried: list[Attempt]) -> list[float]:
        """Lengths that may pass a snap where no short step has a solution: that which had one, or ever longer ones."""
        if (coarser := _last_solved(tried)) is not None:
            return [coarser.length]
        longest = min(self._settings.largest_step, longest)
        lengths, length = [], self._settings.first_step
        while length < longest:
            lengths.append(length)
            length /= CUT
        return [*lengths, longest]

    def _below(self, length: float) -> list[float]:
        """Lengths from one on in which drag counts, where there is any."""
        lengths, length = [], min(length, DRAGGED[0])
        while length >= DRAGGED[1] and self._has_drag:
            lengths.append(length)
            length *= CUT
        return lengths

    def _accept(self, attempt: Attempt, tried: list[Attempt], longest: float) -> tuple[float, int]:
        """Length of the step, failed attempts."""
        is_jump = attempt.error > ACCEPTED
        if is_jump:
            text = "something lets go at once: a step of %.3g s has %.3g times the accepted time error"
            logger.warning(text, attempt.length, attempt.error / ACCEPTED)
        error = min(attempt.error, ACCEPTED)
        factor = GROWTH if error == 0.0 else min(GROWTH, 0.9 / np.sqrt(error))
        if attempt.iterations > EASY_ITERATIONS or tried:
            factor = min(factor, 1.0)
        self._count(attempt, longest)
        wanted = min(attempt.length * factor, self.limit, self._settings.largest_step)
        self.next_step = max(wanted, self._smallest)
        self.limit *= CONFIDENCE
        self.before.assign(self._problem.previous)
        # The slope of a jump says nothing about what follows: as at the start of a stage.
        self.last_step = None if is_jump else attempt.length
        self.estimator.accept()
        return attempt.length, len(tried)

    def _count(self, attempt: Attempt, longest: float) -> None:
        """Count steps that are shorter than the smallest one although the stage would allow others."""
        if self._has_drag and attempt.length < min(self._settings.smallest_step, longest):
            if not self.short_steps:
                logger.info("a snap of friction: steps of less than %g s", self._settings.smallest_step)
            self.short_steps += 1
            self.limit *= GROWTH / CONFIDENCE if attempt.iterations <= EASY_ITERATIONS else 1.0
        elif self.short_steps and attempt.length >= self._settings.smallest_step:
            # The snap is passed, and what failed before it says nothing more.
            self.short_steps, self.limit = 0, np.inf

    def _extrapolate(self, length: float) -> dict[str, np.ndarray]:
        """Guess the end of the step on a straight line through the last two states; returns those that are watched.

        Without a last step the guess is the start, from which fields that follow the loads may have jumped.
        """
        if self.last_step is None:
            return self.estimator.guess(follows_loads=False)
        ratio, previous = length / self.last_step, self._problem.previous
        for name, new in self._problem.state.functions.items():
            old, older = previous[name].x.array, self.before[name].x.array
            new.x.array[:] = old + ratio * (old - older)
        return self.estimator.guess(follows_loads=True)

    def _restore(self) -> None:
        self._problem.state.assign(self._problem.previous)


def _last_solved(tried: list[Attempt]) -> Attempt | None:
    return next((attempt for attempt in reversed(tried) if attempt.is_solved), None)
