"""Pictures of gaps and cracks: the bodies moved apart at a stated magnification, and the damage of their interfaces."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Patch

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.fields.names import DISPLACEMENT
from fem_asslb.output.collection import read_collection
from fem_asslb.output.names import DAMAGE, INTERFACE_COLLECTION, OPENING, ROLE
from fem_asslb.output.record import FILE, read_record
from fem_asslb.plotting.panels import SOFT_LIGHT, View, frame, opened, picture_of, show_image, view_of
from fem_asslb.plotting.pictures import telling_snapshots
from fem_asslb.plotting.snapshots import Snapshot, read_cells
from fem_asslb.plotting.style import BLACK, WIDTH, Gallery, create_figure, label_panels, paper_style, plain, save

LARGEST_GAP = 0.02
"""Size in the picture of the largest opening, over the width of the view."""

_BODIES = ("#dfe3e8", "#c9b48a", "#aebfcf", "#d8c9d9", "#b9cfb5")
_CRACKS = "inferno_r"

FloatArray = npt.NDArray[np.float64]


def draw_gaps(results: Path, gallery: Gallery) -> list[Path]:
    """Draw gaps and damage at the times that matter; nothing for a run whose interfaces are welded.

    Args:
        results: Results folder.
        gallery: Where the pictures go.

    Raises:
        FemAsslbError: No record, no fields, or a file that cannot be read.
    """
    if not (results / INTERFACE_COLLECTION).is_file():
        return []
    files = {time: results / file for time, file in read_collection(results / INTERFACE_COLLECTION)}
    roles = _roles(results)
    drawn = []
    with paper_style():
        for title, snapshot in telling_snapshots(results).items():
            view = view_of(snapshot)
            interfaces = read_cells(_nearest(files, snapshot.time), (OPENING, DAMAGE))
            drawn.append(_draw(snapshot, view, interfaces, roles, gallery.file(f"gaps-{title}")))
    return drawn


def _nearest(files: dict[float, Path], time: float) -> Path:
    if not files:
        raise FemAsslbError(f"'{INTERFACE_COLLECTION}' lists no fields")
    return files[min(files, key=lambda other: abs(other - time))]


def _roles(results: Path) -> list[str]:
    """Names of the roles by their numbers."""
    match read_record(results):
        case {"mesh facts": {"roles": [*roles]}}:
            return [plain(name) for name in roles]
    raise FemAsslbError(f"'{FILE}' is damaged: expected a list 'roles' in 'mesh facts'")


def magnification(largest: float, width: float) -> float:
    """Round factor (1, 2 or 5 times a power of ten, at most 1000) at which an opening [um] is seen in a width [um]."""
    if largest <= 0.0:
        return 1.0
    wanted = LARGEST_GAP * width / largest
    power = 10.0 ** np.floor(np.log10(wanted))
    factor = max(step for step in (1.0, 2.0, 5.0) if step * power <= wanted * (1 + 1e-9)) * power
    return float(np.clip(factor, 1.0, 1000.0))


def _draw(
    snapshot: Snapshot, view: View, interfaces: pyvista.UnstructuredGrid, roles: Sequence[str], path: Path
) -> Path:
    largest = float(np.max(interfaces.cell_data[OPENING], initial=0.0))
    factor = magnification(largest, float(view.high[0] - view.low[0]))
    moved = _moved(snapshot, view, factor)
    figure, axes = create_figure(0.5 + 0.42 * WIDTH * view.aspect, 1, 2)
    damage = Normalize(0.0, 1.0)
    if snapshot.dimension == 2:
        _draw_bodies(axes[0], snapshot, view, moved)
        _draw_damage(axes[1], view, interfaces, damage)
    else:
        show_image(axes[0], _render_bodies(snapshot, view, moved))
        show_image(axes[1], _render_damage(view, interfaces))
    axes[0].set_title(f"displacements ×{factor:g}", fontsize=8)
    axes[1].set_title(f"largest opening {1e3 * largest:.3g} nm", fontsize=8)
    bar = figure.colorbar(ScalarMappable(damage, _CRACKS), ax=axes[1], label="Damage (spent share of toughness) [–]")
    bar.ax.spines["outline"].set_linewidth(0.5)
    figure.legend(handles=_legend(snapshot, view, roles), loc="outside lower center", ncols=5)
    label_panels(axes)
    figure.suptitle(f"{snapshot.time / 3600.0:.3g} h", fontsize=9)
    return save(figure, path)


def _legend(snapshot: Snapshot, view: View, roles: Sequence[str]) -> list[Patch]:
    """Colours of the roles that are shown and, where it has one, of what is left free between them."""
    numbers = np.unique(np.asarray(snapshot.grid.cell_data[ROLE])[view.cells])
    bodies = [Patch(facecolor=_colour(number), edgecolor="#808080", label=_name(roles, number)) for number in numbers]
    # In 3D nothing is drawn in a gap.
    return [*bodies, Patch(facecolor=BLACK, label="gap")] if snapshot.dimension == 2 else bodies


def _name(roles: Sequence[str], number: int) -> str:
    return roles[number] if 0 <= number < len(roles) else str(number)


def _colour(role: int) -> str:
    return _BODIES[role % len(_BODIES)]


def _moved(snapshot: Snapshot, view: View, factor: float) -> FloatArray:
    """Corners with their magnified displacement less its affine part, which would carry everything out of view."""
    points = snapshot.points()
    components = np.asarray(snapshot.grid.point_data[DISPLACEMENT], dtype=float)
    motion = components[:, : snapshot.dimension].reshape(points.shape)
    shown = points[view.cells].reshape(-1, snapshot.dimension)
    at = np.column_stack([shown, np.ones(len(shown))])
    affine = np.linalg.lstsq(at, motion[view.cells].reshape(-1, snapshot.dimension), rcond=None)[0]
    smooth = points @ affine[:-1] + affine[-1]
    return points + factor * (motion - smooth)


def _draw_bodies(axes: Axes, snapshot: Snapshot, view: View, moved: FloatArray) -> None:
    role = np.asarray(snapshot.grid.cell_data[ROLE])[view.cells]
    colours = [_colour(number) for number in role]
    look: dict[str, Any] = {"linewidths": 0.1, "rasterized": True}
    # Where there was something and nothing is any more, there is a gap.
    axes.add_collection(PolyCollection(list(snapshot.points()[view.cells]), facecolors=BLACK, edgecolors=BLACK, **look))
    axes.add_collection(PolyCollection(list(moved[view.cells]), facecolors=colours, edgecolors=colours, **look))
    frame(axes, view)


def _draw_damage(axes: Axes, view: View, interfaces: pyvista.UnstructuredGrid, norm: Normalize) -> None:
    lines = np.asarray(interfaces.points, dtype=float).reshape(-1, 2, 3)[:, :, :2]
    axes.add_collection(
        LineCollection(list(lines), array=interfaces.cell_data[DAMAGE], cmap=_CRACKS, norm=norm, linewidths=0.8)
    )
    frame(axes, view)


def _render_bodies(snapshot: Snapshot, view: View, moved: FloatArray) -> npt.NDArray[np.uint8]:
    grid = snapshot.grid.copy()
    grid.points = moved.reshape(-1, 3)
    grid.cell_data[ROLE] = np.asarray(grid.cell_data[ROLE]) % len(_BODIES)
    plotter = pyvista.Plotter(off_screen=True, window_size=(1400, 1400))
    plotter.set_background("white")
    plotter.add_mesh(
        opened(Snapshot(snapshot.time, grid), view),
        scalars=ROLE,
        cmap=list(_BODIES),
        clim=(-0.5, len(_BODIES) - 0.5),
        show_scalar_bar=False,
        **SOFT_LIGHT,
    )
    return picture_of(plotter, view)


def _render_damage(view: View, interfaces: pyvista.UnstructuredGrid) -> npt.NDArray[np.uint8]:
    plotter = pyvista.Plotter(off_screen=True, window_size=(1400, 1400))
    plotter.set_background("white")
    plotter.add_mesh(interfaces, scalars=DAMAGE, cmap=_CRACKS, clim=(0.0, 1.0), show_scalar_bar=False, lighting=False)
    return picture_of(plotter, view)
