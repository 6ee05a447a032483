"""Meshes of other programs: from every format the same bodies, boundaries and stress, or one line."""

import re

import h5py
import meshio
import numpy as np
import pytest
import ufl

from fem_asslb.app.driver import build_domain
from fem_asslb.base.errors import MeshError
from fem_asslb.case.reading.reader import build_case
from fem_asslb.geometry import MeshFile
from fem_asslb.simulation.simulation import Simulation
from meshes import arranged_mesh
from meshes.abaqus_reader import read_abaqus
from meshes.arranged_mesh import arrange
from meshes.exodus_reader import read_exodus_hdf5
from meshes.foreign_mesh import Group
from meshes.gmsh_reader import read_with_gmsh
from meshes.mesh_formats import format_of
from meshes.mesh_parts import MeshParts
from meshes.mesh_reader import READERS, read_mesh
from meshes.meshio_reader import read_med, read_with_cell_data
from tests import foreign_texts
from tests.foreign_files import FORMATS, by_cell_data, by_gmsh, exodus_classic, exodus_hdf5, keys, med, two_layers
from tests.grids import ball
from tests.support import rms

pytestmark = pytest.mark.serial  # meshes are read on one process


def read_here(monkeypatch, folder):
    """Let meshes be read in this process, as the one of their reader does."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(arranged_mesh, "read_mesh", lambda path, data: READERS[format_of(path)](path, data))


def places(points, groups):
    """Cells or facets of each group as sets of the places of their corners."""
    return {
        name: {frozenset(tuple(np.round(point, 9)) for point in points[nodes]) for nodes in rows}
        for name, rows in groups.items()
    }


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_bodies_and_boundaries(name, dimension, tmp_path, monkeypatch):
    source = two_layers(dimension)
    read_here(monkeypatch, tmp_path)
    mesh = arrange(MeshFile(FORMATS[name](source, tmp_path), **keys(name, source)))
    cells = {region: source.cells[source.cell_region == k] for k, region in enumerate(source.regions)}
    facets = {side: source.facets[source.facet_group == k] for k, side in enumerate(source.boundaries)}
    assert places(mesh.points, mesh.regions) == places(source.points, cells)
    assert places(mesh.points, mesh.boundaries) == places(source.points, facets)
    corners = mesh.points[np.concatenate(list(mesh.regions.values()))]
    assert np.all(np.linalg.det(corners[:, 1:] - corners[:, :1]) > 0.0)


def test_one_part_of_a_partitioned_mesh_is_refused(tmp_path):
    path = by_gmsh(".msh", partitions=2, split=1)(two_layers(2), tmp_path)
    with pytest.raises(MeshError, match="it holds 1 of 2 partitions; accepted: all in one file"):
        read_with_gmsh(".msh")(path)


def abaqus(text, tmp_path):
    (tmp_path / "cell.inp").write_text(text)
    return read_abaqus(tmp_path / "cell.inp")


NODES = "*NODE\n1, 0, 0\n2, 1, 0\n3, 0, 1\n4, 1, 1\n"
TWO = f"{NODES}*ELEMENT, TYPE=CPS3, ELSET=a\n1, 1, 2, 3\n2, 2, 4, 3\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{TWO}*NODE\n1, 0, 0\n", "it has node 1 twice; accepted: one part, each node with its number"),
        (f"{TWO}*ELEMENT, TYPE=CPS3\n1, 1, 2, 3\n", "it has element 1 twice"),
        (TWO.replace("CPS3", "CAX3"), "elements of type 'CAX3'; accepted: CPE3"),
        (TWO.replace("CPS3", "COH2D4"), "elements of type 'COH2D4'; accepted: CPE3"),
        (TWO.replace("CPS3", "CPS4"), "elements of type 'CPS4' without 4 nodes each"),
        (TWO.replace(", TYPE=CPS3", ""), "elements of type ''; accepted"),
        (TWO.replace("2, 4, 3", "2, 4, x"), "line 8: '2, 2, 4, x'; accepted: numbers of elements and nodes"),
        (TWO.replace("1, 0\n", "1_0, 0\n"), "line 3: '2,1_0,0'; accepted: a number of a node and its coordinates"),
        (TWO.replace("*NODE", "*NODE, SYSTEM=C"), "accepted: rectangular coordinates"),
        (f"{TWO}*NGEN\n1, 2, 1\n", r"\*NGEN makes or moves nodes"),
        (f"*INSTANCE, NAME=b, PART=p\n1., 0., 0.\n{TWO}", "an instance is moved"),
        (f"{TWO}*INSTANCE, NAME=a\n*END INSTANCE\n*INSTANCE, NAME=b\n", "it has 2 instances; accepted: one"),
        (f"{TWO}*ELSET, ELSET=b\na, c\n", "a set names 'C', which is none"),
        (
            TWO + "".join(f"*ELSET, ELSET=s{i}\ns{i + 1}\n" for i in range(3000)) + "*ELSET, ELSET=s3000\n1\n",
            "too often",
        ),
        (f"{TWO}*ELSET\n1\n", r"line 9: \*ELSET without ELSET=NAME"),
        (f"{TWO}*SURFACE, NAME=s\n1, S4\n", "'S4' of a triangle, which has 3 sides"),
        (f"{TWO}*SURFACE, NAME=s\na\n", "'a' in a surface; accepted: an element or set, S1 to S6"),
        (f"{TWO}*SURFACE, NAME=s\nc, S1\n", "a set names 'C', which is none"),
        (f"{TWO}*SURFACE, NAME=s, TYPE=NODE\n9,\n", "it has no node 9"),
    ],
)
def test_faulty_input_of_abaqus_says_what_is_accepted(text, message, tmp_path):
    with pytest.raises(MeshError, match=message) as caught:
        abaqus(text, tmp_path)
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 200


def test_sets_that_hold_each_other_end(tmp_path):
    mesh = abaqus(f"{TWO}*ELSET, ELSET=b\nc, 1\n*ELSET, ELSET=C\nb, 2\n*ELSET, ELSET=b\n1,\n", tmp_path)
    assert mesh.groups[Group(2, "b")]["triangle"].tolist() == mesh.groups[Group(2, "C")]["triangle"].tolist() == [0, 1]


def test_elements_of_second_order_go_over_several_lines_and_have_curved_sides(tmp_path):
    source = ball(3, 1)
    text = "*NODE\n" + "".join(f"{k}, {x:.15g}, {y:.15g}, {z:.15g}\n" for k, (x, y, z) in enumerate(source.points, 1))
    text += "*ELEMENT, TYPE=C3D10M, ELSET=a\n"
    for number, nodes in enumerate(source.cells + 1, start=1):
        text += f"{number}, {', '.join(map(str, nodes[:5]))},\n{', '.join(map(str, nodes[5:]))}\n"
    on_it = [side[:3] for side in source.facets[source.facet_group == source.boundaries.index("outer")]]
    sides = ((0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0))
    text += "*SURFACE, NAME=outer\n" + "".join(
        f"{number}, S{side}\n"
        for number, cell in enumerate(source.cells, start=1)
        for side, corners in enumerate(sides, start=1)
        if any(set(cell[list(corners)]) == set(facet) for facet in on_it)
    )
    mesh = abaqus(text, tmp_path)
    curved = mesh.cells["triangle6"]
    assert len(curved) == len(on_it) and np.allclose(np.linalg.norm(mesh.points[curved], axis=2), 1.0)


@pytest.mark.parametrize(
    ("kind", "points", "sides"),
    [
        ("quad", [[0, 0], [2, 0], [2, 1], [0, 1]], 4),
        ("hexahedron", [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0], [0, 0, 1], [2, 0, 1], [2, 1, 1], [0, 1, 1]], 12),
        ("wedge", [[0, 0, 0], [2, 0, 0], [0, 1, 0], [0, 0, 2], [2, 0, 2], [0, 1, 2]], 8),
        ("pyramid", [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0], [1, 0.5, 1.5]], 6),
    ],
)
def test_a_cell_is_split_into_simplices_that_fill_it_however_it_is_numbered(kind, points, sides):
    from meshes.outside import outer_facets

    points, volume = np.array(points, dtype=float), {"pyramid": 1.0}.get(kind, 2.0)
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(points))
        parts = MeshParts()
        parts.add_to_group("a", kind, parts.add_cells(kind, order[None]))
        mesh = parts.mesh(points[np.argsort(order)])
        corners = mesh.points[mesh.cells[mesh.kind]]
        dimension = points.shape[1]
        volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / (2 if dimension == 2 else 6)
        assert volumes.min() > 0.0 and volumes.sum() == pytest.approx(volume)
        assert len(outer_facets(mesh.kind, mesh.cells[mesh.kind])) == sides
        assert len(mesh.groups[Group(dimension, "a")][mesh.kind]) == len(mesh.cells[mesh.kind])


def test_neighbours_and_their_sides_are_split_alike(tmp_path):
    """Hexahedra, numbered at random, with their outer quadrilaterals: all facets are those of the tetrahedra."""
    from meshes.outside import outer_facets, without

    count, rng = 3, np.random.default_rng(4)
    lattice = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    number = rng.permutation(len(lattice)).reshape([count] * 3)
    corner = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
    cells = [[number[tuple(start + step)] for step in corner] for start in np.ndindex(*[count - 1] * 3)]
    bottom = [[number[i + a, j + b, 0] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))] for i in (0, 1) for j in (0, 1)]
    points = np.empty(lattice.shape)
    points[number.ravel()] = lattice
    data = {"MaterialIds": [np.zeros(8, dtype=int), np.full(4, 7)]}
    meshio.Mesh(points, [("hexahedron", cells), ("quad", bottom)], cell_data=data).write(tmp_path / "cube.vtu")
    mesh = read_with_cell_data("vtu")(tmp_path / "cube.vtu", None)
    outer = outer_facets("tetra", mesh.cells["tetra"])
    assert len(outer) == 2 * 24 and len(mesh.cells["tetra"]) == 6 * 8
    floor = mesh.cells["triangle"][mesh.groups[Group(2, "7")]["triangle"]]
    assert len(floor) == 8 and len(without(outer, [floor], "tetra")) == 40


def test_cells_that_are_not_split_are_refused(tmp_path):
    meshio.Mesh(np.random.rand(8, 2), [("quad8", [np.arange(8)])]).write(tmp_path / "curved.xdmf")
    with pytest.raises(MeshError, match="cells of type 'quad8'; accepted: .* save it with elements of first order"):
        read_with_cell_data("xdmf")(tmp_path / "curved.xdmf", None)


def test_a_file_without_groups_is_one_of_cells(tmp_path):
    meshio.Mesh(np.eye(3)[:, :2], [("triangle", [[0, 1, 2]])]).write(tmp_path / "one.vtk")
    assert list(read_with_cell_data("vtk")(tmp_path / "one.vtk", None).groups) == [Group(2, "cells")]


def test_the_cell_data_that_numbers_groups_is_named_where_there_are_several(tmp_path):
    path = by_cell_data(".xdmf", "grain")(two_layers(2), tmp_path)
    read = read_with_cell_data("xdmf")
    with pytest.raises(
        MeshError, match="cell data 'MaterialIds', 'grain'; accepted: one of them as geometry.cell_data"
    ):
        read(path, None)
    with pytest.raises(MeshError, match="no cell data 'quality' of whole numbers; there is: 'MaterialIds', 'grain'"):
        read(path, "quality")
    assert Group(2, "1") in read(path, "grain").groups
    path = by_gmsh(".msh")(two_layers(2), tmp_path)
    with pytest.raises(MeshError, match="its groups have names; geometry.cell_data goes with VTK"):
        read_mesh(path, "grain")


def test_floats_that_are_whole_numbers_number_groups_if_they_are_named(tmp_path):
    mesh = meshio.Mesh(np.eye(3)[:, :2], [("triangle", [[0, 1, 2]])], cell_data={"grain": [[4.0]]})
    mesh.write(tmp_path / "one.vtu")
    assert list(read_with_cell_data("vtu")(tmp_path / "one.vtu", "grain").groups) == [Group(2, "4")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file["side_ss1"].__setitem__(0, 9), "side set '1' has side 9 of a triangle"),
        (lambda file: file["elem_ss1"].__setitem__(0, 99), "side set '1' has elements that are not in the file"),
        (
            lambda file: file["connect1"].attrs.__setitem__("elem_type", np.bytes_("NSIDED")),
            "elements of type 'NSIDED'",
        ),
        (lambda file: file["connect1"].__setitem__((0, 0), 99), "nodes that are not in it"),
        (lambda file: file.__setitem__("more", h5py.ExternalLink("/dev/zero", "/a")), "refers to another file"),
    ],
)
def test_faulty_files_of_exodus_are_one_line(change, message, tmp_path):
    path = exodus_hdf5(two_layers(2), tmp_path)
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(MeshError, match=message):
        read_exodus_hdf5(path)


def test_sets_of_nodes_of_exodus_and_med_become_boundaries(tmp_path):
    source = two_layers(2)
    nodes = np.flatnonzero(np.isclose(source.points[:, 1], 0.0))
    path = exodus_hdf5(source, tmp_path)
    with h5py.File(path, "r+") as file:
        file["ns_prop1"], file["node_ns1"] = np.array([7], dtype=np.int32), nodes.astype(np.int32) + 1
    mesh = read_exodus_hdf5(path)
    assert sorted(mesh.cells["vertex"][mesh.groups[Group(0, "7")]["vertex"]].ravel()) == nodes.tolist()
    mesh = meshio.Mesh(source.points, [("triangle", source.cells)])
    mesh.point_data["point_tags"] = np.isin(np.arange(len(source.points)), nodes).astype(int)
    mesh.point_tags, mesh.cell_tags = {1: ["base"]}, {}
    mesh.cell_data["cell_tags"] = [np.zeros(len(source.cells), dtype=int)]
    mesh.write(tmp_path / "base.med", file_format="med")
    mesh = read_med(tmp_path / "base.med")
    assert sorted(mesh.cells["vertex"][mesh.groups[Group(0, "base")]["vertex"]].ravel()) == nodes.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"CDF\x05" + bytes(40), "is no mesh file that can be read; accepted: Gmsh .msh"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "is a damaged file of HDF5"),
        (b"solid cell\nfacet normal 0 0 1\n", "is no mesh file that can be read"),
        (b"CEND\nBEGIN BULK\nGRID,1,,0.,0.,0.\n", "as 'meshio convert' makes"),
    ],
)
def test_other_formats_are_refused_with_what_to_do(content, message, tmp_path):
    (tmp_path / "cell.dat").write_bytes(content)
    with pytest.raises(MeshError, match=message):
        format_of(tmp_path / "cell.dat")


def test_other_files_of_hdf5_are_refused_with_what_to_do(tmp_path):
    by_cell_data(".xdmf")(two_layers(2), tmp_path)
    with pytest.raises(MeshError, match="of HDF5 without a mesh of MED or Exodus; of XDMF, name the .xdmf file"):
        format_of(tmp_path / "data.h5")


def test_a_damaged_set_of_nodes_of_neper_is_one_line(tmp_path):
    path = foreign_texts.neper_msh(two_layers(2), tmp_path)
    path.write_text(re.sub(r"(\$NSets\n4\n\w+\n)\d+", r"\g<1>400", path.read_text()))
    with pytest.raises(MeshError, match="its set of nodes '[xy][01]' has not as many numbers as it says"):
        read_with_gmsh(".msh")(path)


@pytest.mark.parametrize("write", [exodus_classic, exodus_hdf5, med], ids=["classic", "HDF5", "MED"])
def test_damaged_binary_files_are_read_or_refused_in_one_line(write, tmp_path):
    rng, path = np.random.default_rng(3), write(two_layers(2), tmp_path)
    content = path.read_bytes()
    for _ in range(2):
        damaged = bytearray(content)
        for place in rng.integers(len(damaged), size=40):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            arrange(MeshFile(path, boundaries="box"))
        except MeshError as error:
            assert str(error).isprintable() and len(str(error)) <= 300


def test_reference_points_are_left_out(tmp_path):
    mesh = abaqus(f"{TWO}*NODE, NSET=far\n9, 1e3, 1e3\n", tmp_path)
    assert len(mesh.points) == 4 and not mesh.groups.get(Group(0, "far"), {}).get("vertex", np.array([])).size


def test_readers_of_all_kinds_give_the_same_stress(comm, tmp_path, monkeypatch):
    """Layers between walls: across the stack each has nu/(1 - nu) of the pressure, with a nu of its own."""
    source, ratios = two_layers(2), {"lower": 0.37, "upper": 0.2}
    read_here(monkeypatch, tmp_path)
    materials = {
        role: {"use": "lpscl", "poisson_ratio": ratio, "youngs_modulus": "20 GPa"} for role, ratio in ratios.items()
    }
    for name in ("Abaqus, sets before", "Exodus", "Neper .msh", "VTU"):
        file = MeshFile(FORMATS[name](source, tmp_path), **keys(name, source))
        given = {"path": str(file.path), "names": file.names, "ignore": list(file.ignore)}
        table = {
            "case": {"title": name},
            "geometry": {"kind": "mesh-file", **given},
            "materials": materials,
            "fixture": {"kind": "constant-force"},
            "protocol": {"steps": ["press to 5 MPa in 1 min"]},
        }
        case = build_case(table)
        simulation = Simulation(case, build_domain(comm, case, tmp_path / "mesh")[1])
        assert simulation.run() == "end of protocol"
        problem = simulation.problem
        (phase,) = problem.formulation.bulk.phases
        height = ufl.SpatialCoordinate(problem.domain.mesh)[1]
        across = ufl.conditional(height < 0.5, *(ratio / (1 - ratio) for ratio in ratios.values()))
        expected = -5.0 * ufl.as_tensor([[across, 0, 0], [0, 1, 0], [0, 0, across]])
        difference = problem.formulation.bulk.stress(problem.state, phase) - expected
        assert rms(problem, difference, problem.formulation.measures.dx(phase, 4)) < 1e-9, name
