"""One look for all pictures: colours for colour-blind readers, fonts that survive a column's width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fem_asslb.base.printable import printable
from fem_asslb.output.files import writing

BLUE, ORANGE, GREEN, PURPLE, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7F7F7F", "#000000"
"""From the palette of Okabe and Ito."""

CYCLE = (BLUE, ORANGE, GREEN, PURPLE, "#E69F00", "#56B4E9", GREY)

OUTSIDE = "#E6E6E6"
"""Where a field is not defined."""

WIDTH, COLUMN_WIDTH = 6.9, 3.35
"""Of a figure over two columns of a journal, and over one [inch]."""

_SETTINGS = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8.5,
    "legend.fontsize": 7.5,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=CYCLE),
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "fem_asslb",
}


@dataclass(frozen=True)
class Gallery:
    """Where the pictures of a run go.

    Attributes:
        folder: Their folder.
        format: Ending of their files, which says what they are: one of `fem_asslb.plotting.FORMATS`.
    """

    folder: Path
    format: str = "png"

    def file(self, name: str) -> Path:
        """File of a picture with a name."""
        return self.folder / f"{name}.{self.format}"


@contextmanager
def paper_style() -> Iterator[None]:
    """Use the look inside a block and leave the settings of the caller alone."""
    with matplotlib.rc_context(_SETTINGS):
        yield


def plain(text: object) -> str:
    """Text of a user as Matplotlib shows it: no formula, and no name that a legend leaves out."""
    shown = printable(text).replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def create_figure(
    height: float, rows: int = 1, columns: int = 1, share_x: bool = False, width: float = WIDTH
) -> tuple[Figure, list[Axes]]:
    """Figure and its axes in reading order, without a window.

    Args:
        height: [inch].
        rows: Rows of axes.
        columns: Columns of axes.
        share_x: Whether they share the horizontal axis.
        width: Of the figure, by default that of two columns of a journal [inch].
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, sharex=share_x).ravel())


def label_panels(axes: list[Axes]) -> None:
    """Letters a, b, ... above the upper left corners."""
    for letter, panel in zip("abcdefgh", axes, strict=False):
        panel.annotate(
            letter,
            (0, 1),
            (-6, 6),
            xycoords="axes fraction",
            textcoords="offset points",
            fontweight="bold",
            fontsize=9.5,
            annotation_clip=False,
        )


def save(figure: Figure, path: Path) -> Path:
    """Write a figure and return its file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path):
        figure.savefig(path)
    return path
