"""The cycle as an animated GIF: lithium, stress and the curves up to the moment."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from fem_asslb.diagnostics.columns import CELL_VOLTAGE, STACK_PRESSURE
from fem_asslb.fields.names import STOICHIOMETRY
from fem_asslb.output.names import VON_MISES
from fem_asslb.plotting.curves import LABELS, Curves, change_label, read_curves
from fem_asslb.plotting.panels import LOOKS, add_colour_bar, draw_field, limits, view_of
from fem_asslb.plotting.snapshots import read_snapshot, times_of
from fem_asslb.plotting.style import BLUE, GREY, ORANGE, WIDTH, paper_style

MOST_FRAMES = 40
FRAME_TIME = 150
"""[ms]."""

_DPI = 110
_SIZE_3D = 500


def draw_animation(results: Path, folder: Path) -> list[Path]:
    """Draw the times after the closing of the fixture; nothing if there are fewer than three.

    Args:
        results: Results folder.
        folder: Where the animation goes.

    Raises:
        FemAsslbError: No results.
    """
    curves = read_curves(results)
    closing = curves.hours[curves.after_closing()][0] * 3600.0
    times = [time for time in times_of(results) if time >= closing]
    if len(times) < 3:
        return []
    chosen = np.unique(np.linspace(0, len(times) - 1, min(len(times), MOST_FRAMES)).round().astype(int))
    snapshots = [read_snapshot(results, times[index]) for index in chosen]
    view = view_of(snapshots[0])
    names = [name for name in (STOICHIOMETRY, VON_MISES) if name in snapshots[0].grid.point_data]
    norms = {name: limits(snapshots, view, name) for name in names}
    frames = []
    with paper_style():
        for snapshot in snapshots:
            figure = Figure(figsize=(WIDTH, 1.9 + 0.36 * WIDTH * view.aspect), dpi=_DPI, layout="constrained")
            upper, lower = figure.subfigures(2, 1, height_ratios=[0.36 * WIDTH * view.aspect + 0.4, 1.5])
            for panel, name in zip(upper.subplots(1, len(names), squeeze=False)[0], names, strict=True):
                draw_field(panel, snapshot, view, name, norms[name], _SIZE_3D)
                add_colour_bar(panel, name, norms[name])
            _draw_moment(lower, curves, snapshot.time)
            frames.append(_image(figure))
    path = folder / "cycle.gif"
    path.parent.mkdir(parents=True, exist_ok=True)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=FRAME_TIME, loop=0, optimize=False)
    return [path]


def _draw_moment(figure: Figure, curves: Curves, time: float) -> None:
    """Voltage and pressure against time, with a mark at the moment."""
    names = [
        (name, colour) for name, colour in ((CELL_VOLTAGE, BLUE), (STACK_PRESSURE, ORANGE)) if name in curves.columns
    ]
    rows = curves.after_closing()
    for panel, (name, colour) in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        values = curves.columns[name]
        base = values[rows][0] if name == STACK_PRESSURE else 0.0
        panel.plot(curves.hours[rows], values[rows] - base, color=colour)
        panel.axvline(time / 3600.0, color=GREY, linewidth=0.8)
        panel.plot(time / 3600.0, np.interp(time / 3600.0, curves.hours, values) - base, "o", color=colour)
        panel.set_xlabel("Time [h]")
        panel.set_ylabel(change_label(base) if base else LABELS[name])
        panel.margins(x=0)


def _image(figure: Figure) -> Image.Image:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    return picture.quantize(palette=_palette(), dither=Image.Dither.NONE)


def _palette() -> Image.Image:
    """The 256 colours of a GIF: those of the two colour maps, greys and the colours of the curves."""
    maps = [colormaps[LOOKS[name].colours](np.linspace(0.0, 1.0, 105))[:, :3] for name in (STOICHIOMETRY, VON_MISES)]
    white = np.linspace(0.0, 1.0, 8)[:, None]
    lines = [white + (1.0 - white) * to_rgb(colour) for colour in (BLUE, ORANGE)]
    greys = np.repeat(np.linspace(0.0, 1.0, 30)[:, None], 3, axis=1)
    colours = np.concatenate([*maps, *lines, greys])
    image = Image.new("P", (1, 1))
    image.putpalette((colours * 255).round().astype(np.uint8).tobytes())
    return image
