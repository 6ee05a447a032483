"""The page about studies: what was varied, what came of it, what failed, and the runs to look at."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from fem_asslb.plotting.display import screen
from fem_asslb.plotting.style import Gallery
from fem_asslb.report.html import element, page, picture, table
from fem_asslb.report.interactive import program
from fem_asslb.sweep.effects import Effect, effects_of
from fem_asslb.sweep.outcomes import CASE, rows_of
from fem_asslb.sweep.page_of_runs import MOST_VIEWS, Standing, curves_of, link, pictures_of, views_of
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import Study, axis_title


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What a page tells of one study.

    Attributes:
        study: The study.
        cases: All its cases.
    """

    study: Study
    cases: Sequence[Standing]

    @property
    def title(self) -> str:
        """The question that the study answers."""
        return self.study.table.study.title


def study_page(chapters: Sequence[Chapter], place: Path, state: str | None = None, interactive: bool = False) -> str:
    """A page about studies; it needs no other file, and its links lead to the runs beside it.

    Args:
        chapters: The studies, one after the other.
        place: Where the page will stand.
        state: At which fields of the runs are shown; by default at the least lithium.
        interactive: Whether fields can be turned and cut, by a script; without it the page has none.
    """
    title = chapters[0].title if len(chapters) == 1 else f"{len(chapters)} studies"
    views = max(1, MOST_VIEWS // len(chapters)) if interactive else 0
    with tempfile.TemporaryDirectory(prefix="fem_asslb-report-") as temporary, screen():
        shown = []
        for number, chapter in enumerate(chapters):
            folder = Path(temporary) / str(number)
            folder.mkdir()
            shown += [element("h1", chapter.title), *_sections(chapter, place, folder, state, views)]
        return page(title, *shown, program=program() if interactive else None)


def _sections(chapter: Chapter, place: Path, folder: Path, state: str | None, views: int) -> Iterator[Element]:
    study, cases = chapter.study, chapter.cases
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
    yield curves_of(done, folder)
    yield element("h2", "Runs")
    yield from pictures_of(done, place, folder, state)
    if views:
        yield element("h2", "Fields to turn and cut")
        yield from views_of(done, state, views)


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
        shown.append([*({**cells, CASE: link(case.name, case.results, place)}[name] for name in names)])
    return table(names, shown)


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
