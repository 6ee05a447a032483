"""A cell with interfaces on a spring, as tests charge and discharge it step by step."""

import numpy as np

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.solve.newton import NewtonSolver

STEPS = ((0.1, 300.0), (0.3, 600.0), (0.3, 600.0), (-0.2, 600.0))
"""Current density [pA/um^2] and time [s]: charge, which shrinks the particles, and back."""


def put_on_a_spring(problem):
    """Press with 30 MPa; solver and diagnostics of what follows on a spring."""
    solver, controls = NewtonSolver(problem, options={"snes_max_it": 40}), problem.controls
    controls.platen.pressure.value = 30.0
    controls.time_step.value = 60.0
    solver.solve()
    problem.accept()
    controls.platen.stiffness.value, controls.platen.position.value = 50.0, problem.state.number(PLATEN)
    return solver, Diagnostics(problem), InterfaceDiagnostics(problem)


def facet_means(points):
    """Damage, opening, conduction and size of the current of each facet, shape (num_facets, 4)."""
    values = [points.released, points.normal_opening, points.conduction, np.abs(points.current)]
    return np.column_stack([(points.area * value).sum(axis=1) / points.area.sum(axis=1) for value in values])
