"""Side walls that are one: which nodes are, what is refused, and what the builders make of them."""

from dataclasses import replace

import gmsh
import numpy as np
import pytest

import meshes
from fem_asslb.base.errors import CaseErrors, MeshError
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.estimates.estimates import summary
from fem_asslb.geometry import EqualDiameters, MeshFile, PlacedBodies
from fem_asslb.mesh.reader import read_source
from fem_asslb.mesh.side_walls import images
from fem_asslb.mesh.source_checks import check_source
from fem_asslb.model.axes import particle_centres
from meshes.packing import Population, pack
from meshes.placement import place
from meshes.session import gmsh_session
from meshes.survey import survey
from tests.grids import box, periodic
from tests.support import domain_of
from tests.verification.test_uniform_block import STACKS, block, layered, packed

serial = pytest.mark.serial

SIZES = {2: ((3.0, 2.0), (4, 3)), 3: ((3.0, 3.0, 2.0), (4, 3, 2))}


def cut_out(dimension):
    return periodic(box(*SIZES[dimension]))


@serial
@pytest.mark.parametrize("dimension", [2, 3])
def test_nodes_of_opposite_walls_corners_and_edges_are_one(dimension):
    source = cut_out(dimension)
    check_source(source)
    first = images(source)
    cells = SIZES[dimension][1]
    assert len(np.unique(first)) == np.prod(cells[:-1]) * (cells[-1] + 1)
    shift = (source.points - source.points[first]) / np.append(SIZES[dimension][0][:-1], np.inf)
    assert np.all(np.isclose(shift, 0.0) | np.isclose(shift, 1.0))


def with_points(source, change):
    points = source.points.copy()
    change(points)
    return replace(source, points=points)


def move_one(points):
    inner = (points[:, 0] == 3.0) & (points[:, -1] > 0.0) & (points[:, -1] < 2.0)
    points[np.flatnonzero(inner)[0], -1] += 0.01


def bend(points):
    points[:, 0] += 0.1 * np.sin(np.pi * points[:, -1] / 2.0)


def tilt(points):
    points[:, 0] += 0.2 * points[:, -1]


def named(source):
    """The mesh with the names of its side walls left on."""
    return replace(box(*SIZES[source.dimension]), periodic=source.periodic)


TOO_FEW = periodic(box((2.0, 2.0), (2, 3)))

REFUSED = {
    "unmatched": (lambda s: with_points(s, move_one), r"^node \d+ of a periodic side wall at .* 0.01 um beside it"),
    "curved": (
        lambda s: with_points(s, bend),
        "belong to no named boundary.* a periodic side wall is flat|none opposite",
    ),
    "tilted": (
        lambda s: with_points(s, tilt),
        "belong to no named boundary.* a periodic side wall is flat|none opposite",
    ),
    "named": (named, "of boundary '(left|front)' .* are in a periodic side wall; accepted: no name there"),
    "too few": (lambda s: TOO_FEW, "edges join the same two nodes .* accepted: three or more elements"),
}


@serial
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("change", REFUSED)
def test_walls_that_cannot_be_one_are_refused(change, dimension):
    broken, text = REFUSED[change]
    with pytest.raises(MeshError, match=text) as refusal:
        check_source(broken(cut_out(dimension)))
    assert len(str(refusal.value)) <= 300 and "\n" not in str(refusal.value)


def test_a_mesh_that_does_not_match_is_refused_on_every_rank(comm):
    with pytest.raises(MeshError, match="has none opposite to it"):
        domain_of(with_points(cut_out(2), move_one), comm)


@serial
def test_a_case_says_it_once():
    geometry = layered(2, packed(walls="cut"), side_walls="periodic")
    case = block(geometry)
    assert [row.value for row in summary(case) if row.name == "period along x"] == [8.0]
    assert not any("periodic" in line for line in doubts(case))
    assert any("'cut' lets them cross" in line for line in doubts(block(layered(2, packed(), side_walls="periodic"))))
    for change, text in (
        ({"fixture": {"kind": "constant-force", "walls": "free"}}, "fixture.walls: 'free', but periodic side walls"),
        ({"geometry": geometry | {"side_walls": "round"}}, "geometry.side_walls"),
    ):
        with pytest.raises(CaseErrors, match=text):
            block(**{"geometry": geometry} | change)
    grains = {"diameter": {"kind": "equal", "value": "1 um"}}
    with pytest.raises(CaseErrors, match="a periodic wall does not cut polycrystals"):
        block(layered(2, packed(walls="cut", grains=grains), side_walls="periodic"))


@serial
@pytest.mark.parametrize(("box_size", "fraction"), [((16.0, 16.0), 0.6), ((12.0, 12.0, 12.0), 0.4)])
def test_packed_bodies_keep_their_gap_from_images(box_size, fraction):
    extents = np.array(box_size)
    packing = pack(box_size, [Population(fraction, EqualDiameters(3.0))], gap=0.1, cut=True, seed=3, periodic=True)
    assert packing.fractions[0] == pytest.approx(fraction, rel=1e-6)
    assert np.any(packing.centres[:, :-1] < packing.radii[:, None])
    check_apart(packing, extents, 0.1)


def check_apart(packing, extents, gap):
    """No body is nearer to another than the gap, through the sides too."""
    first, second = np.triu_indices(len(packing.radii), 1)
    way = packing.centres[first] - packing.centres[second]
    way[:, :-1] -= extents[:-1] * np.rint(way[:, :-1] / extents[:-1])
    distance = np.linalg.norm(way, axis=1) - packing.radii[first] - packing.radii[second]
    assert distance.min() >= gap


@serial
def test_placed_bodies_have_their_images_once():
    """A table with the images that reach in says the same as one without."""
    centres, radii = np.array([[0.3, 3.0], [7.7, 5.9], [4.0, 2.0]]), np.array([1.5, 1.2, 1.0])
    image = PlacedBodies(np.vstack([centres, centres[:1] + [8.0, 0.0]]), np.append(radii, radii[0]))
    packings = [place(bodies, (8.0, 9.0), 0.2, True, True) for bodies in (PlacedBodies(centres, radii), image)]
    assert np.array_equal(packings[0].centres, packings[1].centres) and len(packings[0].radii) == 3
    assert packings[0].fractions[0] == pytest.approx(np.pi * np.sum(radii**2) / 72.0, rel=1e-9)
    check_apart(packings[0], np.array([8.0, 9.0]), 0.2)


def test_a_particle_on_the_seam_has_its_centre_there(comm):
    """It counts at its nearest images: a disc about the corner x = 0 of a piece 4 um wide."""

    def region(middle):
        across = (middle[:, 0] - 0.25 + 2.0) % 4.0 - 2.0
        return np.where(np.hypot(across, middle[:, 1] - 1.5) < 1.2, "particle/0001", "cathode")

    domain = domain_of(periodic(box((4.0, 3.0), (16, 12), region)), comm)
    centre = particle_centres(domain)[domain.regions.index("particle/0001")]
    assert centre == pytest.approx([0.25, 1.5], abs=0.1)


@serial
@pytest.mark.parametrize("boundaries", ["named", "box"])
def test_a_mesh_file_may_have_periodic_walls(tmp_path, boundaries):
    meshes.build(block(STACKS["periodic discs"]).geometry, tmp_path / "built.msh")
    with gmsh_session("elsewhere"):
        gmsh.merge(str(tmp_path / "built.msh"))
        gmsh.write(str(tmp_path / "elsewhere.unv"))
    names = {"particle*": "bodies"}
    geometry = MeshFile(
        tmp_path / "elsewhere.unv", boundaries=boundaries, side_walls="periodic", names=names, split=("bodies",)
    )
    meshes.build(geometry, tmp_path / "ours.msh")
    built, ours = (read_source(tmp_path / f"{name}.msh", True) for name in ("built", "ours"))
    assert ours.boundaries == built.boundaries == ("bottom", "top") and len(ours.regions) == len(built.regions)
    assert len(np.unique(images(ours))) == len(np.unique(images(built))) < len(built.points)
    keys = {"path": str(geometry.path), "boundaries": boundaries, "names": names, "split": ["bodies"]}
    case = block({"kind": "mesh-file", **keys, "side_walls": "periodic"}, roles=("separator", "cathode", "bodies"))
    assert "side walls are periodic: 8 um along x" in list(survey(case))
    with pytest.raises(MeshError, match="belong to no named boundary"):
        read_source(tmp_path / "built.msh")
