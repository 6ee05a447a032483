"""Curves of several runs, and measured ones, over one another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from fem_asslb.base.column_names import is_named, stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.comparison.measured import Measured
from fem_asslb.diagnostics.columns import CELL_VOLTAGE, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.plotting.curves import LABELS, Curves
from fem_asslb.plotting.style import BLACK, CYCLE, WIDTH, create_figure, label_panels, paper_style, plain, save

HOURS = "time [h]"

DASHES = ("-", "--", ":", "-.")
MARKERS = "os^Dv<>"

MOST_MARKERS = 60
"""Of measured points; of more a thin line is drawn."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is drawn of the runs.

    Attributes:
        x: Column along the figure; None for the specific capacity where all runs have it, else the time.
        y: Columns, a panel for each; empty for voltage and pressure.
        changes: Whether each curve is drawn less its value at its start.
        limits: Ends of the vertical axis of a single panel, in the unit of its column.
        width: Of the figure [inch].
    """

    x: str | None = None
    y: Sequence[str] = ()
    changes: bool = False
    limits: tuple[float, float] | None = None
    width: float = WIDTH


def columns_of(runs: Sequence[Curves], choice: Choice) -> tuple[str, list[str]]:
    """Columns that a choice names: the one along the figure, and those of the panels.

    Raises:
        FemAsslbError: A run has no such column.
    """
    shared = [name for name in runs[0].columns if all(name in run.columns for run in runs)]
    x = _named(choice.x, shared) if choice.x else SPECIFIC_CAPACITY if SPECIFIC_CAPACITY in shared else HOURS
    usual = [name for name in (CELL_VOLTAGE, STACK_PRESSURE) if name in shared]
    return x, [_named(text, shared) for text in choice.y] or usual


def _named(text: str, names: Sequence[str]) -> str:
    found = next((name for name in names if is_named(name, text)), None)
    if found is None:
        raise FemAsslbError(f"no column {quoted(text)} in all runs; expected one such as '{names[-1]}'")
    return found


def draw_overlay(
    runs: Sequence[Curves],
    names: Sequence[str],
    path: Path,
    choice: Choice,
    read: Callable[[Sequence[str]], Sequence[Measured]] = lambda columns: (),
) -> Path:
    """Draw curves from the closing of the fixture on, and measured points.

    Args:
        runs: Histories.
        names: Of the runs, for the legend.
        path: Where the picture goes.
        choice: What is drawn.
        read: Gives measured curves in the units of columns.

    Raises:
        FemAsslbError: A run has no such column, or measured curves have nothing of what is drawn.
    """
    x, panels = columns_of(runs, choice)
    measured = read([x, *panels])
    drawn = [list(_curves(runs, names, measured, x, y, choice.changes)) for y in panels]
    for item in measured:
        if not any(item is curve.source for curves in drawn for curve in curves):
            wanted = f"'{x}' with {' or '.join(map(repr, panels))}"
            raise FemAsslbError(f"--data {quoted(item.name)} has no {wanted}, or no unit of theirs; see --x and --y")
    rows = 1 if choice.width == WIDTH and len(panels) <= 3 else len(panels)
    with paper_style():
        height = 2.6 if rows == 1 else 1.7 * rows + 0.4
        figure, axes = create_figure(height, rows, len(panels) // rows, share_x=rows > 1, width=choice.width)
        for panel, y, curves in zip(axes, panels, drawn, strict=True):
            for curve in curves:
                curve.draw(panel)
            change = "Change of " if choice.changes else ""
            panel.set_ylabel(change + _label(y, lower=choice.changes))
            panel.set_xlabel(_label(x) if panel is axes[-1] or rows == 1 else "")
            panel.ticklabel_format(axis="y", useOffset=False)
        if choice.limits is not None:
            axes[0].set_ylim(*choice.limits)
        lines = {str(line.get_label()): line for panel in axes for line in panel.lines}
        figure.legend(lines.values(), lines.keys(), loc="outside upper left", ncols=2 if choice.width < WIDTH else 4)
        if len(axes) > 1:
            label_panels(axes)
        return save(figure, path)


def _label(name: str, lower: bool = False) -> str:
    text = LABELS.get(name) or f"{stem_of(name)} [{unit_of(name)}]"
    return text[0].lower() + text[1:] if lower else text[0].upper() + text[1:]


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """A curve of a panel, and what it comes from."""

    source: Curves | Measured
    x: FloatArray
    y: FloatArray
    label: str
    style: dict[str, Any]

    def draw(self, panel: Axes) -> None:
        """Draw it."""
        panel.plot(self.x, self.y, label=plain(self.label), **self.style)


def _curves(
    runs: Sequence[Curves], names: Sequence[str], measured: Sequence[Measured], x: str, y: str, changes: bool
) -> Iterator[_Curve]:
    for number, (run, name) in enumerate(zip(runs, names, strict=True)):
        rows = run.after_closing()
        values = run.columns[y][rows]
        style: dict[str, Any] = {
            "color": CYCLE[number % len(CYCLE)],
            "linestyle": DASHES[number // len(CYCLE) % len(DASHES)],
        }
        yield _Curve(source=run, x=run.columns[x][rows], y=_change(values, changes), label=name, style=style)
    for number, item in enumerate(measured):
        if x in item.columns and y in item.columns:
            there = np.isfinite(item.columns[x]) & np.isfinite(item.columns[y])
            marker = MARKERS[number % len(MARKERS)]
            points: dict[str, Any] = {"linestyle": "", "marker": marker, "markersize": 3.5, "fillstyle": "none"}
            style = {"color": BLACK} | (points if there.sum() <= MOST_MARKERS else {"linewidth": 0.7})
            values = _change(item.columns[y][there], changes)
            yield _Curve(source=item, x=item.columns[x][there], y=values, label=item.name, style=style)


def _change(values: FloatArray, changes: bool) -> FloatArray:
    known = values[np.isfinite(values)]
    return values - known[0] if changes and len(known) else values
