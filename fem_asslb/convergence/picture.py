"""Picture of a study: each output as stated, refined, extrapolated with its uncertainty, and over seeds."""

import math
import textwrap
from pathlib import Path

from matplotlib.axes import Axes

from fem_asslb.convergence import DEGREE, ELEMENT, SEED, TIME
from fem_asslb.convergence.study import Study
from fem_asslb.plotting.style import BLACK, BLUE, GREEN, GREY, ORANGE, create_figure, paper_style, save

PICTURE, SEEDS_PICTURE = "converge.png", "seeds.png"
"""Files of a study: the second one of seeds alone."""

COLUMNS = 3
"""Panels beside one another."""

LONGEST_LINE = 28
"""Characters of a line above a panel."""

LEAST_SPAN = 1e-4
"""Height of a panel over the value in it: what is smaller is no change."""

COLOURS = {None: BLACK, ELEMENT: BLUE, TIME: ORANGE, DEGREE: GREEN, SEED: GREY}


def draw(study: Study, folder: Path) -> Path | None:
    """Draw a panel for each output; nothing where there is none.

    Args:
        study: The study.
        folder: Where the picture goes.
    """
    names = list(dict.fromkeys([item.name for item in study.verdicts()] + [item.name for item in study.spreads()]))
    if not names:
        return None
    rows = math.ceil(len(names) / COLUMNS)
    with paper_style():
        figure, axes = create_figure(2.1 * rows, rows, COLUMNS)
        for name, panel in zip(names, axes, strict=False):
            _panel(study, name, panel)
        for panel in axes[len(names) :]:
            panel.remove()
        return save(figure, folder / (PICTURE if study.refined else SEEDS_PICTURE))


def _panel(study: Study, name: str, panel: Axes) -> None:
    points = [trial for trial in (study.base, *study.refined) if math.isfinite(trial.outputs.get(name, math.nan))]
    labels = [trial.variant.title for trial in points]
    for place, trial in enumerate(points):
        panel.plot(place, trial.outputs[name], "o", color=COLOURS[trial.variant.direction], markersize=4)
    for verdict in study.verdicts():
        if verdict.name == name and math.isfinite(verdict.limit):
            panel.errorbar(
                len(labels), verdict.limit, verdict.uncertainty, fmt="s", color=BLACK, markersize=4, capsize=3
            )
            labels.append("extrapolated")
    for spread in study.spreads():
        if spread.name == name:
            places = [len(labels)] * len(spread.values)
            panel.plot(places, spread.values, "_", color=COLOURS[SEED], markersize=8)
            labels.append("seeds")
    if points:
        panel.axhline(study.base.outputs.get(name, math.nan), color=GREY, linewidth=0.5, zorder=0)
    panel.set_xticks(range(len(labels)), labels, rotation=35, ha="right", rotation_mode="anchor")
    panel.set_title(textwrap.fill(name, LONGEST_LINE), loc="left")
    panel.margins(x=0.15, y=0.2)
    low, high = panel.get_ylim()
    room = max(0.0, LEAST_SPAN * max(abs(low), abs(high)) - (high - low)) / 2.0
    panel.set_ylim(low - room, high + room)
    panel.ticklabel_format(axis="y", useOffset=False)
