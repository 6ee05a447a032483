"""Measured functions of a material in files: read with their units, part of the case, refused in a line."""

import os

import numpy as np
import pytest

from fem_asslb.app.new_case import copy_case
from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials.library import load, stated
from fem_asslb.output.resolved import format_toml, resolved_table
from tests.unit.test_material_files import CASE

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

OWN = """
use = "ncm85"
[potential]
path = "ocv.csv"
source = "my half-cell"
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
    assert record["table"]["u"] == pytest.approx(table["u"]) and record["source"] == "my half-cell"
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
        ("x [-],U [V]\n0.3,4.3\n0.3,4.2\n0.7,4.1\n", "table has x that do not increase"),
        ("x [-],U [V]\n0.3,4.3\n0.5,many\n", "line 3: 0.5, many; expected 2 finite numbers"),
        ("x,U [V]\n0.3,4.3\n", "has the column 'x'; expected columns x [unit], u [unit]"),
        ("x [-],U [m]\n0.3,4.3\n", "has the column 'U [m]'"),
        ("x [-],a [angstrom]\n0.3,4.3\n", "has x [-], a [angstrom]; expected columns x [unit], u [unit]"),
        ("", "is no table of text"),
        ("x [-],U [V],u [V]\n0.3,4.3,4.2\n", "has x [-], U [V], u [V]; expected columns"),
        ("x [-],U [V]\n" + "0.3,4.3\n" * 2001, "has more than 2000 rows"),
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
