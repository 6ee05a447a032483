"""Pictures of fields and crystals at the times that matter."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyvista
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize

from fem_asslb.output.names import AXIS, REGION, STOICHIOMETRY
from fem_asslb.plotting.panels import (
    LOOKS,
    View,
    add_colour_bar,
    draw_field,
    draw_outlines,
    frame,
    limits,
    opened,
    picture_of,
    show_image,
    view_of,
)
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot, times_of
from fem_asslb.plotting.style import OUTSIDE, WIDTH, create_figure, label_panels, paper_style, save

_ANGLES, _ANGLE_COLOURS = Normalize(0.0, 90.0), "cividis"
_ANGLE_LABEL = "Angle of the c-axis to the stack direction [°]"


def draw_pictures(results: Path, folder: Path) -> list[Path]:
    """Draw the fields of the times that matter and the mesh with its crystals.

    Colours of stress mean the same at all times; those of x show the differences within one time.

    Args:
        results: Results folder.
        folder: Where the pictures go.

    Raises:
        FemAsslbError: No fields.
    """
    snapshots = telling_snapshots(results)
    first = next(iter(snapshots.values()))
    view = view_of(first)
    names = [name for name in LOOKS if name in first.grid.point_data]
    norms = {name: limits(list(snapshots.values()), view, name) for name in names}
    drawn = []
    with paper_style():
        for title, snapshot in snapshots.items():
            if STOICHIOMETRY in norms:
                norms[STOICHIOMETRY] = limits([snapshot], view, STOICHIOMETRY)
            drawn.append(_draw_fields(snapshot, view, norms, folder / f"fields-{title}.png"))
        if np.abs(first.grid.cell_data[AXIS]).max() > 0.0:
            drawn.append(_draw_crystals(first, view, folder / "crystals.png"))
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


def _draw_fields(snapshot: Snapshot, view: View, norms: dict[str, Normalize], path: Path) -> Path:
    rows = (len(norms) + 1) // 2
    figure, axes = create_figure(rows * (0.5 + 0.36 * WIDTH * view.aspect), rows, 2)
    for panel, (name, norm) in zip(axes, norms.items(), strict=False):
        draw_field(panel, snapshot, view, name, norm)
        add_colour_bar(panel, name, norm)
    for panel in axes[len(norms) :]:
        panel.remove()
    for panel in axes[: len(norms)]:
        panel.label_outer()
    label_panels(axes[: len(norms)])
    mean = f", mean $x$ = {snapshot.mean(STOICHIOMETRY):.3f}" if STOICHIOMETRY in norms else ""
    figure.suptitle(f"{snapshot.time / 3600.0:.3g} h{mean}", fontsize=9)
    return save(figure, path)


def _draw_crystals(snapshot: Snapshot, view: View, path: Path) -> Path:
    """Mesh, crystals in the colour of the angle of their c-axis to the stack, and bars along the axes."""
    figure, axes = create_figure(0.4 + 0.75 * WIDTH * view.aspect if snapshot.dimension == 2 else 5.0)
    if snapshot.dimension == 2:
        _draw_flat_crystals(axes[0], snapshot, view)
    else:
        show_image(axes[0], _render_crystals(snapshot, view))
    bar = figure.colorbar(
        ScalarMappable(_ANGLES, _ANGLE_COLOURS), ax=axes[0], label=_ANGLE_LABEL, ticks=[0, 30, 60, 90]
    )
    bar.ax.spines["outline"].set_linewidth(0.5)
    return save(figure, path)


def _angles(axes: np.ndarray, stack: int) -> np.ndarray:
    """Angle [degrees] of unit vectors, shape (n, 3), to a coordinate axis; NaN for zero vectors."""
    length = np.linalg.norm(axes, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.degrees(np.arccos(np.clip(np.abs(axes[:, stack]) / length, 0.0, 1.0)))


def _draw_flat_crystals(axes: Axes, snapshot: Snapshot, view: View) -> None:
    shown = view.cells
    points, vectors = snapshot.points()[shown], np.asarray(snapshot.grid.cell_data[AXIS])[shown]
    angles = np.ma.masked_invalid(_angles(vectors, stack=1))
    colours = ScalarMappable(_ANGLES, _ANGLE_COLOURS).get_cmap().with_extremes(bad=OUTSIDE)
    mesh = PolyCollection(
        list(points),
        array=angles,
        cmap=colours,
        norm=_ANGLES,
        edgecolors="#00000030",
        linewidths=0.12,
        rasterized=True,
    )
    axes.add_collection(mesh)
    draw_outlines(axes, view)
    _draw_bars(axes, snapshot)
    frame(axes, view)


def _draw_bars(axes: Axes, snapshot: Snapshot) -> None:
    """A bar in each crystal: its c-axis projected on the plane, 3/4 of its width if it lies in it."""
    bars = []
    for centre, axis, area in _single_crystals(snapshot):
        reach = 0.75 * np.sqrt(area / np.pi) * axis[:2]
        bars.append([centre - reach, centre + reach])
    axes.add_collection(LineCollection(bars, colors="black", linewidths=2.2, capstyle="round"))
    axes.add_collection(LineCollection(bars, colors="white", linewidths=1.2, capstyle="round"))


def _render_crystals(snapshot: Snapshot, view: View) -> np.ndarray:
    """Whole crystals, with rods along their c-axes, in front of the matrix."""
    plotter = pyvista.Plotter(off_screen=True, window_size=(1400, 1400))
    plotter.set_background("white")
    vectors = np.asarray(snapshot.grid.cell_data[AXIS])
    crystals = snapshot.grid.extract_cells(np.flatnonzero(np.abs(vectors).max(axis=1) > 0.0))
    crystals.cell_data["angle"] = _angles(np.asarray(crystals.cell_data[AXIS]), stack=2)
    matrix = opened(snapshot, view)
    matrix = matrix.extract_cells(np.flatnonzero(np.abs(matrix.cell_data[AXIS]).max(axis=1) == 0.0))
    light = {"ambient": 0.55, "diffuse": 0.5, "specular": 0.0}
    plotter.add_mesh(
        crystals.clean(),
        scalars="angle",
        cmap=_ANGLE_COLOURS,
        clim=(0, 90),
        show_scalar_bar=False,
        show_edges=True,
        edge_color="#303030",
        line_width=0.4,
        **light,
    )
    for rod in _rods(snapshot):
        plotter.add_mesh(rod, color="black", **light)
    if matrix.n_cells:
        plotter.add_mesh(matrix, color=OUTSIDE, **light)
    return picture_of(plotter, view)


def _rods(snapshot: Snapshot) -> list[pyvista.PolyData]:
    """A rod through each crystal with one axis, a little longer than the crystal."""
    rods = []
    for centre, axis, volume in _single_crystals(snapshot):
        radius = float(np.cbrt(0.75 * volume / np.pi))
        ends = centre - 1.25 * radius * axis, centre + 1.25 * radius * axis
        rods.append(pyvista.Line(*ends).tube(radius=0.06 * radius))
    return rods


def _single_crystals(snapshot: Snapshot) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Centre [um], c-axis and volume [um^dimension] of each region that is one crystal."""
    region, volumes = np.asarray(snapshot.grid.cell_data[REGION]), snapshot.volumes()
    vectors, centres = np.asarray(snapshot.grid.cell_data[AXIS]), snapshot.points().mean(axis=1)
    for number in np.unique(region[np.abs(vectors).max(axis=1) > 0.0]):
        cells = region == number
        if np.ptp(vectors[cells], axis=0).max() < 1e-6:
            yield (
                np.average(centres[cells], axis=0, weights=volumes[cells]),
                vectors[cells][0],
                float(volumes[cells].sum()),
            )
