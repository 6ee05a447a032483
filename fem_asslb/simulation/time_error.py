"""Time error of a step: half the distance of its end from where the last two states point, quantity by quantity.

The slope of the last step is the rate at its end, so that guess is a step of forward Euler. It misses by dt^2/2 times
the second derivative to one side, backward Euler to the other: half the distance is the error. Damage behind a delay
is of second order (`fem_asslb.interfaces.cohesion`): of its shares it is more than the error.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from fem_asslb.base.parallel import global_max
from fem_asslb.problem.problem import Problem

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
        scales: Of the fields that are watched, by name.

    Args:
        problem: The problem.
        measure: Scalars that are watched besides the fields.
    """

    def __init__(self, problem: Problem, measure: Measure = nothing) -> None:
        self._problem, self._measure = problem, measure
        self.scales = {item.name: item.error_scale for item in problem.fields if item.error_scale is not None}
        self.now: dict[str, float] = {}
        self.before: dict[str, float] = {}
        self._end: dict[str, float] = {}

    def begin_stage(self) -> None:
        """Before the first stage nothing has been measured."""
        if not self.now:
            self.remeasure()

    def remeasure(self) -> None:
        """The start of the next step is another one than the end of the last, although nothing has moved."""
        self.now = {name: value for name, (value, _) in self._measure().items()}

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
        values = {name: self._problem.state[name].x.array for name in guess}
        distances = [np.abs(values[name] - guess[name]).max(initial=0.0) for name in guess]
        sizes = [np.abs(values[name]).max(initial=0.0) if self.scales[name].grows else 0.0 for name in guess]
        found = global_max(self._problem.domain.comm, [*distances, *sizes]).reshape(2, -1)
        least = [self.scales[name].least for name in guess]
        return float(np.max(found[0] / np.maximum(found[1], least), initial=0.0))

    def _distance_of_scalars(self, ratio: float) -> float:
        measured, largest = self._measure(), 0.0
        self._end = {name: value for name, (value, _) in measured.items()}
        for name, (value, size) in measured.items():
            start = self.now.get(name, value)
            guess = start + ratio * (start - self.before.get(name, start))
            largest = max(largest, abs(value - guess) / size)
        return largest

    def guess(self, follows_loads: bool) -> dict[str, npt.NDArray]:
        """Copies of the fields that are watched, as the present guess of the end of a step.

        Args:
            follows_loads: Whether those count too that may jump with the loads.
        """
        return {
            name: self._problem.state[name].x.array.copy()
            for name, scale in self.scales.items()
            if follows_loads or not scale.follows_loads
        }
