"""Measured functions of a material in files: read with their units, part of the case, refused in a line."""

import os
from functools import partial

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.app.new_case import copy_case
from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.estimates.figures import equilibrium
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials.function import value_at
from fem_asslb.materials.library import load, load_anode, stated
from fem_asslb.output.resolved import format_toml, resolved_table
from tests.unit.test_material_files import CASE

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

OWN = """
use = "ncm85"
[potential]
path = "ocv.csv"
source = "assumed"
note = "my half-cell"
[lattice]
path = "../lattice.csv"
"""


def columns(header, *values):
    return "\n".join([header, *(",".join(map(repr, row)) for row in zip(*values, strict=True))]) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A case whose cathode has its potential in mV, from large to small x, and a volume change in %."""
    potential, lattice = stated("ncm85")["potential"]["table"], stated("ncm85")["lattice"]["table"]
    change = [100 * ((a / 2.8661) ** 2 * (c / 14.251) - 1) for a, c in zip(lattice["a"], lattice["c"], strict=True)]
    (tmp_path / "case.toml").write_text(CASE.replace('"./mine.toml"', '"lpscl"'))
    (tmp_path / "lattice.csv").write_text(columns("x [-],Volume change [%]", lattice["x"], change))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "crystal.toml").write_text(OWN)
    millivolts = [1e3 * value for value in potential["u"][::-1]]
    (tmp_path / "own" / "ocv.csv").write_text(columns("U [mV],x [-]", millivolts, potential["x"][::-1]))
    return tmp_path


def test_data_of_files_are_the_functions_of_the_material(folder):
    case = read_case(folder)
    host, library = case.resolved_materials()["cathode"].host, load("ncm85").host
    table = stated("ncm85")["potential"]["table"]
    assert host.potential.potential(np.array(table["x"])) == pytest.approx(np.array(table["u"]), abs=3e-3)
    assert (host.potential.x_min, host.potential.x_max) == (table["x"][0], table["x"][-1])
    x = np.linspace(0.3, 1.0, 50)
    volume, expected = (law.volume(x) / law.volume(1.0) for law in (host.lattice, library.lattice))
    assert volume == pytest.approx(expected, abs=4e-4)
    assert host.lattice.strain_a(0.4, 1.0) == pytest.approx(host.lattice.strain_c(0.4, 1.0), rel=1e-12)
    record = resolved_table(case)["materials"]["cathode"]["potential"]
    assert record["table"]["u"] == pytest.approx(table["u"]) and record["note"] == "my half-cell"
    assert "path" not in record and format_toml(resolved_table(case))


def test_data_of_a_variant_take_the_place_of_a_closed_form(folder):
    line = 'cathode = { use = "ncm85", potential = { line = { value = 4.0, slope = -0.5 } } }'
    old = (folder / "case.toml").read_text()
    inner = 'cathode = { use = "own/crystal.toml", youngs_modulus = "100 GPa" }'
    assert inner in old
    (folder / "base.toml").write_text(old.replace(inner, line))
    (folder / "case.toml").write_text('extends = "base.toml"\n[materials.cathode.potential]\npath = "own/ocv.csv"\n')
    potential = read_case(folder).resolved_materials()["cathode"].host.potential
    assert potential.potential(0.30) == pytest.approx(4.30, abs=3e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "'ocv.csv' cannot be read: No such file"),
        ("x [-],U [V]\n0.3,4.3\n0.5,4.0\n", "table has 2 of x, 2 of u; accepted: as many of each, at least 3"),
        ("x [-],U [V]\n0.3,4.3\n0.5,4.0\n0.7,4.1\n", "potential rises after x = 0.5"),
        ("x [-],U [V]\n0.3,4.3\n0.3,4.2\n0.7,4.1\n", "potential table has x that do not increase after 0.3"),
        ("x [-],U [V]\n0.3,4.3\n0.5,many\n", "line 3: 0.5, many; expected 2 finite numbers"),
        ("x,U [V]\n0.3,4.3\n", "has the column 'x' without a unit in brackets; expected columns x [unit], u [unit]"),
        ("x [-],U [m]\n0.3,4.3\n", "has the column 'U [m]'"),
        ("x [-],a [angstrom]\n0.3,4.3\n", "has x [-], a [angstrom]; expected columns x [unit], u [unit]"),
        ("", "is no table of text"),
        ("x [-],U [V],u [V]\n0.3,4.3,4.2\n", "has x [-], U [V], u [V]; expected columns"),
        ("x [-],U [V]\n" + "0.3,4.3\n" * 2001, "has more than 2000 rows"),
        ("x [-];U [V]\n0.3;4.3\n", "has the column 'x [-];U [V]' without commas"),
        ("x [-],U [MPa]\n0.3,4.3\n", "has the column 'U [MPa]' in no unit like V"),
        ("x [mAh/g],U [V]\n0.3,4.3\n", "has the column 'x [mAh/g]' in no unit like - or %"),
        ("x [-],U [V]\n30,4.3\n50,4.0\n90,3.7\n", "potential table has x from 30 to 90; accepted: from 0 to 1"),
        ("x [-],U [V]\n0.3,4300\n0.5,4000\n0.9,3700\n", "potential reaches 4300 V; accepted: at most 10 V"),
        ("x [-],U [V]\nnan,4.3\n0.5,inf\n0.7,1\n", "line 2: nan, 4.3; expected 2 finite numbers"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_a_line(folder, text, words):
    (folder / "own" / "ocv.csv").unlink()
    if text is not None:
        (folder / "own" / "ocv.csv").write_text(text)
    with pytest.raises(CaseErrors) as caught:
        read_case(folder)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("materials.cathode") and words in line and len(line) <= 300


def test_lines_without_anything_at_the_end_are_none(folder):
    path = folder / "own" / "ocv.csv"
    whole = read_case(folder)
    path.write_text(path.read_text() + "\n,\n \n")
    assert read_case(folder) == whole


def test_what_is_wrong_with_files_comes_with_all_else(folder):
    """Each file once, beside mistakes elsewhere, and nothing of what follows from a file that is not there."""
    (folder / "own" / "ocv.csv").write_text("x [-],U [A]\n")
    (folder / "lattice.csv").unlink()
    text = (folder / "case.toml").read_text()
    (folder / "case.toml").write_text(text.replace('separator = "lpscl"', 'separator = "./none.toml"'))
    with pytest.raises(CaseErrors) as caught:
        read_case(folder, ["fixture.stifness=1", "protocol.steps=['rest 1']"])
    assert sorted(error.key for error in caught.value.errors) == [
        "fixture.stifness",
        "materials.cathode.lattice.path",
        "materials.cathode.potential.path",
        "materials.separator.use",
        "protocol.steps",
    ]


def test_data_that_are_stated_twice_are_refused(folder):
    (folder / "own" / "crystal.toml").write_text(
        OWN + "table = { x = [0.2, 0.5, 1.0], a = [2, 2, 2], c = [2, 2, 2] }\n"
    )
    with pytest.raises(CaseErrors, match=r"materials\.cathode\.lattice\.table: path states the data too"):
        read_case(folder)


def test_a_pipe_is_no_data(folder):
    (folder / "own" / "ocv.csv").unlink()
    os.mkfifo(folder / "own" / "ocv.csv")
    with pytest.raises(CaseErrors, match="it is a named pipe, not a file"):
        read_case(folder)


def test_a_new_case_names_the_same_files(folder, tmp_path_factory):
    """Copied elsewhere, a case still finds the material files and the data that it names."""
    text = (folder / "case.toml").read_text().replace('separator = "lpscl"', 'separator = "glass.toml"')
    data = '[materials.cathode]\nuse = "ncm85"\npotential = { path = "own/ocv.csv" }\n'
    inner = 'cathode = { use = "own/crystal.toml", youngs_modulus = "100 GPa" }'
    (folder / "glass.toml").write_text('use = "lpscl"\nyoungs_modulus = "33 GPa"\n')
    for name, material in (("a", inner), ("b", "")):
        (folder / "case.toml").write_text(text.replace(inner, material) + ("" if material else data))
        copy = tmp_path_factory.mktemp("elsewhere") / name
        copy_case(folder, copy)
        assert resolved_table(read_case(copy)) == resolved_table(read_case(folder))


FUNCTIONS = """
use = "ncm85"
diffusivity = { path = "d.csv", activation_energy = "30 kJ/mol", reference_temperature = "25 degC" }
exchange_current_density = { value = "0.4 A/m^2", activation_energy = "20 kJ/mol", reference_temperature = "25 degC" }
poisson_ratio = 0.25
youngs_modulus = { path = "e.csv" }
"""
INNER = 'cathode = { use = "own/crystal.toml", youngs_modulus = "100 GPa" }'
COLUMNS = {
    "d.csv": ("x [-],D [cm^2/s]", [0.3, 0.5, 0.7, 1.0], [1e-11, 4e-11, 2e-11, 1e-12]),
    "e.csv": ("E [GPa],x [-]", [120.0, 150.0, 180.0], [0.3, 0.6, 1.0]),
}


def material_with(folder, text, **files):
    """Material of the cathode with functions in files."""
    (folder / "own" / "crystal.toml").write_text(text)
    for name, content in (COLUMNS | files).items():
        (folder / "own" / name).write_text(content if isinstance(content, str) else columns(*content))
    (folder / "case.toml").write_text((folder / "case.toml").read_text().replace(INNER, 'cathode = "own/crystal.toml"'))
    return read_case(folder).materials["cathode"].resolve("materials.cathode")


def test_functions_in_files_change_with_x_and_temperature(folder):
    """D in um^2/s through its points, straight on in its logarithm, still beyond them; E over that at the largest x."""
    material = material_with(folder, FUNCTIONS)
    host = material.host
    (cold, hot), exchange = (
        [partial(value_at, law, temperature=kelvin) for kelvin in (298.15, 318.15)]
        for law in (host.diffusivity.in_plane, host.exchange_current_density)
    )
    x, diffusivity = np.array(COLUMNS["d.csv"][1]), 1e8 * np.array(COLUMNS["d.csv"][2])
    assert cold(x) == pytest.approx(diffusivity, rel=0.02)
    assert host.diffusivity.along_axis == host.diffusivity.in_plane
    assert cold(0.1) == pytest.approx(diffusivity[0], rel=0.15)
    assert cold(0.0) == pytest.approx(cold(0.2), rel=1e-2)
    colder = 1.0 / 318.15 - 1.0 / 298.15
    faster = np.exp(-30e3 / 8.314462618 * colder)
    assert faster > 2.0
    assert hot(x) == pytest.approx(faster * cold(x), rel=1e-9)
    assert exchange[0](0.5) == pytest.approx(0.4)
    assert exchange[1](0.5) == pytest.approx(0.4 * np.exp(-20e3 / 8.314462618 * colder))
    assert material.elasticity.youngs_modulus == pytest.approx(180e3, rel=1e-3)
    assert host.stiffness(np.array([0.3, 0.6, 1.0])) == pytest.approx([2 / 3, 5 / 6, 1.0], rel=2e-3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ('diffusivity = { path = "d.csv", value = "1e-10 cm^2/s" }', "diffusivity has both value and table"),
        ("diffusivity = { activation_energy = '1 kJ/mol' }", "diffusivity has no data; accepted: a table of x and d"),
        ("diffusivity = { unit = 'cm^2/s', table = { x = [0.1, 0.5, 1.0], d = [1e-9, 0.0, 1e-9] } }", "table has 0"),
        ("diffusivity = { unit = 'm', table = { x = [0.1, 0.5, 1.0], d = [1.0, 1.0, 1.0] } }", "wrong dimension"),
        ("diffusivity = { table = { x = [0.1, 0.5, 1.0], d = [1.0, 1.0, 1.0] } }", "'1.0' has no unit"),
        ("stiffness = { table = { x = [0.1, 0.5], stiffness = [1.0, 1.0] } }", "stiffness table has 2 of x"),
        ("stiffness = { table = { x = [0.1, 0.5, 1.0] } }", "stiffness has no data"),
        (
            'youngs_modulus = { path = "e.csv" }\n'
            "stiffness = { table = { x = [0.1, 0.5, 1.0], stiffness = [1.0, 1.0, 1.0] } }",
            "youngs_modulus and stiffness both have data",
        ),
        (
            "law = { kind = 'maxwell', relaxing_share = 0.5, relaxation_time = '1 h' }\n"
            "stiffness = { table = { x = [0.1, 0.5, 1.0], stiffness = [1.0, 1.0, 1.0] } }",
            "stiffness changes with x in linear elasticity alone",
        ),
    ],
)
def test_what_is_wrong_with_a_function_is_told(folder, changes, words):
    with pytest.raises(CaseErrors) as caught:
        material_with(folder, f'use = "ncm85"\n{changes}\n')
    (line,) = str(caught.value).splitlines()
    assert line.startswith("materials.cathode") and words in line and len(line) <= 300


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            "stiffness = { table = { x = [0.1, 0.5, 1.0], stiffness = [1.0, 1.0, 1.0] } }",
            "stiffness is of a host alone",
        ),
        ("exchange_current_density = '1 A/m^2'", "exchange_current_density is of a host alone"),
        ('youngs_modulus = { path = "e.csv" }', "youngs_modulus depends on x in a host alone"),
    ],
)
def test_functions_of_x_need_a_host(folder, changes, words):
    with pytest.raises(CaseErrors, match=words):
        material_with(folder, f'use = "lpscl"\n{changes}\n')


def test_the_potential_of_an_anode_of_ones_own(folder):
    """A role whose material has data, also from a file, is the anode of the cell."""
    rows = ['use = "indium"', 'reaction_volume = "0 cm^3/mol"', 'anode = { path = "tin.csv" }']
    (folder / "own" / "tin.toml").write_text("\n".join(rows))
    (folder / "own" / "tin.csv").write_text(columns("x [-],U [mV]", [0.0, 0.4, 0.7, 1.0], [900.0, 600.0, 500.0, 100.0]))
    cell = {"anode": "separator", "one_c": "200 mA/g", "exchange_current_density": "1 A/m^2"}
    cell["positive_reference_capacity"] = "200 mAh/g"
    changes = [f"cell.{key}={value}" for key, value in cell.items()]
    changes.append(f"materials.separator={{use='{folder / 'own' / 'tin.toml'}'}}")
    case = read_case(folder, [*changes, "cell.n_to_p=1.2"])
    materials = case.resolved_materials()
    anode = load_anode("separator", "cell.anode", materials)
    assert anode.potential(np.array([0.0, 0.4, 1.0])) == pytest.approx([0.9, 0.6, 0.1], abs=2e-3)
    assert equilibrium(case, materials).anode == anode
    with pytest.raises(CaseErrors, match="cell.n_to_p: this key is missing; anode 'separator' needs it"):
        read_case(folder, changes)
    with pytest.raises(CaseErrors, match="cell.anode: no anode 'lpscl'; accepted: graphite, indium"):
        read_case(folder, [*changes, "cell.anode=lpscl"])


def test_check_draws_the_data(folder, capsys):
    assert cli.main(["check", str(folder), "--plot"]) == 0
    assert (folder / "materials.png").stat().st_size > 10_000
    assert "cathode potential: U off its data" in capsys.readouterr().out
    (folder / "case.toml").write_text((folder / "case.toml").read_text().replace(INNER, 'cathode = "lpscl"'))
    assert cli.main(["check", str(folder), "--plot"]) == 0
    assert "no material of the case has data" in capsys.readouterr().out
