"""The cell around the mesh: charge, lithium, counter electrode and voltage of a protocol, against arithmetic."""

import re
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.base.units import convert
from fem_asslb.case.reading.reader import read_case
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.materials.library import load_anode
from fem_asslb.simulation.simulation import Simulation
from tests.support import on_one_rank

CASES = Path(__file__).parents[2] / "cases"
CHARGED, DISCHARGED = 60.0, 25.0
"""Specific capacity of the charge and of the discharge [mAh/g]."""
RATE = 19.0
"""0.1C at one_c = 190 mA/g [mA/g]."""
SHARE = 0.15
"""Side reaction of the first charge."""
RESISTANCE = 20.0
"""Of the whole cell [ohm cm2]."""
N_TO_P = 0.3
"""So small that the anode leaves its plateau on charge."""
START = 0.004
"""Charge in the anode over its capacity."""
SMALL = [
    'geometry.layers.anode.thickness="20 um"',
    'geometry.layers.separator.thickness="40 um"',
    'geometry.layers.cathode.thickness="12 um"',
    'geometry.width="12 um"',
    'geometry.element_size="1.5 um"',
]
CHANGES = [
    *SMALL,
    f"cell.side_reaction_share={SHARE}",
    f"cell.resistance='{RESISTANCE} ohm cm^2'",
    f"cell.n_to_p={N_TO_P}",
    f"initial.anode_state={START}",
    f"protocol.steps=['press to 5 MPa in 1 min', 'charge at 0.1C until {CHARGED} mAh/g', 'rest 1 h', "
    f"'discharge at 0.1C until {DISCHARGED} mAh/g']",
]


def build(comm, case, changes, folder):
    """Simulation of a case with some keys changed."""
    case = read_case(CASES / case, changes)
    return Simulation(case, build_domain(comm, case, folder)[1])


@pytest.fixture
def steps(comm, shared_path):
    """The run at its end, and the scalars at the end of each protocol step."""
    simulation = build(comm, "zhang2026-hb", CHANGES, shared_path)
    ends = []
    while not simulation.loading.has_ended:
        record = simulation.advance()
        if record.stage_ends:
            ends.append(record.scalars)
    return simulation, ends


@pytest.mark.two_ranks
def test_charge_lithium_and_voltage_of_a_protocol(steps):
    simulation, (pressed, charged, rested, discharged) = steps
    diagnostics = simulation.diagnostics
    assert charged["specific capacity [mAh/g]"] == pytest.approx(CHARGED, rel=1e-9)
    assert discharged["specific capacity [mAh/g]"] == pytest.approx(CHARGED - DISCHARGED, rel=1e-9)
    hours = [end["time [h]"] for end in (pressed, charged, rested, discharged)]
    assert hours[1] - hours[0] == pytest.approx(CHARGED / RATE, rel=1e-9)
    assert hours[3] - hours[2] == pytest.approx(DISCHARGED / RATE, rel=1e-9)

    # The side reaction takes part of the first charge and nothing later.
    capacity = convert(FARADAY * diagnostics.lithium_capacity() / diagnostics.active_mass(), "pC/pg", "mAh/g")
    x = [end["stoichiometry mean [-]"] for end in (pressed, charged, rested, discharged)]
    assert x[0] - x[1] == pytest.approx((1 - SHARE) * CHARGED / capacity, rel=1e-8)
    assert x[2] == pytest.approx(x[1], rel=1e-10)
    assert x[3] - x[2] == pytest.approx(DISCHARGED / capacity, rel=1e-8)

    # The anode takes up all that passed, and its state follows its mass.
    passed = convert(CHARGED - DISCHARGED, "mAh/g", "pC/pg") * diagnostics.active_mass()
    assert float(simulation.problem.controls.anode_lithium.value) == pytest.approx(passed / FARADAY, rel=1e-9)
    anode = load_anode("lto", "cell.anode", {})
    for end, charge in ((charged, CHARGED), (discharged, CHARGED - DISCHARGED)):
        state = START + charge / (N_TO_P * 202.0)
        assert end["anode potential [V]"] == pytest.approx(float(anode.potential(state)), abs=1e-9)

    # The drop adds to the voltage on charge and takes from it on discharge.
    for end, direction in ((charged, 1.0), (rested, 0.0), (discharged, -1.0)):
        density = direction * RATE * charged["areal capacity [mAh/cm2]"] / CHARGED
        assert end["current density [mA/cm2]"] == pytest.approx(density, rel=1e-9, abs=1e-12)
        drop = end["cell voltage [V]"] - (end["cathode potential [V]"] - end["anode potential [V]"])
        assert drop == pytest.approx(RESISTANCE * density * 1e-3, rel=1e-6, abs=1e-9)


@pytest.mark.two_ranks
@pytest.mark.parametrize(("rate", "exchange", "preset"), [(1, 0.03, "iterative"), (5, 1e-4, "direct")])
def test_a_current_far_above_the_exchange_current_starts_turns_and_stops(comm, shared_path, rate, exchange, preset):
    """The potential jumps by (2RT/F) asinh(i/(2 i0)) in each first step, however short that is."""
    steps = [f"charge at {rate}C until 0.1 s", f"discharge at {rate}C until 0.1 s", "rest 0.1 s"]
    changes = [
        *SMALL,
        f"solver.preset={preset}",
        f"cell.exchange_current_density='{exchange} A/m^2'",
        "cell.side_reaction_share=0",
        "initial.stoichiometry=0.7",
        "time={first_step='0.05 s', smallest_step='1 ms'}",
        f"protocol.steps={['press to 5 MPa in 0.1 s', *steps]}",
    ]
    simulation = build(comm, "zhang2026-hb", changes, shared_path)
    scale, before, now = 2.0 * GAS_CONSTANT * 318.15 / FARADAY, 0.0, 0.0
    while not simulation.loading.has_ended:
        potential, starts = simulation.problem.state.number(ELECTRODE), simulation.loading.at_start_of_step
        record = simulation.advance()
        if starts and record.stage > 0:
            before, now = now, float(simulation.problem.controls.current_density.value)
            jump = scale * (np.arcsinh(now / (2.0 * exchange)) - np.arcsinh(before / (2.0 * exchange)))
            assert abs(jump) > 0.1
            assert simulation.problem.state.number(ELECTRODE) - potential == pytest.approx(jump, abs=0.01)
            assert record.rejected == 0


def test_steps_are_chosen_alike_on_any_number_of_ranks(comm, shared_path):
    """Also where a rank holds no cell of the cathode, as in a stack of thin layers."""

    def steps(comm):
        simulation = build(comm, "column", [], shared_path)
        return [simulation.advance().duration for _ in range(12)]

    together = steps(comm)
    assert len(set(together)) > 5
    if comm.size > 1:
        assert together == pytest.approx(on_one_rank(comm, steps), rel=1e-6)


@pytest.mark.two_ranks
def test_books_of_a_cell_whose_anode_grows(comm, shared_path):
    """Lithium, force and energy at every step under a stiff fixture, which the anode works against."""
    steps = ("press to 5 MPa in 1 min", "charge at 1C until 40 mAh/g", "discharge at 1C until 20 mAh/g")
    changes = [*SMALL, 'fixture.stiffness="50 MPa/um"', f"protocol.steps={list(steps)}"]
    simulation = build(comm, "feng2026-liin", changes, shared_path)
    while not simulation.loading.has_ended:
        scalars = simulation.advance().scalars
        assert abs(scalars["energy balance error [-]"]) < 1e-9
        assert abs(scalars["lithium balance error [-]"]) < 1e-10
        assert abs(scalars["plate force error [-]"]) < 1e-8
    assert simulation.pressure() > 7.0


@pytest.mark.two_ranks
def test_a_limit_that_is_met_at_the_start_ends_its_step(comm, shared_path):
    """As on a cycler; the charge goes on from where the step before has left it."""
    charge = "charge at 1C until x = 0.99"
    steps = (
        "press to 5 MPa in 1 min",
        "discharge at 0.1C until x = 0.9",
        charge,
        charge,
        "discharge at 1C until x = 0.99",
    )
    simulation = build(comm, "zhang2026-hb", [*SMALL, f"protocol.steps={list(steps)}"], shared_path)
    records = []
    while not simulation.loading.has_ended:
        records.append(simulation.advance())
    for stage in (1, 3, 4):
        (only,) = (record for record in records if record.stage == stage)
        assert only.duration == pytest.approx(simulation.case.time.smallest_step, rel=1e-6)
    assert records[-1].scalars["stoichiometry mean [-]"] == pytest.approx(0.99, rel=1e-8)


@pytest.mark.serial
def test_a_voltage_that_is_met_at_the_start_is_said(comm, shared_path, caplog):
    """A slower charge to the same voltage starts below it; a faster one does not, nor a discharge with much drop."""
    steps = (
        "press to 5 MPa in 1 min",
        "charge at 0.2C until 2.2 V",
        "charge at 0.1C until 2.2 V",
        "charge at 1C until 2.2 V",
        "discharge at 1C until 2.19 V",
    )
    simulation = build(comm, "zhang2026-hb", [*SMALL, f"protocol.steps={list(steps)}"], shared_path)
    durations = dict.fromkeys(range(len(steps)), 0.0)
    while not simulation.loading.has_ended:
        record = simulation.advance()
        durations[record.stage] += record.duration
    met = [f"the limit of '{step}' is met at its start" for step in steps[3:]]
    assert [text for text in caplog.messages if "is met at its start" in text] == met
    assert min(durations[1], durations[2]) > 1.0
    assert max(durations[3], durations[4]) < 0.2


@pytest.mark.serial
def test_a_hold_that_stands_still_is_given_up(comm, shared_path, caplog):
    """One whose current is small enough at once says so; one whose limit is out of reach would never end."""
    steps = (
        "press to 5 MPa in 1 min",
        "charge at 0.2C until 2.2 V",
        "hold at 2.2 V until 10C",
        "hold at 2.2 V until 9 MPa",
    )
    simulation = build(comm, "zhang2026-hb", [*SMALL, f"protocol.steps={list(steps)}"], shared_path)
    reason = simulation.run()
    assert f"the limit of '{steps[2]}' is met at its start" in caplog.messages
    assert reason.startswith(f"stopped in '{steps[3]}'") and "nothing changes any more" in reason
    assert abs(simulation.loading.circuit.current) < 1e-5 * simulation.cell.cell.one_c * simulation.cell.active_mass


@pytest.mark.two_ranks
def test_a_cell_without_contact_can_be_pressed_and_says_why_it_cannot_be_charged(comm, shared_path):
    changes = [
        *SMALL,
        "interfaces.surface={between=['particle', 'cathode'], law='contact', initial_gap='0.2 um'}",
        "protocol.steps=['press to 5 MPa in 1 min', 'rest 1 h', 'charge at 0.1C until 10 mAh/g']",
    ]
    simulation = build(comm, "zhang2026-hb", changes, shared_path)
    reason = simulation.run()
    assert reason.startswith("stopped in 'charge at 0.1C until 10 mAh/g'")
    assert reason.endswith("no contact of the active material is left to conduct the current")
    assert simulation.loading.circuit.charge == 0.0
    assert simulation.diagnostics.conducting_share() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.two_ranks
@pytest.mark.parametrize(
    "loads",
    [
        pytest.param("press to 5 MPa in 1 min', 'charge at 0.2C", marks=pytest.mark.serial),
        "press to 1 MPa in 1 min', 'charge at 2C",
    ],
)
def test_a_particle_that_lets_go_altogether_ends_the_charge_with_that_reason(comm, shared_path, caplog, loads):
    """Not with that of Newton's method, and no attempt on the way leads to a potential beyond all numbers."""
    caplog.set_level("INFO")
    cell = "cell={anode='lithium', one_c='190 mA/g', exchange_current_density='0.5 A/m^2', temperature='45 degC'}"
    steps = f"protocol.steps=['{loads} until x = 0.26']"
    simulation = build(comm, "particle-debonding", ["geometry.element_size='0.5 um'", cell, steps], shared_path)
    reason = simulation.run()
    assert reason.startswith("stopped in 'charge at ")
    assert reason.endswith("no contact of the active material is left to conduct the current")
    assert not [text for text in caplog.messages if re.search(r"\bnan\b", text)]
