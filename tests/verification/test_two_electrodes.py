"""A7: both electrodes are hosts, each with a potential of its own."""

import copy

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.units import convert
from fem_asslb.case.estimates.figures import equilibrium, states_at_equilibrium
from fem_asslb.case.reading.reader import build_case
from fem_asslb.simulation.simulation import Simulation

pytestmark = pytest.mark.two_ranks

TEMPERATURE, EXCHANGE, RESISTANCE = 300.0, 2.0, 50.0
HEIGHTS = {"anode": 5.0, "cathode": 8.0}
"""Of the two hosts [um]."""
START = {"anode": 0.4, "cathode": 0.9}
CRYSTAL = {"use": "ncm85", "axis": {"direction": [0, 1, 0]}, "diffusivity": "1e-8 m^2/s"}
CASE = {
    "case": {"title": "Two layers of oxide against each other"},
    "geometry": {
        "kind": "layered-stack",
        "dimension": 2,
        "width": "4 um",
        "element_size": "2 um",
        "layers": {
            "anode": {"thickness": f"{HEIGHTS['anode']} um"},
            "separator": {"thickness": "6 um"},
            "cathode": {"thickness": f"{HEIGHTS['cathode']} um"},
        },
    },
    "materials": {"anode": CRYSTAL, "separator": "lpscl", "cathode": CRYSTAL},
    "cell": {
        "anode": "anode",
        "one_c": "190 mA/g",
        "exchange_current_density": f"{EXCHANGE} A/m^2",
        "resistance": f"{RESISTANCE} ohm cm^2",
        "temperature": f"{TEMPERATURE} K",
        "stress_driven_flux": False,
    },
    "fixture": {"kind": "spring", "stiffness": "5 MPa/um"},
    "initial": {"stoichiometry": START["cathode"], "anode_state": START["anode"]},
    "protocol": {"steps": ["press to 5 MPa in 1 min", "charge at 1C until 40 mAh/g", "rest 10 min"]},
    "time": {"largest_step": "5 min"},
}


def case_with(steps, **cell):
    table = copy.deepcopy(CASE)
    table["protocol"]["steps"] = steps
    table["cell"] |= cell
    return build_case(table)


def walk(comm, case, folder):
    """Scalars of each step of a run with the name of its protocol step."""
    simulation = Simulation(case, build_domain(comm, case, folder)[1])
    rows = []
    while not simulation.loading.has_ended:
        record = simulation.advance()
        rows.append((record.stage, record.scalars))
    return simulation, rows


def test_voltage_is_that_of_two_electrodes_in_series(comm, shared_path, measured):
    """U(x_c) - U(x_a), two overpotentials and a drop; lithium of one goes to the other, and the books close."""
    case = build_case(CASE)
    simulation, rows = walk(comm, case, shared_path)
    host = simulation.problem.model.host_laws["cathode"]
    worst = 0.0
    for _, row in rows:
        charge = convert(row["areal capacity [mAh/cm2]"], "mAh/cm^2", "pC/um^2")
        density = convert(row["current density [mA/cm2]"], "mA/cm^2", "pA/um^2")
        full = {role: FARADAY * float(host.c_max) * height for role, height in HEIGHTS.items()}
        x = {role: START[role] + sign * charge / full[role] for role, sign in (("anode", 1.0), ("cathode", -1.0))}
        jump = 2.0 * GAS_CONSTANT * TEMPERATURE / FARADAY * np.arcsinh(density / (2.0 * EXCHANGE))
        cathode, anode = (float(host.potential.potential(x[role])) for role in ("cathode", "anode"))
        expected = cathode - anode + 2.0 * jump + 1e-3 * RESISTANCE * row["current density [mA/cm2]"]
        worst = max(worst, abs(row["cell voltage [V]"] - expected))
        assert row["anode potential [V]"] == pytest.approx(anode - jump, abs=2e-5)
        assert row["anode stoichiometry mean [-]"] == pytest.approx(x["anode"], abs=1e-8)
        assert row["stoichiometry mean [-]"] == pytest.approx(x["cathode"], abs=1e-8)
        for role, prefix in (("anode", "anode "), ("cathode", "")):
            least, largest = (row[f"{prefix}stoichiometry {which} [-]"] for which in ("min", "max"))
            growth = 100.0 * (host.lattice.volume(x[role]) / host.lattice.volume(1.0) - 1.0)
            assert row[f"{prefix}unit cell volume change [%]"] == pytest.approx(growth, abs=1e-4)
            assert least - 1e-8 <= x[role] <= largest + 1e-8 and largest - least < 1e-3
        for name in ("lithium balance", "anode lithium balance", "current balance", "plate force"):
            assert abs(row[f"{name} error [-]"]) < 1e-8
        assert abs(row["cell energy error [-]"]) < 1e-3
    # Each electrode is free of strain at its own stoichiometry: what is there at first is the pressure alone.
    pressed = [row for stage, row in rows if stage == 0][-1]
    assert max(pressed[f"{role} von Mises stress max [MPa]"] for role in HEIGHTS) < 10.0
    assert -0.01 < pressed["platen displacement [um]"] < 0.0
    measured("A7", "voltage of two electrodes of hosts, largest error [V]", 0.0, worst, worst)
    assert worst < 3e-5
    assert rows[-1][1]["stack pressure [MPa]"] != pytest.approx(5.0, abs=1e-3)
    estimate = equilibrium(case, case.resolved_materials())
    end = states_at_equilibrium(case, case.resolved_materials())[1]
    assert end.anode_state == pytest.approx(rows[-1][1]["anode stoichiometry mean [-]"], abs=1e-6)
    assert estimate.anode_capacity / estimate.lattice_capacity == pytest.approx(5.0 / 8.0, rel=1e-9)


def test_a_voltage_between_two_electrodes_is_kept(comm, shared_path):
    case = case_with(["press to 5 MPa in 1 min", "charge at 1C until 0.1 V", "hold at 0.1 V until C/20", "rest 1 min"])
    _, rows = walk(comm, case, shared_path)
    held = [row for stage, row in rows if stage == 2]
    assert len(held) > 3
    assert max(abs(row["cell voltage [V]"] - 0.1) for row in held) < 1e-4
    currents = [row["current density [mA/cm2]"] for row in held]
    assert np.all(np.diff(currents) < 0.0)
    before = next(row for stage, row in reversed(rows) if stage == 1)
    assert currents[-1] == pytest.approx(before["current density [mA/cm2]"] / 20, rel=2e-3)
    assert abs(rows[-1][1]["anode lithium balance error [-]"]) < 1e-8


@pytest.mark.serial
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"cell": {"n_to_p": 1.2, "positive_reference_capacity": "200 mAh/g"}},
            "cell.n_to_p: 1.2: 'anode' hosts",
        ),
        ({"cell": {"side_reaction_share": 0.1}}, "cell.side_reaction_share: 0.1: what 'anode' takes up"),
        ({"initial": {"anode_state": 0.1}}, "initial.anode_state: 0.1: the stoichiometry is out of range"),
        ({"materials": {"separator": CRYSTAL}}, "cell.anode: 'anode' touches 'separator'"),
    ],
)
def test_what_contradicts_a_host_as_anode_is_told(changes, words):
    table = copy.deepcopy(CASE)
    for section, values in changes.items():
        table[section] |= values
    with pytest.raises(CaseErrors) as caught:
        build_case(table)
    assert any(str(error).startswith(words) for error in caught.value.errors)
