"""Debonding is followed in time: what a run says of it hardly depends on the tolerance of the steps."""

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import build_case
from fem_asslb.simulation.simulation import Simulation

pytestmark = pytest.mark.two_ranks

SHELL = {
    "case": {"title": "A disc that lets go of its shell"},
    "geometry": {
        "kind": "particle-in-shell",
        "dimension": 2,
        "core_radius": "2 um",
        "shell_radius": "3 um",
        "element_size": "0.5 um",
        "part": "symmetric",
    },
    "materials": {"electrolyte": "lpscl", "particle": {"use": "ncm85", "axis": {"direction": [0, 1, 0]}}},
    "interfaces": {
        "surface": {
            "between": ["particle", "electrolyte"],
            "law": "cohesive",
            "normal_strength": "50 MPa",
            "normal_toughness": "0.3 J/m^2",
            "viscous_time": "60 s",
        }
    },
    "fixture": {"kind": "pressure"},
    "protocol": {"steps": ["press to 20 MPa in 1 min", "set x = 0.3 in 5 h"]},
    "output": {"pictures": False},
}
NAMES = ("open [-]", "conducting [-]")


def history(comm, folder, **time):
    """Time, and the shares of the interface."""
    case = build_case(SHELL | {"time": time})
    simulation = Simulation(case, build_domain(comm, case, folder)[1])
    rows = []
    while not simulation.loading.has_ended:
        record = simulation.advance()
        rows.append([record.time, *(record.scalars[f"particle|electrolyte {name}"] for name in NAMES)])
    return np.array(rows).T


def area_between(one, other):
    """Mean distance of two histories over the range of each quantity; a snap a little later hardly counts."""
    times = np.linspace(0.0, one[0][-1], 4001)
    return [
        np.abs(np.interp(times, one[0], a) - np.interp(times, other[0], b)).mean() / np.ptp(b)
        for a, b in zip(one[1:], other[1:], strict=True)
    ]


@pytest.mark.serial
def test_shares_hardly_depend_on_the_tolerance(comm, shared_path):
    """Steps that look at x alone, which is imposed, would grow to half an hour here, and half the contact go in one."""
    coarse, fine = (history(comm, shared_path, tolerance=tolerance) for tolerance in (0.01, 0.002))
    assert np.ptp(fine[1]) > 0.5
    assert max(area_between(coarse, fine)) < 0.005
    assert np.abs(np.diff(coarse[2])).max() < 0.2
    assert len(coarse[0]) < 150
