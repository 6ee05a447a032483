"""How far a run is: a bar on a terminal, lines in a log elsewhere."""

import logging
import time

from fem_asslb.case.sections.case import Case
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)

INTERVAL = 60.0
"""Wall time between two lines [s]."""


def hours_at_equilibrium(case: Case) -> float | None:
    """Duration of the protocol of a cell at equilibrium [h]; None where it cannot be told."""
    from fem_asslb.case.estimates.estimates import summary

    return next((row.value for row in summary(case) if row.name == "duration"), None)


class ProgressLines:
    """Observer that says once in a minute how much of the protocol is done, and about how long the rest will take.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        self._hours = hours_at_equilibrium(case)
        self._begun = self._said = time.monotonic()
        self._start: float | None = None

    def start(self, simulation: Simulation) -> None:
        """Time counts from the first step."""
        self._begun = self._said = time.monotonic()
        self._start = simulation.time / 3600.0

    def step(self, simulation: Simulation, record: StepRecord) -> None:
        """Say how far it is, if a minute has passed."""
        now = time.monotonic()
        if now - self._said < INTERVAL or not self._hours:
            return
        self._said = now
        done, begun = record.time / 3600.0, self._start or 0.0
        share = min(done / self._hours, 0.99)
        # What is left takes as long for each hour of the protocol as what this run has done.
        left = (now - self._begun) * (1.0 - share) * self._hours / max(done - begun, 1e-9)
        logger.info("%.0f %% of the protocol, about %s to go", 100.0 * share, in_minutes(left))

    def finish(self, simulation: Simulation, reason: str) -> None:
        """Nothing to do."""


def in_minutes(seconds: float) -> str:
    """A time in minutes, or in hours if it is long."""
    minutes = seconds / 60.0
    return f"{minutes:.0f} min" if minutes < 120.0 else f"{minutes / 60.0:.0f} h"


class ProgressBar:
    """Observer that shows on a terminal how far the protocol is; the total is the duration at equilibrium.

    What is printed while it is open appears above it.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        texts = (TextColumn("{task.description}"), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(
            texts[0], BarColumn(), texts[1], TimeElapsedColumn(), transient=True, refresh_per_second=4
        )
        self._task = self._progress.add_task("setting up", total=hours_at_equilibrium(case))

    def __enter__(self) -> "ProgressBar":
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away, whatever happened."""
        self._progress.stop()

    def start(self, simulation: Simulation) -> None:
        """Nothing to prepare."""

    def step(self, simulation: Simulation, record: StepRecord) -> None:
        """Move the bar."""
        hours, total = record.time / 3600.0, self._progress.tasks[0].total
        shown = hours if total is None else min(hours, 0.99 * total)
        self._progress.update(self._task, completed=shown, description=record.stage_name)

    def finish(self, simulation: Simulation, reason: str) -> None:
        """Nothing to do."""
