"""Builders: groups, areas and volumes, quality, reproducibility; serial, since they run on one process."""

import math
import os
from dataclasses import replace
from pathlib import Path

import gmsh
import meshio
import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import (
    EqualDiameters,
    Layer,
    LayeredStack,
    LognormalDiameters,
    MeshFile,
    PackedParticles,
    ParticleInShell,
    Voids,
)
from fem_asslb.mesh.reader import read_source
from meshes import build
from meshes.layered_stack import pack_layers
from meshes.session import gmsh_session

pytestmark = pytest.mark.serial

PARTICLES = PackedParticles(0.5, LognormalDiameters(3.0, 1.2), 0.15, "inside")
FLAT = LayeredStack(2, {"anode": Layer(30.0), "separator": Layer(100.0), "cathode": Layer(14.0, PARTICLES)}, 12.0, 0.8)
SOLID = LayeredStack(
    3,
    {"separator": Layer(20.0), "cathode": Layer(7.0, PackedParticles(0.3, EqualDiameters(3.0), 0.2, "cut"))},
    7.0,
    1.2,
    depth=6.0,
)
CELL_TYPES = {(2, 1): "triangle", (2, 2): "triangle6", (3, 1): "tetra", (3, 2): "tetra10"}


def groups_of(path):
    """Names of the physical groups that have elements, by dimension, as meshio sees them."""
    mesh = meshio.read(path, file_format="gmsh")
    names = {(int(dimension), int(tag)): name for name, (tag, dimension) in mesh.field_data.items()}
    found = {}
    for block, tags in zip(mesh.cells, mesh.cell_data["gmsh:physical"], strict=True):
        for tag in np.unique(tags):
            found.setdefault(block.dim, set()).add(names[block.dim, int(tag)])
    return mesh, found


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("stack", [FLAT, SOLID])
def test_stack_fills_its_box(stack, order, tmp_path):
    path = tmp_path / "stack.msh"
    report = build(replace(stack, order=order), path)
    mesh, groups = groups_of(path)
    box = math.prod(stack.sides) * stack.height
    assert sum(report.volumes.values()) == pytest.approx(box, rel=1e-9)
    assert report.volumes["separator"] == pytest.approx(
        math.prod(stack.sides) * stack.layers["separator"].thickness, rel=1e-9
    )
    for side in ("top", "bottom"):
        assert report.areas[side] == pytest.approx(math.prod(stack.sides), rel=1e-9)
    assert report.areas["left"] == pytest.approx(math.prod(stack.sides[1:]) * stack.height, rel=1e-9)
    sides = {"left", "right", "bottom", "top"} | ({"front", "back"} if stack.dimension == 3 else set())
    numbers = {f"particle/{number:04d}" for number in range(1, report.particles + 1)}
    assert groups == {stack.dimension: set(stack.layers) | numbers, stack.dimension - 1: sides}
    assert CELL_TYPES[stack.dimension, order] in mesh.cells_dict
    assert report.quality_min > 0.05
    assert np.ptp(mesh.points, axis=0)[:2] == pytest.approx([12.0, 144.0] if stack.dimension == 2 else [7.0, 6.0])


def test_a_hundred_spheres_fill_nearly_half_of_a_layer(tmp_path):
    particles = PackedParticles(0.45, EqualDiameters(3.0), 0.15, "inside")
    report = build(LayeredStack(3, {"cathode": Layer(14.8, particles)}, 14.8, 1.2, depth=14.8), tmp_path / "stack.msh")
    assert report.particles >= 100
    assert sum(report.volumes.values()) == pytest.approx(14.8**3, rel=1e-9)
    fraction = report.packing["cathode particles"]
    assert fraction["placed"] == pytest.approx(0.45, rel=1e-6)
    # Flat triangles lie inside the spheres.
    assert 0.85 * 0.45 < fraction["meshed"] < 0.45
    assert report.quality_min > 0.05


def test_curved_elements_hold_the_fraction_and_straight_ones_lose_what_their_chords_cut_off(tmp_path):
    straight, curved = (build(replace(FLAT, order=order), tmp_path / "s.msh") for order in (1, 2))
    fraction = curved.packing["cathode particles"]
    assert fraction["placed"] == pytest.approx(0.5, rel=1e-6)
    assert fraction["meshed"] == pytest.approx(0.5, rel=1e-3)
    # A disc of n chords loses 1 - sin(2 pi/n)/(2 pi/n) of its area; n is about pi/0.3 at least.
    assert 0.94 * 0.5 < straight.packing["cathode particles"]["meshed"] < 0.99 * 0.5
    # The mean of the area-equivalent diameters times pi per particle is the surface of discs.
    assert curved.particle_surface == pytest.approx(
        math.pi * curved.equivalent_diameters[1] * curved.particles, rel=1e-3
    )


def test_far_layers_cost_little_and_the_largest_element_is_kept(tmp_path):
    thin = build(FLAT, tmp_path / "thin.msh")
    layers = FLAT.layers | {"separator": Layer(700.0)}
    thick = build(replace(FLAT, layers=layers), tmp_path / "thick.msh")
    limited = build(replace(FLAT, layers=layers, largest_element=3.0), tmp_path / "limited.msh")
    assert thick.elements < 1.5 * thin.elements
    assert limited.elements > thick.elements + 1000


def test_particles_are_numbered_along_the_stack(tmp_path):
    path = tmp_path / "stack.msh"
    report = build(SOLID, path)
    mesh, _ = groups_of(path)
    heights = []
    for number in range(1, report.particles + 1):
        tag = mesh.field_data[f"particle/{number:04d}"][0]
        nodes = np.concatenate(
            [
                block.data[tags == tag]
                for block, tags in zip(mesh.cells, mesh.cell_data["gmsh:physical"], strict=True)
                if block.dim == 3
            ]
        )
        heights.append((mesh.points[nodes, 2].min() + mesh.points[nodes, 2].max()) / 2)
    # Cut spheres lose no height, so that the middle is near the centre.
    assert np.all(np.diff(heights) > -0.3)


@pytest.mark.parametrize("stack", [FLAT, SOLID])
def test_same_seed_same_mesh(stack, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(stack, tmp_path / name / "stack.msh")
    build(replace(stack, seed=2), tmp_path / "other.msh")
    first = (tmp_path / "one" / "stack.msh").read_bytes()
    assert first == (tmp_path / "two" / "stack.msh").read_bytes()
    assert first != (tmp_path / "other.msh").read_bytes()


def test_packing_is_that_of_the_layer_alone():
    alone = replace(FLAT, layers={"cathode": FLAT.layers["cathode"]})
    centres = [pack_layers(stack)["cathode"].centres for stack in (FLAT, alone)]
    assert np.array_equal(*centres)


def test_voids_are_holes_with_a_named_surface(tmp_path):
    layer = Layer(14.0, PARTICLES, Voids(0.06, EqualDiameters(1.5)))
    report = build(replace(FLAT, layers={"cathode": layer}, order=2), tmp_path / "voids.msh")
    box = 12.0 * 14.0
    assert sum(report.volumes.values()) == pytest.approx(box * (1 - 0.06), rel=1e-3)
    number, scale = (report.packing["cathode voids"][key] for key in ("number", "scale"))
    assert report.areas["void"] == pytest.approx(number * math.pi * 1.5 * scale, rel=1e-3)


@pytest.mark.parametrize("dimension", [2, 3])
def test_column_without_particles(dimension, tmp_path):
    layers = {"anode": Layer(200.0), "separator": Layer(700.0), "cathode": Layer(40.0)}
    depth = 60.0 if dimension == 3 else None
    report = build(LayeredStack(dimension, layers, 60.0, 30.0, depth), tmp_path / "column.msh")
    assert report.volumes == pytest.approx(
        {name: 60.0 ** (dimension - 1) * layer.thickness for name, layer in layers.items()}
    )
    assert report.particles == 0 and report.lithium_dofs == 0
    assert report.elements < 3000


@pytest.mark.parametrize("part", ["full", "symmetric"])
@pytest.mark.parametrize("dimension", [2, 3])
def test_particle_in_shell(dimension, part, tmp_path):
    path = tmp_path / "shell.msh"
    report = build(ParticleInShell(dimension, 1.0, 2.0, 0.3, part, order=2), path)
    share = 1.0 if part == "full" else 0.5**dimension
    ball = math.pi if dimension == 2 else 4 / 3 * math.pi
    assert report.volumes["particle/0001"] == pytest.approx(share * ball, rel=2e-3)
    assert report.volumes["electrolyte"] == pytest.approx(share * ball * (2.0**dimension - 1), rel=2e-3)
    assert report.particle_surface == pytest.approx(share * ball * dimension, rel=2e-3)
    assert report.areas["outer"] == pytest.approx(share * ball * dimension * 2.0 ** (dimension - 1), rel=2e-3)
    planes = set() if part == "full" else {"left", "bottom"} | ({"front"} if dimension == 3 else set())
    assert set(report.areas) == planes | {"outer"}
    mesh, _ = groups_of(path)
    for name, axis in {"left": 0, "front": 1, "bottom": dimension - 1}.items():
        if name in planes:
            nodes = np.concatenate(
                [
                    block.data[tags == mesh.field_data[name][0]]
                    for block, tags in zip(mesh.cells, mesh.cell_data["gmsh:physical"], strict=True)
                    if block.dim == dimension - 1
                ]
            )
            assert np.abs(mesh.points[nodes, axis]).max() < 1e-12


@pytest.mark.parametrize("dimension,part", [(2, "full"), (2, "symmetric"), (3, "symmetric")])
def test_particle_with_a_coating(dimension, part, tmp_path):
    """Its elements are as long as it is thick, those away from it are not."""
    thickness, share = 0.15, 1.0 if part == "full" else 0.5**dimension
    report = build(ParticleInShell(dimension, 1.0, 2.0, 0.4, part, order=2, coating=thickness), tmp_path / "shell.msh")
    ball = math.pi if dimension == 2 else 4 / 3 * math.pi
    outer = (1.0 + thickness) ** dimension
    assert report.volumes["particle/0001"] == pytest.approx(share * ball, rel=2e-3)
    assert report.volumes["coating"] == pytest.approx(share * ball * (outer - 1.0), rel=2e-3)
    assert report.volumes["electrolyte"] == pytest.approx(share * ball * (2.0**dimension - outer), rel=2e-3)
    assert report.particle_surface == pytest.approx(share * ball * dimension, rel=2e-3)


def test_expected_unknowns_of_a_known_mesh(tmp_path):
    mesh = meshio.Mesh(
        [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
        [("triangle", [[0, 1, 2], [0, 3, 2]])],
        cell_sets={"particle/0001": [[0]], "matrix": [[1]]},
    )
    mesh.write(tmp_path / "square.inp", file_format="abaqus")
    report = build(MeshFile(tmp_path / "square.inp", {"matrix": "cathode"}, length_unit=2.0), tmp_path / "square.msh")
    assert report.volumes == pytest.approx({"particle/0001": 2.0, "cathode": 2.0})
    assert (report.displacement_dofs, report.lithium_dofs) == ((3 * 4, 3 * (4 + 5)), 3)
    assert "unknowns: displacement P1 12 or P2 27" in str(report)
    assert report.particle_surface == pytest.approx(2 * math.sqrt(2))
    # Right isosceles triangles; the second one is listed clockwise and is turned over.
    assert report.quality_min == pytest.approx(report.quality_mean) and report.quality_min > 0.8


def test_mesh_file_is_renamed_split_and_scaled(tmp_path):
    report = build(FLAT, tmp_path / "stack.msh")
    names = {f"particle/{number:04d}": "particle" for number in range(1, report.particles + 1)} | {"anode": "negative"}
    again = build(MeshFile(tmp_path / "stack.msh", names, ("particle",), 2.0), tmp_path / "again.msh")
    assert again.particles == report.particles
    assert set(again.volumes) == set(report.volumes) - {"anode"} | {"negative"}
    assert again.volumes["negative"] == pytest.approx(4 * report.volumes["anode"])
    assert again.areas == pytest.approx({name: 2 * area for name, area in report.areas.items()})
    assert [again.volumes[f"particle/{i:04d}"] for i in (1, 2)] == pytest.approx(
        [4 * report.volumes[f"particle/{i:04d}"] for i in (1, 2)]
    )


def test_curved_mesh_file_keeps_its_volumes(tmp_path):
    report = build(replace(SOLID, order=2), tmp_path / "stack.msh")
    again = build(MeshFile(tmp_path / "stack.msh"), tmp_path / "again.msh")
    assert again.volumes == pytest.approx(report.volumes, rel=1e-12)
    assert again.quality_min == pytest.approx(report.quality_min, rel=1e-9)


@pytest.mark.parametrize(
    ("cells", "sets", "options", "message"),
    [
        (
            [[0, 1, 2], [0, 2, 3]],
            {"matrix": [[0]]},
            {},
            r"1 cells in no group, the first at \(0.3333, 0.6667",
        ),
        (
            [[0, 1, 2], [0, 2, 3]],
            {"matrix": [[0, 1]], "core": [[1]]},
            {},
            r"1 cells in several groups, the first at \(0.3333, 0.6667, 0\) in 'matrix', 'core'",
        ),
        (
            [[0, 1, 2], [0, 2, 3]],
            {"matrix": [[0, 1]]},
            {"names": {"shell": "cathode"}},
            "no group 'shell'.*: matrix",
        ),
        (
            [[0, 1, 2], [0, 2, 3]],
            {"matrix": [[0, 1]]},
            {"split": ("particle",)},
            "no group 'particle' to split",
        ),
        ([[0, 1, 4], [0, 2, 3]], {"matrix": [[0, 1]]}, {}, r"inverted element in 'matrix' at \(0.5, 0\)"),
        ([[0, 1, 2], [0, 4, 2]], {"matrix": [[0, 1]]}, {}, r"cells overlap at 1 facets.*the first at \(0.5, 0.5\)"),
        ([[0, 2, 1], [0, 2, 4]], {"matrix": [[0, 1]]}, {}, "cells overlap at 1 facets"),
    ],
)
def test_faulty_mesh_files_are_refused_with_the_place(cells, sets, options, message, tmp_path):
    points = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.0]]
    meshio.Mesh(points, [("triangle", cells)], cell_sets=sets).write(tmp_path / "bad.inp", file_format="abaqus")
    with pytest.raises(MeshError, match=message):
        build(MeshFile(tmp_path / "bad.inp", **options), tmp_path / "out.msh")
    assert not (tmp_path / "out.msh").exists()


@pytest.mark.parametrize("stack", [FLAT, SOLID], ids=["2D", "3D"])
def test_an_inverted_element_is_found_however_its_nodes_are_numbered(stack, tmp_path):
    build(stack, tmp_path / "stack.msh")
    mesh = meshio.read(tmp_path / "stack.msh", file_format="gmsh")
    names = {int(tag): name for name, (tag, dimension) in mesh.field_data.items() if dimension == stack.dimension}
    kind = "triangle" if stack.dimension == 2 else "tetra"
    cells, tags = mesh.cells_dict[kind], mesh.get_cell_data("gmsh:physical", kind)
    sets = {names[int(tag)]: [np.flatnonzero(tags == tag)] for tag in np.unique(tags)}
    turned = np.where(
        (np.arange(len(cells)) % 2 == 0)[:, None], cells, cells[:, [1, 0, *range(2, stack.dimension + 1)]]
    )
    meshio.Mesh(mesh.points, [(kind, turned)], cell_sets=sets).write(tmp_path / "good.inp", file_format="abaqus")
    assert build(MeshFile(tmp_path / "good.inp"), tmp_path / "good.msh").quality_min > 0.0
    inside = np.argmin(np.linalg.norm(mesh.points - mesh.points.mean(axis=0), axis=1))
    around = np.unique(cells[(cells == inside).any(axis=1)])
    far = around[np.argmax(np.linalg.norm(mesh.points[around] - mesh.points[inside], axis=1))]
    mesh.points[inside] += 1.5 * (mesh.points[far] - mesh.points[inside])
    meshio.Mesh(mesh.points, [(kind, turned)], cell_sets=sets).write(tmp_path / "bad.inp", file_format="abaqus")
    with pytest.raises(MeshError, match="cells overlap at [0-9]+ facets"):
        build(MeshFile(tmp_path / "bad.inp"), tmp_path / "bad.msh")


def test_formats_of_gmsh_are_read_too(tmp_path):
    report = build(FLAT, tmp_path / "stack.msh")
    with gmsh_session("stack"):
        gmsh.merge(str(tmp_path / "stack.msh"))
        gmsh.write(str(tmp_path / "stack.unv"))
    again = build(MeshFile(tmp_path / "stack.unv"), tmp_path / "again.msh")
    assert again.volumes == pytest.approx(report.volumes)
    assert again.areas == pytest.approx(report.areas)


def test_cells_without_a_group_in_a_file_of_gmsh_are_placed(tmp_path):
    with gmsh_session("two"):
        for corner, name in ((0.0, "matrix"), (1.0, "")):
            square = gmsh.model.occ.addRectangle(corner, 0.0, 0.0, 1.0, 1.0)
            gmsh.model.occ.synchronize()
            if name:
                gmsh.model.addPhysicalGroup(2, [square], -1, name)
        gmsh.option.setNumber("Mesh.SaveAll", 1)
        gmsh.model.mesh.generate(2)
        gmsh.write(str(tmp_path / "two.msh"))
    with pytest.raises(MeshError, match=r"cells in no group, the first at \(1\."):
        build(MeshFile(tmp_path / "two.msh"), tmp_path / "out.msh")


def test_a_mesh_whose_outside_has_no_names_is_refused_and_not_kept(tmp_path):
    """Cells in groups and no facets at all: the commonest kind of mesh from elsewhere."""
    from fem_asslb.case.reading.reader import build_case
    from meshes.cache import build_cached

    with gmsh_session("square"):
        square = gmsh.model.occ.addRectangle(0.0, 0.0, 0.0, 1.0, 1.0)
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(2, [square], -1, "matrix")
        gmsh.model.mesh.generate(2)
        gmsh.write(str(tmp_path / "square.msh"))
    table = {
        "case": {"title": "square"},
        "geometry": {"kind": "mesh-file", "path": str(tmp_path / "square.msh")},
        "materials": {"matrix": "lpscl"},
        "fixture": {"kind": "constant-force"},
        "protocol": {"steps": ["press to 5 MPa in 1 min"]},
    }
    with pytest.raises(MeshError, match="facets on the outside .* belong to no named boundary"):
        build_cached(build_case(table), tmp_path / "mesh")
    assert not (tmp_path / "mesh").exists()


def test_missing_and_unreadable_mesh_files(tmp_path):
    with pytest.raises(MeshError, match="no mesh file"):
        build(MeshFile(tmp_path / "none.msh"), tmp_path / "out.msh")
    (tmp_path / "text.msh").write_text("nothing")
    with pytest.raises(MeshError, match="is no mesh file that can be read"):
        build(MeshFile(tmp_path / "text.msh"), tmp_path / "out.msh")


def test_layer_is_named_when_its_packing_fails(tmp_path):
    layers = {"cathode": Layer(14.0, replace(PARTICLES, volume_fraction=0.95))}
    with pytest.raises(MeshError, match="layer 'cathode': bodies cannot be packed"):
        build(replace(FLAT, layers=layers), tmp_path / "out.msh")


def test_a_mesh_that_is_refused_leaves_no_folder(tmp_path, monkeypatch):
    import meshes
    from fem_asslb.case.reading.reader import read_case
    from meshes.cache import build_cached

    def refuse(geometry, path):
        raise MeshError("no")

    case = read_case(Path(__file__).parents[2] / "cases" / "column")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "other.msh").touch()
    monkeypatch.setattr(meshes, "build", refuse)
    for name in ("new", "used"):
        with pytest.raises(MeshError):
            build_cached(case, tmp_path / name)
    assert {path.name for path in tmp_path.rglob("*")} == {"used", "other.msh", ".gitignore"}


@pytest.mark.parametrize("report", ["\x1b]0;title", "x" * 30_000, b"\xff\xfe", None])
def test_a_report_that_was_never_ours_is_written_anew(tmp_path, report):
    """Nor is a link followed that leads out of the folder."""
    from fem_asslb.case.reading.reader import read_case
    from meshes.cache import build_cached

    case = read_case(Path(__file__).parents[2] / "cases" / "column")
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / ".gitignore").symlink_to(tmp_path / "outside")
    first = build_cached(case, tmp_path / "mesh")
    kept = first.path.with_suffix(".txt")
    kept.unlink()
    if report is None:
        os.mkfifo(kept)
    else:
        kept.write_bytes(report if isinstance(report, bytes) else report.encode())
    assert build_cached(case, tmp_path / "mesh").report.strip() == first.report.strip()
    assert kept.read_text().strip() == first.report.strip()
    assert not (tmp_path / "outside").exists()


def test_two_runs_may_build_the_same_mesh_at_once(tmp_path, monkeypatch) -> None:
    """A second builder that starts and ends while the first one is at work takes nothing away from it."""
    import meshes
    from fem_asslb.case.reading.reader import read_case
    from meshes.cache import build_cached

    case, build, seen = read_case(Path(__file__).parents[2] / "cases" / "column"), meshes.build, []

    def interrupted(geometry, path):
        monkeypatch.setattr(meshes, "build", build)
        seen.append(build_cached(case, tmp_path))
        return build(geometry, path)

    monkeypatch.setattr(meshes, "build", interrupted)
    first = build_cached(case, tmp_path)
    assert first.is_new and seen[0].is_new and first.path == seen[0].path
    assert not build_cached(case, tmp_path).is_new
    kept = {f"{first.digest}{ending}" for ending in (".msh", ".h5", ".txt")}
    assert {path.name for path in tmp_path.iterdir()} == {".gitignore", *kept}


@pytest.mark.parametrize("state", ["removed", "damaged", "of another mesh"])
def test_what_the_ranks_read_is_made_of_the_mesh_that_is_there(tmp_path, state):
    from fem_asslb.case.reading.reader import read_case
    from fem_asslb.mesh.parallel_file import read_parallel_file
    from meshes.cache import build_cached

    case = read_case(Path(__file__).parents[2] / "cases" / "column")
    first = build_cached(case, tmp_path)
    if state == "removed":
        first.rows.unlink()
    elif state == "damaged":
        first.rows.write_text("no file of HDF5")
    else:
        other = replace(case, geometry=replace(case.geometry, width=2.0 * case.geometry.width))
        build(other.geometry, first.path)
    assert not build_cached(case, tmp_path).is_new
    read = read_parallel_file(MPI.COMM_SELF, first.rows)
    assert read.head.digest == read_source(first.path).digest()


@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
def test_a_mesh_for_which_the_disk_has_no_room_is_not_kept(tmp_path, monkeypatch, kept):
    """Gmsh does not say so."""
    from fem_asslb.base.endings import exit_code
    from fem_asslb.case.reading.reader import read_case
    from meshes.cache import build_cached

    write, case = gmsh.write, read_case(Path(__file__).parents[2] / "cases" / "column")

    def write_a_part(name):
        write(name)
        os.truncate(name, int(kept * os.path.getsize(name)))

    monkeypatch.setattr(gmsh, "write", write_a_part)
    with pytest.raises(OSError, match="could be written, the disk may be full") as caught:
        build_cached(case, tmp_path / "mesh")
    assert exit_code(caught.value) == 3 and not (tmp_path / "mesh").exists()


def test_a_damaged_mesh_is_not_kept(tmp_path, monkeypatch):
    """One of the calls that wrote it has failed."""
    from fem_asslb.case.reading.reader import read_case
    from meshes.cache import build_cached

    write, case = gmsh.write, read_case(Path(__file__).parents[2] / "cases" / "column")

    def write_with_a_hole(name):
        write(name)
        content = Path(name).read_bytes()
        Path(name).write_bytes(content[:1000] + content[5096:])

    monkeypatch.setattr(gmsh, "write", write_with_a_hole)
    with pytest.raises(MeshError, match="is damaged"):
        build_cached(case, tmp_path / "mesh")
    assert not (tmp_path / "mesh").exists()
