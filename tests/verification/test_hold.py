"""A voltage that is kept, and what ends a step when it happens: currents, pressures, open shares."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.units import convert
from fem_asslb.case.sections.amounts import Rate
from tests.verification import test_cell
from tests.verification.test_cell import build

pytestmark = pytest.mark.two_ranks

SMALL = [*test_cell.SMALL, 'geometry.element_size="3 um"']
"""Coarse: the tests are of currents and voltages."""
TOP, SHARE = 2.55, 0.15


def iter_steps(simulation):
    """Records of the steps of a run."""
    while not simulation.loading.has_ended:
        yield simulation.advance()


def rows(simulation):
    """Stage, length and scalars of each step of a run."""
    return [(record.stage, record.duration, record.scalars) for record in iter_steps(simulation)]


def test_constant_current_then_constant_voltage(comm, shared_path):
    """The voltage stays, also where the anode leaves its plateau, until the current is C/50; lithium follows it."""
    steps = ["press to 5 MPa in 1 min", f"charge at 1C until {TOP} V", f"hold at {TOP} V until C/50", "rest 1 min"]
    steps.append("discharge at 1C for 1 minute")
    changes = [
        *SMALL,
        f"cell.side_reaction_share={SHARE}",
        "cell.n_to_p=0.3",
        f"protocol.steps={steps}",
    ]
    simulation = build(comm, "zhang2026-hb", changes, shared_path)
    found = rows(simulation)
    held = [scalars for stage, _, scalars in found if stage == 2]
    start, full = ([scalars for stage, _, scalars in found if stage == number][-1] for number in (0, 1))
    assert max(abs(row["cell voltage [V]"] - TOP) for row in held) < 1e-4
    currents = np.array([row["current density [mA/cm2]"] for row in held])
    assert np.all(np.diff(currents) < 0.0) and currents[0] < full["current density [mA/cm2]"]
    assert currents[-1] == pytest.approx(full["current density [mA/cm2]"] / 50, rel=2e-3)
    diagnostics = simulation.diagnostics
    capacity = convert(FARADAY * diagnostics.lithium_capacity() / diagnostics.active_mass(), "pC/pg", "mAh/g")
    passed = held[-1]["specific capacity [mAh/g]"]
    assert passed > full["specific capacity [mAh/g]"] + 0.2
    x = start["stoichiometry mean [-]"], held[-1]["stoichiometry mean [-]"]
    assert x[0] - x[1] == pytest.approx((1 - SHARE) * passed / capacity, rel=1e-7)
    assert {row["current density [mA/cm2]"] for stage, _, row in found if stage == 3} == {0.0}


@pytest.mark.serial
def test_a_voltage_is_kept_far_from_rest_without_a_resistance(comm, shared_path):
    """Many times 1C is drawn at once; the voltage is met but for the drop over the resistance that stands in."""
    steps = ["press to 5 MPa in 1 min", "hold at 2.6 V for 1 min"]
    changes = [
        *SMALL,
        "cell.resistance='0 ohm cm^2'",
        "cell.exchange_current_density='50 A/m^2'",
        "initial.stoichiometry=0.8",
        f"protocol.steps={steps}",
    ]
    simulation = build(comm, "zhang2026-hb", changes, shared_path)
    held = [record.scalars for record in iter_steps(simulation) if record.stage == 1]
    one_c = convert(simulation.cell.current(Rate("c_rate", 1.0)) / simulation.cell.plate_area, "pA/um^2", "mA/cm^2")
    drawn = held[0]["current density [mA/cm2]"] / one_c
    assert drawn > 6.0
    for row in held:
        drop = 1e-5 * row["current density [mA/cm2]"] / one_c
        assert row["cell voltage [V]"] + drop == pytest.approx(2.6, abs=6e-5)


@pytest.mark.serial
def test_the_anode_swells_by_what_a_kept_voltage_draws(comm, shared_path):
    """In each step, also the first, by the charge that has passed at its end."""
    steps = ["press to 5 MPa in 1 min", "charge at 1C until 3.2 V", "hold at 3.2 V until C/10"]
    simulation = build(comm, "feng2026-liin", [*SMALL, f"protocol.steps={steps}"], shared_path)
    held = 0
    while not simulation.loading.has_ended:
        before, stage = simulation.loading.circuit.charge, simulation.loading.stage
        simulation.advance()
        now, taken = simulation.loading.circuit.charge, float(simulation.problem.controls.anode_lithium.value)
        assert abs(FARADAY * taken - now) <= (2e-3 if stage == 2 else 1e-9) * abs(now - before)
        held += stage == 2
    assert held > 1


def test_current_of_a_kept_voltage_over_a_resistance(comm, shared_path, measured):
    """Without other losses dq/dt = (V + U_anode - U(x))/R, against an integration of that."""
    resistance, hours = 4000.0, 1.0
    changes = [
        *SMALL,
        f"cell.resistance='{resistance} ohm cm^2'",
        "cell.exchange_current_density='1e4 A/m^2'",
        "cell.stress_driven_flux=false",
        "cell.side_reaction_share=0",
        "initial.stoichiometry=0.9",
        "materials.particle.diffusivity='1e-8 m^2/s'",
        "time={first_step='5 s', largest_step='60 s', tolerance=1e-3}",
        f"protocol.steps={['press to 5 MPa in 1 min', f'hold at {TOP} V for {hours} h']}",
    ]
    simulation = build(comm, "zhang2026-hb", changes, shared_path)
    found = rows(simulation)[-1][2]
    cell, diagnostics = simulation.cell, simulation.diagnostics
    capacity = FARADAY * diagnostics.lithium_capacity()
    (host,) = simulation.problem.model.host_laws.values()

    def rate(_, charge):
        potential = float(host.potential.potential(0.9 - charge[0] / capacity))
        return (TOP + cell.anode_potential(charge[0]) - potential) * cell.plate_area / cell.cell.resistance.value

    exact = solve_ivp(rate, (0.0, 3600.0 * hours), [0.0], rtol=1e-9, atol=1e-9).y[0, -1]
    expected = convert(exact / diagnostics.active_mass(), "pC/pg", "mAh/g")
    error = measured("A6", "charge of an hour at a kept voltage [mAh/g]", expected, found["specific capacity [mAh/g]"])
    assert error < 5e-3
    density = convert(rate(0.0, [exact]) / cell.plate_area, "pA/um^2", "mA/cm^2")
    assert found["current density [mA/cm2]"] == pytest.approx(density, rel=0.02)


@pytest.mark.serial
def test_a_pressure_ends_a_charge(comm, shared_path):
    """From above where the pressure falls; currents in amperes are those of the plate area."""
    steps = ["press to 5 MPa in 1 min", "charge at 0.5 mA until 4.98 MPa or 3 h", "rest 1 min (5 s period)"]
    changes = [*SMALL, "cell.plate_area='0.5 cm^2'", f"protocol.steps={steps}", "fixture.stiffness='5 MPa/um'"]
    found = rows(build(comm, "zhang2026-hb", changes, shared_path))
    charged = [scalars for stage, _, scalars in found if stage == 1]
    # To a thousandth of the change.
    assert charged[-1]["stack pressure [MPa]"] == pytest.approx(4.98, abs=2.1e-5)
    assert charged[-1]["time [h]"] < 3.0
    assert charged[0]["current density [mA/cm2]"] == pytest.approx(1.0, rel=1e-9)
    assert max(length for stage, length, _ in found if stage == 2) == pytest.approx(5.0)


@pytest.mark.serial
def test_a_current_and_a_charge_are_the_same_per_mass_per_area_and_of_the_whole_cell(comm, shared_path):
    """C/2 and 20 mAh/g, written in three ways: the same time, potential and stoichiometry."""
    before = build(comm, "zhang2026-hb", [*SMALL, "cell.plate_area='0.5 cm^2'"], shared_path).cell
    loading = before.active_mass / before.plate_area
    per_area, per_mass = convert(loading, "pg/um^2", "g/cm^2"), 0.5 * 190.0
    written = [
        f"charge at {per_mass} mA/g until 20 mAh/g",
        f"charge at {per_mass * per_area:.12g} mA/cm^2 until {20.0 * per_area:.12g} mAh/cm^2",
        f"charge at {per_mass * per_area * 0.5:.12g} mA until {20.0 * per_area * 0.5:.12g} mAh",
    ]
    ends = []
    for step in written:
        steps = ["press to 5 MPa in 1 min", step]
        changes = [*SMALL, "cell.plate_area='0.5 cm^2'", f"protocol.steps={steps}"]
        ends.append(rows(build(comm, "zhang2026-hb", changes, shared_path))[-1][2])
    assert ends[0]["specific capacity [mAh/g]"] == pytest.approx(20.0, rel=1e-9)
    assert ends[0]["time [h]"] == pytest.approx(1.0 / 60.0 + 20.0 / per_mass, rel=1e-9)
    for end in ends[1:]:
        for column in ("time [h]", "specific capacity [mAh/g]", "cell voltage [V]", "stack pressure [MPa]"):
            assert end[column] == pytest.approx(ends[0][column], rel=1e-8)


@pytest.mark.serial
def test_what_is_open_ends_a_charge(comm, shared_path):
    """A particle that lets go of its shell."""
    steps = ["press to 5 MPa in 1 min", "charge at 1C until open = 0.1 or 3 V"]
    changes = [*test_cell.SMALL, f"protocol.steps={steps}"]
    found = rows(build(comm, "zhang2026-hb-cohesive", changes, shared_path))
    shares = [scalars["particle|cathode open [-]"] for _, _, scalars in found]
    assert 0.098 < shares[-1] < 0.11 and max(shares[:-1]) < 0.1
