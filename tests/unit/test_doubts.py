"""What check warns of, and laws of a material that nothing would use."""

from pathlib import Path

import pytest

from fem_asslb.app import cli
from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.reading.reader import read_case
from tests.unit.test_bad_input import GOOD

CASES = Path(__file__).parents[2] / "cases"

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it


@pytest.fixture
def case(tmp_path):
    # An anode with the capacity that its n/p ratio asks for.
    (tmp_path / "case.toml").write_text(GOOD.replace('thickness = "100 um"', 'thickness = "300 um"', 1))
    return tmp_path


def test_a_good_case_raises_no_doubt(case):
    assert doubts(read_case(case)) == []


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("['press to 1 MPa in 1 s', 'charge at 0.1C until 5 V']", ["'charge at 0.1C until 5 V'", "x = 0.25"]),
        ("['press to 1 MPa in 1 s', 'discharge at 0.1C until 1 V']", ["'discharge at 0.1C until 1 V'", "x = 1"]),
        ("['charge at 0.1C until 2.75 V']", ["no step presses"]),
        ("['charge at 0.1C until 1 h', 'press to 1 MPa in 1 s']", ["no step presses before the first current"]),
        ("['unload to 0 MPa in 1 s', 'charge at 0.1C until 2.75 V']", ["takes the pressure away"]),
        (
            "['press to 9 MPa in 1 s', 'unload to 0 MPa in 1 s', 'charge at 0.1C until 2.75 V']",
            ["takes the pressure away"],
        ),
        ("['press to 1 MPa in 1 s', 'charge at 0.1C until 0.5 V']", ["meets a limit at its start", "x = 1"]),
        ("['press to 1 MPa in 1 s', 'discharge at 0.1C until 3.9 V']", ["meets a limit at its start", "x = 1"]),
    ],
)
def test_what_hardly_is_meant_is_told(case, capsys, steps, words):
    (line,) = doubts(read_case(case, [f"protocol.steps={steps}"]))
    assert line.startswith("protocol.steps: ")
    assert all(word in line for word in words)
    assert cli.main(["check", str(case), "--set", f"protocol.steps={steps}"]) == 0
    assert f"warning: {line}" in capsys.readouterr().out


def test_the_potential_of_an_anode_that_is_not_there_is_told(case):
    lines = doubts(read_case(case, ["materials.anode=indium", "cell.anode=lithium"]))
    told = "cell.anode: 'lithium' has another potential than 'indium', which materials.anode"
    assert len([line for line in lines if line.startswith(told)]) == 1
    lines = doubts(read_case(case, ["materials.anode=indium", "cell.anode=indium"]))
    assert not any(line.startswith("cell.anode") for line in lines)


def test_an_anode_that_grows_much_is_told(case):
    """Of the growth at equilibrium, reaction volume times lithium over volume; not where strain may be large."""
    charge = "protocol.steps=['press to 1 MPa in 1 s', 'charge at 0.1C until 100 mAh/g']"
    thin = "geometry.layers.anode.thickness='10 um'"
    anode = ["materials.anode=silicon", "cell.anode=silicon", thin, charge]
    for changes, told in ((anode, 1), ([*anode, "solver.strain=logarithmic"], 0), (["cell.anode=indium"], 0)):
        lines = [line for line in doubts(read_case(case, changes)) if line.startswith("materials.anode: 'silicon'")]
        assert len(lines) == told
        assert all("solver.strain = 'logarithmic'" in line for line in lines)


def test_an_anode_that_is_overfilled_is_told(case):
    """The first step that does it; an anode that is large enough raises no doubt."""
    charge = "protocol.steps=['press to 1 MPa in 1 s', 'charge at 0.1C until 4.2 V']"
    graphite = ["cell.anode=graphite", "initial.anode_state=0.02", charge]
    for ratio, told in ((0.5, 1), (1.5, 0)):
        lines = [
            line for line in doubts(read_case(case, [*graphite, f"cell.n_to_p={ratio}"])) if "extrapolated" in line
        ]
        assert len(lines) == told
        assert all("'charge at 0.1C until 4.2 V' takes the anode to 1." in line for line in lines)


def test_an_anode_that_does_not_grow_is_told(case):
    """Of graphite, which grows; not of LTO, which does not."""
    made_of = "materials.anode={use='lpscl', ingredients=[{material='%s', weight_fraction=1.0}]}"
    for name, told in (("graphite", 1), ("lto", 0)):
        changes = [made_of % name, f"cell.anode={name}"]
        lines = [
            line for line in doubts(read_case(case, changes)) if line.startswith("materials.anode.reaction_volume")
        ]
        assert len(lines) == told
        assert all("'graphite' has 4.15 cm^3/mol" in line for line in lines)
        grown = doubts(read_case(case, [*changes, "materials.anode.reaction_volume=4.15 cm^3/mol"]))
        assert not any(line.startswith("materials.anode.reaction_volume") for line in grown)


def test_a_composite_is_not_called_as_what_it_was_made_of(case):
    """Other ingredients than those of the material that is used."""
    other = "materials.anode.ingredients=[{material='graphite', weight_fraction=1.0}]"
    thin = ["geometry.layers.anode.thickness='10 um'", "materials.anode.reaction_volume=4.15 cm^3/mol"]
    charge = "protocol.steps=['press to 1 MPa in 1 s', 'charge at 0.1C until 4.2 V']"
    lines = doubts(read_case(case, ["cell.anode=graphite", other, charge, *thin]))
    assert [line.split(" grows")[0] for line in lines if " grows" in line] == ["materials.anode: 'anode'"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        # Steeper where it is empty than equal bends can follow.
        ("potential={table={x=[0, 1e-5, 0.1, 0.9, 1], u=[9, 3.9, 3.8, 3.7, 3.6]}}", "particle.potential: U is "),
        ("potential={table={x=[0.5, 0.7, 1], u=[4.1, 3.8, 3.5]}}", "the data of its potential from 0.5 to 1"),
        (
            "diffusivity={table={x=[0.5, 0.7, 1], d=[1, 2, 1]}, unit='um^2/s'}",
            "the data of its diffusivity in the plane",
        ),
        ("lattice={table={x=[0, 0.5, 1], a=[3.5, 3.2, 2.8], c=[14, 14, 14]}}", "lattice: a changes by 1"),
    ],
)
def test_data_that_do_not_carry_the_case_are_told(case, change, told):
    lines = doubts(read_case(case, [f"materials.particle.{change}"]))
    assert len([line for line in lines if told in line]) == 1


def test_a_lattice_may_change_much_where_strain_may_be_large(case):
    change = "materials.particle.lattice={table={x=[0, 0.5, 1], a=[3.5, 3.2, 2.8], c=[14, 14, 14]}}"
    assert not any("lattice" in line for line in doubts(read_case(case, [change, "solver.strain=logarithmic"])))


@pytest.mark.parametrize(("one_c", "told"), [("19 mA/g", "14.5 h"), ("190 A/g", "0.00145 h"), ("140 mA/g", None)])
def test_a_slip_in_the_current_of_one_c_is_told(case, one_c, told):
    lines = [line for line in doubts(read_case(case, [f"cell.one_c={one_c}"])) if line.startswith("cell.one_c")]
    assert [f"in {told}" in line for line in lines] == ([] if told is None else [True])


STRONG, STIFF = "interfaces.surface.normal_strength=500 MPa", "interfaces.surface.normal_stiffness=1e7 MPa/um"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["geometry.element_size=4 um"], "1/6 of the median diameter of the particles, 4 um, is 0.67 um"),
        ([STRONG, STIFF], "1/3 of the cohesive zone of surface, 0.096 um, is 0.032 um"),
        ([], None),
    ],
)
def test_elements_that_resolve_nothing_are_told(case, changes, told):
    """Of E G/T^2 with 24 GPa and 1 J/m2, and of the particles."""
    cohesive = "{law='cohesive', between=['particle', 'cathode'], normal_strength='50 MPa', normal_toughness='1 J/m^2'}"
    lines = doubts(read_case(case, [f"interfaces.surface={cohesive}", *changes]))
    found = [line for line in lines if line.startswith("geometry.element_size")]
    assert [told in line for line in found] == ([] if told is None else [True])


def test_a_rate_that_no_host_has_is_told(case):
    own = "materials.particle.exchange_current_density=1 A/m^2"
    assert "cell.exchange_current_density: not used; every host has one in its material" in doubts(
        read_case(case, [own])
    )


def test_rates_that_do_not_follow_the_temperature_are_told(case):
    """Where it changes, each that has no activation energy."""
    steps = "protocol.steps=['press to 5 MPa in 1 min', 'charge at 0.1C until 10 mAh/g (60 degC)']"
    active = "materials.particle.diffusivity={value='1e-10 cm^2/s', activation_energy='30 kJ/mol'}"
    told = [line for line in doubts(read_case(case, [steps, active])) if "activation_energy" in line]
    assert [line.split(": ")[1] for line in told] == ["cell.exchange_current_density"]
    assert not [line for line in doubts(read_case(case, [active])) if "activation_energy" in line]
    coated = read_case(CASES / "coated-cell", ["protocol.steps=['press to 5 MPa in 1 min', 'heat to 60 degC in 1 h']"])
    assert [line for line in doubts(coated) if "interfaces.coating.ionic_conductivity: " in line]


def test_hosts_that_are_apart_at_the_start_are_told(case):
    """Of one material they are not."""
    for second, told in (("ncm811", True), ("ncm85", False)):
        case_of_two = read_case(case, [f"materials.cathode={{use='{second}', axis='random'}}"])
        lines = [line for line in doubts(case_of_two) if line.startswith("initial.stoichiometry: at x = 1 the hosts")]
        assert len(lines) == told


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ("potential={table={x=[0.2, 1.0], u=[4.5, 3.5]}}", "", ["table has 2 of x, 2 of u", "at least 3"]),
        ("potential={table={x=[0.2, 0.5, 1.0]}}", "", ["potential has no law", "a table of x and u"]),
        ("lattice={table={x=[0.2, 1.0]}}", "", ["lattice has no law", "a table of x, a and c"]),
        ("anode={kind='plateau', plateau='0.6 V'}", ".anode", ["nothing uses", "cell.anode"]),
    ],
)
def test_a_law_that_nothing_would_use_is_refused(case, change, key, words):
    with pytest.raises(CaseErrors) as caught:
        read_case(case, [f"materials.particle.{change}"])
    (error,) = caught.value.errors
    assert error.key == f"materials.particle{key}"
    assert all(word in error.message for word in words)


def test_a_porosity_of_nothing_is_refused(case):
    own = "materials.separator={youngs_modulus='24 GPa', poisson_ratio=0.3, porosity=0.1}"
    with pytest.raises(CaseErrors, match=r"materials\.separator.*: porosity = 0\.1 is used with ingredients only"):
        read_case(case, [own])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("thickness=120 nm", ["thickness: 120 nm is 6 % of the radius of 'particle', 2 um", "up to 5 %"]),
        ("thickness=0.5 nm", ["thickness: 0.5 nm is unusual"]),
        ("youngs_modulus=0.1 GPa", ["youngs_modulus: 0.1 GPa is unusual"]),
        ("ionic_conductivity=1 S/cm", ["ionic_conductivity: 1 S/cm is unusual"]),
    ],
)
def test_coatings_that_are_not_thin_or_unusual_are_told(case, change, words):
    coating = "{law='coated', between=['particle', 'cathode'], thickness='10 nm', material='linbo3'}"
    overrides = [f"interfaces.surface={coating}", "geometry.order=2"]
    assert not any(line.startswith("interfaces") for line in doubts(read_case(case, overrides)))
    lines = doubts(read_case(case, [*overrides, f"interfaces.surface.{change}"]))
    (line,) = [line for line in lines if line.startswith("interfaces.surface.")]
    assert all(word in line for word in words)


def test_elements_that_could_mesh_a_coating_are_told(case):
    coating = "{law='coated', between=['particle', 'cathode'], thickness='80 nm', material='linbo3'}"
    lines = doubts(read_case(case, [f"interfaces.surface={coating}", "geometry.element_size=50 nm"]))
    assert any("80 nm is more than geometry.element_size, 50 nm" in line for line in lines)


def test_a_membrane_on_straight_facets_is_told(case):
    """Each of whose nodes is an end where displacement is linear."""
    coating = "interfaces.surface={law='coated', between=['particle', 'cathode'], thickness='10 nm', material='linbo3'}"
    for override, told in (("geometry.order=1", 1), ("geometry.order=2", 0), ("solver.displacement_degree=1", 0)):
        lines = doubts(read_case(case, [coating, override]))
        assert len([line for line in lines if "interfaces.surface.law: straight facets" in line]) == told


def test_a_resistance_without_a_cell_is_told(case):
    coating = "{law='coated', between=['particle', 'cathode'], thickness='10 nm', material='linbo3'}"
    overrides = [f"interfaces.surface={coating}", "interfaces.surface.ionic_conductivity=1e-7 S/cm"]
    told = "interfaces.surface.ionic_conductivity: nothing uses it without a section cell"
    assert told not in doubts(read_case(case, overrides))
    (case / "less").mkdir()
    (case / "less" / "case.toml").write_text('extends = ".."\nremove = ["cell"]\n')
    overrides.append("protocol.steps=['press to 1 MPa in 1 s', 'set x = 0.5 in 1 h']")
    assert told in doubts(read_case(case / "less", overrides))
