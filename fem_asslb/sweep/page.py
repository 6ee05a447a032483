"""The page about a study: what was varied, what came of it, what failed, and its runs to look at."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.plotting.curves import read_curves
from fem_asslb.plotting.display import screen
from fem_asslb.plotting.overlay import Choice, draw_overlay
from fem_asslb.plotting.style import Gallery
from fem_asslb.report import FILE
from fem_asslb.report.html import element, page, picture, table
from fem_asslb.sweep.effects import Effect, effects_of
from fem_asslb.sweep.outcomes import CASE, Trial, rows_of
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import Study, axis_title
from fem_asslb.sweep.thumbnails import FIELD, draw_thumbnails

MOST_THUMBNAILS = 48
"""Runs with pictures of their own."""

MOST_CURVES = 21
"""Runs whose curves can be told apart: colours times dashes."""


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


def study_page(study: Study, cases: Sequence[Standing], place: Path, state: str | None = None) -> str:
    """A page about a study; it needs no other file, and its links lead to the runs beside it.

    Args:
        study: The study.
        cases: All its cases.
        place: Where the page will stand.
        state: At which fields of the runs are shown; by default at the least lithium.
    """
    title = study.table.study.title
    with tempfile.TemporaryDirectory(prefix="fem_asslb-report-") as folder, screen():
        return page(title, element("h1", title), *_sections(study, cases, place, Path(folder), state))


def _sections(
    study: Study, cases: Sequence[Standing], place: Path, folder: Path, state: str | None
) -> Iterator[Element]:
    done = {case.name: case.results for case in cases if case.trial.outputs}
    yield _overview(study, cases)
    yield element("h2", "What varies")
    yield _axes(study, cases)
    yield element("h2", "Cases that have not come to their end")
    yield _failures(cases)
    yield element("h2", "Outcomes")
    yield element("div", _outcomes(study, cases, place), kind="wide")
    yield element("h2", "Outcomes against each axis")
    yield _pictures(draw(study, [case.trial for case in cases], Gallery(folder, "svg")), "no outcome varies")
    yield element("h2", "Effects of the axes")
    yield _effects(study, cases)
    yield element("h2", "Curves of all runs")
    yield _curves(done, folder)
    yield element("h2", "Runs")
    yield from _runs(done, place, folder, state)


def _overview(study: Study, cases: Sequence[Standing]) -> Element:
    counts = dict.fromkeys(case.state for case in cases)
    told = ", ".join(f"{sum(case.state == state for case in cases)} {state}" for state in counts)
    described, design = study.table.study, study.table.design
    samples = f", {design.samples} samples, seed {design.seed}" if design.samples is not None else ""
    rows = [
        ["question", described.title],
        ["base case", described.base],
        ["reference", described.reference or "–"],
        ["design", f"{design.kind}{samples}"],
        ["cases", f"{len(cases)}: {told}"],
    ]
    return table(["", ""], rows)


def _axes(study: Study, cases: Sequence[Standing]) -> Element:
    rows = []
    for name, axis in study.table.axes.items():
        values = list(dict.fromkeys(case.trial.variant.point.values[name].label for case in cases))
        shown = ", ".join(values) if len(values) <= 12 else f"{len(values)} values from {values[0]} to {values[-1]}"
        keys = "all seeds" if axis.seeds else ", ".join(axis.key)
        rows.append([axis_title(name, axis), keys, axis.text, shown])
    return table(["axis", "keys of the case", "written as", "values"], rows)


def _failures(cases: Sequence[Standing]) -> Element:
    rows = [
        [case.name, element("span", case.state, kind="wrong"), case.reason] for case in cases if not case.trial.outputs
    ]
    return table(["case", "state", "why"], rows) if rows else element("p", "none", kind="note")


def _outcomes(study: Study, cases: Sequence[Standing], place: Path) -> Element:
    rows = rows_of(study, [case.trial for case in cases])
    names = list(rows[0])
    shown = []
    for case, row in zip(cases, rows, strict=True):
        cells = {name: "" if value is None else value for name, value in row.items()}
        shown.append([*({**cells, CASE: _link(case.name, case.results, place)}[name] for name in names)])
    return table(names, shown)


def _link(name: str, results: Path, place: Path) -> Element | str:
    """Name of a case that leads to the page about its run, or else to its folder."""
    target = next((path for path in (results / FILE, results) if path.exists()), None)
    if target is None:
        return name
    made = element("a", name)
    made.set("href", quote(Path(os.path.relpath(target, place.parent)).as_posix()))
    return made


def _pictures(paths: Sequence[Path], nothing: str) -> Element:
    if not paths:
        return element("p", nothing, kind="note")
    return element("div", *(picture(path, path.stem) for path in paths))


def _effects(study: Study, cases: Sequence[Standing]) -> Element:
    """A row for each outcome, a column for each axis and measure."""
    if not all(case.trial.outputs for case in cases):
        return element("p", "they need all cases at their end", kind="note")
    found = effects_of(study, [case.trial for case in cases])
    columns = list(dict.fromkeys((effect.axis, effect.measure) for effect in found))
    values: dict[str, dict[tuple[str, str], Effect]] = {}
    for effect in found:
        values.setdefault(effect.outcome, {})[effect.axis, effect.measure] = effect
    rows = [
        [outcome, *(_effect(effects[column]) if column in effects else "" for column in columns)]
        for outcome, effects in values.items()
    ]
    heading = ["outcome", *(f"{axis}: {measure}" for axis, measure in columns)]
    return element("div", table(heading, rows), kind="wide") if rows else element("p", "none to tell", kind="note")


def _effect(effect: Effect) -> float | str:
    if effect.least != effect.least:
        return effect.value
    return f"{effect.value:.3g} ({effect.least:.3g} to {effect.most:.3g})"


def _curves(runs: Mapping[str, Path], folder: Path) -> Element:
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


def _runs(runs: Mapping[str, Path], place: Path, folder: Path, state: str | None) -> Iterator[Element]:
    """A picture of each run with a link to it."""
    shown = {name: runs[name] for name in list(runs)[:MOST_THUMBNAILS]}
    drawn = draw_thumbnails(shown, state, Gallery(folder))
    when = f"at {state}" if state else "with the least lithium"
    if drawn.colours is not None:
        yield element("p", f"{FIELD} {when}, in the same colours everywhere", kind="note")
        yield picture(drawn.colours, "colours")
    tiles = [
        element("figure", picture(path, name), element("figcaption", _link(name, runs[name], place)))
        for name, path in drawn.pictures.items()
    ]
    yield element("div", *tiles, kind="tiles")
    yield from (element("p", f"{name}: {fault}", kind="wrong") for name, fault in drawn.faults.items())
    rest = list(runs)[MOST_THUMBNAILS:]
    if rest:
        links = (element("li", _link(name, runs[name], place)) for name in rest)
        yield element("ul", *links)
