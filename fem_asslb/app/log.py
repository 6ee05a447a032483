"""Log of a run: one line per accepted step on console and in a file, from rank 0 only."""

import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fem_asslb.case.sections.case import Case
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

PACKAGE = "fem_asslb"
FILE = "run.log"
"""File of a results folder."""

logger = logging.getLogger(__name__)

COLUMNS = (
    ("x [-]", "stoichiometry mean [-]", "{:.4f}"),
    ("voltage [V]", "cell voltage [V]", "{:.4f}"),
    ("pressure [MPa]", "stack pressure [MPa]", "{:.4f}"),
)
"""Scalars in the line of a step: heading, name in the history, format."""


class Console(logging.Handler):
    """Handler for a person at a terminal: messages as they are, what is wrong with its level."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message."""
        prefix = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        try:
            print(f"{prefix}{record.getMessage()}", flush=True)
        except BrokenPipeError:
            silence_output()


def silence_output() -> None:
    """Send standard output nowhere, after its reader has gone: a run goes on without an audience."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class WarningList(logging.Handler):
    """Handler that keeps every different warning.

    Attributes:
        messages: In the order of their first appearance.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        if record.getMessage() not in self.messages:
            self.messages.append(record.getMessage())


class _File(logging.FileHandler):
    """File whose errors end the run, as those of every other file of it do."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, the name is logging's
        """Raise it again."""
        raise


class LogFile(logging.handlers.MemoryHandler):
    """Handler that writes messages with their time to a file, and holds them back until the file may be written."""

    def __init__(self) -> None:
        super().__init__(capacity=1)

    def open(self, path: Path, append: bool) -> None:
        """Write what came so far, and from now on each message at once; the folder of the file exists."""
        target = _File(path, mode="a" if append else "w", encoding="utf-8")
        target.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
        self.setTarget(target)
        self.flush()

    def close(self) -> None:
        """Close the file too."""
        target = self.target
        super().close()
        if target is not None:
            # What the disk has no room for was said when it was written.
            with suppress(OSError):
                target.close()


@contextmanager
def logging_to(*handlers: logging.Handler) -> Iterator[None]:
    """Send the package's messages to handlers, and nowhere else; without any they are dropped."""
    package = logging.getLogger(PACKAGE)
    level, propagate = package.level, package.propagate
    package.setLevel(min(level or logging.INFO, logging.INFO))
    package.propagate = False
    used = [logging.NullHandler(), *handlers]
    for handler in used:
        package.addHandler(handler)
    try:
        yield
    finally:
        package.setLevel(level)
        package.propagate = propagate
        for handler in used:
            package.removeHandler(handler)
            handler.close()


def on_terminal() -> bool:
    """Whether standard output is a terminal; mpirun gives each rank one, so its own output is looked at."""
    if not sys.stdout.isatty():
        return False
    if "PMIX_RANK" not in os.environ:
        return True
    try:
        return os.readlink(f"/proc/{os.getppid()}/fd/1").startswith(("/dev/pts/", "/dev/tty"))
    except OSError:
        return False


class StepLog:
    """Observer that logs one line per accepted step, under a heading for each protocol step."""

    def __init__(self) -> None:
        self._stage: int | None = None

    def start(self, simulation: "Simulation") -> None:
        """Nothing to prepare."""

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Log the line of a step."""
        if record.stage != self._stage:
            self._stage = record.stage
            logger.info("%d of %d: %s", record.stage + 1, len(simulation.case.protocol.steps), record.stage_name)
            logger.info(heading(record))
        logger.info(line(record))

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Log what was doubtful at its worst, and why the run ended."""
        for text in simulation.cautions:
            logger.info("at its worst: %s", text)
        logger.info("ended: %s", reason)


def heading(record: "StepRecord") -> str:
    """Names of the columns of `line`; both fit a terminal of 80 characters."""
    names = "".join(f"{name:>{_width(name)}}" for name, key, _ in COLUMNS if key in record.scalars)
    return f"{'step':>6}{'time [h]':>12}{names}{'Newton':>8}{'step [s]':>10}"


def line(record: "StepRecord") -> str:
    """One accepted step in aligned columns; failed attempts before it are shown as ``(+n)``."""
    values = "".join(
        f"{form.format(record.scalars[key]):>{_width(name)}}" for name, key, form in COLUMNS if key in record.scalars
    )
    failed = f" (+{record.rejected})" if record.rejected else ""
    return f"{record.index:6d}{record.time / 3600.0:12.5f}{values}{record.iterations:8d}{record.duration:10.4g}{failed}"


def _width(name: str) -> int:
    return max(9, len(name) + 2)


class ProgressBar:
    """Observer that shows on a terminal how far the protocol is; the total is the duration at equilibrium.

    What is printed while it is open appears above it.

    Args:
        case: The case.
    """

    def __init__(self, case: "Case") -> None:
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

    def start(self, simulation: "Simulation") -> None:
        """Nothing to prepare."""

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Move the bar."""
        hours, total = record.time / 3600.0, self._progress.tasks[0].total
        shown = hours if total is None else min(hours, 0.99 * total)
        self._progress.update(self._task, completed=shown, description=record.stage_name)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Nothing to do."""
