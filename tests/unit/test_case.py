"""Case directory to case: inheritance, overrides, figures against independent solutions, documents."""

import math
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from fem_asslb.app.new_case import copy_case
from fem_asslb.base.checked import checked
from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.estimates.closed_forms import SwellingLayer, contact_pressure, free_growth, pressure_change
from fem_asslb.case.estimates.equilibrium import CellState, Equilibrium
from fem_asslb.case.estimates.estimates import format_rows, summary
from fem_asslb.case.estimates.layers import swelling_layers
from fem_asslb.case.reading.merging import merge
from fem_asslb.case.reading.reader import build_case, read_case, read_table
from fem_asslb.case.reading.reference import renewed
from fem_asslb.case.sections.case import Case, Cell, Description, Time
from fem_asslb.case.sections.fixture import RigidFixture, SpringFixture
from fem_asslb.case.sections.interfaces import INTERFACE_LAWS, CohesiveInterface, ContactInterface
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.case.sections.materials import Axis, MaterialChoice
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.geometry import Layer, LayeredStack
from fem_asslb.materials.library import load, load_anode
from fem_asslb.output.resolved import format_toml, resolved_table

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

ROOT = Path(__file__).parents[2]
CASES = sorted(path.parent for path in (ROOT / "cases").glob("*/case.toml"))

BASE = """
[case]
title = "base"
[geometry]
kind = "layered-stack"
dimension = 2
width = "20 um"
element_size = "1 um"
[geometry.layers.separator]
thickness = "50 um"
[geometry.layers.cathode]
thickness = "30 um"
[materials]
separator = "lpscl"
cathode = { use = "ncm85", axis = { direction = [0, 1, 0] } }
[fixture]
kind = "spring"
stiffness = "0.2 MPa/um"
walls = "free"
[protocol]
steps = ["press to 81 MPa in 1 min", "set x = 0.5 in 1 h"]
"""


@pytest.fixture
def write(tmp_path):
    """Write a case file into a directory of that name and return the directory."""

    def write_case(name: str, text: str) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        (directory / "case.toml").write_text(text)
        return directory

    return write_case


def test_case_from_file_equals_case_from_python(write) -> None:
    """The file's quantities become floats in internal units; defaults are the same but for those that follow."""
    from_python = Case(
        case=Description(title="base"),
        geometry=LayeredStack(
            dimension=2,
            layers={"separator": Layer(50.0), "cathode": Layer(30.0)},
            width=20.0,
            element_size=1.0,
        ),
        materials={
            "separator": MaterialChoice(use="lpscl"),
            "cathode": MaterialChoice(use="ncm85", axis=Axis(kind="fixed", direction=(0.0, 1.0, 0.0))),
        },
        fixture=SpringFixture(stiffness=0.2, walls="free"),
        protocol=Protocol(steps=(parse_step("press to 81 MPa in 1 min"), parse_step("set x = 0.5 in 1 h"))),
        time=Time(swing_steps=20.0),
    )
    case = read_case(write("base", BASE))
    assert case == from_python
    assert list(case.geometry.layers) == ["separator", "cathode"]
    assert case.dimension == 2


@pytest.mark.parametrize(
    ("make", "lines"),
    [
        (lambda: SpringFixture(stiffness=-0.2, walls="open"), ["walls is 'open'", "stiffness is -0.2"]),
        (lambda: Cell(anode=3, one_c=0.0, exchange_current_density=math.nan), ["anode", "one_c", "exchange_"]),
        (lambda: Axis(kind="fixed", direction=(0.0, 0.0, 0.0)), ["the direction of an axis has no length"]),
        (
            lambda: ContactInterface(between=("a", "b"), initial_gap=0.1, gap_table=GapTable(path="gaps.csv")),
            ["initial_gap is 0.1; accepted: nothing beside a gap_table"],
        ),
    ],
)
def test_sections_from_python_are_checked_too(make, lines) -> None:
    """One line for each value that is refused, in the order of the keys."""
    with pytest.raises(ValueError) as error:
        make()
    assert len(str(error.value).splitlines()) == len(lines)
    assert all(map(str.startswith, str(error.value).splitlines(), lines))


def test_extends_merges_tables_and_replaces_the_rest(write) -> None:
    """A variant keeps what it does not state; lists and values are replaced, two levels up too."""
    write("base", BASE)
    write("middle", 'extends = "../base"\n[geometry.layers.cathode]\nthickness = "40 um"\n')
    top = write("top", 'extends = "../middle"\n[protocol]\nsteps = ["press to 5 MPa in 1 s"]\n')
    case = read_case(top)
    assert [layer.thickness for layer in case.geometry.layers.values()] == [50.0, 40.0]
    assert case.protocol.steps == (parse_step("press to 5 MPa in 1 s"),)
    assert case.fixture.stiffness == pytest.approx(0.2)


def test_a_new_kind_drops_the_keys_it_does_not_know(write) -> None:
    """A rigid variant of a spring fixture keeps the walls and loses the stiffness."""
    base = write("base", BASE)
    variant = write("rigid", 'extends = "../base"\n[fixture]\nkind = "rigid"\n')
    assert read_case(variant).fixture == RigidFixture(walls="free")
    assert read_case(base, ["fixture.kind=rigid"]).fixture == RigidFixture(walls="free")


def test_values_are_merged_into_a_material_given_by_its_name(write) -> None:
    """By --set and by a variant; a name replaces the whole material."""
    base = write("base", BASE)
    softer = read_case(base, ["materials.separator.youngs_modulus=20 GPa"]).materials["separator"]
    assert softer == MaterialChoice(use="lpscl", overrides={"youngs_modulus": "20 GPa"})
    text = 'extends = "../base"\n[materials]\nseparator = { youngs_modulus = "20 GPa" }\ncathode = "ncm811"\n'
    materials = read_case(write("softer", text)).materials
    assert materials == {"separator": softer, "cathode": MaterialChoice(use="ncm811")}


def test_remove_drops_inherited_keys(write) -> None:
    """A layer and its material go; a key that is not there is an error."""
    write("base", BASE)
    keys = '["geometry.layers.separator", "materials.separator"]'
    case = read_case(write("less", f'extends = "../base"\nremove = {keys}\n'))
    assert list(case.geometry.layers) == list(case.materials) == ["cathode"]
    with pytest.raises(CaseErrors, match=r"remove: 'geometry.layers.anode' is not in the case"):
        read_case(write("wrong", 'extends = "../base"\nremove = ["geometry.layers.anode"]\n'))


def test_extends_in_a_cycle_is_named(write) -> None:
    """The message shows the chain."""
    write("one", 'extends = "../two"\n')
    two = write("two", 'extends = "../one"\n')
    with pytest.raises(CaseErrors, match="two -> one -> two"):
        read_case(two)


def test_voltages_of_currents_that_are_not_neighbours_may_cross(write) -> None:
    """A formation at low voltages before the cycle at high ones."""
    limits = ("charge at 1C until 2 V", "discharge at 1C until 1.4 V", "charge at 1C until 2.75 V")
    changes = [
        "cell={anode='indium', one_c='190 mA/g', exchange_current_density='1 A/m^2'}",
        f"protocol.steps={[*limits, 'rest 1 h', 'discharge at 1C until 2.2 V']}",
    ]
    assert len(read_case(write("base", BASE), changes).protocol.steps) == 5


def test_merge_leaves_its_arguments_alone() -> None:
    """Deep merge without side effects."""
    base, changes = {"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}}
    assert merge(base, changes) == {"a": {"b": 1, "c": [3]}}
    assert base == {"a": {"b": 1, "c": [1, 2]}}
    assert changes == {"a": {"c": [3]}}


@pytest.mark.parametrize(
    ("override", "section", "key", "expected"),
    [
        ("fixture.stiffness=0.3 MPa/um", "fixture", "stiffness", 0.3),
        ('fixture.stiffness = "300 MPa/mm"', "fixture", "stiffness", 0.3),
        ("solver.displacement_degree=1", "solver", "displacement_degree", 1),
        ("output.pictures=false", "output", "pictures", False),
        ('output.fields_at=["30 min", "1 h"]', "output", "fields_at", (1800.0, 3600.0)),
        ("geometry.width=1 mm", "geometry", "width", 1e3),
        ("case.title=a = b", "case", "title", "a = b"),
    ],
)
def test_override(write, override: str, section: str, key: str, expected: object) -> None:
    """The value is TOML, and text where it is none."""
    case = read_case(write("base", BASE), [override])
    value = getattr(getattr(case, section), key)
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_mesh_path_is_relative_to_the_file_that_states_it(write) -> None:
    """Also when another directory extends it."""
    text = BASE.split("[geometry]")[0] + '[geometry]\nkind = "mesh-file"\npath = "stack.msh"\n[materials]'
    base = write("base", text + BASE.split("[materials]")[1])
    (base / "stack.msh").touch()
    variant = write("variant", 'extends = "../base"\n')
    assert read_case(variant).geometry.path == base / "stack.msh"


@pytest.mark.parametrize(
    "geometry",
    [
        'geometry = { kind = "mesh-file", path = "stack.msh" }\n',
        "geometry.kind = 'mesh-file'\ngeometry.path = 'stack.msh'\n",
        '[geometry]\nkind = "mesh-file"\npath = "stack.msh"\n',
    ],
)
def test_a_copied_case_has_the_same_mesh_file(write, tmp_path, geometry: str) -> None:
    """Wherever the path stands; texts that look like one stay."""
    title = "[case]\ntitle = \"{path = 'other.msh'}\"\n"
    base = write("base", geometry + title + "[materials]" + BASE.split("[materials]")[1])
    (base / "stack.msh").touch()
    copy_case(base, tmp_path / "copies" / "mine")
    assert read_case(tmp_path / "copies" / "mine").geometry.path.resolve() == base / "stack.msh"
    assert read_case(tmp_path / "copies" / "mine").case == read_case(base).case


def test_a_path_that_cannot_be_copied_is_refused(write, tmp_path) -> None:
    """Nothing is written then."""
    base = write("base", 'geometry = { kind = "mesh-file", "path" = "stack.msh" }\n[case]\ntitle = "quoted key"\n')
    with pytest.raises(CaseError, match=r"a path in it cannot be rewritten; expected"):
        copy_case(base, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("title", ["two\nlines", 'a "tab"\t\\', "50 \u00b5m \U0001f50b", "\x7f"])
def test_a_resolved_case_is_toml_whatever_its_title(write, title: str) -> None:
    """Line breaks, quotes and control characters are escaped."""
    table = read_table(write("base", BASE)) | {"case": {"title": title}}
    case = build_case(table)
    assert build_case(tomllib.loads(format_toml(resolved_table(case)))) == case


def test_materials_come_from_the_library_with_overrides(write) -> None:
    """An override changes its value only, and a table without ``use`` is a whole material."""
    overrides = [
        "materials.cathode.diffusivity=1e-14 m^2/s",
        'materials.separator={youngs_modulus="20 GPa", poisson_ratio=0.3}',
    ]
    materials = read_case(write("base", BASE), overrides).resolved_materials()
    assert materials["cathode"].host.diffusivity.in_plane == pytest.approx(1e-2)
    assert materials["cathode"].host.lattice == load("ncm85").host.lattice
    assert materials["separator"].elasticity == IsotropicElasticity(20e3, 0.3)


@pytest.mark.parametrize("axis", ["random", "radial", {"fibre": [0, 1, 0], "sharpness": 5.0, "seed": 7}])
def test_axis_forms(write, axis: object) -> None:
    """Each form gives its kind."""
    table = read_table(write("base", BASE))
    table["materials"]["cathode"]["axis"] = axis
    read = build_case(table).materials["cathode"].axis
    if isinstance(axis, str):
        assert read == Axis(kind=axis)
    else:
        assert read == Axis(kind="fibre", direction=(0, 1, 0), sharpness=5.0, seed=7)


@pytest.mark.parametrize("directory", CASES, ids=lambda path: path.name)
def test_shipped_case(directory: Path) -> None:
    """Every case of the repository is valid, has a README, and finite figures."""
    rows = summary(read_case(directory))
    assert rows
    assert np.all(np.isfinite([row.value for row in rows]))
    assert all(row.note for row in rows)
    assert (directory / "README.md").read_text().startswith(f"# {directory.name}\n")
    assert format_rows(rows).count("\n") == len(rows) - 1


def _figures(name: str) -> dict[str, float]:
    return {row.name: row.value for row in summary(read_case(ROOT / "cases" / name))}


def test_figures_of_the_main_cell() -> None:
    """By hand: 39.5 um x 0.45 of 4.78 g/cm3, 190 mA/g, n/p 1.5 of 202 mAh/g, 0.2 MPa/um."""
    figures = _figures("zhang2026-hb")
    assert figures["stack thickness"] == pytest.approx(968.5)
    assert figures["dense active layer"] == pytest.approx(17.775)
    assert figures["areal loading"] == pytest.approx(8.496, abs=1e-3)
    assert figures["current density at 1C"] == pytest.approx(8.49645e-3 * 190, rel=1e-4)
    assert figures["anode capacity"] == pytest.approx(1.5 * 202 * 8.49645e-3, rel=1e-4)
    assert figures["capacity for x from 0 to 1"] == pytest.approx(17.775e-4 * 0.04914 * 96485.33 / 3.6, rel=1e-4)
    fixture = figures["free thickness change"] * 0.2
    assert figures["pressure change, with fixture"] == pytest.approx(fixture, rel=0.01)
    assert -100 < figures["pressure change, clamped"] < 50 * figures["pressure change, with fixture"] < 0


def test_figures_say_how_large_facets_may_be() -> None:
    """A third of E G/T^2 with the softer side: 24 GPa at 1 J/m2 and 50 MPa, a crystal's mean at 2 J/m2 and 745 MPa."""
    figures = _figures("polycrystal-particle")
    crystal = load("ncm85").elasticity.isotropic_average().youngs_modulus
    assert figures["facets of surface, at most"] == pytest.approx(24e3 * 1.0 / 50.0**2 / 3.0)
    assert figures["facets of boundary, at most"] == pytest.approx(crystal * 2.0 / 745.0**2 / 3.0)


def test_small_anode_ends_the_charge_early() -> None:
    """The low-balance cell stops at a lower cathode potential, on the tail of its anode, and moves less."""
    large, small = _figures("zhang2026-hb"), _figures("zhang2026-lb")
    for name in ("cathode potential", "anode potential", "capacity"):
        assert small[f"first charge: {name}"] < large[f"first charge: {name}"]
    for figures, resistance in ((large, 0.043), (small, 0.038)):
        voltage = figures["first charge: cathode potential"] - figures["first charge: anode potential"]
        assert voltage + resistance * 0.1 * figures["current density at 1C"] == pytest.approx(2.75, abs=1e-6)
    assert large["pressure change, with fixture"] < small["pressure change, with fixture"] < 0


def test_indium_outweighs_the_cathode() -> None:
    """The anode grows by 7.89 cm3 per mol of charge along the stack; the pressure rises."""
    figures = _figures("feng2026-liin")
    growth = figures["first charge: areal capacity"] * 36.0 / 96485.33 * 7.89 * 1e3
    assert figures["free thickness change of anode"] == pytest.approx(growth, rel=1e-6)
    assert figures["free thickness change of cathode"] < 0 < figures["pressure change, with fixture"]


def test_composite_of_equal_stiffness_swells_by_its_fraction() -> None:
    """Particles as stiff as their matrix: free strain = fraction x (2 e_a + e_c)/3, and no stiffening."""
    same = ['materials.particle={use="ncm85", youngs_modulus="24 GPa", poisson_ratio=0.33}']
    case = read_case(ROOT / "cases" / "zhang2026-cathode-confined", same)
    (layer,) = swelling_layers(case, case.geometry, case.resolved_materials(), 0.5, 0.0)
    law = load("ncm85").host.lattice
    mean = (2 * law.a(0.5) / law.a(1.0) + law.c(0.5) / law.c(1.0)) / 3 - 1
    assert (layer.strain_stack, layer.strain_lateral) == pytest.approx((0.45 * mean, 0.45 * mean), rel=1e-10)
    assert layer.elasticity.youngs_modulus == pytest.approx(24e3)
    assert layer.elasticity.poisson_ratio == pytest.approx(0.33)


@pytest.mark.parametrize(("axis", "along", "across"), [("[0, 1, 0]", 1, 0), ("[1, 0, 0]", 1 / 3, 1 / 3)])
def test_homogeneous_host_keeps_its_axis_along_the_stack(write, axis: str, along: float, across: float) -> None:
    """An axis along the stack gives e_c along it and e_a across; any other the mean."""
    case = read_case(write("base", BASE), [f"materials.cathode.axis={{direction={axis}}}"])
    layer = swelling_layers(case, case.geometry, case.resolved_materials(), 0.4, 0.0)[1]
    law = load("ncm85").host.lattice
    strain_a, strain_c = law.a(0.4) / law.a(1.0) - 1, law.c(0.4) / law.c(1.0) - 1
    assert layer.strain_stack == pytest.approx(along * strain_c + (1 - along) * strain_a, rel=1e-10)
    assert layer.strain_lateral == pytest.approx(across * strain_c + (1 - across) * strain_a, rel=1e-10)


@pytest.mark.parametrize(("kind", "stack", "lateral"), [("stack", 1.0, 0.0), ("isotropic", 1 / 3, 1 / 3)])
def test_anode_swells_with_the_charge(kind: str, stack: float, lateral: float) -> None:
    """One mole of charge adds one reaction volume."""
    case = read_case(ROOT / "cases" / "feng2026-liin", [f'materials.anode={{use="liin", swelling_kind="{kind}"}}'])
    layer = swelling_layers(case, case.geometry, case.resolved_materials(), 1.0, 7.2e4)[0]
    strain = 7.2e4 / 96485.33212 * 7.89 / 100.0
    assert (layer.strain_stack, layer.strain_lateral) == pytest.approx((stack * strain, lateral * strain))


@pytest.mark.parametrize("held", [0, 1, 2])
@pytest.mark.parametrize("stiffness", [None, 0.3])
def test_stack_in_closed_form(held: int, stiffness: float | None) -> None:
    """Against Hooke's law solved for all strains of all layers at once."""
    layers = [
        SwellingLayer(20.0, IsotropicElasticity(150e3, 0.27), -0.02, -0.013),
        SwellingLayer(70.0, IsotropicElasticity(24e3, 0.33)),
        SwellingLayer(30.0, IsotropicElasticity(12e3, 0.45), 0.004, 0.001),
    ]
    size = 3 * len(layers) + 1
    matrix, right = np.zeros((size, size)), np.zeros(size)
    for index, layer in enumerate(layers):
        youngs, poisson = layer.elasticity.youngs_modulus, layer.elasticity.poisson_ratio
        hooke = youngs / (1 + poisson) * (np.eye(3) + poisson / (1 - 2 * poisson))
        rows = slice(3 * index, 3 * index + 3)
        free = np.array([layer.strain_lateral, layer.strain_lateral, layer.strain_stack])
        matrix[rows, rows], right[rows] = hooke, hooke @ free
        for direction in range(held):
            row = 3 * index + direction
            matrix[row], right[row] = np.eye(size)[row], 0.0
        matrix[3 * index + 2, -1] = 1.0
        matrix[-1, 3 * index + 2] = layer.thickness
    matrix[-1, -1] = 0.0 if stiffness is None else -1.0 / stiffness
    assert pressure_change(layers, held, stiffness) == pytest.approx(np.linalg.solve(matrix, right)[-1], rel=1e-10)
    matrix[-1] = np.eye(size)[-1]
    strains = np.linalg.solve(matrix, right)[2:-1:3]
    growth = sum(layer.thickness * strain for layer, strain in zip(layers, strains, strict=True))
    assert free_growth(layers, held) == pytest.approx(growth, rel=1e-10)


def test_sphere_in_shell_in_closed_form() -> None:
    """Against Lame's u = A r + B/r^2 with continuity at the core and the load outside."""
    (a, b), strain, outer = (2.0, 2.61), -0.019, 81.0
    core, shell = IsotropicElasticity(165e3, 0.27), IsotropicElasticity(24e3, 0.33)
    bulk, shear = shell.bulk_modulus, shell.shear_modulus
    matrix = np.array(
        [
            [a, -a, -1 / a**2],
            [3 * core.bulk_modulus, -3 * bulk, 4 * shear / a**3],
            [0.0, 3 * bulk, -4 * shear / b**3],
        ]
    )
    right = np.array([0.0, 3 * core.bulk_modulus * strain, -outer])
    pressure = -3 * core.bulk_modulus * (np.linalg.solve(matrix, right)[0] - strain)
    assert contact_pressure((a, b), core, shell, strain, outer) == pytest.approx(pressure, rel=1e-10)


def test_walk_at_equilibrium() -> None:
    """Charge balance of lattice, anode and side reaction, and the voltage at the end of each step."""
    cell = Cell(
        anode="lto",
        one_c=0.19,
        n_to_p=1.5,
        positive_reference_capacity=727.2,
        exchange_current_density=0.5,
        resistance=2e-3,
        side_reaction_share=0.15,
    )
    material = load("ncm85")
    model = Equilibrium(
        cell=cell,
        anode=load_anode(cell.anode, "", {}),
        anode_capacity=1.5 * 727.2,
        host=material.host,
        density=material.density,
        loading=85.0,
    )
    lines = (
        "charge at 0.1C until 2.7 V",
        "rest 1 h",
        "discharge at 1.615 A/m^2 until 300 C/g",
        "charge at 1C until 2 h",
    )
    steps = tuple(parse_step(line) for line in lines)
    first, rest, discharge, second = model.walk(CellState(1.0, 0.0), steps)
    per_mass = 0.04914 * 96485.33212 / material.density
    assert 1.0 - first.stoichiometry == pytest.approx(0.85 * first.charge / per_mass)
    assert first.anode_state == pytest.approx(first.charge / (1.5 * 727.2))
    potential = material.host.potential.potential(first.stoichiometry)
    voltage = potential - load_anode("lto", "", {}).potential(first.anode_state)
    assert voltage + 0.019 * 85.0 * 2e-3 == pytest.approx(2.7, abs=1e-9)
    assert first.duration == pytest.approx(first.charge / 0.019)
    assert (rest.stoichiometry, rest.charge, rest.duration) == (first.stoichiometry, 0.0, 3600.0)
    assert discharge.charge == pytest.approx(300.0)
    assert discharge.duration == pytest.approx(300.0 * 85.0 / 1.615)
    assert discharge.stoichiometry - first.stoichiometry == pytest.approx(300.0 / per_mass)
    assert first.anode_state - discharge.anode_state == pytest.approx(300.0 / (1.5 * 727.2))
    assert second.duration < 7200.0
    assert second.stoichiometry == pytest.approx(material.host.lattice.x_min)
    assert [state.off_the_table for state in (first, rest, discharge, second)] == [False, False, False, True]


def test_walk_of_a_kept_voltage() -> None:
    """It ends where the current that is left has the voltage, from above and from below, and no later than stated."""
    cell = Cell(anode="lithium", one_c=0.19, exchange_current_density=0.5, resistance=2e-3)
    material = load("ncm85")
    model = Equilibrium(
        cell=cell,
        anode=load_anode(cell.anode, "", {}),
        anode_capacity=None,
        host=material.host,
        density=material.density,
        loading=85.0,
    )
    lines = (
        "charge at 1C until 4.2 V",
        "hold at 4.2 V until C/20",
        "hold at 3.9 V for 1 h",
        "hold at 4.1 V until x = 0.55",
    )
    charged, held, lower, higher = model.walk(CellState(0.8, 0.0), tuple(map(parse_step, lines)))
    assert held.stoichiometry < charged.stoichiometry
    for state, voltage, current in ((held, 4.2, 0.05 * 0.19), (lower, 3.9, -1e-3 * 0.19)):
        potential = float(material.host.potential.potential(state.stoichiometry))
        assert potential + current * 85.0 * 2e-3 == pytest.approx(voltage, abs=1e-9)
    assert lower.duration == 3600.0
    assert higher.stoichiometry == pytest.approx(0.55)


@pytest.mark.parametrize(("limit", "early"), [("5.5 V", True), ("2.75 V", False), ("x = 0.25", False)])
def test_a_limit_beyond_the_lattice_table_is_told(limit: str, early: bool) -> None:
    """Figures at the edge of the table do not pass for those at the limit."""
    steps = f"protocol.steps=['press to 81 MPa in 1 min', 'charge at 0.1C until {limit}', 'rest 1 h']"
    notes = {row.name: row.note for row in summary(read_case(ROOT / "cases" / "zhang2026-hb", [steps]))}
    for name in ("first charge: capacity", "first charge: x at the end", "free thickness change", "duration"):
        assert ("ends at the edge of the lattice table, before the limit" in notes[name]) is early


@pytest.mark.serial
@pytest.mark.parametrize(("limit", "told"), [("85 MPa", True), ("4 V or 85 MPa", True), ("4 V", False)])
def test_a_limit_that_mechanics_meets_is_told_as_unknown(limit: str, told: bool) -> None:
    """Figures at equilibrium do not know it, and say so where it may end the charge earlier."""
    steps = f"protocol.steps=['press to 1 MPa in 1 s', 'charge at 0.1C until {limit}']"
    notes = {row.name: row.note for row in summary(read_case(ROOT / "cases" / "zhang2026-hb", [steps]))}
    for name in ("first charge: capacity", "first charge: x at the end", "free thickness change"):
        assert ("may end it before, which is not known here" in notes[name]) is told


def test_check_needs_no_finite_elements() -> None:
    """Reading a case and its figures imports neither the finite-element stack nor Gmsh nor MPI."""
    program = (
        "import sys\n"
        "from fem_asslb.case.estimates.estimates import summary\n"
        "from fem_asslb.case.reading.reader import read_case\n"
        f"summary(read_case({str(ROOT / 'cases' / 'zhang2026-hb')!r}))\n"
        "heavy = {'dolfinx', 'ufl', 'gmsh', 'mpi4py', 'petsc4py', 'pyvista'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_reference_is_up_to_date() -> None:
    """Every key of the schema stands in docs/case.md, and the example there is a case."""
    document = (ROOT / "docs" / "case.md").read_text()
    assert document == renewed(document), "run: python3 -m fem_asslb.case.reading.reference"
    example = document.split("```toml\n")[1].split("```")[0]
    assert build_case(tomllib.loads(example)).case.title == "A cathode under its separator"


def test_figures_of_powder_that_is_pressed_further():
    """Density and thickness of the die; one that was pressed further before springs back."""

    def figures(density):
        case = read_case(ROOT / "cases" / "pellet", [f"materials.separator.law.relative_density={density}"])
        return {row.name: row.value for row in summary(case) if "separator" in row.name}

    loose = figures(0.64)
    # What the run of the case finds, by its own steps.
    assert loose["relative density of separator after the presses"] == pytest.approx(0.8493, abs=2e-4)
    assert loose["thickness of separator then"] == pytest.approx(100.0 - 25.24, rel=1e-3)
    assert loose["pressure across separator then"] == pytest.approx(112.0, rel=1e-2)
    dense = figures(0.95)
    assert dense["relative density of separator after the presses"] == pytest.approx(0.95, rel=1e-12)
    modulus = 24e3 * (1 - 0.33) / ((1 + 0.33) * (1 - 2 * 0.33)) * 0.95**3.7
    assert dense["thickness of separator then"] == pytest.approx(100.0 * (1 - 5.0 / modulus), rel=1e-9)


def test_a_bond_is_not_born_damaged():
    sets = ["interfaces.surface.softening=smooth-exponential", "protocol.steps=['fabricate at 99 MPa for 1 min']"]
    with pytest.raises(CaseErrors) as caught:
        read_case(ROOT / "cases" / "particle-debonding", sets)
    (error,) = caught.value.errors
    assert error.key == "interfaces.surface.softening"
    assert "expected 'bilinear' or 'exponential'" in str(error)
    for alone in sets:
        read_case(ROOT / "cases" / "particle-debonding", [alone])


def test_adhesion_is_known_by_what_a_law_says_not_by_its_name(monkeypatch):
    """A cohesive law under another name: it adheres after fabrication, and may not be born damaged."""

    @checked(kw_only=True)
    class Glued(CohesiveInterface):
        """Cohesive.

        Attributes:
            law: Its name.
        """

        law: Literal["glued"] = "glued"

    monkeypatch.setitem(INTERFACE_LAWS, "glued", Glued)
    sets = ["interfaces.surface.law=glued", "protocol.steps=['fabricate at 99 MPa for 1 min']"]
    assert not [line for line in doubts(read_case(ROOT / "cases" / "particle-debonding", sets)) if "adhere" in line]
    with pytest.raises(CaseErrors, match="expected 'bilinear' or 'exponential'"):
        read_case(ROOT / "cases" / "particle-debonding", [*sets, "interfaces.surface.softening=smooth-exponential"])


def test_a_period_counts_in_how_many_time_steps_a_case_takes():
    """A rest of a thousand hours is short, unless it is looked at every second."""
    rest = "protocol.steps=['press to 81 MPa in 1 min', 'rest 1000 h{}']"
    read_case(ROOT / "cases" / "column", [rest.format("")])
    with pytest.raises(
        CaseErrors, match=r"about 3.6e\+06 time steps, more than 1000000; expected larger steps or periods"
    ):
        read_case(ROOT / "cases" / "column", [rest.format(" (1 s period)")])
