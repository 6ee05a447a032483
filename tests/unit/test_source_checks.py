"""Meshes whose boundaries, bodies or cells are not what they seem are refused, with the place, when they are read."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.mesh.reader import read_source
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.source_checks import check_source
from tests.grids import ball, box

pytestmark = pytest.mark.serial  # a mesh is checked on one process, before it is distributed


def stack(dimension):
    """Box of 2 um along x, else 1 um, with two layers along the last axis, where one cell is 0.5 um."""
    return box((2.0, *[1.0] * (dimension - 1)), (4, *[2] * (dimension - 1)), layers)


def layers(centres):
    return np.where(centres[:, -1] < 0.5, "lower", "upper")


def named(source, name, chosen):
    """The source with the facets of which ``chosen`` holds, by their centres, in the boundary ``name``."""
    names = np.array(source.boundaries, dtype="U20")[source.facet_group]
    names[chosen(source.points[source.facets].mean(axis=1))] = name
    boundaries, boundary = np.unique(names, return_inverse=True)
    return replace(source, boundaries=tuple(map(str, boundaries)), facet_group=boundary)


def with_facets(source, name, facets):
    """The source with more facets in the boundary ``name``."""
    names = tuple(dict.fromkeys([*source.boundaries, name]))
    return replace(
        source,
        boundaries=names,
        facets=np.concatenate([source.facets, facets]),
        facet_group=np.append(source.facet_group, np.full(len(facets), names.index(name))),
    )


def facets_of(source, name):
    return source.facets[source.facet_group == source.boundaries.index(name)]


def inner_facets(source):
    """Facets between the two layers."""
    corners = source.cells[(source.cell_region == 0)]
    at = np.isclose(source.points[:, -1], 0.5)
    return np.array([cell[at[cell]] for cell in corners if at[cell].sum() == source.dimension])


def exchanged(source, one, other):
    names = {one: other, other: one}
    return replace(source, boundaries=tuple(names.get(name, name) for name in source.boundaries))


def joined(one, other):
    """Two meshes as one that share no node."""
    count = len(one.points)
    regions = tuple(sorted({*one.regions, *other.regions}))
    assert one.boundaries == other.boundaries
    return MeshSource(
        dimension=one.dimension,
        degree=1,
        points=np.concatenate([one.points, other.points]),
        cells=np.concatenate([one.cells, other.cells + count]),
        cell_region=np.concatenate([[regions.index(s.regions[k]) for k in s.cell_region] for s in (one, other)]),
        regions=regions,
        facets=np.concatenate([one.facets, other.facets + count]),
        facet_group=np.concatenate([one.facet_group, other.facet_group]),
        boundaries=one.boundaries,
    )


def merged(source):
    """The source with nodes at one place as one node."""
    _, first, number = np.unique(source.points.round(9), axis=0, return_index=True, return_inverse=True)
    return replace(source, points=source.points[first], cells=number[source.cells], facets=number[source.facets])


def moved(source, *step):
    return replace(source, points=source.points + step)


@pytest.mark.parametrize("source", [stack(2), stack(3), ball(2, 3, 2, 2.0), ball(3, 2, 2, 2.0), ball(3, 2, degree=1)])
def test_sound_meshes_pass(source):
    check_source(source)
    check_source(replace(source, points=source.points * (1 + 1e-12 * np.arange(len(source.points))[:, None])))


@pytest.mark.parametrize("dimension", [2, 3])
def test_walls_may_be_free_under_any_name_of_their_own(dimension):
    check_source(named(stack(dimension), "wall", lambda x: np.isclose(x[:, 0], 2.0)))


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize(
    ("broken", "message"),
    {
        "a wall with two names": (
            lambda s: with_facets(s, "free", facets_of(s, "right")),
            r"facets \(the first at .*\) are named more than once, as 'free', 'right'",
        ),
        "a part of a wall with two names": (
            lambda s: with_facets(s, "free", facets_of(s, "right")[:1]),
            r"1 facets \(the first at .*\) are named more than once",
        ),
        "a facet twice in a group": (lambda s: with_facets(s, "top", facets_of(s, "top")[:1]), "named more than once"),
        "top and bottom exchanged": (
            lambda s: exchanged(s, "top", "bottom"),
            r"facets of boundary '(top|bottom)' .* are not in the plane [yz] = [01] um",
        ),
        "left and right exchanged": (lambda s: exchanged(s, "left", "right"), "not in the plane x = [02] um, the m"),
        "top and right exchanged": (lambda s: exchanged(s, "top", "right"), "not in the plane"),
        "top on a side face": (
            lambda s: named(s, "top", lambda x: np.isclose(x[:, 0], 2.0)),
            r"facets of boundary 'top' \(the first at \(2, .*\) um\) are not in the plane [yz] = 1 um, the maximum",
        ),
        "one facet of a side in the top": (
            lambda s: named(s, "top", lambda x: np.arange(len(x)) == np.argmax(x[:, 0] - 0.1 * x[:, -1])),
            "1 facets of boundary 'top'",
        ),
        "half of the top in another group": (
            lambda s: named(s, "free", lambda x: np.isclose(x[:, -1], 1.0) & (x[:, 0] < 1.0)),
            r"facets of boundary 'free' .* are in the plane [yz] = 1 um of 'top'; accepted: all facets there in 'top'",
        ),
        "top inside the mesh": (
            lambda s: with_facets(s, "top", inner_facets(s)),
            r"facets of boundary 'top' \(the first at .*0\.5\) um\) are inside the mesh",
        ),
        "an interface as a group": (
            lambda s: with_facets(s, "contact", inner_facets(s)),
            "facets of boundary 'contact' .* are inside the mesh; .* interfaces go by the regions",
        ),
        "facets of no cell": (
            lambda s: with_facets(s, "free", np.linspace(0, len(s.points) - 1, s.dimension, dtype=int)[None]),
            "1 facets of boundary 'free' .* are no sides of cells",
        ),
        "a facet without a name": (
            lambda s: replace(s, facets=s.facets[1:], facet_group=s.facet_group[1:]),
            "1 facets on the outside .* belong to no named boundary; .* may be called 'free'",
        ),
        "a tilted top": (
            lambda s: replace(s, points=s.points + 1e-3 * s.points[:, :1] * s.points[:, -1:] * np.eye(s.dimension)[-1]),
            "'top' .* not in the plane",
        ),
        "a bent wall": (
            lambda s: replace(s, points=s.points * (1.0 + 1e-4 * s.points[:, -1:] ** 2)),
            "not in the plane",
        ),
    }.values(),
)
def test_boundaries_that_are_not_what_they_are_called(dimension, broken, message):
    with pytest.raises(MeshError, match=message) as caught:
        check_source(broken(stack(dimension)))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def test_front_and_back_are_of_3d():
    with pytest.raises(MeshError, match="'front' in a mesh in 2D"):
        check_source(exchanged(named(stack(2), "front", lambda x: x[:, 0] > 1.9), "right", "none"))


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize(
    ("broken", "message"),
    {
        "a floating island": (
            lambda s: joined(s, moved(s, *[5.0] * s.dimension)),
            r"1 bodies do not share a facet with the rest of the mesh, the first in '(lower|upper)' at \(",
        ),
        "bodies that touch in a vertex": (
            lambda s: merged(joined(s, moved(s, 2.0, *[1.0] * (s.dimension - 1)))),
            "1 bodies do not share a facet",
        ),
        "bodies that touch in an edge, in 3D": (
            lambda s: merged(joined(s, moved(s, 2.0, *[0.0] * (s.dimension - 2), 1.0))),
            "1 bodies do not share a facet",
        ),
        "bodies that are not merged": (
            lambda s: joined(s, moved(s, *[0.0] * (s.dimension - 1), 1.0)),
            r"nodes at a place where there is another one, the first at \(.*1\) um.*merge the nodes",
        ),
        "bodies that are merged but for rounding": (
            lambda s: joined(s, moved(s, *[1e-13] * (s.dimension - 1), 1.0)),
            "merge the nodes",
        ),
        "a coordinate that is no number": (lambda s: at(s, 0, np.nan), r"1 nodes have .* the first, node 1, at \(nan"),
        "an infinite coordinate": (lambda s: at(s, -1, np.inf), "1 nodes have coordinates that are no places"),
        "a coordinate far away": (lambda s: at(s, 3, 1e200), r"node 4, at \(1e\+200.*accepted: up to 1e\+06 um"),
        "cells without a volume": (
            lambda s: replace(s, points=s.points * ([0.0] + [1.0] * (s.dimension - 1))),
            r"cells without a volume, the first in 'lower' at \(0, ",
        ),
        "a cell with one node twice": (
            lambda s: replace(s, cells=np.vstack([s.cells[:-1], np.append(s.cells[-1, :-1], s.cells[-1, 0])])),
            "1 cells without a volume, the first in 'upper'",
        ),
    }.values(),
)
def test_bodies_that_are_loose_and_cells_that_are_none(dimension, broken, message):
    with pytest.raises(MeshError, match=message) as caught:
        check_source(broken(stack(dimension)))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def at(source, node, value):
    points = source.points.copy()
    points[node] = value
    return replace(source, points=points)


def test_a_damaged_mesh_of_our_own_is_one_line(tmp_path):
    for content in (b"", b"$MeshFormat\n", b"$MeshFormat\n4.1 0 8\n$EndMeshFormat\n", b"\xff\xfe\0", b"$Nodes\n1 x\n"):
        (tmp_path / "mesh.msh").write_bytes(content)
        with pytest.raises(MeshError) as caught:
            read_source(tmp_path / "mesh.msh")
        assert str(caught.value).isprintable() and len(str(caught.value)) < 300


OLD = """$MeshFormat
2.2 0 8
$EndMeshFormat
$PhysicalNames
2
2 1 "electrolyte"
1 2 "free"
$EndPhysicalNames
$Nodes
3
1 0 0 0
2 1 0 0
3 0 1 0
$EndNodes
$Elements
4
1 2 2 1 1 1 2 3
2 1 2 2 2 1 2
3 1 2 2 2 2 3
4 1 2 2 2 3 1
$EndElements
"""

NEW = """$MeshFormat
4.1 0 8
$EndMeshFormat
$PhysicalNames
2
2 1 "electrolyte"
1 2 "free"
$EndPhysicalNames
$Entities
0 1 1 0
1 0 0 0 1 1 0 1 2 0
1 0 0 0 1 1 0 1 1 0
$EndEntities
$Nodes
1 3 1 3
2 1 0 3
1
2
3
0 0 0
1 0 0
0 1 0
$EndNodes
$Elements
2 4 1 4
2 1 2 1
1 1 2 3
1 1 1 3
2 1 2
3 2 3
4 3 1
$EndElements
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            OLD.replace("1 2 2 1 1 1 2 3\n", "1 9 2 1 1 1 2 3 4 5 6\n")
            .replace("3 1 2 2 2 2 3\n", "3 9 2 1 2\n")
            .replace("3\n1 0 0 0\n", "9\n1 0 0 0\n" + "".join(f"{node} 0 0 {node}\n" for node in range(4, 10))),
            "cells of type 'triangle6' without 6 nodes",
        ),
        (NEW.replace("1 0 0 0 1 1 0 1 1 0", "1 0 0 0 1 1 0 99999999999999 1 0"), "is damaged: MemoryError"),
        (NEW.replace("\n3\n0 0 0", "\n99999999999999\n0 0 0"), "is damaged: MemoryError"),
    ],
)
def test_a_damaged_file_of_gmsh_is_one_line(text, message, tmp_path):
    (tmp_path / "mesh.msh").write_text(text)
    with pytest.raises(MeshError, match=message) as caught:
        read_source(tmp_path / "mesh.msh")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def test_nothing_of_a_file_is_printed_while_it_is_read(tmp_path, capfd):
    """The names of sections that are not closed would be, with what controls a terminal."""
    (tmp_path / "mesh.msh").write_text(NEW + "$\x1b[31mred\n1\n")
    assert read_source(tmp_path / "mesh.msh").regions == ("electrolyte",)
    assert capfd.readouterr() == ("", "")
