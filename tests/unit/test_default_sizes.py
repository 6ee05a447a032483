"""Element sizes and time steps that a case leaves out: what they follow from, and what is said of them."""

from pathlib import Path

import pytest

from fem_asslb.app import cli
from fem_asslb.app.driver import build_domain
from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.estimates.default_sizes import longest_step
from fem_asslb.case.estimates.estimates import summary
from fem_asslb.case.estimates.interface_estimates import softer_modulus
from fem_asslb.case.reading.reader import build_case, read_case, read_table
from fem_asslb.geometry.grains import BODY_SHARE
from fem_asslb.output.resolved import resolved_table
from fem_asslb.simulation.simulation import Simulation

pytestmark = pytest.mark.serial

CASES = Path(__file__).parents[2] / "cases"


def without_sizes(case, *overrides):
    """Table of a case that leaves out what has a default."""
    table = read_table(CASES / case, list(overrides))
    del table["geometry"]["element_size"]
    for key in ("largest_step", "swing_steps"):
        table.get("time", {}).pop(key, None)
    return table


def test_elements_follow_from_the_particles():
    diameter = read_case(CASES / "first").geometry.layers["cathode"].particles.diameter.median
    case = build_case(without_sizes("first"))
    assert case.geometry.element_size == pytest.approx(diameter / 6.0)
    half = build_case(without_sizes("first", f"geometry.layers.cathode.particles.diameter.median={diameter / 2} um"))
    assert half.geometry.element_size == pytest.approx(diameter / 12.0)
    assert build_case(without_sizes("particle-3d")).geometry.element_size == pytest.approx(0.4)
    # The thinnest of the layers, 18 um, or the width.
    assert build_case(without_sizes("column")).geometry.element_size == pytest.approx(4.5)
    assert build_case(without_sizes("column", "geometry.width=8 um")).geometry.element_size == pytest.approx(2.0)
    table = without_sizes("first", "geometry.largest_element=0.3 um")
    assert build_case(table).geometry.element_size == pytest.approx(0.3)
    assert build_case(without_sizes("zhou2025-fine-30")).geometry.element_size < 1.0


def test_elements_resolve_a_cohesive_zone_that_is_smaller():
    """Three facets in E G/T^2, of the softer side; four times the strength has a sixteenth of the zone."""
    weak = build_case(without_sizes("zhang2026-hb-cohesive"))
    assert weak.geometry.element_size == pytest.approx(4.0 / 6.0)
    strong = build_case(without_sizes("zhang2026-hb-cohesive", "interfaces.surface.normal_strength=200 MPa"))
    modulus = softer_modulus(strong.resolved_materials(), ("particle", "cathode"))
    assert strong.geometry.element_size == pytest.approx(modulus * 1.0 / 200.0**2 / 3.0)
    assert strong.geometry.element_size < weak.geometry.element_size


def test_elements_in_grains_resolve_the_zone_of_their_boundaries():
    table = without_sizes("zhang2026-hb-polycrystal")
    particles = table["geometry"]["layers"]["cathode"]["particles"]
    particles["grains"].pop("element_size", None)
    case = build_case(table)
    zones = {row.name: row.value for row in summary(case)}
    grains = case.geometry.layers["cathode"].particles.grains
    median = grains.diameter.quantile(0.5)
    assert grains.element_size == pytest.approx(
        min(zones["facets of boundary, at most"], BODY_SHARE[2] * median), rel=1e-6
    )
    # The boundaries of grains do not make the elements of the whole stack small.
    assert case.geometry.element_size == pytest.approx(4.0 / 6.0)
    particles["grains"]["element_size"] = "0.2 um"
    assert build_case(table).geometry.layers["cathode"].particles.grains.element_size == 0.2


@pytest.mark.parametrize(
    ("step", "minutes"),
    [
        ("charge at 0.1C until 2.75 V", 30.0),
        ("charge at 1C until 2.75 V", 3.0),
        ("charge at 1C for 20 min or until 2.75 V", 1.0),
        ("charge at 0.01C until 2.75 V", 30.0),
        ("rest 1 min", 30.0),
        ("charge at 1 mA/cm^2 until 2.75 V", 30.0),
        # Never below the first step.
        ("charge at 20C for 1 min", 10.0 / 60.0),
    ],
)
def test_the_longest_time_step_follows_from_the_swing(step, minutes):
    case = build_case(without_sizes("first", f'protocol.steps=["press to 81 MPa in 1 min", "{step}"]'))
    assert longest_step(case.protocol.steps[1], case.time) == pytest.approx(60.0 * minutes)


def test_a_pulse_does_not_cut_what_comes_after_it():
    pulsed = (
        'protocol.steps=["press to 81 MPa in 1 min", "charge at 1C for 2 min", "rest 2 h", "charge at 0.5C for 1 h"]'
    )
    table = without_sizes("first", pulsed)
    case = build_case(table)
    assert [longest_step(step, case.time) for step in case.protocol.steps] == [1800.0, 10.0, 1800.0, 180.0]
    table["time"] = table.get("time", {}) | {"largest_step": "20 min"}
    case = build_case(table)
    assert {longest_step(step, case.time) for step in case.protocol.steps} == {1200.0}
    table["time"] |= {"swing_steps": 40}
    case = build_case(table)
    assert [longest_step(step, case.time) for step in case.protocol.steps] == [1200.0, 10.0, 1200.0, 90.0]


def test_what_a_case_states_stands():
    for case in ("first", "particle-debonding", "column"):
        table = read_table(CASES / case)
        found = build_case(table)
        assert found.time.largest_step == 1800.0
        assert resolved_table(build_case(resolved_table(found))) == resolved_table(found)


def test_check_says_the_defaults_with_their_reason(capsys):
    assert cli.main(["check", str(CASES / "particle-debonding")]) == 0
    size, step = (line for line in capsys.readouterr().out.splitlines() if "if none is stated" in line)
    assert "0.32 um" in size and "1/3 of the cohesive zone of surface, 0.96 um; this case has 0.2 um" in size
    assert (
        "24 min" in step and "1/20 of 'set x = 0.26 in 8 h', in longer steps more; this case has up to 30 min" in step
    )


@pytest.mark.parametrize(
    ("overrides", "keys"),
    [
        (["materials.particle=cheese"], ["materials.particle"]),
        (["geometry.layers.cathode.particles.diameter.median=4 V"], ["geometry.layers.cathode.particles.diameter"]),
        (["geometry.largest_element=0 um"], ["geometry.largest_element"]),
        (["geometry.kind=cheese"], ["geometry.kind"]),
        (["interfaces.surface.normal_strength=x"], ["interfaces.surface.normal_strength"]),
        (["interfaces.surface=3"], ["interfaces.surface"]),
        (["geometry.width=0 um", "protocol.steps=[3]"], ["geometry.width", "protocol.steps"]),
        (["geometry.dimension=5"], ["geometry.dimension"]),
        (["time.first_step=0 s"], ["time.first_step"]),
        (["geometry.elements=1 um"], ["geometry.elements"]),
    ],
)
def test_a_mistake_elsewhere_is_told_alone(overrides, keys):
    with pytest.raises(CaseErrors) as raised:
        build_case(without_sizes("zhang2026-hb-cohesive", *overrides))
    assert len(raised.value.errors) == len(keys)
    for error, key in zip(raised.value.errors, keys, strict=True):
        assert error.key.startswith(key)


@pytest.mark.parametrize(("steps", "longest"), [("time.swing_steps=40", 90.0), ("time.swing_steps=0", 1200.0)])
def test_a_run_takes_the_steps_of_its_swings(steps, longest, comm, tmp_path):
    protocol = 'protocol.steps=["press to 5 MPa in 10 s", "set x = 0.99 in 1 h"]'
    case = build_case(read_table(CASES / "column", [protocol, "time.largest_step=20 min", steps, "time.tolerance=0.9"]))
    simulation, lengths = Simulation(case, build_domain(comm, case, tmp_path)[1]), []
    while not simulation.loading.has_ended:
        lengths.append(simulation.advance().duration)
    assert max(lengths) <= longest and (longest < 1000.0 or max(lengths) > 100.0)
