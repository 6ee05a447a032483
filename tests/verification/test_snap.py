"""Two blocks between walls that tear apart at once: what no law takes shows in the energy balance, with its sign."""

import numpy as np
import pytest

from fem_asslb.case.reading.reader import build_case
from fem_asslb.simulation.simulation import Simulation
from tests.grids import box
from tests.support import domain_of

pytestmark = pytest.mark.two_ranks

STRENGTH, TOUGHNESS, HEIGHT = 20.0, 0.05, 5.0


def blocks(path):
    """A particle that shrinks beside its electrolyte."""
    return {
        "case": {"title": "Blocks between walls"},
        "geometry": {"kind": "mesh-file", "path": str(path)},
        "materials": {"electrolyte": "lpscl", "particle": {"use": "ncm85", "axis": {"direction": [0, 0, 1]}}},
        "interfaces": {
            "joint": {
                "between": ["particle", "electrolyte"],
                "law": "cohesive",
                "normal_strength": f"{STRENGTH} MPa",
                "normal_toughness": f"{TOUGHNESS} J/m^2",
                "normal_stiffness": "1e6 MPa/um",
            }
        },
        "fixture": {"kind": "constant-force"},
        "protocol": {"steps": ["unload to 0 MPa in 10 s", "set x = 0.6 in 2 h"]},
        "time": {"first_step": "10 s", "largest_step": "30 min"},
    }


def test_a_snap_without_delay_loses_what_no_law_takes(comm, tmp_path, measured):
    """It gives back T w/2 per area, w the gap that it opens, and spends the toughness; a crack would radiate the rest.

    All else is linear, so the work of the traction that vanishes is half its size times the displacement.
    """
    (tmp_path / "blocks.msh").write_text("")
    halves = np.array(["particle/0001", "electrolyte"])
    domain = domain_of(box((40.0, HEIGHT), (8, 1), lambda centres: halves[(centres[:, 0] > 20.0).astype(int)]), comm)
    simulation = Simulation(build_case(blocks(tmp_path / "blocks.msh")), domain)
    remainders, gaps = [], []
    while not simulation.loading.has_ended:
        scalars = simulation.advance().scalars
        remainders.append(scalars["energy remainder of the step [pJ]"])
        gaps.append(scalars["particle|electrolyte opening max [um]"])
    assert scalars["particle|electrolyte open [-]"] == 1.0
    snap = int(np.argmax(remainders))
    exact = HEIGHT * (0.5 * STRENGTH * gaps[snap] - TOUGHNESS)
    measured("snap without delay", "energy that no law takes [pJ/um]", exact, remainders[snap])
    assert exact > 2 * HEIGHT * TOUGHNESS
    assert remainders[snap] == pytest.approx(exact, rel=0.02)
    assert np.abs(np.delete(remainders, snap)).max() < 1e-3 * exact
