"""Pictures of a study: outcomes against each axis, and over two axes as a matrix."""

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from fem_asslb.convergence.extrapolation import NEGLIGIBLE
from fem_asslb.convergence.headlines import PRESSURE_CHANGE
from fem_asslb.plotting.style import BLACK, CYCLE, Gallery, create_figure, paper_style, save
from fem_asslb.sweep.outcomes import PRESSURE_CHANGE_CLOSED, Trial, output_names
from fem_asslb.sweep.reading import Study, axis_title

COLUMNS = 3
"""Panels beside one another."""

LONGEST_LINE = 30
"""Characters of a line above a panel."""

PANEL = 2.1
"""Height of a panel [inch]."""

MOST_CURVES = len(CYCLE)
"""Above it points take the place of curves."""

MOST_PANELS = 24
"""Of a picture: outcomes beyond these are in the table."""


def draw(study: Study, trials: Sequence[Trial], gallery: Gallery) -> list[Path]:
    """Draw the outcomes of all cases that have come to their end.

    Args:
        study: The study.
        trials: Its cases.
        gallery: Where the pictures go.
    """
    done = [trial for trial in trials if trial.outputs]
    names = [name for name in output_names(done) if name != PRESSURE_CHANGE_CLOSED and _varies(name, done)][
        :MOST_PANELS
    ]
    leaders = list(study.leading())
    if not names:
        return []
    with paper_style():
        found = [_against(study, axis, names, done, gallery.file(f"against-{axis}")) for axis in leaders]
        if len(leaders) == 2 and study.table.design.kind == "grid":
            found.append(_matrix(study, names, done, gallery.file("matrix")))
    return found


def _varies(name: str, done: Sequence[Trial]) -> bool:
    values = [trial.outputs[name] for trial in done if name in trial.outputs]
    return len(values) > 1 and float(np.ptp(values)) > NEGLIGIBLE * float(np.abs(values).max())


def _panels(names: Sequence[str], height: float = PANEL) -> tuple:
    rows = math.ceil(len(names) / COLUMNS)
    figure, axes = create_figure(height * rows, rows, COLUMNS)
    for panel in axes[len(names) :]:
        panel.remove()
    for name, panel in zip(names, axes, strict=False):
        panel.set_title(textwrap.fill(name, LONGEST_LINE), loc="left")
    return figure, axes[: len(names)]


def _against(study: Study, axis: str, names: Sequence[str], done: Sequence[Trial], path: Path) -> Path:
    figure, panels = _panels(names)
    curves = _curves(study, axis, done)
    for name, panel in zip(names, panels, strict=True):
        for number, (title, trials) in enumerate(curves.items()):
            having = [trial for trial in trials if name in trial.outputs]
            places = [_place(study, axis, trial) for trial in having]
            kind = "o-" if len(curves) <= MOST_CURVES else "o"
            colour = CYCLE[number] if len(curves) <= MOST_CURVES else BLACK
            values = [trial.outputs[name] for trial in having]
            panel.plot(places, values, kind, color=colour, markersize=3, label=title or "computed")
            if name == PRESSURE_CHANGE:
                closed = [trial.outputs.get(PRESSURE_CHANGE_CLOSED, math.nan) for trial in having]
                panel.plot(
                    places, closed, "--", color=BLACK, linewidth=0.8, label="closed form" if number == 0 else None
                )
        _scale(study, axis, panel, done)
        panel.ticklabel_format(axis="y", useOffset=False)
        panel.set_xlabel(axis_title(axis, study.table.axes[axis]))
    if len(panels[0].get_legend_handles_labels()[1]) > 1 and len(curves) <= MOST_CURVES:
        panels[0].legend()
    return save(figure, path)


def _curves(study: Study, axis: str, done: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Cases that differ in one axis alone, by what they share, in the order of the axis."""
    if study.table.design.kind != "grid":
        return {str(number): [trial] for number, trial in enumerate(done)}
    others, found = [name for name in study.leading() if name != axis], dict[str, list[Trial]]()
    for trial in done:
        title = ", ".join(f"{name} {trial.variant.point.values[name].label}" for name in others)
        found.setdefault(title, []).append(trial)
    return {title: sorted(trials, key=lambda trial: _place(study, axis, trial)) for title, trials in found.items()}


def _labels(axis: str, done: Sequence[Trial]) -> list[str]:
    return list(dict.fromkeys(trial.variant.point.values[axis].label for trial in done))


def _place(study: Study, axis: str, trial: Trial) -> float:
    """Where a case stands along an axis: at its number, or at the place of its value among words."""
    value = trial.variant.point.values[axis]
    if not math.isnan(value.number):
        return value.number
    return float([str(item) for item in study.table.axes[axis].values].index(str(value.written)))


def _scale(study: Study, axis: str, panel: Axes, done: Sequence[Trial]) -> None:
    numbers = [trial.variant.point.values[axis].number for trial in done]
    if any(map(math.isnan, numbers)):
        places = {_place(study, axis, trial): trial.variant.point.values[axis].label for trial in done}
        panel.set_xticks(list(places), list(places.values()), rotation=35, ha="right")
    elif min(numbers) > 0.0 and (study.table.axes[axis].spacing == "logarithmic" or max(numbers) > 20 * min(numbers)):
        panel.set_xscale("log")


def _matrix(study: Study, names: Sequence[str], done: Sequence[Trial], path: Path) -> Path:
    """Outcomes as colours with their numbers, the first axis upwards and the second to the right."""
    up, right = study.leading()
    rows, columns = (
        sorted(_labels(axis, done), key=lambda word: _order(study, axis, word, done)) for axis in (up, right)
    )
    figure, panels = _panels(names, max(PANEL, 0.3 * len(rows) + 1.2))
    for name, panel in zip(names, panels, strict=True):
        cells = np.full((len(rows), len(columns)), math.nan)
        for trial in done:
            values = trial.variant.point.values
            cells[rows.index(values[up].label), columns.index(values[right].label)] = trial.outputs.get(name, math.nan)
        image = panel.imshow(cells, origin="lower", aspect="auto", cmap="viridis")
        middle = float(np.nanmean([np.nanmin(cells), np.nanmax(cells)]))
        for (row, column), value in np.ndenumerate(cells):
            if math.isfinite(value) and cells.size <= 100:
                colour = "white" if value < middle else "black"
                panel.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=6, color=colour)
        figure.colorbar(image, ax=panel)
        panel.set_xticks(range(len(columns)), columns, rotation=35, ha="right")
        panel.set_yticks(range(len(rows)), rows)
        panel.set_xlabel(axis_title(right, study.table.axes[right]))
        panel.set_ylabel(axis_title(up, study.table.axes[up]))
    return save(figure, path)


def _order(study: Study, axis: str, word: str, done: Sequence[Trial]) -> float:
    return next(_place(study, axis, trial) for trial in done if trial.variant.point.values[axis].label == word)
