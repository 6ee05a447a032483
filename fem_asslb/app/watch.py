"""A run as it goes on, on one screen of a terminal: read from its results, whoever runs it and wherever."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fem_asslb.app.progress_bar import hours_at_equilibrium, in_minutes
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable
from fem_asslb.case.reading.reader import build_case
from fem_asslb.diagnostics.columns import CELL_VOLTAGE, STACK_PRESSURE
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import FILE, ITERATIONS, LENGTH, REJECTED, STAGE, STEP, TIME, read_history
from fem_asslb.output.record import RUNNING, read_record

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

INTERVAL = 2.0
"""Between two looks [s]."""

SHOWN = {
    "time": (TIME, 1.0 / 3600.0, "h"),
    "mean x": (MEAN_STOICHIOMETRY, 1.0, ""),
    "voltage": (CELL_VOLTAGE, 1.0, "V"),
    "stack pressure": (STACK_PRESSURE, 1.0, "MPa"),
}
"""What stands on the screen of a history: column, factor and unit."""


@dataclass(frozen=True)
class Moment:
    """A run at the moment of a look.

    Attributes:
        record: Its record.
        columns: Its history; empty before the first step.
        hours: Duration of its protocol at equilibrium [h]; None where that cannot be told.
        written: When the last row was written [s since the epoch].
    """

    record: Mapping[str, Any]
    columns: Mapping[str, Any]
    hours: float | None
    written: float

    @property
    def part(self) -> Mapping[str, Any]:
        """What is recorded of the part of the run that goes on, or was the last."""
        parts = self.record["runs"]
        return parts[-1] if parts else {}

    @property
    def end(self) -> str:
        """Why it ended, or that it goes on."""
        return str(self.part.get("end", RUNNING))

    @property
    def share(self) -> float | None:
        """How much of the protocol is done, as `ProgressLines` counts it."""
        if self.end == RUNNING and self.hours and self.columns:
            return min(float(self.columns[TIME][-1]) / 3600.0 / self.hours, 0.99)
        return None

    def seconds_left(self) -> float | None:
        """Wall time to go [s], if the rest is as fast as all parts of the run up to its last row; None if unknown."""
        if not self.share:
            return None
        *earlier, last = self.record["runs"]
        try:
            spent = sum(float(part["wall time [s]"]["total"]) for part in earlier)
            spent += self.written - datetime.fromisoformat(last["started"]).timestamp()
        except (KeyError, TypeError, ValueError):
            return None
        return max(spent, 0.0) * (1.0 - self.share) / self.share


def look(results: Path, hours: float | None) -> Moment:
    """Look at a run.

    Args:
        results: Its folder of results.
        hours: Duration of its protocol at equilibrium [h].

    Raises:
        FemAsslbError: There is no record, or it or the history is damaged.
    """
    path = results / FILE
    columns = read_history(results) if path.is_file() and path.stat().st_size else {}
    written = path.stat().st_mtime if path.is_file() else 0.0
    return Moment(read_record(results), columns, hours, written)


def screen_of(moment: Moment) -> "Table":
    """What the screen shows of a moment."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, value in lines_of(moment).items():
        # A text of rich, in which brackets are no markup.
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def lines_of(moment: Moment) -> dict[str, str]:
    """Text of each line of the screen, by its name."""
    case, columns = moment.record["case"], moment.columns
    title = case["case"].get("title", "") if isinstance(case.get("case"), dict) else ""
    lines = {"case": printable(title)}
    if columns:
        lines["protocol step"] = _stage(case, int(columns[STAGE][-1]))
        lines["step"] = f"{columns[STEP][-1]:.0f}, {columns[LENGTH][-1]:.4g} s long, {_attempts(columns)}"
        for name, (column, factor, unit) in SHOWN.items():
            if column in columns:
                lines[name] = f"{factor * columns[column][-1]:.5g} {unit}".rstrip()
    if moment.share is not None:
        left = moment.seconds_left()
        lines["done"] = f"{100.0 * moment.share:.0f} %" + (
            f", about {in_minutes(left)} to go" if left is not None else ""
        )
    if moment.end == RUNNING and columns:
        lines["last step"] = f"{in_minutes(max(time.time() - moment.written, 0.0))} ago"
    warnings = moment.part.get("warnings") or []
    if warnings:
        lines["warnings"] = f"{len(warnings)}, the last: {printable(warnings[-1], 120)}"
    lines["state"] = printable(moment.end, 120)
    return lines


def _stage(case: Mapping[str, Any], stage: int) -> str:
    match case:
        case {"protocol": {"steps": [*steps]}} if 0 < stage <= len(steps):
            return f"{stage} of {len(steps)}: {printable(steps[stage - 1])}"
    return str(stage)


def _attempts(columns: Mapping[str, Any]) -> str:
    failed = f", {columns[REJECTED][-1]:.0f} failed attempts" if columns[REJECTED][-1] else ""
    return f"{columns[ITERATIONS][-1]:.0f} iterations{failed}"


def watch(results: Path, console: "Console | None" = None, page: "Page | None" = None) -> None:
    """Show a run until it ends or Ctrl-C: on a terminal one screen that is drawn anew, elsewhere its last state once.

    Args:
        results: Its folder of results.
        console: Where; by default standard output.
        page: A page that is kept up to date besides, on a terminal and elsewhere.

    Raises:
        FemAsslbError: There is no record, or it or the history is damaged.
        OSError: The page cannot be written.
    """
    from rich.console import Console
    from rich.live import Live

    console = console or Console(highlight=False)
    shown = moments(results)
    if not console.is_terminal:
        for moment in shown:
            if page is None:
                break
            page.show(moment, lines_of(moment))
        console.print(screen_of(moment))
        return
    with Live(console=console, auto_refresh=False) as live:
        for moment in shown:
            live.update(screen_of(moment), refresh=True)
            if page is not None:
                page.show(moment, lines_of(moment))


def moments(results: Path) -> Iterator[Moment]:
    """Moments of a run, one now and one after each interval until it ends."""
    hours = _hours(read_record(results))
    moment = look(results, hours)
    yield moment
    while moment.end == RUNNING:
        time.sleep(INTERVAL)
        moment = look(results, hours)
        yield moment


class Page(Protocol):
    """What is kept up to date."""

    def show(self, moment: Moment, lines: Mapping[str, str]) -> None:
        """Show a moment and its lines, in time."""


def _hours(record: Mapping[str, Any]) -> float | None:
    """Duration of the protocol at equilibrium [h]; None where the case cannot be read any more."""
    try:
        return hours_at_equilibrium(build_case(record["case"], frozenset(), any_size=True))
    except FemAsslbError:
        return None
