"""Pictures of fields and crystals at the times that matter."""

import math
from pathlib import Path

import numpy as np
from matplotlib.colors import Normalize

from fem_asslb.fields.names import STOICHIOMETRY
from fem_asslb.output.names import AXIS
from fem_asslb.plotting.crystals import draw_crystals
from fem_asslb.plotting.panels import LOOKS, View, add_colour_bar, draw_field, limits, view_of
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot, times_of
from fem_asslb.plotting.style import WIDTH, Gallery, create_figure, label_panels, paper_style, save

_TALL = 1.6
"""Height over width from which four panels stand in a row instead of two."""

_HIGHEST = 9.0
"""Of a figure, the height of a page [inch]."""


def draw_pictures(results: Path, gallery: Gallery) -> list[Path]:
    """Draw the fields of the times that matter and the mesh with its crystals.

    The colours of each picture span what is there at its own time; those of the animation mean the same at all times.

    Args:
        results: Results folder.
        gallery: Where the pictures go.

    Raises:
        FemAsslbError: No fields.
    """
    snapshots = telling_snapshots(results)
    first = next(iter(snapshots.values()))
    view = view_of(first)
    names = [name for name in LOOKS if name in first.grid.point_data]
    drawn = []
    with paper_style():
        for title, snapshot in snapshots.items():
            norms = {name: limits([snapshot], view, name) for name in names}
            drawn.append(draw_fields(snapshot, view, norms, gallery.file(f"fields-{title}")))
        if np.abs(first.grid.cell_data[AXIS]).max() > 0.0:
            drawn.append(draw_crystals(first, view, gallery.file("crystals")))
    return drawn


def telling_snapshots(results: Path) -> dict[str, Snapshot]:
    """Fields with the least lithium, ``"delithiated"``, and the last ones, ``"end"``, if they differ."""
    times = times_of(results)
    end = read_snapshot(results, times[-1])
    if STOICHIOMETRY not in end.grid.point_data:
        return {"end": end}
    means = {time: read_snapshot(results, time).mean(STOICHIOMETRY) for time in times}
    least = min(means, key=lambda time: means[time])
    if means[least] > means[times[-1]] - 1e-3:
        return {"end": end}
    return {"delithiated": read_snapshot(results, least), "end": end}


def draw_fields(snapshot: Snapshot, view: View, norms: dict[str, Normalize], path: Path, width: float = WIDTH) -> Path:
    """Draw fields of one time beside one another.

    Args:
        snapshot: Fields.
        view: What is shown of them.
        norms: Ends of the colours of each field, by its name.
        path: Where the picture goes.
        width: Of the figure [inch].
    """
    # Beside its colour bar a panel has the less of its column, the narrower that is.
    columns, share = (2, 0.72) if view.aspect < _TALL else (4, 0.62)
    if width < WIDTH:
        columns, share = columns // 2, 0.9 * share
    columns = min(columns, len(norms))
    rows = math.ceil(len(norms) / columns)
    height = rows * (0.5 + share * width / columns * view.aspect)
    fitting = min(1.0, _HIGHEST / height)
    figure, axes = create_figure(fitting * height, rows, columns, width=fitting * width)
    for panel, (name, norm) in zip(axes, norms.items(), strict=False):
        draw_field(panel, snapshot, view, name, norm)
        add_colour_bar(panel, name, norm)
    for panel in axes[len(norms) :]:
        panel.remove()
    for panel in axes[: len(norms)]:
        panel.label_outer()
    if len(norms) > 1:
        label_panels(axes[: len(norms)])
    mean = f", mean $x$ = {snapshot.mean(STOICHIOMETRY):.3f}" if STOICHIOMETRY in snapshot.grid.point_data else ""
    figure.suptitle(f"{snapshot.time / 3600.0:.3g} h{mean}", fontsize=9)
    return save(figure, path)
