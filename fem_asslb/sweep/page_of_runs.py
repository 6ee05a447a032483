"""Sections of the page about a study that show its runs: curves, small pictures, fields to turn and cut."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.plotting.curves import read_curves
from fem_asslb.plotting.overlay import Choice, draw_overlay
from fem_asslb.plotting.style import Gallery
from fem_asslb.report import FILE
from fem_asslb.report.html import element, folded, picture
from fem_asslb.report.interactive import view
from fem_asslb.report.runs import Run
from fem_asslb.sweep.outcomes import Trial
from fem_asslb.sweep.thumbnails import FIELD, draw_thumbnails

MOST_THUMBNAILS = 48
"""Runs with pictures of their own."""

MOST_CURVES = 21
"""Runs whose curves can be told apart: colours times dashes."""

MOST_VIEWS = 8
"""Runs of a page with fields to turn: a browser draws sixteen at a time, and each may take 16 MB of the page."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A case of a study as it stands.

    Attributes:
        trial: What came of it.
        state: In a word.
        reason: Why it has not come to its end; empty for one that has.
        results: Folder of its results.
    """

    trial: Trial
    state: str
    reason: str
    results: Path

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.trial.variant.name


def link(name: str, results: Path, place: Path) -> Element | str:
    """Name of a case that leads to the page about its run, or else to its folder."""
    target = next((path for path in (results / FILE, results) if path.exists()), None)
    if target is None:
        return name
    made = element("a", name)
    made.set("href", quote(Path(os.path.relpath(target, place.parent)).as_posix()))
    return made


def curves_of(runs: Mapping[str, Path], folder: Path) -> Element:
    """Curves of runs over one another.

    Args:
        runs: Results folders by the names of the runs.
        folder: Where the picture goes.
    """
    shown = list(runs)[:MOST_CURVES]
    if not shown:
        return element("p", "no run has come to its end", kind="note")
    try:
        curves = [read_curves(runs[name]) for name in shown]
        drawn = draw_overlay(curves, shown, folder / "overlay.svg", Choice())
    except FemAsslbError as error:
        return element("p", str(error), kind="wrong")
    left_out = len(runs) - len(shown)
    note = [element("p", f"{left_out} more runs are not drawn", kind="note")] if left_out else []
    return element("div", picture(drawn, "curves of the runs"), *note)


def pictures_of(runs: Mapping[str, Path], place: Path, folder: Path, state: str | None) -> Iterator[Element]:
    """A picture of each run with a link to it.

    Args:
        runs: Results folders by the names of the runs.
        place: Where the page will stand.
        folder: Where the pictures go.
        state: What `fem_asslb.plotting.chosen.time_of` accepts; by default where the hosts have the least lithium.
    """
    shown = {name: runs[name] for name in list(runs)[:MOST_THUMBNAILS]}
    drawn = draw_thumbnails(shown, state, Gallery(folder))
    when = f"at {state}" if state else "with the least lithium"
    if drawn.colours is not None:
        yield element("p", f"{FIELD} {when}, in the same colours everywhere", kind="note")
        yield picture(drawn.colours, "colours")
    tiles = [
        element("figure", picture(path, name), element("figcaption", link(name, runs[name], place)))
        for name, path in drawn.pictures.items()
    ]
    yield element("div", *tiles, kind="tiles")
    yield from (element("p", f"{name}: {fault}", kind="wrong") for name, fault in drawn.faults.items())
    rest = list(runs)[MOST_THUMBNAILS:]
    if rest:
        links = (element("li", link(name, runs[name], place)) for name in rest)
        yield element("ul", *links)


def views_of(runs: Mapping[str, Path], state: str | None, most: int) -> Iterator[Element]:
    """Fields of each run to turn, cut and ask for values, folded up.

    Args:
        runs: Results folders by the names of the runs.
        state: As for the pictures; by default all written times, thinned out.
        most: Runs that have one.
    """
    for name in list(runs)[:most]:
        try:
            shown = view(Run(name, runs[name]), [state] if state else [])
        except FemAsslbError as error:
            shown = element("p", str(error), kind="wrong")
        yield folded(name, shown)
    if len(runs) > most:
        yield element("p", f"{len(runs) - most} more runs: their own pages have theirs", kind="note")
