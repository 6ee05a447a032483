"""C6: a free crystal takes the strain of its table and no stress, whatever its axis."""

import numpy as np
import pytest

from fem_asslb.materials.library import load
from fem_asslb.model.model import Model, Support
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import domain_of, force_x, hold_rigid_motion_only, mean, rms

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

X_START, X_END = 0.98, 0.3
AXES = [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.3, -0.5, 0.8), (1.0, 1.0, 0.2)]


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("dimension", [2, 3])
def test_free_crystal_follows_the_table(comm, measured, dimension, axis):
    direction = np.array(axis) / np.linalg.norm(axis)
    domain = domain_of(box((2.0, 1.0, 1.5)[:dimension], (3, 2, 2)[:dimension]), comm)
    material = load("ncm85")
    support = Support(planes=(), generalised_plane_strain=dimension == 2)
    problem = Problem(domain, Model({"particle": material}, direction[None], support, initial_stoichiometry=X_START))
    hold_rigid_motion_only(problem, np.diag([2.0, 1.0, 1.5])[[0, 0, 1]] * [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    force_x(problem, X_END)
    NewtonSolver(problem).solve()

    lattice = material.host.lattice
    a, c = lattice.a(X_END) / lattice.a(X_START) - 1, lattice.c(X_END) / lattice.c(X_START) - 1
    table = a * np.eye(3) + (c - a) * np.outer(direction, direction)
    dx = problem.formulation.measures.dx("particle", 4)
    strain, stress = (
        problem.formulation.bulk.strain(problem.state),
        problem.formulation.bulk.stress(problem.state, "particle"),
    )
    computed = np.array([[mean(problem, strain[i, j], dx) for j in range(3)] for i in range(3)])
    error = np.abs(computed - table).max()
    name = f"C6 {'3D' if dimension == 3 else 'generalised plane strain'}, axis {axis}"
    measured(name, "largest strain entry", np.abs(table).max(), np.abs(computed).max(), error / np.abs(table).max())
    assert abs(a) > 1e-3 and abs(c) > 1e-3
    assert computed == pytest.approx(table, abs=1e-12)
    assert rms(problem, stress, dx) < 1e-7
    # The strain of a finite change: small strain has the trace, the table the product.
    volume = lattice.volume(X_END) / lattice.volume(X_START)
    assert volume == pytest.approx(np.linalg.det(np.eye(3) + computed), rel=1e-9)
