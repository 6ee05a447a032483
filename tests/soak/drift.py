"""A hundred cycles of a cell whose matrix may flow and does not: nothing drifts."""

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.verification.test_inelastic import RULES, flowing

CYCLES = 100


@pytest.mark.parametrize("name", ["plastic", "compaction"])
def test_a_hundred_cycles_below_yield(name):
    """The first cycle makes it flow; later ones are half as large, and from the 50th on nothing moves on."""
    problem = composite.create(MPI.COMM_SELF, laws={"cathode": flowing(RULES[name])})
    solver, diagnostics, controls = NewtonSolver(problem), Diagnostics(problem), problem.controls
    controls.platen.follow(60.0)
    ends, flowed = [], []
    for cycle in range(CYCLES + 1):
        for current in (0.4, 0.4, -0.4, -0.4):
            size = 1.0 if cycle == 0 else 0.5
            controls.current_density.value, controls.time_step.value = size * current, 60.0
            controls.anode_lithium.value = float(controls.anode_lithium.value) + 0.004 * size * np.sign(current)
            solver.solve()
            spent = sum(diagnostics.dissipation().values())
            end = [problem.state.number(PLATEN), diagnostics.lithium(), diagnostics.stored()["elastic"]]
            problem.accept()
            flowed.append(spent)
        ends.append(end)
    half, last = ends[CYCLES // 2], ends[CYCLES]
    assert np.array(last) == pytest.approx(np.array(half), rel=1e-10)
    assert sum(flowed[:4]) > 0.1
    assert max(map(abs, flowed[4 * (CYCLES // 2 + 1) :])) < 1e-12
