"""When fields and tables of an instant are written: at chosen steps, and in the last state of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fem_asslb.simulation.step_record import StepRecord


@dataclass(frozen=True)
class Schedule:
    """When fields are written: at the end of each protocol step, and then some.

    Attributes:
        every: At every N-th accepted step too; 0: not.
        at: Times [s] at or after which one more is written.
    """

    every: int = 0
    at: tuple[float, ...] = ()

    def due(self, record: "StepRecord") -> bool:
        """Whether fields are written after a step."""
        passed = any(record.time - record.duration < time <= record.time for time in self.at)
        return record.stage_ends or passed or (self.every > 0 and record.index % self.every == 0)


class Occasions:
    """The steps of one run at which an observer writes.

    Args:
        schedule: When.
        write: What to do then, with the number and the time [s] of the step.
        resume_from: Number of the step whose checkpoint the run goes on from.
    """

    def __init__(self, schedule: Schedule, write: Callable[[int, float], None], resume_from: int | None) -> None:
        self._schedule, self._write, self._written = schedule, write, resume_from
        self._last: tuple[int, float] | None = None

    def step(self, record: "StepRecord") -> None:
        """Write after a step if it is due."""
        self._last = (record.index, record.time)
        if self._schedule.due(record):
            self._written = record.index
            self._write(*self._last)

    def finish(self) -> None:
        """Write the last state if it was not."""
        if self._last is not None and self._last[0] != self._written:
            self._write(*self._last)
