"""What the electrode does is stored in the lattice, done on the bulk or dissipated, the better the shorter the step."""

import numpy as np
import pytest

from fem_asslb.diagnostics.cell_energy import DISSIPATED, ERROR
from tests.verification.test_cell import SMALL, build

pytestmark = pytest.mark.two_ranks

PLASTIC = "materials.cathode.law={kind='plastic', yield_stress='60 MPa', hardening_modulus='1 GPa'}"


def charged(comm, folder, longest, *changes):
    """Scalars at the end of a charge, and the electrode's work from its potential, step by step [pJ/um]."""
    steps = [
        "press to 5 MPa in 1 min",
        "charge at 0.5C until 30 mAh/g",
        "rest 20 min",
        "discharge at 0.5C until 10 mAh/g",
    ]
    limits = [f"time.largest_step='{longest} s'", "time.first_step='5 s'", "time.tolerance=0.1"]
    protocol = [f"protocol.steps={steps}", "cell.side_reaction_share=0"]
    simulation = build(comm, "zhang2026-hb", [*SMALL, *limits, *protocol, *changes], folder)
    work, before = 0.0, 0.0
    while not simulation.loading.has_ended:
        record = simulation.advance()
        potential = record.scalars["cathode potential [V]"]
        current = simulation.ledger.balances.current()
        work += 0.5 * (potential + before) * current * record.duration
        before = potential
    return record.scalars, work


def test_energy_of_a_cell_adds_up(comm, shared_path):
    """Within a percent of what is dissipated; with half the step a quarter of that is left."""
    errors = []
    for longest in (80.0, 40.0):
        scalars, work = charged(comm, shared_path, longest)
        assert scalars["electrode work [pJ]"] == pytest.approx(work, rel=1e-9)
        spent = [scalars[f"{name} energy [pJ]"] for name in DISSIPATED]
        assert min(spent[:2]) > 0.02 * sum(spent)
        errors.append(abs(scalars[ERROR]))
    assert errors[0] < 1e-2
    assert errors[1] < 0.35 * errors[0]


@pytest.mark.serial
def test_energy_of_a_cell_whose_matrix_yields(comm, shared_path):
    """Plastic flow is paid by the swelling, not by lithium: the balance of the cell closes as before."""
    scalars, _ = charged(comm, shared_path, 80.0, PLASTIC)
    assert scalars["plastic energy [pJ]"] > 0.0
    assert abs(scalars[ERROR]) < 1e-2
    assert np.isfinite(scalars["energy balance error [-]"])
