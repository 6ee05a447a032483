"""The page about a run that goes on: where it is, and its curves up to now."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from fem_asslb.report.figures import Figures
from fem_asslb.report.html import element, page, table
from fem_asslb.report.runs import Run

KINDS = {"curves": "Curves", "cost": "Steps"}
"""Pictures that are quickly drawn."""


def live_page(run: Run, lines: Mapping[str, str], share: float | None, refresh: int | None) -> str:
    """A page about a run.

    Args:
        run: The run.
        lines: What is said of it, by the name of each line.
        share: How much of its protocol is done; None where that is not known.
        refresh: After how long a browser reads the page again [s]; None at the end of the run.
    """
    with tempfile.TemporaryDirectory(prefix="fem_asslb-watch-") as folder:
        figures = Figures(run, Path(folder))
        shown = [part for kind, title in KINDS.items() for part in (element("h2", title), figures.shown(kind))]
    again = f"; this page is read again every {refresh} s" if refresh is not None else "; the run has ended"
    written = element("p", f"as of {datetime.now().astimezone():%Y-%m-%d %H:%M:%S %Z}{again}", kind="note")
    bar = [Element("progress", {"value": f"{share:.3f}", "max": "1"})] if share is not None else []
    rows = [[name, value] for name, value in lines.items()]
    return page(run.title, element("h1", run.title), written, *bar, table(["", ""], rows), *shown, refresh=refresh)
