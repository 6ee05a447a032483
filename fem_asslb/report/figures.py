"""Pictures of a report: those of a run and some more, drawn into a folder and put into the page."""

from collections.abc import Callable, Iterator, Sequence
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


class Figures:
    """Pictures of one run, each an element of the page; what cannot be drawn says why.

    Args:
        run: The run.
        folder: Where they are drawn.
        states: At which fields are shown, see `fem_asslb.plotting.chosen.time_of`; by default those that matter.
    """

    def __init__(self, run: Run, folder: Path, states: Sequence[str] = ()) -> None:
        self._run, self._states = run, states
        # Curves stay sharp; fields are pixels in any case.
        self._lines, self._pixels = Gallery(folder, "svg"), Gallery(folder, "png")

    def curves(self) -> Element:
        """Voltage, pressure, lithium, stress and energy."""
        return self._drawn(lambda: draw_curves(self._run.results, self._lines))

    def fields(self) -> Element:
        """Fields at the states, and the gaps of what may open."""
        return self._drawn(lambda: [*self._chosen_fields(), *draw_gaps(self._run.results, self._pixels)])

    def _chosen_fields(self) -> list[Path]:
        if self._states:
            return draw_chosen(self._run.results, self._pixels, self._states)
        return [path for path in draw_pictures(self._run.results, self._pixels) if path.stem.startswith("fields")]

    def stress(self) -> Element:
        """Distributions of stress by role at the states."""
        return self._drawn(
            lambda: [
                draw_histograms(snapshot, self._run.roles, self._lines, title)
                for title, snapshot in self._snapshots().items()
            ]
        )

    def _snapshots(self) -> dict[str, Snapshot]:
        if not self._states:
            return telling_snapshots(self._run.results)
        times = times_of(self._run.results)
        return {
            state: read_snapshot(self._run.results, time_of(state, self._run.curves, times)) for state in self._states
        }

    def contact(self) -> Element:
        """Parts of the interfaces against time, and contact and cracks against the stoichiometry."""
        return self._drawn(lambda: list(self._contact()), "all interfaces are bonded")

    def _contact(self) -> Iterator[Path]:
        yield from filter(None, [draw_contact(self._run.curves, self._lines)])
        yield from draw_interface_curves(self._run.results, self._lines)

    def energies(self) -> Element:
        """Energies and how well balances hold."""
        return self._drawn(lambda: [draw_energies(self._run.curves, self._lines)])

    def cost(self) -> Element:
        """Iterations and lengths of steps."""
        return self._drawn(lambda: [draw_cost(self._run.curves, self._lines)])

    def _drawn(self, draw: Callable[[], list[Path]], nothing: str = "nothing to draw") -> Element:
        try:
            found = draw()
        except FemAsslbError as error:
            return element("p", str(error), kind="wrong")
        if not found:
            return element("p", nothing, kind="note")
        return element("div", *(picture(path, f"{self._run.name}: {path.stem}") for path in found))


def overlay(runs: Sequence[Run], folder: Path) -> Element:
    """Curves of several runs over one another."""
    names = [run.name for run in runs]
    try:
        drawn = draw_overlay([run.curves for run in runs], names, folder / "overlay.svg", Choice())
    except FemAsslbError as error:
        return element("p", str(error), kind="wrong")
    return picture(drawn, "curves of all runs")
