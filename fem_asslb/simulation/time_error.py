"""Time error of a step: half the distance of its end from where the last two states point, quantity by quantity.

The slope of the last step is the rate at its end, so that guess is a step of forward Euler. It misses by dt^2/2 times
the second derivative to one side, backward Euler to the other: half the distance is the error.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from fem_asslb.base.parallel import global_max
from fem_asslb.equations.problem import Problem

LEAST_DISPLACEMENT = 1e-3
"""Displacements count as no smaller [um]: less than a nanometre opens and closes nothing."""

Measure = Callable[[], Mapping[str, tuple[float, float]]]
"""Scalars of the state just solved by name: value, and the size over which an error counts."""


def nothing() -> Mapping[str, tuple[float, float]]:
    """Measure of a problem of which the fields say all."""
    return {}


class TimeError:
    """Errors of the fields and of measured scalars.

    Attributes:
        now: Scalars at the start of the step.
        before: Scalars one step earlier.

    Args:
        problem: The problem.
        measure: Scalars that are watched besides the fields.
    """

    def __init__(self, problem: Problem, measure: Measure = nothing) -> None:
        self._problem, self._measure = problem, measure
        self.now: dict[str, float] = {}
        self.before: dict[str, float] = {}
        self._end: dict[str, float] = {}

    def begin_stage(self) -> None:
        """Before the first stage nothing has been measured."""
        self.now = self.now or {name: value for name, (value, _) in self._measure().items()}

    def accept(self) -> None:
        """The end of the step that was estimated last becomes the start of the next."""
        self.before, self.now = self.now, self._end

    def estimate(self, guess: Mapping[str, npt.NDArray], ratio: float) -> float:
        """Largest error of the step just solved, each over its size.

        Args:
            guess: Of the fields that are to be watched, by name.
            ratio: Of the step to the one before; 0 without one, when the guess of a scalar is its start.
        """
        return 0.5 * max(self._distance_of_fields(guess), self._distance_of_scalars(ratio))

    def _distance_of_fields(self, guess: Mapping[str, npt.NDArray]) -> float:
        fields = self.fields()
        local = [np.abs(fields[name] - guess[name]).max(initial=0.0) for name in guess]
        local.append(np.abs(fields["displacement"]).max(initial=0.0))
        *distances, largest = global_max(self._problem.domain.comm, local)
        sizes = {"displacement": max(largest, LEAST_DISPLACEMENT), "lithium": 1.0}
        return max((float(value / sizes[name]) for name, value in zip(guess, distances, strict=True)), default=0.0)

    def _distance_of_scalars(self, ratio: float) -> float:
        measured, largest = self._measure(), 0.0
        self._end = {name: value for name, (value, _) in measured.items()}
        for name, (value, size) in measured.items():
            start = self.now.get(name, value)
            guess = start + ratio * (start - self.before.get(name, start))
            largest = max(largest, abs(value - guess) / size)
        return largest

    def fields(self) -> dict[str, npt.NDArray]:
        """Values of the fields that are watched, at the end of the step."""
        state = self._problem.state
        found = {"displacement": state.displacement.x.array}
        return found if state.lithium is None else found | {"lithium": state.lithium.x.array}
