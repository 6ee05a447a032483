"""Groups of meshes from elsewhere: which a case means, and what lies where without one."""

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.source import MeshSource
from meshes import arranged_mesh
from meshes.arranged_mesh import arrange
from meshes.foreign_mesh import ForeignMesh, Group
from meshes.group_names import choose
from tests.grids import ball, box

pytestmark = pytest.mark.serial  # a mesh is read on one process

GROUPS = [Group(3, "1"), Group(2, "1"), Group(3, "poly1"), Group(3, "poly12"), Group(2, 'the "top" of it')]
GROUPS += [Group(2, "face1"), Group(2, "face2"), Group(1, "edge1"), Group(0, "x0"), Group(0, "bottom")]


def chosen(names, ignore=(), groups=GROUPS, dimension=3):
    return {
        str(group.kind) + ":" + group.name: ours for group, ours in choose(groups, dimension, names, ignore).items()
    }


def test_groups_keep_their_names_and_sets_of_nodes_are_taken_where_they_are_called_as_boundaries():
    assert chosen({}) == {
        **{"volume:1": "1", "surface:1": "1", "volume:poly1": "poly1", "volume:poly12": "poly12"},
        **{'surface:the "top" of it': 'the "top" of it', "surface:face1": "face1", "surface:face2": "face2"},
        "nodes:bottom": "bottom",
    }
    assert "nodes:bottom" not in chosen({"face1": "bottom"})


def test_a_surface_and_a_volume_of_one_name_are_two():
    found = chosen({"surface:1": "top", "volume:1": "cathode"})
    assert (found["surface:1"], found["volume:1"]) == ("top", "cathode")
    with pytest.raises(
        MeshError, match="'1' is a volume and a surface of the mesh; accepted: 'volume:1' or 'surface:1'"
    ):
        chosen({"1": "cathode"})


def test_patterns_name_groups_by_what_their_stars_stand_for():
    found = chosen({"poly*": "grain/0001/*", "the*": "top", "x*": "left"}, ["face*", "surface:1"])
    assert (found["volume:poly1"], found["volume:poly12"]) == ("grain/0001/1", "grain/0001/12")
    assert found['surface:the "top" of it'] == "top" and found["nodes:x0"] == "left"
    assert not {"surface:face1", "surface:face2", "surface:1"} & found.keys()
    two = [Group(2, "p3 g14"), Group(2, "p4 g1")]
    assert set(chosen({"p* g*": "particle/*/*"}, groups=two, dimension=2).values()) == {"particle/3/14", "particle/4/1"}
    assert set(chosen({"p*": "matrix"}, groups=two, dimension=2).values()) == {"matrix"}


def test_a_name_to_the_letter_goes_before_a_pattern():
    assert chosen({"poly*": "grain/0001/*", "poly1": "core"})["volume:poly1"] == "core"
    assert "volume:poly1" not in chosen({"poly*": "grain/0001/*"}, ["poly1"])
    starred = [Group(2, "a*"), Group(2, "ab")]
    assert chosen({"a*": "core"}, groups=starred, dimension=2) == {"surface:a*": "core", "surface:ab": "ab"}


@pytest.mark.parametrize(
    ("names", "ignore", "message"),
    [
        ({"shell": "cathode"}, (), "no group 'shell' in the mesh; there are: 1, poly1, poly12"),
        ({"*2*3": "cathode"}, (), r"no group '\*2\*3'"),
        ({"surface:poly1": "top"}, (), "no group 'surface:poly1'"),
        (
            {"shell": "cathode", "poly1": "anode"},
            ("core",),
            "no group 'shell', 'core' in the mesh; there are: 1, poly1",
        ),
        ({"edge1": "top"}, (), "no group 'edge1'"),
        ({}, ("edge",), "no group 'edge'"),
        ({"poly*": "a", "*1": "b"}, (), "'[*]1' is a volume and a surface"),
        ({"poly*": "a", "volume:p*": "b"}, (), r"group 'poly1' is meant by 'poly\*' and 'volume:p\*'"),
        ({"poly1": "a"}, ("poly1",), "group 'poly1' is meant by 'poly1' and 'poly1' of names and ignore"),
    ],
)
def test_lines_that_mean_nothing_or_too_much_are_refused(names, ignore, message):
    with pytest.raises(MeshError, match=message) as caught:
        chosen(names, ignore)
    assert len(str(caught.value)) <= 300


@pytest.mark.parametrize("name", ["particle/*/*", "grain*", "*/1", "particle/0001/*/*"])
def test_stars_of_our_names_stand_where_numbers_do_and_are_as_many(name):
    with pytest.raises(ValueError, match="name in names is"):
        MeshFile("mesh.msh", {"poly*": name})


def foreign(source: MeshSource, turn=None, **sets) -> ForeignMesh:
    """A mesh as another program would give it: cells by region, no facets, and sets of nodes."""
    kind = {(2, 1): "triangle", (2, 2): "triangle6", (3, 1): "tetra", (3, 2): "tetra10"}[
        source.dimension, source.degree
    ]
    groups = {
        Group(source.dimension, name): {kind: np.flatnonzero(source.cell_region == number)}
        for number, name in enumerate(source.regions)
    }
    vertices = np.arange(len(source.points)).reshape(-1, 1)
    groups |= {Group(0, name): {"vertex": np.flatnonzero(holds(source.points))} for name, holds in sets.items()}
    points = np.column_stack([source.points, np.zeros((len(source.points), 3 - source.dimension))])
    return ForeignMesh(points if turn is None else turn(points), {kind: source.cells, "vertex": vertices}, groups)


def read(monkeypatch, mesh, **keys):
    monkeypatch.setattr(arranged_mesh, "read_mesh", lambda *_: mesh)
    return arrange(MeshFile("any", **keys))


def areas(mesh):
    """Area (length in 2D) and outward-free centre of each boundary."""
    found = {}
    for name, facets in mesh.boundaries.items():
        corners = mesh.points[facets[:, : mesh.dimension]]
        edges = corners[:, 1:] - corners[:, :1]
        gram = np.einsum("nik,njk->nij", edges, edges)
        found[name] = np.sqrt(np.linalg.det(gram)).sum() / (mesh.dimension - 1)
    return found


BOXES = {2: ((3.0, 2.0), (3, 2)), 3: ((3.0, 5.0, 2.0), (3, 2, 2))}
AREAS = {
    2: {"left": 2.0, "right": 2.0, "bottom": 3.0, "top": 3.0},
    3: {"left": 10.0, "right": 10.0, "front": 6.0, "back": 6.0, "bottom": 15.0, "top": 15.0},
}


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("which", ["box", "ends"])
def test_outer_facets_belong_where_they_lie(which, dimension, monkeypatch):
    mesh = read(monkeypatch, foreign(box(*BOXES[dimension])), boundaries=which)
    expected = dict(AREAS[dimension])
    if which == "ends":
        sides = [expected.pop(name) for name in list(expected) if name not in ("bottom", "top")]
        expected["free"] = sum(sides)
    assert areas(mesh) == pytest.approx(expected)


def test_curved_facets_have_their_middle_nodes(monkeypatch):
    source = ball(3, 2)
    mesh = read(monkeypatch, foreign(source, outer=lambda x: np.linalg.norm(x, axis=1) > 1 - 1e-9), boundaries="box")
    facets = np.sort(mesh.boundaries["outer"], axis=1)
    known = np.sort(source.facets[source.facet_group == source.boundaries.index("outer")], axis=1)
    assert facets[np.lexsort(facets.T)].tolist() == known[np.lexsort(known.T)].tolist()
    middles = mesh.points[mesh.boundaries["outer"]]
    for start, end, middle in ((0, 1, 3), (1, 2, 4), (2, 0, 5)):
        chord = 0.5 * (middles[:, start] + middles[:, end])
        assert np.linalg.norm(middles[:, middle] - chord, axis=1).max() < 0.2


@pytest.mark.parametrize("dimension", [2, 3])
def test_sets_of_nodes_become_boundaries_and_planes_have_their_edges(dimension, monkeypatch):
    """The set of the sides holds the rim of the bottom: in a corner cell all nodes of a facet of the bottom."""
    sets = {"base": lambda x: np.isclose(x[:, -1], 0.0), "skin": lambda x: ~np.isclose(x[:, 0], 1.5)}
    mesh = foreign(box(*BOXES[dimension]), **sets)
    mesh = read(monkeypatch, mesh, names={"base": "bottom", "skin": "free"})
    assert areas(mesh)["bottom"] == pytest.approx(AREAS[dimension]["bottom"])
    assert areas(mesh)["free"] == pytest.approx(sum(AREAS[dimension].values()) - AREAS[dimension]["bottom"])


@pytest.mark.parametrize(
    ("dimension", "theirs", "axis"),
    [
        (3, lambda p: p[:, [2, 0, 1]], "x"),
        (3, lambda p: p[:, [1, 2, 0]], "y"),
        (3, lambda p: p, "z"),
        (2, lambda p: p, None),
        (2, lambda p: p, "y"),
        (2, lambda p: np.column_stack([p[:, 1], -p[:, 0], p[:, 2]]), "x"),
        (2, lambda p: p[:, [0, 2, 1]], "z"),
        (2, lambda p: p[:, [2, 0, 1]], "z"),
    ],
)
def test_a_mesh_is_turned_without_a_reflection(dimension, theirs, axis, monkeypatch):
    source = box(*BOXES[dimension])
    mesh = read(monkeypatch, foreign(source, theirs), boundaries="box", stack_axis=axis)
    assert mesh.points == pytest.approx(source.points)
    assert areas(mesh) == pytest.approx(AREAS[dimension])


@pytest.mark.parametrize(
    ("keys", "theirs", "message"),
    [
        ({}, lambda p: p[:, [0, 2, 1]], "a surface in space; accepted: a mesh in the x-y plane"),
        ({"stack_axis": "z"}, lambda p: np.column_stack([p[:, 0], p[:, 1], p.sum(axis=1)]), "a plane with the z axis"),
        ({"stack_axis": "x"}, lambda p: np.column_stack([p[:, 0], p[:, 1], p.sum(axis=1)]), "a plane with the x axis"),
    ],
)
def test_a_section_that_is_in_no_such_plane_is_refused(keys, theirs, message, monkeypatch):
    with pytest.raises(MeshError, match=message):
        read(monkeypatch, foreign(box(*BOXES[2]), theirs), boundaries="box", **keys)


def test_a_region_and_a_boundary_have_two_names(monkeypatch):
    mesh = foreign(box(*BOXES[2]), base=lambda x: np.isclose(x[:, -1], 0.0))
    with pytest.raises(MeshError, match="a region and a boundary are called 'same'; geometry.names renames one"):
        read(monkeypatch, mesh, names={"base": "same", "particle/0001": "same"})


def test_numbers_of_regions_are_written_alike(monkeypatch):
    mesh = read(monkeypatch, foreign(box(*BOXES[2])), names={"particle/*": "grain/7/*"}, boundaries="box")
    assert list(mesh.regions) == ["grain/0007/0001"]


def test_cells_of_an_ignored_group_have_none(monkeypatch):
    mesh = foreign(box(*BOXES[2]))
    with pytest.raises(MeshError, match="12 cells in no group"):
        read(monkeypatch, mesh, ignore=("particle/0001",), boundaries="box")


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        ("particle/0001", "particle/1", {}),
        ("body/1", "body/00001", {}),
        ("particle", "particle/0001", {"split": ("particle",)}),
    ],
)
def test_no_two_groups_are_one_region(first, second, keys, monkeypatch):
    """Numbers count, not how they are written; the cells of one of both would be gone."""
    source = box((2.0, 1.0), (2, 1), lambda x: np.where(x[:, 0] < 1.0, "left side", "right side"))
    mesh = foreign(source)
    names = {"left side": first, "right side": second}
    with pytest.raises(
        MeshError, match=f"are both the region '{first.split('/')[0]}/0001'; geometry.names renames one"
    ):
        read(monkeypatch, mesh, names=names, boundaries="box", **keys)
