"""A stack whose piston only touches the cell: it presses like a bonded one, and transmits nothing once it lifts off."""

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import build_case, read_table
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.simulation.simulation import Simulation

pytestmark = pytest.mark.two_ranks

STACK = """
[case]
title = "Piston on a cell"
[geometry]
kind = "layered-stack"
dimension = 2
width = "10 um"
element_size = "2.5 um"
[geometry.layers.cell]
thickness = "20 um"
[geometry.layers.piston]
thickness = "20 um"
[materials]
cell = "lpscl"
piston = "steel"
[interfaces.platen]
between = ["cell", "piston"]
law = "contact"
friction = 0.2
initial_gap = "2 nm"
[fixture]
kind = "constant-force"
[protocol]
steps = ["press to 50 MPa in 1 min", "unload to 0 MPa in 1 min"]
"""


def test_a_piston_that_only_touches(comm, shared_path):
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(STACK)
    comm.Barrier()
    case = build_case(read_table(shared_path))
    _, domain = build_domain(comm, case, shared_path / "mesh")
    simulation = Simulation(case, domain)
    seen = {}
    while not simulation.loading.has_ended:
        record = simulation.advance()
        seen[record.stage] = record.scalars, simulation.interfaces.points
    assert isinstance(simulation.interfaces, InterfaceDiagnostics)
    pressed, points = seen[0]
    stiffness = float(simulation.problem.model.interfaces[0].law.normal_stiffness)
    # The platen closes the gap of 2 nm first; the overlap is that of the stated stiffness.
    assert pressed["cell|piston contact pressure mean [MPa]"] == pytest.approx(50.0, rel=1e-6)
    assert pressed["cell|piston overlap max [um]"] == pytest.approx(50.0 / stiffness, rel=1e-3)
    assert np.all(np.abs(points.normal_traction + 50.0) < 1e-2)
    assert abs(pressed["plate force error [-]"]) < 1e-8
    released, points = seen[1]
    assert released["stack pressure [MPa]"] == 0.0
    assert np.all(np.abs(points.normal_traction) < 1e-2)
