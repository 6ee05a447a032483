"""``check`` opens a mesh file: mistakes in names show at once, all of them."""

import json
from pathlib import Path

import pytest

from fem_asslb.app import cli
from fem_asslb.case.reading.reader import read_case
from fem_asslb.plotting.display import screen
from fem_asslb.plotting.mesh_picture import draw_mesh_picture
from meshes import build, survey
from meshes.mesh_formats import format_of
from meshes.mesh_reader import READERS
from tests.foreign_files import by_cell_data, by_gmsh, exodus_hdf5, two_layers

CASES = Path(__file__).parents[2] / "cases"

pytestmark = pytest.mark.serial  # a file is looked at on one process


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """Exit code, lines and errors of ``check`` on a case with a mesh file in its folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(survey, "read_mesh", lambda path, data: READERS[format_of(path)](path, data))

    def run(path, geometry=None, sections="", **changes):
        table = {
            "materials": {"lower": "lpscl", "upper": "lpscl"},
            "fixture": {"kind": "constant-force"},
            "solver": {},
        } | changes
        keys = "".join(f"{key} = {_toml(value)}\n" for key, value in (geometry or {}).items())
        rest = "".join(
            f"[{name}]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in of.items()) for name, of in table.items()
        )
        (tmp_path / "case.toml").write_text(
            f'[case]\ntitle = "a"\n[geometry]\nkind = "mesh-file"\npath = "{path.name}"\n{keys}{rest}{sections}'
            '[protocol]\nsteps = ["press to 5 MPa in 1 min"]\n'
        )
        code = cli.main(["check", str(tmp_path)])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err.splitlines()

    return run


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def test_groups_regions_boundaries_and_the_box_are_told(check, tmp_path):
    code, lines, errors = check(by_gmsh(".msh")(two_layers(2), tmp_path))
    assert code == 0 and not errors
    assert {"  group surface:lower: 4", "  group curve:top: 2", "  region upper: 4", "  boundary left: 2"} <= set(lines)
    assert "  8 cells of type triangle, 9 nodes, 2 x 1 um" in lines


def test_all_that_does_not_fit_is_said_at_once(check, tmp_path):
    path = by_gmsh(".msh")(two_layers(3), tmp_path)
    interface = '[interfaces.crack]\nbetween = ["lower", "lower"]\nlaw = "contact"\n'
    code, _, errors = check(
        path,
        {"names": {"upper": "cathode", "left": "free", "front": "void"}},
        interface,
        fixture={"kind": "constant-force", "out_of_plane": "plane-strain"},
    )
    assert code == 2 and len(errors) == 7
    text = "\n".join(errors)
    for part in (
        "materials.cathode: this region of the geometry has no material; regions: 'cathode', 'lower'",
        "materials.upper: the geometry has no region 'upper'",
        "interfaces.crack.between: both sides are 'lower', which has no grains; expected",
        "geometry.path: the mesh has no boundary 'left', which the fixture holds; there are: ",
        "geometry.path: the mesh has no boundary 'front'",
        "fixture.out_of_plane: 'plane-strain' is for 2D; the mesh is 3D, leave it out",
    ):
        assert part in text
    assert all(len(line) <= 300 for line in errors)


@pytest.mark.parametrize(
    ("geometry", "changes", "message"),
    [
        ({"names": {"Lower": "a"}}, {}, "no group 'Lower' in the mesh; there are: lower, upper"),
        ({"ignore": ["top"]}, {}, "2 facets on the outside .* belong to no named boundary; .* boundaries = 'box'"),
        ({"names": {"top": "right", "right": "free"}}, {}, "of boundary 'right' .* are not in the plane"),
        ({}, {"fixture": {"kind": "pressure"}}, "has no boundary 'outer'"),
        ({"cell_data": "x"}, {}, "its groups have names"),
    ],
)
def test_mistakes_in_names_are_said_without_a_mesh(geometry, changes, message, check, tmp_path):
    import re

    code, lines, errors = check(by_gmsh(".msh")(two_layers(2), tmp_path), geometry, **changes)
    assert code == 2 and len(errors) == 1 and re.search(message, errors[0])
    assert "cell_data" in geometry or "  group surface:lower: 4" in lines
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.toml", "gmsh-4.1-0-0.msh"]


def test_a_way_of_lithium_that_is_none_is_said_before_a_run(check, tmp_path):
    materials = {"lower": "lithium", "upper": {"use": "ncm85", "axis": "random"}}
    cell = '[cell]\nanode = "lithium"\none_c = "200 mA/g"\nexchange_current_density = "0.5 A/m^2"\n'
    path = by_gmsh(".msh")(two_layers(2), tmp_path)
    code, _, errors = check(path, sections=cell, materials=materials)
    assert code == 2 and [line.partition(":")[0] for line in errors] == ["materials.lower.reaction_volume"]
    assert "it touches 'upper', which hosts lithium" in errors[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read, No such file or directory"),
        ("folder", "cannot be read, it is a folder, not a file"),
        ("x [um],y [um],z [um],gap [um]\n0,0,0,0\n", "expected a table with the columns x [um], y [um], gap [um]"),
    ],
)
def test_a_table_of_gaps_beside_a_mesh_file_is_looked_at(content, message, check, tmp_path):
    gaps, interface = tmp_path / "gaps.csv", '[interfaces.joint]\nbetween = ["lower", "upper"]\nlaw = "contact"\n'
    if content == "folder":
        gaps.mkdir()
    elif content:
        gaps.write_text(content)
    sections = f'{interface}gap_table = {{path = "{gaps.name}"}}\n'
    code, lines, errors = check(by_gmsh(".msh")(two_layers(2), tmp_path), sections=sections)
    assert code == 2 and len(errors) == 1
    assert errors[0].startswith("interfaces.joint.gap_table.path: ") and message in errors[0]
    # What is no file is seen without the mesh, and before a run touches anything.
    assert any("group" in line for line in lines) is (content not in (None, "folder"))


def test_walls_that_are_free_need_no_planes(check, tmp_path):
    fixture = {"kind": "constant-force", "walls": "free"}
    path = exodus_hdf5(two_layers(3), tmp_path)
    ends = {"boundaries": "ends", "ignore": ["surface:*"]}
    assert check(path, ends, fixture=fixture)[0] == 0
    code, _, errors = check(path, ends)
    assert code == 2 and len(errors) == 5 and "or fixture.walls = 'free'" in errors[0]


def test_numbers_of_two_dimensions_are_told_apart(check, tmp_path):
    path = by_cell_data(".xdmf")(two_layers(2), tmp_path)
    names = {"surface:0": "lower", "surface:1": "upper"} | {
        f"curve:{k}": name for k, name in enumerate(two_layers(2).boundaries)
    }
    assert check(path, {"names": names})[0] == 0
    code, lines, errors = check(path, {"names": {"1": "upper"}})
    assert code == 2 and "accepted: 'surface:1' or 'curve:1'" in errors[0] and "  group curve:1: 2" in lines


def test_a_large_file_is_not_looked_at(check, tmp_path, monkeypatch):
    monkeypatch.setattr(survey, "LARGEST", 10)
    code, lines, _ = check(by_gmsh(".msh")(two_layers(2), tmp_path))
    assert code == 0 and any(line.endswith("fem-asslb mesh reads it") for line in lines)


@pytest.mark.parametrize(("name", "regions"), [("polycrystal-neper", 14), ("pellet-abaqus", 2), ("particle-exodus", 2)])
def test_cases_with_mesh_files_fit_them(name, regions):
    lines = list(survey.survey(read_case(CASES / name)))
    assert sum(line.startswith("region ") for line in lines) == regions


def test_the_picture_of_a_mesh_in_3d_without_crystals(tmp_path):
    case = read_case(CASES / "pellet-abaqus")
    build(case.geometry, tmp_path / "pellet.msh")
    with screen():
        draw_mesh_picture(case, tmp_path / "pellet.msh", tmp_path / "pellet.png")
    assert (tmp_path / "pellet.png").stat().st_size > 10_000
