"""Small pictures of the runs of a study, in the same colours, so that one finds the run to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import TIME
from fem_asslb.output.names import VON_MISES
from fem_asslb.plotting.chosen import time_of
from fem_asslb.plotting.curves import read_curves
from fem_asslb.plotting.panels import View, draw_field, limits_of, look_of, view_of
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot, times_of
from fem_asslb.plotting.style import Gallery, create_figure, paper_style, save

FIELD = VON_MISES

WIDTH, HIGHEST = 1.7, 2.6
"""Of a picture [inch]."""

PIXELS = 500
"""Along a side of a picture in 3D."""


@dataclass(frozen=True)
class Thumbnails:
    """Pictures of runs.

    Attributes:
        pictures: By the name of the run.
        colours: Picture of the colours; None without a run.
        faults: Why a run has none.
    """

    pictures: Mapping[str, Path]
    colours: Path | None
    faults: Mapping[str, str]


def draw_thumbnails(runs: Mapping[str, Path], state: str | None, gallery: Gallery) -> Thumbnails:
    """Draw the von Mises stress of runs.

    Args:
        runs: Results folders by the names of the runs.
        state: What `fem_asslb.plotting.chosen.time_of` accepts; by default where the hosts have the least lithium.
        gallery: Where the pictures go.
    """
    found: dict[str, tuple[Snapshot, View]] = {}
    faults = {}
    for name, results in runs.items():
        try:
            snapshot = _snapshot(results, state)
            snapshot.field(FIELD)
        except FemAsslbError as error:
            faults[name] = str(error)
            continue
        found[name] = snapshot, view_of(snapshot)
    if not found:
        return Thumbnails({}, None, faults)
    values = [snapshot.field(FIELD)[view.cells].ravel() for snapshot, view in found.values()]
    norm = limits_of(np.concatenate(values), FIELD)
    with paper_style():
        drawn = {
            name: _draw(snapshot, view, norm, gallery.file(f"run-{number}"))
            for number, (name, (snapshot, view)) in enumerate(found.items())
        }
        return Thumbnails(drawn, _draw_colours(norm, gallery.folder / "colours.svg"), faults)


def _snapshot(results: Path, state: str | None) -> Snapshot:
    curves, times = read_curves(results), times_of(results)
    if state is not None:
        return read_snapshot(results, time_of(state, curves, times))
    if MEAN_STOICHIOMETRY not in curves.columns:
        return read_snapshot(results, times[-1])
    lithium = np.interp(times, curves.columns[TIME], curves.columns[MEAN_STOICHIOMETRY])
    return read_snapshot(results, times[int(np.argmin(lithium))])


def _draw(snapshot: Snapshot, view: View, norm: Normalize, path: Path) -> Path:
    height = min(WIDTH * view.aspect, HIGHEST)
    figure, axes = create_figure(height, width=height / view.aspect)
    draw_field(axes[0], snapshot, view, FIELD, norm, PIXELS)
    axes[0].set_axis_off()
    return save(figure, path)


def _draw_colours(norm: Normalize, path: Path) -> Path:
    figure, axes = create_figure(0.55, width=2.0 * WIDTH)
    look = look_of(FIELD)
    figure.colorbar(ScalarMappable(norm, look.colours), cax=axes[0], orientation="horizontal", label=look.label)
    return save(figure, path)
