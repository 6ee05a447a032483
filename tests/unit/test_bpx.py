"""Cells from BPX files: what they hold arrives, what they lack is told, and nothing in them runs."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.bpx.cell import import_cell
from fem_asslb.bpx.expressions import evaluate
from fem_asslb.bpx.parameters import read_parameters
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials.function import value_at

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

ELECTRODE = {
    "Particle radius [m]": 5e-6,
    "Thickness [m]": 60e-6,
    "Diffusivity [m2.s-1]": "1e-14 * exp(-2 * x)",
    "OCP [V]": "4.4 - 0.8 * x - 0.05 * tanh(20 * (x - 0.5))",
    "Surface area per unit volume [m-1]": 3e5,
    "Porosity": 0.3,
    "Reaction rate constant [mol.m-2.s-1]": 2e-5,
    "Minimum stoichiometry": 0.3,
    "Maximum stoichiometry": 0.95,
    "Maximum concentration [mol.m-3]": 48000,
    "Diffusivity activation energy [J.mol-1]": 15000,
    "Reaction rate constant activation energy [J.mol-1]": 35000,
}
NEGATIVE = ELECTRODE | {
    "OCP [V]": {"x": [0.0, 0.2, 0.5, 1.0], "y": [0.8, 0.2, 0.12, 0.05]},
    "Diffusivity [m2.s-1]": 3e-14,
    "Minimum stoichiometry": 0.02,
    "Maximum stoichiometry": 0.8,
    "Maximum concentration [mol.m-3]": 30000,
}
FILE = {
    "Header": {"BPX": "1.1.0", "Title": "Oxide | graphite", "References": "Somebody 2025", "Model": "DFN"},
    "Parameterisation": {
        "Cell": {
            "Electrode area [m2]": 0.01,
            "Number of electrode pairs connected in parallel to make a cell": 20,
            "Nominal cell capacity [A.h]": 5.0,
            "Lower voltage cut-off [V]": 2.7,
            "Upper voltage cut-off [V]": 4.2,
            "Reference temperature [K]": 298.15,
        },
        "Electrolyte": {"Cation transference number": 0.26, "Conductivity [S.m-1]": 1.0, "Diffusivity [m2.s-1]": 1e-10},
        "Negative electrode": NEGATIVE,
        "Positive electrode": ELECTRODE,
        "Separator": {"Thickness [m]": 2e-05, "Porosity": 0.47, "Transport efficiency": 0.3},
    },
    "State": {"Initial conditions": {"Initial temperature [K]": 308.15, "Initial state-of-charge": 0.0}},
}
MECHANICS = json.loads(
    "{"
    + re.search(
        r"```json\n(.*?)```", (Path(__file__).parents[2] / "docs" / "bpx.md").read_text(encoding="utf-8"), re.DOTALL
    )[1]
    + "}"
)["User-defined"]


def written(tmp_path, changes=None, remove=None):
    """A file with changed values of the positive electrode."""
    found = json.loads(json.dumps(FILE))
    found["Parameterisation"]["Positive electrode"] |= changes or {}
    if remove:
        del found["Parameterisation"]["Positive electrode"][remove]
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(found))
    return path


def test_a_file_with_mechanics_is_a_case(tmp_path, capsys):
    """Every value of the file in the case; the mechanics is the example of the documentation."""
    path = written(tmp_path)
    whole = json.loads(path.read_text())
    whole["Parameterisation"]["User-defined"] = MECHANICS
    path.write_text(json.dumps(whole))
    assert cli.main(["new", str(tmp_path / "cell"), "--bpx", str(path)]) == 0
    assert "still to be stated" not in capsys.readouterr().out
    case = read_case(tmp_path / "cell")
    assert case.geometry.layers["cathode"].thickness == pytest.approx(60.0)
    assert case.geometry.layers["anode"].particles.volume_fraction == pytest.approx(3e5 * 5e-6 / 3)
    assert case.geometry.layers["cathode"].particles.diameter.quantile(0.5) == pytest.approx(10.0)
    assert case.cell.temperature == pytest.approx(308.15)
    assert case.cell.plate_area == pytest.approx(20 * 0.01 * 1e12)
    materials = case.resolved_materials()
    host, x = materials["positive"].host, np.linspace(0.32, 0.93, 20)
    assert host.potential.potential(x) == pytest.approx(evaluate(ELECTRODE["OCP [V]"], x), abs=2e-3)
    warmer = 1.0 / 308.15 - 1.0 / 298.15
    diffusivity = 1e12 * evaluate(ELECTRODE["Diffusivity [m2.s-1]"], x) * np.exp(-15e3 / 8.314462618 * warmer)
    assert value_at(host.diffusivity.in_plane, x, 308.15) == pytest.approx(diffusivity, rel=0.01)
    rate = 96485.33 * 2e-5 * np.sqrt(x * (1 - x)) * np.exp(-35e3 / 8.314462618 * warmer)
    assert value_at(host.exchange_current_density, x, 308.15) == pytest.approx(rate, rel=0.02)
    assert host.c_max == pytest.approx(0.048)
    assert host.lattice.volume(0.4) / host.lattice.volume(1.0) - 1.0 == pytest.approx(-0.035, abs=2e-3)
    assert materials["negative"].elasticity.youngs_modulus == pytest.approx(32e3)
    assert case.cell.one_c == pytest.approx(5.0 / 0.2 / (0.5 * 60e-6 * 4780) * 1e-3, rel=1e-6)
    assert (case.initial.stoichiometry, case.initial.anode_state) == (0.95, 0.02)
    assert [str(step) for step in case.protocol.steps][:2] == ["press to 5 MPa in 1 min", "charge at 0.1C until 4.2 V"]


def test_what_a_file_lacks_is_listed(tmp_path, capsys):
    assert cli.main(["new", str(tmp_path / "cell"), "--bpx", str(written(tmp_path))]) == 0
    lines = capsys.readouterr().out
    for words in ("materials.positive", "materials.separator", "fixture", "cell.one_c"):
        assert f"  {words}" in lines
    assert (tmp_path / "cell" / "potential-positive.csv").read_text().startswith("x [-],U [V]\n0.3,")
    assert cli.main(["new", str(tmp_path / "cell"), "--bpx", str(written(tmp_path))]) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 + 2 * x ** 2 / 4", 1.5), ("-(x - 3)", 2.0), ("tanh(x) + exp(-x)", np.tanh(1) + np.exp(-1)), ("2e-1", 0.2)],
)
def test_expressions_are_what_they_say(text, value):
    assert evaluate(text, [1.0]) == pytest.approx([value], rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.__class__",
        "(lambda: 1)()",
        "exp(x, x)",
        "open('/etc/passwd')",
        "[x]",
        "y",
        "1 if x else 2",
        "'x'",
        "True",
        "(" * 60 + "x" + ")" * 60,
        "x" + "+x" * 6000,
        "1 / (x - 1)",
        "9 ** 9 ** 9 ** 9",
        "",
        "x +",
    ],
)
def test_anything_else_is_no_function(text):
    with pytest.raises(ValueError, match="no function|no part|too long|not finite"):
        evaluate(text, [0.0, 1.0])


@pytest.mark.parametrize(
    ("changes", "remove", "words"),
    [
        ({}, "Particle radius [m]", "Positive electrode.Particle radius [m]: this key is missing"),
        ({"Particle radius [m]": -1}, None, "-1 is not accepted; expected more than 0"),
        ({"Particle radius [m]": "five"}, None, "'five' is not accepted; expected a number"),
        ({"OCP [V]": 3.7}, None, "OCP [V]: 3.7 is a number; expected a function"),
        ({"OCP [V]": "open(x)"}, None, "'open(x)' is no part of a function of x"),
        ({"OCP [V]": {"x": [0, 1], "y": [4, 3]}}, None, "a table of 2 of x, 2 of y"),
        ({"OCP [V]": {"x": [0, 0, 1], "y": [4, 3, 2]}}, None, "x that do not increase"),
        ({"Particle": {"Primary": {}}}, None, "blended electrodes are not taken over"),
        (
            {"Minimum stoichiometry": 0.95, "Maximum stoichiometry": 0.3},
            None,
            "0.3, with a minimum of 0.95; expected more",
        ),
        ({"Maximum stoichiometry": 1.3}, None, "1.3, with a minimum of 0.3; expected more than that and at most 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, changes, remove, words):
    with pytest.raises(CaseError) as caught:
        import_cell(read_parameters(written(tmp_path, changes, remove)))
    assert words in str(caught.value) and len(str(caught.value)) <= 300


@pytest.mark.parametrize(
    ("misspelt", "line"),
    [
        ({"Mechanics": {"Stack pressur [Pa]": 5e6}}, "Mechanics.Stack pressur [Pa]: unknown key; did you mean 'Stack"),
        (
            {"Mechanics": {"Stack pressure [MPa]": 5}},
            "Mechanics.Stack pressure [MPa]: unknown key; did you mean 'Stack",
        ),
        ({"Mechanics": {"Positve electrode": {}}}, "Positve electrode: unknown key; did you mean 'Positive electrode'"),
        (
            {"Mechanics": {"Separator": {"Matrix Density [kg.m-3]": 1}}},
            "Separator.Matrix Density [kg.m-3]: unknown key",
        ),
        ({"mechanics": {}}, "User-defined.mechanics: unknown key; did you mean 'Mechanics'"),
    ],
)
def test_mechanics_that_are_misspelt_are_refused(tmp_path, misspelt, line):
    """Under a key of ours; what others keep in the section is theirs."""
    file = read_parameters(written(tmp_path))
    file.table["Parameterisation"]["User-defined"] = misspelt | {"Somebody else": {"Stack pressur": 1}}
    with pytest.raises(CaseErrors) as caught:
        import_cell(file)
    assert line in str(caught.value)


def test_a_host_may_shrink_on_its_way_from_empty_to_full(tmp_path):
    file = read_parameters(written(tmp_path))
    growth = {"Particle Volume change": -0.02}
    file.table["Parameterisation"]["User-defined"] = {"Mechanics": {"Positive electrode": growth}}
    assert import_cell(file).data["lattice-positive.csv"].splitlines()[1:] == ["0,-0", "0.5,-0.01", "1,-0.02"]


@pytest.mark.parametrize("text", ["{", "[1]", '{"Header": {"BPX": "7.0"}}', '{"Header": {"BPX": 1.0}, "a": NaN}'])
def test_what_is_no_file_of_bpx_is_told(tmp_path, text):
    (tmp_path / "cell.json").write_text(text)
    with pytest.raises(CaseError, match="is no JSON|expected a BPX file"):
        read_parameters(tmp_path / "cell.json")
