"""The whole cell: what goes in at its terminals is in lattice and anode, lost on the way, or wasted beside it."""

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import read_case
from fem_asslb.diagnostics import columns
from fem_asslb.diagnostics.cell_energy import DISSIPATED, ERROR
from fem_asslb.fields.names import CATHODE_POTENTIAL
from fem_asslb.materials.library import load_anode
from fem_asslb.simulation.simulation import Simulation

pytestmark = pytest.mark.serial

RESISTANCE, SHARE, N_TO_P, REFERENCE = 30.0, 0.15, 1.4, 202.0
"""[ohm cm2], [-], [-], [mAh/g]."""

CELL = f"""
[case]
title = "A dense layer of NCM85 against LTO"
[geometry]
kind = "layered-stack"
dimension = 2
width = "2 um"
element_size = "1 um"
layers.separator.thickness = "2 um"
layers.cathode.thickness = "2 um"
[materials]
separator = "lpscl"
[materials.cathode]
use = "ncm85"
axis = {{ direction = [0, 1, 0] }}
[cell]
anode = "lto"
one_c = "190 mA/g"
n_to_p = {N_TO_P}
positive_reference_capacity = "{REFERENCE} mAh/g"
exchange_current_density = "0.5 A/m^2"
resistance = "{RESISTANCE} ohm cm^2"
side_reaction_share = {SHARE}
[initial]
stoichiometry = 0.9
anode_state = 0.02
[fixture]
kind = "constant-force"
[protocol]
steps = ["press to 5 MPa in 1 min", "charge at 0.2C until 60 mAh/g", "discharge at 0.4C until 30 mAh/g"]
"""


def history(comm, path, length):
    """Columns of a run in steps of one length [s]."""
    (path / "case.toml").write_text(CELL)
    steps = f'time={{first_step="{length} s",largest_step="{length} s",tolerance=0.99}}'
    case = read_case(path, [steps])
    simulation, rows = Simulation(case, build_domain(comm, case, path)[1]), []
    while not simulation.loading.has_ended:
        record = simulation.advance()
        rows.append({"length": record.duration, "stage": record.stage, **record.scalars})
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in rows[-1]}


def test_what_goes_in_at_the_terminals_is_somewhere(comm, tmp_path):
    """Each part follows from the columns of current, charge and potentials; what is left falls with the step."""
    left = []
    for length in (600.0, 300.0):
        found = history(comm, tmp_path, length)
        mass_area = found[columns.AREAL_CAPACITY][-1] / found[columns.SPECIFIC_CAPACITY][-1]  # [g/cm2]
        passed = np.diff(found[columns.SPECIFIC_CAPACITY], prepend=0.0) * mass_area * 3.6  # [C/cm2]
        area = 2e-8  # of a depth of a micrometre [cm2]
        joules = {name: found[f"{name} energy [pJ]"][-1] * 1e-12 / area for name in ("anode", "resistance")}
        current = found[columns.CURRENT_DENSITY] * 1e-3
        assert joules["resistance"] == pytest.approx(RESISTANCE * np.sum(current**2 * found["length"]), rel=1e-6)
        states = 0.02 + np.linspace(0.0, found[columns.SPECIFIC_CAPACITY][-1], 20001) / (N_TO_P * REFERENCE)
        potentials = np.array([float(load_anode("lto", "cell.anode", {}).potential(state)) for state in states])
        stored = -np.trapezoid(potentials, states) * N_TO_P * REFERENCE * 3.6 * mass_area
        assert joules["anode"] == pytest.approx(stored, rel=1e-5)
        potential = found[CATHODE_POTENTIAL]
        means = 0.5 * (potential + np.append(np.nan, potential[:-1]))
        side = SHARE * np.nansum(means * np.maximum(passed, 0.0))  # of charges alone
        assert found["side reaction energy [pJ]"][-1] * 1e-12 / area == pytest.approx(side, rel=1e-4)
        within = np.append(False, np.diff(found["stage"]) == 0) & (found["stage"] > 0)
        work = np.diff(found["cell work [pJ]"], prepend=0.0) * 1e-12 / area
        voltage = found[columns.CELL_VOLTAGE]
        trapezoid = 0.5 * (voltage + np.append(np.nan, voltage[:-1])) * passed
        assert work[within] == pytest.approx(trapezoid[within], rel=2e-3)
        spent = sum(found[f"{name} energy [pJ]"][-1] for name in DISSIPATED)
        left.append(found[ERROR][-1] * spent / (spent + found["resistance energy [pJ]"][-1]))
        assert abs(left[-1]) < 1e-2
    assert abs(left[1]) < 0.5 * abs(left[0])
