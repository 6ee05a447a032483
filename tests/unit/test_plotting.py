"""Pictures show the right values at the right places, in the colours of their colour bars."""

import json
import os
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from mpi4py import MPI

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.diagnostics.columns import CELL_VOLTAGE, STACK_PRESSURE
from fem_asslb.fields.names import DISPLACEMENT, MEAN_STOICHIOMETRY, STOICHIOMETRY
from fem_asslb.output import history, record, vtu
from fem_asslb.output.collection import write_collection
from fem_asslb.output.names import (
    AXIS,
    COLLECTION,
    DAMAGE,
    FOLDER,
    HYDROSTATIC,
    INTERFACE_COLLECTION,
    OPENING,
    PRINCIPAL,
    REGION,
    ROLE,
    VON_MISES,
)
from fem_asslb.plotting import FORMATS, crystals, gaps, interface_curves, panels, pictures
from fem_asslb.plotting.curves import Curves, draw_curves
from fem_asslb.plotting.display import screen
from fem_asslb.plotting.snapshots import read_snapshot, times_of
from fem_asslb.plotting.style import BLACK, OUTSIDE, Gallery, create_figure, paper_style

pytestmark = pytest.mark.serial

SQUARE = [[(0, 0), (2, 0), (0, 2)], [(2, 0), (2, 2), (0, 2)]]
BOX = [[(0, 0, 0), (3, 0, 0), (0, 3, 0), (0, 0, 3)], [(3, 0, 0), (3, 3, 0), (0, 3, 0), (3, 3, 3)]]


STRESSES = {
    f"electrolyte {name} [MPa]": [1.0, 2.0, 3.0] for name in ("hydrostatic stress mean", "von Mises stress max")
}


def write_run(folder: Path, columns: dict[str, list[float]]) -> Path:
    """Record and history of a run that charges for an hour; its roles are those of `write`."""
    folder.mkdir(parents=True, exist_ok=True)
    case = {"protocol": {"steps": ["charge at 1C until 1 h"]}, "geometry": {"dimension": 2}}
    content = {"case": case, "runs": [], "mesh facts": {"roles": ["electrolyte", "particle"]}}
    (folder / record.FILE).write_text(json.dumps(content))
    times = {history.TIME: [0.0, 1800.0, 3600.0], history.STAGE: [1.0, 1.0, 1.0], STACK_PRESSURE: [5.0, 6.0, 7.0]}
    names = times | columns
    rows = [",".join(names), *(",".join(map(str, row)) for row in zip(*names.values(), strict=True)), ""]
    (folder / history.FILE).write_text("\n".join(rows))
    return folder


def write(folder: Path, cells: list, x: list[float], times: tuple[float, ...] = (0.0,), stress: float = 0.0) -> Path:
    """Fields of cells, one region each, with a stoichiometry of each; the stress grows in proportion to time.

    Each cell is displaced by (1, 2) nm from the one before.
    """
    points = np.zeros((len(cells), len(cells[0]), 3))
    points[:, :, : len(cells[0][0])] = cells
    corners = points.shape[1]
    (folder / FOLDER).mkdir(parents=True)
    host = np.isfinite(x)
    cell_data = {
        ROLE: host.astype(np.int32),
        REGION: np.arange(len(cells), dtype=np.int32),
        AXIS: np.where(host[:, None], [0.6, 0.8, 0.0], 0.0),
    }
    for number, time in enumerate(times):
        values = np.full(len(cells) * corners, stress * time)
        data = {name: values for name in (VON_MISES, HYDROSTATIC, PRINCIPAL)}
        moved = 1e-3 * np.arange(len(cells))[:, None] * np.array([1.0, 2.0, 0.0])
        data |= {STOICHIOMETRY: np.repeat(x, corners), DISPLACEMENT: np.repeat(moved, corners, axis=0)}
        file = folder / FOLDER / f"{number}.vtu"
        vtu.write_cells(MPI.COMM_SELF, file, points.reshape(-1, 3), corners, data, cell_data)
    write_collection(folder / COLLECTION, [(time, f"{FOLDER}/{n}.vtu") for n, time in enumerate(times)])
    return folder


def colours_of(figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].reshape(-1, 3)


def share(pixels: np.ndarray, colour) -> float:
    """Share of the pixels within two steps of a colour."""
    wanted = np.round(np.array(matplotlib.colors.to_rgb(colour)) * 255)
    return float((np.abs(pixels.astype(int) - wanted).max(axis=1) <= 2).mean())


def test_a_snapshot_averages_over_the_volume_of_the_hosts(tmp_path):
    cells = [[(0, 0), (2, 0), (0, 2)], [(2, 0), (4, 0), (2, 6)], [(0, 2), (2, 2), (0, 3)]]
    snapshot = read_snapshot(write(tmp_path / "r", cells, [0.2, 0.6, np.nan]), 0.0)
    assert snapshot.volumes() == pytest.approx([2.0, 6.0, 1.0])
    assert snapshot.mean(STOICHIOMETRY) == pytest.approx((2 * 0.2 + 6 * 0.6) / 8, rel=1e-6)


def test_volume_of_a_tetrahedron(tmp_path):
    snapshot = read_snapshot(write(tmp_path / "r", BOX[:1], [0.5]), 0.0)
    assert snapshot.volumes() == pytest.approx([4.5])


def test_outlines_are_the_edges_between_regions_and_on_the_outside(tmp_path):
    lines = read_snapshot(write(tmp_path / "r", SQUARE, [0.5, np.nan]), 0.0).outlines()
    assert len(lines) == 5
    lengths = sorted(np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1))
    assert lengths == pytest.approx([2, 2, 2, 2, np.sqrt(8)])


def test_the_nearest_time_is_read(tmp_path):
    folder = write(tmp_path / "r", SQUARE, [0.5, 0.5], times=(0.0, 10.0, 20.0), stress=1.0)
    assert times_of(folder) == [0.0, 10.0, 20.0]
    assert read_snapshot(folder, 12.0).field(VON_MISES) == pytest.approx(10.0)


def test_a_field_has_the_colour_of_its_value_and_is_grey_outside_hosts(tmp_path):
    snapshot = read_snapshot(write(tmp_path / "r", SQUARE, [0.5, np.nan]), 0.0)
    with paper_style():
        figure, axes = create_figure(4.0)
        panels.draw_field(axes[0], snapshot, panels.view_of(snapshot), STOICHIOMETRY, Normalize(0.0, 1.0))
        pixels = colours_of(figure)
    middle = matplotlib.colormaps["cividis"](0.5)[:3]
    assert share(pixels, middle) == pytest.approx(share(pixels, OUTSIDE), rel=0.05)
    assert share(pixels, middle) > 0.05


def test_a_field_in_three_dimensions_has_the_colour_of_its_value(tmp_path):
    snapshot = read_snapshot(write(tmp_path / "r", BOX, [0.5, 0.5]), 0.0)
    with screen(), paper_style():
        figure, axes = create_figure(4.0)
        panels.draw_field(axes[0], snapshot, panels.view_of(snapshot), STOICHIOMETRY, Normalize(0.0, 1.0), 200)
        pixels = colours_of(figure)
    assert share(pixels, matplotlib.colormaps["cividis"](0.5)[:3]) > 0.05


def test_colours_of_signed_stress_have_zero_in_the_middle(tmp_path):
    folder = write(tmp_path / "r", SQUARE, [0.5, 0.5], times=(1.0, 2.0), stress=-30.0)
    snapshots = [read_snapshot(folder, time) for time in times_of(folder)]
    view = panels.view_of(snapshots[0])
    norm = panels.limits(snapshots, view, HYDROSTATIC)
    assert (norm.vmin, norm.vmax) == pytest.approx((-60.0, 60.0))
    assert panels.limits(snapshots, view, STOICHIOMETRY).vmax == pytest.approx(0.51, rel=1e-6)


def test_the_view_is_the_layer_with_lithium(tmp_path):
    cells = [[(0, y), (1, y), (0, y + 1)] for y in range(20)]
    x = [0.5 if 10 <= y < 15 else np.nan for y in range(20)]
    view = panels.view_of(read_snapshot(write(tmp_path / "r", cells, x), 0.0))
    assert view.low == pytest.approx([0.0, 9.7])
    assert view.high == pytest.approx([1.0, 15.3])


@pytest.mark.parametrize(("gap", "front"), [(0, 0.0), (1, 4.0)])
def test_a_box_is_opened_unless_its_front_shows_all_particles(tmp_path, gap, front):
    """A symmetry plane shows a body of two cells of which one is behind; a wall shows only the first of two bodies."""
    behind = [(x, y + 3 + gap, z) for x, y, z in BOX[0]]
    snapshot = read_snapshot(write(tmp_path / "r", [BOX[0], behind], [0.5, 0.5]), 0.0)
    assert panels.opened(snapshot, panels.view_of(snapshot)).bounds[2] == pytest.approx(front)


def test_pictures_are_drawn_for_the_end_and_for_the_least_lithium(tmp_path):
    folder = write(tmp_path / "r", SQUARE, [0.5, np.nan], times=(1.0, 2.0), stress=5.0)
    drawn = pictures.draw_pictures(folder, Gallery(folder / "pictures"))
    assert [path.name for path in drawn] == ["fields-end.png", "crystals.png"]
    assert all(path.stat().st_size > 10_000 for path in drawn)


def test_gaps_are_magnified_to_a_round_factor_and_no_more_than_a_thousand():
    assert gaps.magnification(1e-3, 10.0) == pytest.approx(200.0)
    assert gaps.magnification(2.3e-3, 10.0) == pytest.approx(50.0)
    assert gaps.magnification(4e-3, 10.0) == pytest.approx(50.0)
    assert gaps.magnification(1e-9, 10.0) == 1000.0
    assert gaps.magnification(0.0, 10.0) == gaps.magnification(100.0, 10.0) == 1.0


@pytest.mark.parametrize("cells", [SQUARE, BOX])
def test_bodies_move_apart_by_their_magnified_jump(tmp_path, cells):
    """Where corners of both cells lie on the same place, the smooth part that is taken away is the same."""
    snapshot = read_snapshot(write(tmp_path / "r", cells, [0.5, np.nan]), 0.0)
    moved = gaps._moved(snapshot, panels.view_of(snapshot), 100.0)
    shared = [(first, cells[1].index(place)) for first, place in enumerate(cells[0]) if place in cells[1]]
    assert len(shared) == 2
    for first, second in shared:
        assert (moved[1, second] - moved[0, first])[:2] == pytest.approx([0.1, 0.2], rel=1e-4)


@pytest.mark.parametrize(("cells", "facet"), [(SQUARE, [(2, 0), (0, 2)]), (BOX, [(3, 0, 0), (0, 3, 0), (0, 0, 3)])])
def test_pictures_of_gaps_say_how_much_they_magnify(tmp_path, monkeypatch, cells, facet):
    folder = write(tmp_path / "r", cells, [0.5, np.nan])
    gallery = Gallery(write_run(folder, {}))
    assert gaps.draw_gaps(folder, gallery) == []
    points = np.zeros((len(facet), 3))
    points[:, : len(facet[0])] = facet
    values = {OPENING: np.array([4e-3]), DAMAGE: np.array([1.0])}
    vtu.write_cells(MPI.COMM_SELF, folder / "interface.vtu", points, len(facet), {}, values)
    write_collection(folder / INTERFACE_COLLECTION, [(0.0, "interface.vtu")])
    figures = []
    monkeypatch.setattr(gaps, "save", lambda figure, path: figures.append(figure) or path)
    with screen():
        assert gaps.draw_gaps(folder, gallery) == [folder / "gaps-end.png"]
    factor = gaps.magnification(4e-3, float(max(place[0] for cell in cells for place in cell)))
    titles = [axes.get_title() for axes in figures[0].axes[:2]]
    assert titles == [f"displacements ×{factor:g}", "largest opening 4 nm"]
    legend = {entry.get_label(): entry.get_facecolor() for entry in figures[0].legends[0].get_patches()}
    colours = {"electrolyte": gaps._BODIES[0], "particle": gaps._BODIES[1]} | (
        {"gap": BLACK} if cells is SQUARE else {}
    )
    assert legend == {name: matplotlib.colors.to_rgba(colour) for name, colour in colours.items()}
    pixels = colours_of(figures[0])
    damaged = matplotlib.colormaps["inferno_r"](1.0)[:3]
    assert share(pixels, damaged) > 1e-4
    if cells is SQUARE:  # in 3D bodies are shaded
        assert share(pixels, gaps._BODIES[0]) > 0.02 and share(pixels, gaps._BODIES[1]) > 0.02


def test_only_what_bodies_leave_free_is_drawn_as_a_gap(tmp_path):
    """A lone triangle that has lost half of its size, in a box of which it never filled the other half."""
    snapshot = read_snapshot(write(tmp_path, SQUARE[:1], [0.5]), 0.0)
    figure, axes = create_figure(6.9)
    gaps._draw_bodies(axes[0], snapshot, panels.view_of(snapshot), 0.5 * snapshot.points())
    pixels = colours_of(figure)
    assert share(pixels, BLACK) == pytest.approx(3 * share(pixels, gaps._BODIES[1]), rel=0.1)


@pytest.mark.parametrize("kind", ["a named pipe", "a folder", "nothing"])
def test_a_file_that_a_collection_lists_is_looked_at_before_it_is_opened(tmp_path, kind):
    """A pipe would wait for ever."""
    folder = write_run(write(tmp_path / "r", SQUARE, [0.5, np.nan]), {})
    write_collection(folder / INTERFACE_COLLECTION, [(0.0, "listed.vtu")])
    if kind != "nothing":
        {"a named pipe": os.mkfifo, "a folder": os.mkdir}[kind](folder / "listed.vtu")
    with pytest.raises(FemAsslbError, match="listed.vtu' is listed but cannot be read: (it is a|No such)"):
        gaps.draw_gaps(folder, Gallery(folder))
    write_collection(folder / COLLECTION, [(0.0, "listed.vtu")])
    with pytest.raises(FemAsslbError, match="listed.vtu' is listed but cannot be read: (it is a|No such)"):
        read_snapshot(folder, 0.0)


def test_the_ending_of_a_listed_file_chooses_no_reader(tmp_path):
    folder = write(tmp_path / "r", SQUARE, [0.5, np.nan])
    (folder / FOLDER / "0.vtu").rename(folder / "fields.stl")
    write_collection(folder / COLLECTION, [(0.0, "fields.stl")])
    assert read_snapshot(folder, 0.0).grid.n_cells == 2


def test_each_picture_of_fields_has_scales_of_its_own_time(tmp_path, monkeypatch):
    """The animation alone has common ones."""
    folder = write(tmp_path / "r", SQUARE, [0.5, 0.5], times=(1.0, 2.0), stress=30.0)
    snapshots = {str(time): read_snapshot(folder, time) for time in (1.0, 2.0)}
    monkeypatch.setattr(pictures, "telling_snapshots", lambda results: snapshots)
    drawn = []
    monkeypatch.setattr(pictures, "draw_fields", lambda snapshot, view, norms, path: drawn.append(norms) or path)
    pictures.draw_pictures(folder, Gallery(folder))
    assert [norms[VON_MISES].vmax for norms in drawn] == pytest.approx([30.0, 60.0])
    assert [norms[HYDROSTATIC].vmin for norms in drawn] == pytest.approx([-30.0, -60.0])


def test_parts_of_an_interface_are_stacked_and_its_conduction_and_pressure_drawn(tmp_path, monkeypatch):
    shares = {
        "intact": [1.0, 0.5, 0.0],
        "damaged": [0.0, 0.25, 0.0],
        "debonded closed": [0.0, 0.25, 0.25],
        "open": [0.0, 0.0, 0.75],
        "conducting": [1.0, 0.9, 0.3],
    }
    columns = {f"{name} {part} [-]": values for name in ("p|c", "p|p") for part, values in shares.items()}
    columns |= {f"{name} contact pressure mean [MPa]": [8.0, 4.0, 1.0] for name in ("p|c", "p|p")}
    folder, figures = write_run(tmp_path, columns), []
    monkeypatch.setattr(interface_curves, "save", lambda figure, path: figures.append(figure) or path)
    assert interface_curves.draw_interface_curves(folder, Gallery(folder)) == [folder / "interfaces.png"]
    panels_of_one = figures[0].axes[2:]
    assert [panel.get_title() for panel in panels_of_one] == ["p|p", "p|p"]
    borders = [part.get_paths()[0].vertices for part in panels_of_one[0].collections]
    middle = [sorted({y for x, y in border if x == 0.5}) for border in borders]
    assert middle == [[0.0, 0.5], [0.5, 0.75], [0.75, 1.0], [1.0]]
    assert panels_of_one[0].lines[-1].get_ydata().tolist() == shares["conducting"]
    assert panels_of_one[1].lines[0].get_xydata().tolist() == [[0.0, 8.0], [0.5, 4.0], [1.0, 1.0]]
    legend = [text.get_text() for text in figures[0].legends[0].get_texts()]
    assert legend == list(shares)


def test_a_run_of_welded_bodies_has_no_picture_of_interfaces(tmp_path):
    assert interface_curves.draw_interface_curves(write_run(tmp_path, {}), Gallery(tmp_path)) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_pictures_are_what_is_asked_for(tmp_path, ending):
    """In a PDF and an SVG curves hold no pixels."""
    begins = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[ending]
    folder = write_run(tmp_path, STRESSES)
    for path in draw_curves(folder, Gallery(folder, ending)):
        content = path.read_bytes()
        assert path.suffix == f".{ending}" and content.startswith(begins)
        assert b"/Subtype /Image" not in content and b"<image" not in content


def test_angles_to_the_stack():
    vectors = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    angles = crystals._angles(vectors, stack=1)
    assert angles[:4] == pytest.approx([0.0, 0.0, 90.0, 45.0])
    assert np.isnan(angles[4])


def test_a_charge_of_a_particle_without_plates_is_drawn_against_its_stoichiometry(tmp_path):
    folder = write_run(tmp_path, STRESSES | {MEAN_STOICHIOMETRY: [1.0, 0.8, 0.6], CELL_VOLTAGE: [3.7, 3.9, 4.1]})
    assert {path.stem for path in draw_curves(folder, Gallery(folder))} == {"time", "stoichiometry", "stress-energy"}


@pytest.mark.parametrize("last", ["press to 2 MPa in 1 h", "unload to 2 MPa in 1 h", "fabricate at 2 MPa for 1 h"])
def test_curves_start_where_the_last_press_ends(last):
    stage = np.array([1.0, 1.0, 2.0, 2.0, 3.0])
    columns = {"protocol step [-]": stage, "time [s]": 3600.0 * np.arange(5.0)}
    curves = Curves(columns, ["press to 9 MPa in 1 h", last, "charge at 1C until 1 h"], 2)
    assert curves.hours[curves.after_closing()].tolist() == [3.0, 4.0]
    assert [(text.split()[0], rows) for text, rows in curves.rows_of("charge")] == [("charge", slice(3, 5))]


def test_a_mesh_of_hosts_alone_has_a_picture_in_3d(tmp_path):
    """There is no matrix behind the crystals then; once nothing was cut out of it, and had no fields."""
    write(tmp_path, BOX, x=[0.5, 0.5])
    snapshot = read_snapshot(tmp_path, 0.0)
    with screen(), paper_style():
        picture = crystals.draw_crystals(snapshot, panels.view_of(snapshot), tmp_path / "mesh.png")
    assert picture.stat().st_size > 0
