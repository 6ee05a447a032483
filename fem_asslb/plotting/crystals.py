"""Crystals in the colour of the angle of their c-axis to the stack, of a run or of a mesh."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyvista
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from fem_asslb.output.names import AXIS, REGION, ROLE
from fem_asslb.plotting.panels import SOFT_LIGHT, View, draw_outlines, frame, opened, picture_of, show_image
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.plotting.style import BLACK, BLUE, GREEN, ORANGE, OUTSIDE, PURPLE, WIDTH, create_figure, save

_ANGLES, _ANGLE_COLOURS = Normalize(0.0, 90.0), "cividis"
_ANGLE_LABEL = "Angle of the c-axis to the stack direction [°]"
_LAYER_COLOURS = ("#e4dcd0", "#d3dde6", "#dde6d3", "#e6d8e4", "#d6e6e3")
_KIND_COLOURS = (BLACK, ORANGE, BLUE, PURPLE, GREEN)

PARTICLE = "particle"
"""Field of the cells of a mesh: number of the particle, 0 for none."""

MOST_BARS = {2: 200, 3: 60}
"""Number of crystals, by dimension, above which no bars show their axes, since these would hide the grains."""


def draw_crystals(snapshot: Snapshot, view: View, path: Path, roles: Sequence[str] = ()) -> Path:
    """Draw the mesh, crystals in the colour of the angle of their c-axis to the stack, and bars along the axes.

    Args:
        snapshot: Cells with their regions and axes; with ``roles`` also with the number of their particle.
        view: What is shown of them.
        path: File to write.
        roles: Names of the roles; if given, what is no crystal has the colour of its role, and particles have an
            outline that tells their role.
    """
    figure, axes = create_figure(0.4 + 0.75 * WIDTH * view.aspect if snapshot.dimension == 2 else 5.0)
    if snapshot.dimension == 2:
        _draw_flat_crystals(axes[0], snapshot, view, roles)
    else:
        show_image(axes[0], _render_crystals(snapshot, view, roles))
    handles = [*_layer_handles(snapshot, roles), *_kind_handles(snapshot, roles)]
    if handles:
        figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 5))
    if _is_crystal(snapshot).any():
        bar = figure.colorbar(
            ScalarMappable(_ANGLES, _ANGLE_COLOURS), ax=axes[0], label=_ANGLE_LABEL, ticks=[0, 30, 60, 90]
        )
        bar.ax.spines["outline"].set_linewidth(0.5)
    return save(figure, path)


def _is_crystal(snapshot: Snapshot) -> np.ndarray:
    return np.abs(snapshot.grid.cell_data[AXIS]).max(axis=1) > 0.0


def _layer_colours(snapshot: Snapshot, roles: Sequence[str]) -> dict[int, str]:
    """Colour of each role that has cells which are no crystals, by its number."""
    numbers = np.unique(np.asarray(snapshot.grid.cell_data[ROLE])[~_is_crystal(snapshot)]) if roles else []
    return {int(number): _LAYER_COLOURS[k % len(_LAYER_COLOURS)] for k, number in enumerate(numbers)}


def _kind_colours(snapshot: Snapshot, roles: Sequence[str]) -> dict[int, str]:
    """Colour of the outlines of each role of particles, by its number."""
    is_particle = np.asarray(snapshot.grid.cell_data[PARTICLE]) > 0 if roles else np.zeros(0, dtype=bool)
    numbers = np.unique(np.asarray(snapshot.grid.cell_data[ROLE])[is_particle]) if roles else []
    return {int(number): _KIND_COLOURS[k % len(_KIND_COLOURS)] for k, number in enumerate(numbers)}


def _layer_handles(snapshot: Snapshot, roles: Sequence[str]) -> list[Patch]:
    colours = _layer_colours(snapshot, roles)
    return [Patch(facecolor=colour, edgecolor="#808080", label=roles[role]) for role, colour in colours.items()]


def _kind_handles(snapshot: Snapshot, roles: Sequence[str]) -> list[Line2D]:
    particle = np.asarray(snapshot.grid.cell_data[PARTICLE]) if roles else np.zeros(0)
    handles = []
    for role, colour in _kind_colours(snapshot, roles).items():
        own = np.asarray(snapshot.grid.cell_data[ROLE]) == role
        grains = len(np.unique(np.asarray(snapshot.grid.cell_data[REGION])[own]))
        count = len(np.unique(particle[own]))
        label = f"{roles[role]}: {count}" + (f" ({grains} crystals)" if grains > count else "")
        # In 3D particles have no outline.
        handles.append(Line2D([], [], color=colour if snapshot.dimension == 2 else "none", label=label))
    return handles


def _angles(axes: np.ndarray, stack: int) -> np.ndarray:
    """Angle [degrees] of unit vectors, shape (n, 3), to a coordinate axis; NaN for zero vectors."""
    length = np.linalg.norm(axes, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.degrees(np.arccos(np.clip(np.abs(axes[:, stack]) / length, 0.0, 1.0)))


def _draw_flat_crystals(axes: Axes, snapshot: Snapshot, view: View, roles: Sequence[str]) -> None:
    shown = view.cells
    points, vectors = snapshot.points()[shown], np.asarray(snapshot.grid.cell_data[AXIS])[shown]
    mapped = ScalarMappable(_ANGLES, _ANGLE_COLOURS)
    mapped.set_cmap(mapped.get_cmap().with_extremes(bad=OUTSIDE))
    colours = mapped.to_rgba(np.ma.masked_invalid(_angles(vectors, stack=1)))
    role = np.asarray(snapshot.grid.cell_data[ROLE])[shown]
    for number, colour in _layer_colours(snapshot, roles).items():
        colours[(role == number) & (np.abs(vectors).max(axis=1) == 0.0)] = to_rgba(colour)
    mesh = PolyCollection(list(points), facecolors=colours, edgecolors="#00000030", linewidths=0.12, rasterized=True)
    axes.add_collection(mesh)
    draw_outlines(axes, view)
    for number, colour in _kind_colours(snapshot, roles).items():
        own = Snapshot(0.0, snapshot.grid.extract_cells(np.asarray(snapshot.grid.cell_data[ROLE]) == number))
        axes.add_collection(LineCollection(list(own.outlines(PARTICLE)), colors=colour, linewidths=0.9))
    _draw_bars(axes, snapshot)
    frame(axes, view)


def _draw_bars(axes: Axes, snapshot: Snapshot) -> None:
    """A bar in each crystal: its c-axis projected on the plane, 3/4 of its width if it lies in it."""
    bars = []
    for centre, axis, area in _few_crystals(snapshot):
        reach = 0.75 * np.sqrt(area / np.pi) * axis[:2]
        bars.append([centre - reach, centre + reach])
    axes.add_collection(LineCollection(bars, colors="black", linewidths=2.2, capstyle="round"))
    axes.add_collection(LineCollection(bars, colors="white", linewidths=1.2, capstyle="round"))


def _render_crystals(snapshot: Snapshot, view: View, roles: Sequence[str]) -> np.ndarray:
    """Whole particles, with rods along the c-axes of single crystals, in front of the matrix."""
    plotter = pyvista.Plotter(off_screen=True, window_size=(1400, 1400))
    plotter.set_background("white")
    vectors = np.asarray(snapshot.grid.cell_data[AXIS])
    crystals = snapshot.grid.extract_cells(np.flatnonzero(np.abs(vectors).max(axis=1) > 0.0))
    matrix = opened(snapshot, view)
    # What is cut out of no cell has no fields.
    if crystals.n_cells:
        crystals.cell_data["angle"] = _angles(np.asarray(crystals.cell_data[AXIS]), stack=2)
        plotter.add_mesh(
            crystals.clean(),
            scalars="angle",
            cmap=_ANGLE_COLOURS,
            clim=(0, 90),
            show_scalar_bar=False,
            show_edges=True,
            edge_color="#303030",
            line_width=0.4,
            **SOFT_LIGHT,
        )
        plotter.add_mesh(_surface_borders(crystals), color="black", line_width=3.0)
    for rod in _rods(snapshot):
        plotter.add_mesh(rod, color="black", **SOFT_LIGHT)
    is_matrix = np.abs(matrix.cell_data[AXIS]).max(axis=1) == 0.0
    role = np.asarray(matrix.cell_data[ROLE])
    for number, colour in (
        _layer_colours(snapshot, roles) or dict.fromkeys(map(int, np.unique(role[is_matrix])), OUTSIDE)
    ).items():
        if np.any(own := is_matrix & (role == number)):
            plotter.add_mesh(matrix.extract_cells(own), color=colour, **SOFT_LIGHT)
    return picture_of(plotter, view)


def _surface_borders(crystals: pyvista.UnstructuredGrid) -> pyvista.PolyData:
    """Lines on the surface where two crystals meet."""
    surface = crystals.clean().extract_surface()
    triangles, region = surface.faces.reshape(-1, 4)[:, 1:], np.tile(np.asarray(surface.cell_data[REGION]), 3)
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    keys = np.unique(np.column_stack([edges, region]), axis=0)
    border, count = np.unique(keys[:, :2], axis=0, return_counts=True)
    border = border[count > 1]
    lines = np.column_stack([np.full(len(border), 2), border])
    return pyvista.PolyData(np.asarray(surface.points), lines=lines.ravel())


def _rods(snapshot: Snapshot) -> list[pyvista.PolyData]:
    """A rod through each crystal with one axis, a little longer than the crystal."""
    rods = []
    for centre, axis, volume in _few_crystals(snapshot):
        radius = float(np.cbrt(0.75 * volume / np.pi))
        ends = centre - 1.25 * radius * axis, centre + 1.25 * radius * axis
        rods.append(pyvista.Line(*ends).tube(radius=0.06 * radius))
    return rods


def _few_crystals(snapshot: Snapshot) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Centre [um], c-axis and volume [um^dimension] of each region that is one crystal; of none if there are many."""
    region, volumes = np.asarray(snapshot.grid.cell_data[REGION]), snapshot.volumes()
    vectors, centres = np.asarray(snapshot.grid.cell_data[AXIS]), snapshot.points().mean(axis=1)
    crystals = np.unique(region[np.abs(vectors).max(axis=1) > 0.0])
    for number in crystals if len(crystals) <= MOST_BARS[snapshot.dimension] else ():
        cells = region == number
        if np.ptp(vectors[cells], axis=0).max() < 1e-6:
            yield (
                np.average(centres[cells], axis=0, weights=volumes[cells]),
                vectors[cells][0],
                float(volumes[cells].sum()),
            )
