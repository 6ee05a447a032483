"""What the electrode does is stored in the lattice, done on the bulk or dissipated, the better the shorter the step."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.plasticity import VonMisesFlow
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.cell_energy import DISSIPATED, ERROR, CellEnergy
from fem_asslb.diagnostics.energy import STATES, EnergyBalance
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.solve.newton import NewtonSolver
from tests import composite

pytestmark = pytest.mark.serial

CONDUCTANCE = 1.0
"""From grain to grain, so low that the potential jumps [pA/(um^2 V)]."""

DURATION, CURRENT = 600.0, 0.1
"""Of the charge [s], and through the surfaces [pA/um^2]."""

BOOKS = dict.fromkeys(STATES, 0.0)
"""Only what is dissipated is looked at."""


def empty_one_grain(problem):
    """Less lithium in one of the two grains that touch, so that the other feeds it."""
    domain, x = problem.domain, 0.6
    cells = np.flatnonzero(domain.cell_region == domain.regions.index("particle/0003"))
    for state in (problem.state, problem.previous):
        function = state["lithium"]
        dofs = function.function_space.dofmap.list[cells].ravel()
        function.x.array.reshape(-1, 2)[dofs] = [x, float(composite.BENT.potential.potential(x))]
        function.x.scatter_forward()


def charged(comm, steps, law=None):
    """Scalars after a charge and half a discharge in steps of one length, and the electrode's work by arithmetic."""
    surface, boundary = composite.INTERFACES
    interfaces = surface, replace(boundary, conductance=CONDUCTANCE)
    laws = {} if law is None else {"cathode": law}
    problem = composite.create(comm, 2, 2, generalised=True, interfaces=interfaces, laws=laws)
    empty_one_grain(problem)
    solver, diagnostics = NewtonSolver(problem), Diagnostics(problem)
    energy, mechanical = CellEnergy(problem, diagnostics), EnergyBalance(diagnostics, None, 1e-9)
    controls = problem.controls
    controls.platen.follow(5.0)
    controls.time_step.value = 1e-3
    solver.solve()
    problem.accept()
    controls.time_step.value = DURATION / steps
    work, before = 0.0, problem.state.number(ELECTRODE)
    for step in range(steps + steps // 2):
        controls.current_density.value = CURRENT if step < steps else -CURRENT
        solver.solve()
        energy.book(DURATION / steps)
        mechanical.book(BOOKS, BOOKS)
        now = problem.state.number(ELECTRODE)
        current = float(controls.current_density.value) * diagnostics.reacting_area
        work, before = work + 0.5 * (now + before) * current * DURATION / steps, now
        problem.accept()
    return energy.scalars(), work, mechanical.sums


def test_energy_of_a_cell_adds_up(comm):
    """Within a percent of what is dissipated; with half the step a quarter of that is left."""
    errors = []
    for steps in (16, 32):
        scalars, work, _ = charged(comm, steps)
        assert scalars["electrode work [pJ]"] == pytest.approx(work, rel=1e-6)
        spent = [scalars[f"{name} energy [pJ]"] for name in DISSIPATED]
        errors.append(scalars[ERROR])
    assert min(spent) > 0.02 * sum(spent)
    assert abs(errors[0]) < 1e-2
    assert errors[1] / errors[0] == pytest.approx(0.25, abs=0.1)


def test_energy_of_a_cell_whose_matrix_yields(comm):
    """Plastic flow is paid by the swelling, not by lithium: the balance closes as before."""
    law = FlowingSolid(28e3, 8e3, VonMisesFlow(20.0, 500.0))
    scalars, _, sums = charged(comm, 16, law)
    assert sums["cathode plastic"] > 0.0
    assert abs(scalars[ERROR]) < 1e-2
