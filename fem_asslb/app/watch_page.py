"""A run as it goes on, in a page that a browser reads again and again: a file that is rewritten, without a server."""

import time
from collections.abc import Mapping
from pathlib import Path

from fem_asslb.app.watch import Moment
from fem_asslb.output.files import replace_text
from fem_asslb.output.record import RUNNING
from fem_asslb.report.live import live_page
from fem_asslb.report.runs import Run


class WatchPage:
    """A page of a run.

    Args:
        path: The file.
        results: Results folder of the run.
        name: As the run is called.
        every: Least time between two pages, and between two looks of a browser [s].
    """

    def __init__(self, path: Path, results: Path, name: str, every: int) -> None:
        self._path, self._results, self._name, self._every = path, results, name, every
        self._shown: tuple[float, str] | None = None
        self._next = 0.0

    def show(self, moment: Moment, lines: Mapping[str, str]) -> None:
        """Write the page if it is time, also without a step, whose age is told; at the end of the run at once and last.

        Args:
            moment: The run as it is.
            lines: What is said of it.

        Raises:
            OSError: The page cannot be written.
        """
        state = (moment.written, moment.end)
        has_ended = moment.end != RUNNING
        if time.monotonic() < self._next and not has_ended or has_ended and state == self._shown:
            return
        refresh = None if has_ended else self._every
        run = Run(self._name, self._results)
        replace_text(self._path, live_page(run, lines, moment.share, refresh))
        self._shown, self._next = state, time.monotonic() + self._every
