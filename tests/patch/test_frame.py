"""Turning a body together with its crystal axis, its support and its load changes no scalar."""

import numpy as np
import pytest
import ufl

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.model.model import ChargeTransfer, Support
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import CRYSTAL, IDEAL, host, integral, problem_on

AXIS = np.array([0.2, -0.5, 0.8])


def rotation(dimension):
    """About z in 2D, about no axis in particular in 3D."""
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    if dimension == 2:
        turn = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    return turn


def scalars(comm, dimension, turn, axis=None):
    """A crystal clamped at the bottom, pressed at the top and discharged through its left face for two steps."""
    problem = problem_on(
        box((1.0, 1.5, 0.8)[:dimension], (3, 3, 3)[:dimension], rotation=turn[:dimension, :dimension]),
        comm,
        turn @ AXIS if axis is None else axis,
        materials={"particle": host(CRYSTAL, (0.02, -0.05), (1.0, 0.2), IDEAL)},
        support=Support((), prescribed="bottom", pressure="top"),
        charge_transfer=ChargeTransfer(1e3, boundaries=("left",)),
    )
    problem.controls.outer_pressure.value = 200.0
    problem.controls.current_density.value = -500.0
    problem.controls.time_step.value = 0.1
    solver = NewtonSolver(problem)
    for _ in range(2):
        solver.solve()
        problem.previous.assign(problem.state)
    u, (x, phi), dx = (
        problem.state["displacement"],
        problem.state["lithium"],
        problem.formulation.measures.dx("particle", 4),
    )
    values = [integral(problem, value, dx) for value in (ufl.inner(u, u), x * x, x * phi, phi)]
    return np.array([*values, Diagnostics(problem).stored()["elastic"], problem.state.number(ELECTRODE)])


@pytest.mark.two_ranks
@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("dimension", [2, 3])
def test_turning_changes_nothing(comm, dimension):
    straight = scalars(comm, dimension, np.eye(3))
    turned = scalars(comm, dimension, rotation(dimension))
    assert turned == pytest.approx(straight, rel=1e-8)
    # The axis does matter: left behind, it changes the scalars.
    assert np.abs(scalars(comm, dimension, rotation(dimension), AXIS) / straight - 1).max() > 1e-3
