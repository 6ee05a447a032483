"""Bar on a terminal that shows how far a run is."""

from fem_asslb.case.sections.case import Case
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.simulation.step_record import StepRecord


class ProgressBar:
    """Observer that shows on a terminal how far the protocol is; the total is the duration at equilibrium.

    What is printed while it is open appears above it.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        from fem_asslb.case.estimates.estimates import summary

        hours = next((row.value for row in summary(case) if row.name == "duration"), None)
        texts = (TextColumn("{task.description}"), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(
            texts[0], BarColumn(), texts[1], TimeElapsedColumn(), transient=True, refresh_per_second=4
        )
        self._task = self._progress.add_task("setting up", total=hours)

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
