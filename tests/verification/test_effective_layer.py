"""E1 for a real cathode: a composite layer enters the layers in series with the properties of a run of it alone."""

from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import read_case
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.simulation.simulation import Simulation
from tests import closed_forms

pytestmark = pytest.mark.two_ranks

CASES = Path(__file__).parents[2] / "cases"
THICKNESS = {"anode": 40.0, "separator": 120.0, "cathode": 14.0}
STOICHIOMETRY = 0.45


def ends_of_steps(comm, folder, case, thickness, steps):
    """Stack pressure and position of the platen at the end of each protocol step of a small variant of a case."""
    changes = [f'geometry.layers.{name}.thickness="{value} um"' for name, value in thickness.items()]
    changes += ['geometry.width="14 um"', 'geometry.element_size="1.2 um"', f"protocol.steps={steps}"]
    case = read_case(CASES / case, changes)
    simulation = Simulation(case, build_domain(comm, case, folder)[1])
    pressures, positions = [], []
    while not simulation.loading.has_ended:
        if simulation.advance().stage_ends:
            pressures.append(simulation.pressure())
            positions.append(simulation.problem.state.number(PLATEN))
    return np.array(pressures), np.array(positions)


@pytest.mark.serial
def test_rigid_cell_is_layers_in_series(comm, shared_path, measured):
    """Free strain and modulus of the confined cathode alone give the fall of pressure between plates that stand."""
    layer = {"cathode": THICKNESS["cathode"]}
    steps = f"['press to 1 MPa in 1 min', 'press to 81 MPa in 1 min', 'set x = {STOICHIOMETRY} in 10 h']"
    _, positions = ends_of_steps(comm, shared_path, "zhang2026-cathode-confined", layer, steps)
    modulus = THICKNESS["cathode"] * 80.0 / (positions[0] - positions[1])
    growth = (positions[2] - positions[1]) / THICKNESS["cathode"]

    steps = f"['press to 81 MPa in 1 min', 'charge at 0.1C until x = {STOICHIOMETRY}']"
    pressures, _ = ends_of_steps(comm, shared_path, "zhang2026-hb-rigid", THICKNESS, steps)

    materials = read_case(CASES / "zhang2026-hb-rigid").resolved_materials()
    moduli = [closed_forms.plane_wave_modulus(*_isotropic(materials[name])) for name in ("anode", "separator")]
    change = closed_forms.stack_pressure_change(
        np.array(list(THICKNESS.values())), np.array([0.0, 0.0, growth]), np.array([*moduli, modulus]), np.inf
    )
    measured("E1 rigid cell, effective cathode", "pressure change [MPa]", change, pressures[1] - pressures[0])
    assert growth < -0.005
    assert pressures[1] - pressures[0] == pytest.approx(change, rel=0.05)


def _isotropic(material):
    """Young's modulus [MPa] and Poisson's ratio of an isotropic material."""
    return material.elasticity.youngs_modulus, material.elasticity.poisson_ratio
