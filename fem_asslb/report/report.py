"""The page about one or several runs."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.plotting.display import screen
from fem_asslb.report import facts
from fem_asslb.report.figures import Figures, overlay
from fem_asslb.report.html import beside, element, page
from fem_asslb.report.interactive import program, view
from fem_asslb.report.runs import Run


def report(runs: Sequence[Run], states: Sequence[str] = (), interactive: bool = False) -> str:
    """A page about runs, several of them side by side.

    What a run does not have is said in its place; the page needs no other file and no network.

    Args:
        runs: The runs.
        states: At which fields and distributions are shown; by default at the least lithium and at the end.
        interactive: Whether fields can be turned and cut, by a script; without it the page has none.

    Raises:
        FemAsslbError: A run has no record, or no history.
    """
    for run in runs:
        _ = run.record, run.curves
    title = runs[0].title if len(runs) == 1 else f"{len(runs)} runs"
    with tempfile.TemporaryDirectory(prefix="fem_asslb-report-") as folder, screen():
        sections = _sections(runs, Path(folder), states, interactive)
        return page(title, element("h1", title), *sections, program=program() if interactive else None)


def _sections(runs: Sequence[Run], folder: Path, states: Sequence[str], interactive: bool) -> Iterator[Element]:
    figures = [Figures(run, folder / str(number), states) for number, run in enumerate(runs)]

    def each(kind: str) -> Element:
        """Pictures of each run."""
        drawn = [figure.shown(kind) for figure in figures]
        return beside(*(element("div", element("h3", run.name), it) for run, it in zip(runs, drawn, strict=True)))

    def told(tell: Callable[[Run], Element]) -> Element:
        """What is said of each run."""
        return beside(*(element("div", element("h3", run.name), tell(run)) for run in runs))

    yield facts.overview(runs)
    if len(runs) > 1:
        yield from _section("Where the cases differ", facts.changed_keys(runs))
    yield from _section("Key figures", facts.key_figures(runs))
    yield from _section("Warnings", told(facts.warnings))
    yield from _section("Expected values", told(facts.expected))
    yield from _section("Curves", *([overlay(runs, folder)] if len(runs) > 1 else []), each("curves"))
    yield from _section("Fields", each("fields"))
    if interactive:
        yield from _section("Fields to turn and cut", told(lambda run: _view(run, states)))
    yield from _section("Stress by material", each("stress"))
    yield from _section("Contact and cracks", each("contact"))
    yield from _section("Energy and balances", each("energies"))
    yield from _section("Convergence and cost", facts.cost_table(runs), each("cost"))
    yield from _section("Case and values", told(facts.case_text))


def _view(run: Run, states: Sequence[str]) -> Element:
    try:
        return view(run, states)
    except FemAsslbError as error:
        return element("p", str(error), kind="wrong")


def _section(title: str, *children: Element) -> Iterator[Element]:
    yield element("h2", title)
    yield from children
