"""One field of one time on matplotlib axes: drawn exactly in 2D, through PyVista in 3D."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.tri import Triangulation

from fem_asslb.bulk.bulk_law import INELASTIC_STRAIN, RELATIVE_DENSITY
from fem_asslb.fields.names import STOICHIOMETRY
from fem_asslb.output.names import AXIS, HYDROSTATIC, PRINCIPAL, VON_MISES
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.plotting.style import OUTSIDE

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """How a field is shown.

    Attributes:
        label: With unit.
        colours: Name of a colour map that colour-blind readers can read.
        least_span: Range of a field that is uniform, in its unit.
        around_zero: Whether zero has the middle colour.
    """

    label: str
    colours: str
    least_span: float
    around_zero: bool = False


LOOKS = {
    STOICHIOMETRY: Look("Stoichiometry $x$ [–]", "cividis", 0.02),
    VON_MISES: Look("Von Mises stress [MPa]", "viridis", 1.0),
    HYDROSTATIC: Look("Hydrostatic stress [MPa]", "RdBu_r", 1.0, True),
    PRINCIPAL: Look("Maximum principal stress [MPa]", "RdBu_r", 1.0, True),
    INELASTIC_STRAIN: Look("Inelastic strain [–]", "magma", 1e-4),
    RELATIVE_DENSITY: Look("Relative density [–]", "cividis", 1e-3),
}
"""Fields with pictures, in their order."""


def look_of(name: str) -> Look:
    """How a field is shown, also one without a picture of its own."""
    return LOOKS.get(name) or Look(name[0].upper() + name[1:], "cividis", 1e-6)


SOFT_LIGHT = {"ambient": 0.55, "diffuse": 0.5, "specular": 0.0}
"""Shades bodies in 3D so little that their colours are those of the legend."""

_WHOLE = 0.6
"""Share of the height from which on cells with lithium are shown with all that is above and below them."""


@dataclass(frozen=True, kw_only=True)
class View:
    """The box that is shown: the packed layer if there is one, else everything; the same for all times.

    Attributes:
        low: Lower corner, shape (dimension,) [um].
        high: Upper corner, shape (dimension,) [um].
        cells: Cells that reach into it, shape (num_cells,).
        outlines: In 2D, lines where regions meet, shape (n, 2, 2) [um]; empty in 3D.
        shows_hosts_in_front: In 3D, whether the plane of least y shows each body of cells with lithium, as a symmetry
            plane does; a wall that cuts a few of many particles hides the others.
    """

    low: FloatArray
    high: FloatArray
    cells: npt.NDArray[np.bool_]
    outlines: FloatArray
    shows_hosts_in_front: bool

    @property
    def aspect(self) -> float:
        """Height over width of the picture."""
        size = self.high - self.low
        return float(size[-1] / size[0]) if len(size) == 2 else 1.0


def view_of(snapshot: Snapshot) -> View:
    """Box of the cells that hold lithium, of a mesh without fields the crystals, with a margin along the stack."""
    points = snapshot.points()
    everything = points.reshape(-1, snapshot.dimension)
    low, high = everything.min(axis=0), everything.max(axis=0)
    if STOICHIOMETRY in snapshot.grid.point_data:
        is_host = np.isfinite(snapshot.field(STOICHIOMETRY)).all(axis=1)
    else:
        is_host = np.abs(snapshot.grid.cell_data[AXIS]).max(axis=1) > 0.0
    hosts = points[is_host].reshape(-1, snapshot.dimension) if is_host.any() else everything
    if is_host.any():
        least, largest = hosts[:, -1].min(), hosts[:, -1].max()
        if largest - least < _WHOLE * (high[-1] - low[-1]):
            margin = 0.06 * (largest - least)
            low[-1], high[-1] = max(low[-1], least - margin), min(high[-1], largest + margin)
    cells = ((points.max(axis=1) > low) & (points.min(axis=1) < high)).all(axis=1)
    lines = snapshot.outlines() if snapshot.dimension == 2 else np.empty((0, 2, 2))
    inside = ((lines.max(axis=1) >= low[:2]) & (lines.min(axis=1) <= high[:2])).all(axis=1)
    in_front = snapshot.dimension == 3 and _all_reach(snapshot.grid.extract_cells(is_host), low[1])
    return View(low=low, high=high, cells=cells, outlines=lines[inside], shows_hosts_in_front=in_front)


def _all_reach(grid: pyvista.UnstructuredGrid, y: float) -> bool:
    """Whether each body, cells that hang together, has a point at the least y of the mesh."""
    if grid.n_cells == 0:
        return True
    bodies = grid.clean().connectivity()
    body = np.asarray(bodies.point_data["RegionId"])
    nearest = np.full(body.max() + 1, np.inf)
    np.minimum.at(nearest, body, np.asarray(bodies.points)[:, 1] - y)
    return bool(np.all(nearest < 1e-6 * grid.length))


def limits(snapshots: list[Snapshot], view: View, name: str) -> Normalize:
    """Colours of a field for several times; the outermost percent at either end is cut off."""
    return limits_of(np.concatenate([snapshot.field(name)[view.cells].ravel() for snapshot in snapshots]), name)


def limits_of(values: FloatArray, name: str) -> Normalize:
    """Colours of values of a field; NaN where it is undefined."""
    low, high = np.nanpercentile(values, [1.0, 99.0])
    if look_of(name).around_zero:
        high = max(abs(low), abs(high))
        low = -high
    if name == VON_MISES:
        low = 0.0
    if high - low < (span := look_of(name).least_span):
        low, high = (0.0, span) if name == VON_MISES else ((low + high - span) / 2, (low + high + span) / 2)
    return Normalize(low, high)


def draw_field(axes: Axes, snapshot: Snapshot, view: View, name: str, norm: Normalize, size: int = 1400) -> None:
    """Draw a field in the colours of its look; grey where it is not defined.

    Args:
        axes: Where.
        snapshot: Fields.
        view: What is shown of them.
        name: Which field.
        norm: Values of the ends of the colours.
        size: Pixels along a side of a picture in 3D.
    """
    if snapshot.dimension == 2:
        _draw_flat(axes, snapshot, view, name, norm)
    else:
        show_image(axes, _render(snapshot, view, name, norm, size))


def add_colour_bar(axes: Axes, name: str, norm: Normalize) -> None:
    """Colour bar to the right of the axes, with arrows where colours stand for more than the bar shows."""
    from matplotlib.cm import ScalarMappable

    ends = "max" if name == VON_MISES else "both"
    mapped = ScalarMappable(norm, look_of(name).colours)
    bar = axes.figure.colorbar(mapped, ax=axes, label=look_of(name).label, extend=ends, aspect=22, pad=0.02)
    bar.ax.spines["outline"].set_linewidth(0.5)


def frame(axes: Axes, view: View) -> None:
    """Axes in um with equal scales that show the box."""
    axes.set_aspect("equal")
    axes.set_xlim(view.low[0], view.high[0])
    axes.set_ylim(view.low[1], view.high[1])
    axes.set_xlabel("Width [µm]")
    axes.set_ylabel("Height in the stack [µm]")
    axes.spines[["top", "right"]].set_visible(True)


def draw_outlines(axes: Axes, view: View) -> None:
    """Thin lines where regions meet."""
    axes.add_collection(LineCollection(list(view.outlines), colors="black", linewidths=0.25, rasterized=True))


def show_image(axes: Axes, image: npt.NDArray[np.uint8]) -> None:
    """Show a rendered picture without its white margins and without axes."""
    rows, columns = (np.flatnonzero((image < 255).any(axis=(across, 2))) for across in (1, 0))
    if len(rows) and len(columns):
        image = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    axes.imshow(image, interpolation="lanczos")
    axes.axis("off")


def picture_of(plotter: pyvista.Plotter, view: View) -> npt.NDArray[np.uint8]:
    """Look at the box from the front, the right and above; closes the plotter."""
    centre, reach = (view.low + view.high) / 2, 0.5 * float(np.linalg.norm(view.high - view.low))
    plotter.camera_position = [centre + 10 * reach * np.array([0.55, -1.0, 0.4]), centre, (0, 0, 1)]
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = reach
    image = plotter.screenshot(return_img=True)
    plotter.close()
    return np.asarray(image, dtype=np.uint8)


def opened(snapshot: Snapshot, view: View) -> pyvista.UnstructuredGrid:
    """Cells of the box; where its front does not show all particles, only those behind the middle of its depth."""
    cells = snapshot.grid.extract_cells(np.flatnonzero(view.cells))
    cells = cells.clip("z", origin=view.high).clip("-z", origin=view.low)
    if view.shows_hosts_in_front:
        return cells
    return cells.clip("-y", origin=(view.low + view.high) / 2)


def _draw_flat(axes: Axes, snapshot: Snapshot, view: View, name: str, norm: Normalize) -> None:
    shown = view.cells
    points, values = snapshot.points()[shown], snapshot.field(name)[shown]
    inside = np.isfinite(values).all(axis=1)
    axes.set_facecolor(OUTSIDE)
    corners = points[inside].reshape(-1, 2)
    if len(corners):
        cells = Triangulation(corners[:, 0], corners[:, 1], np.arange(len(corners)).reshape(-1, 3))
        axes.tripcolor(
            cells,
            values[inside].ravel(),
            shading="gouraud",
            cmap=look_of(name).colours,
            norm=norm,
            rasterized=True,
        )
    draw_outlines(axes, view)
    frame(axes, view)


def _render(snapshot: Snapshot, view: View, name: str, norm: Normalize, size: int) -> npt.NDArray[np.uint8]:
    plotter = pyvista.Plotter(off_screen=True, window_size=(size, size))
    plotter.set_background("white")
    # Without light: the colours are those of the colour bar.
    plotter.add_mesh(
        opened(snapshot, view),
        scalars=name,
        cmap=look_of(name).colours,
        clim=(norm.vmin, norm.vmax),
        nan_color=OUTSIDE,
        show_scalar_bar=False,
        lighting=False,
    )
    return picture_of(plotter, view)
