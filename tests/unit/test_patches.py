"""Triangles of an interactive view: closed surfaces of regions, exact sections, lines where regions end."""

import base64
import zlib

import numpy as np
import pytest
import pyvista

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output.names import AXIS, REGION, ROLE
from fem_asslb.plotting.panels import view_of
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.report import scene
from fem_asslb.report.patches import places_of, section, surfaces, whole
from fem_asslb.report.quantised import LEVELS, Range, packed
from fem_asslb.report.sheets import SECTIONS, Sheets
from tests.grids import box

pytestmark = pytest.mark.serial

SIZE = (3.0, 2.0, 2.0)


def inclusion(centres):
    """A box of 1 x 1 x 1 in a corner of the mesh."""
    return np.where((centres < 1.0).all(axis=1), "particle", "matrix")


def snapshot_of(size):
    """A box with an inclusion, two cells to a length of one; every other cell is turned over."""
    mesh = box(size, [round(2 * length) for length in size], inclusion)
    cells = mesh.cells.copy()
    cells[::2, :2] = cells[::2, 1::-1]
    points = np.pad(mesh.points, [(0, 0), (0, 3 - len(size))])[cells].reshape(-1, 3)
    kind = pyvista.CellType.TETRA if len(size) == 3 else pyvista.CellType.TRIANGLE
    grid = pyvista.UnstructuredGrid({kind: np.arange(len(points)).reshape(cells.shape)}, points)
    for name in (REGION, ROLE):
        grid.cell_data[name] = mesh.cell_region
    grid.cell_data[AXIS] = np.zeros((len(cells), 3))
    return Snapshot(0.0, grid)


@pytest.fixture(scope="module")
def snapshot():
    return snapshot_of(SIZE)


def areas_of(corners):
    """Vectors of triangles, as long as their areas, shape (n, 3)."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0


def length_of(snapshot, patch):
    """Of all lines of a patch."""
    corners = np.pad(patch.at(snapshot.points()), [(0, 0), (0, 0), (0, 3 - snapshot.dimension)]).reshape(-1, 3)
    ends = corners[patch.borders(snapshot.grid.cell_data[REGION])]
    return float(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum())


@pytest.mark.parametrize(("number", "volume", "area"), [(0, 11.0, 32.0), (1, 1.0, 6.0)])
def test_the_surface_of_a_region_is_closed_and_faces_outwards(snapshot, number, volume, area):
    """By the theorem of Gauss its volume is a third of the flux of x."""
    patch = surfaces(snapshot, places_of(snapshot.points()))
    of_region = np.asarray(snapshot.grid.cell_data[REGION])[patch.cells] == number
    corners = patch.at(snapshot.points())[of_region]
    vectors = areas_of(corners)
    assert vectors.sum(axis=0) == pytest.approx(0.0, abs=1e-12)
    assert np.einsum("ni,ni", corners.mean(axis=1), vectors) / 3.0 == pytest.approx(volume)
    assert np.linalg.norm(vectors, axis=1).sum() == pytest.approx(area)
    assert np.einsum("ni,ni->n", vectors, patch.normals[of_region]) == pytest.approx(np.linalg.norm(vectors, axis=1))


@pytest.mark.parametrize(("axis", "area"), [(0, 4.0), (1, 6.0), (2, 6.0)])
def test_a_section_has_the_area_and_the_values_of_its_plane(snapshot, axis, area):
    """Linear fields are exact on it, also one that jumps between regions."""
    points, region = snapshot.points(), np.asarray(snapshot.grid.cell_data[REGION])
    patch = section(snapshot, places_of(points), axis, 0.7)
    corners = patch.at(points)
    assert corners[..., axis] == pytest.approx(0.7)
    assert np.linalg.norm(areas_of(corners), axis=1).sum() == pytest.approx(area)
    inside = region[patch.cells] == 1
    assert np.linalg.norm(areas_of(corners[inside]), axis=1).sum() == pytest.approx(1.0)
    values = patch.at(points @ [1.0, 2.0, 3.0] + 100.0 * region[:, None])
    assert values == pytest.approx(corners @ [1.0, 2.0, 3.0] + 100.0 * inside[:, None])


def test_lines_are_edges_of_regions(snapshot):
    """Of a box, of a box with a corner cut out of it, and of the outlines of both on a section."""
    places = places_of(snapshot.points())
    # The matrix has the edges of the box less three of length 1 at the corner, and nine of the notch.
    assert length_of(snapshot, surfaces(snapshot, places)) == pytest.approx(12.0 + 28.0 - 3.0 + 9.0)
    assert length_of(snapshot, section(snapshot, places, 0, 0.7)) == pytest.approx(4.0 + 8.0)
    flat = snapshot_of(SIZE[:2])
    assert length_of(flat, whole(flat)) == pytest.approx(4.0 + 10.0)


def test_sheets_are_grouped_by_plane_and_role(snapshot):
    sheets = Sheets.of(snapshot, view_of(snapshot))
    groups, role = sheets.groups(), np.asarray(snapshot.grid.cell_data[ROLE])
    assert len(sheets.planes) == 3 * SECTIONS and {group["plane"] for group in groups} == set(range(-1, 3 * SECTIONS))
    assert sum(group["count"] for group in groups) == sheets.count
    roles = sheets.at(np.broadcast_to(role[:, None], (len(role), 4)).astype(float))
    for group in groups:
        first, line = group["first"], group["first line"]
        assert roles[first : first + group["count"]] == pytest.approx(group["role"])
        assert np.all(roles[sheets.edges[line : line + group["lines"]]].round() == group["role"])
    assert sum(group["lines"] for group in groups) == len(sheets.edges)


def test_numbers_of_16_bits_are_near_and_come_back():
    values = np.array([-3.0, np.nan, 0.1, 7.0, np.inf])
    codes = Range(-3.0, 7.0).codes(values)
    assert codes[[0, 1, 3, 4]].tolist() == [1, 0, LEVELS, 0]
    assert -3.0 + 10.0 * (codes[2] - 1.0) / (LEVELS - 1) == pytest.approx(0.1, abs=0.5 * 10.0 / (LEVELS - 1))
    assert Range.of(values) == Range(-3.0, 7.0) and Range.of(values[1:2]).codes(values[1:2]).tolist() == [0]
    assert Range(2.0, 2.0).codes(np.array([2.0])).tolist() == [1]
    planes = np.frombuffer(zlib.decompress(base64.b64decode(packed(codes))), np.uint8).reshape(2, -1)
    assert (planes[0] + 256 * planes[1].astype(int)).tolist() == codes.tolist()


@pytest.mark.parametrize(("most", "expected"), [(9, range(8)), (1, [5]), (2, [5, 7]), (3, [0, 5, 7]), (8, range(8))])
def test_times_are_thinned_out_and_the_telling_one_stays(most, expected):
    times = [float(number) for number in range(8)]
    assert scene.thinned(times, 5.0, most) == list(map(float, expected))


def test_a_mesh_that_no_page_holds_is_refused():
    with pytest.raises(FemAsslbError, match="more than a page can hold"):
        scene._most_states(10**7, 6)
    assert scene._most_states(1000, 6) == scene.MOST_STATES
