"""Pictures of a report: those of a run and some more, drawn into a folder and put into the page."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from xml.etree.ElementTree import Element

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.plotting.chosen import draw_chosen, time_of
from fem_asslb.plotting.curves import draw_curves
from fem_asslb.plotting.gaps import draw_gaps
from fem_asslb.plotting.interface_curves import draw_interface_curves
from fem_asslb.plotting.overlay import Choice, draw_overlay
from fem_asslb.plotting.pictures import draw_pictures, telling_snapshots
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot, times_of
from fem_asslb.plotting.statistics import draw_contact, draw_cost, draw_energies, draw_histograms
from fem_asslb.plotting.style import Gallery
from fem_asslb.report.html import element, picture
from fem_asslb.report.runs import Run

KINDS = ("curves", "fields", "stress", "contact", "energies", "cost")
"""What is drawn of a run."""

_NOTHING = {"contact": "all interfaces are bonded"}
"""What it means that there is no such picture."""


class Figures:
    """Pictures of one run.

    Args:
        run: The run.
        folder: Where they are drawn.
        states: At which fields are shown, see `fem_asslb.plotting.chosen.time_of`; by default those that matter.
        format: Ending of all files; by default curves are SVG, which stays sharp, and fields PNG, which are pixels in
            any case.
    """

    def __init__(self, run: Run, folder: Path, states: Sequence[str] = (), format: str | None = None) -> None:
        self._run, self._states = run, states
        self._lines, self._pixels = Gallery(folder, format or "svg"), Gallery(folder, format or "png")

    def draw(self, kind: str) -> list[Path]:
        """Draw pictures of a kind.

        Args:
            kind: One of `KINDS`.

        Raises:
            FemAsslbError: The run does not have what they show.
        """
        run, lines = self._run, self._lines
        match kind:
            case "curves":
                return draw_curves(run.results, lines)
            case "fields":
                return [*self._fields(), *draw_gaps(run.results, self._pixels)]
            case "stress":
                shown = self._snapshots().items()
                return [draw_histograms(snapshot, run.roles, lines, title) for title, snapshot in shown]
            case "contact":
                against = filter(None, [draw_contact(run.curves, lines)])
                return [*against, *draw_interface_curves(run.results, lines)]
            case "energies":
                return [draw_energies(run.curves, lines)]
            case "cost":
                return [draw_cost(run.curves, lines)]
        raise ValueError(f"no pictures of the kind {kind!r}")

    def _fields(self) -> list[Path]:
        if self._states:
            return draw_chosen(self._run.results, self._pixels, self._states)
        return [path for path in draw_pictures(self._run.results, self._pixels) if path.stem.startswith("fields")]

    def _snapshots(self) -> dict[str, Snapshot]:
        if not self._states:
            return telling_snapshots(self._run.results)
        times = times_of(self._run.results)
        return {
            state: read_snapshot(self._run.results, time_of(state, self._run.curves, times)) for state in self._states
        }

    def shown(self, kind: str) -> Element:
        """Pictures of a kind as an element of the page; what cannot be drawn says why."""
        try:
            found = self.draw(kind)
        except FemAsslbError as error:
            return element("p", str(error), kind="wrong")
        if not found:
            return element("p", _NOTHING.get(kind, "nothing to draw"), kind="note")
        return element("div", *(picture(path, f"{self._run.name}: {path.stem}") for path in found))


def require_states(runs: Sequence[Run], states: Sequence[str]) -> None:
    """Each state is one of a run at least; where another run has not come to it, the page says so.

    Raises:
        FemAsslbError: One is of none.
    """
    for state in (state for state in states if state.strip() not in ("start", "end")):
        errors = []
        for run in runs:
            try:
                time_of(state, run.curves, times_of(run.results))
            except FemAsslbError as error:
                errors.append(error)
        if len(errors) == len(runs):
            raise errors[0]


def write_figures(runs: Sequence[Run], folder: Path, states: Sequence[str], format: str) -> list[Path]:
    """Write the pictures of a report into files, each as wide as two columns of a journal.

    Args:
        runs: The runs; the pictures of each of several have a folder with its number.
        folder: Where they go.
        states: As those of the report.
        format: One of `fem_asslb.plotting.FORMATS`.
    """
    written: list[Path] = []
    for number, run in enumerate(runs, start=1):
        figures = Figures(run, folder / str(number) if len(runs) > 1 else folder, states, format)
        for kind in KINDS:
            # The page says what a run does not have.
            with suppress(FemAsslbError):
                written += figures.draw(kind)
    if len(runs) > 1:
        with suppress(FemAsslbError):
            written.append(_draw_overlay(runs, folder / f"overlay.{format}"))
    return written


def overlay(runs: Sequence[Run], folder: Path) -> Element:
    """Curves of several runs over one another."""
    try:
        return picture(_draw_overlay(runs, folder / "overlay.svg"), "curves of all runs")
    except FemAsslbError as error:
        return element("p", str(error), kind="wrong")


def _draw_overlay(runs: Sequence[Run], path: Path) -> Path:
    return draw_overlay([run.curves for run in runs], [run.name for run in runs], path, Choice())
