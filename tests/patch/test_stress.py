"""Strain and stress of an affine displacement, entry by entry."""

import numpy as np
import pytest

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.equations.kinematics import SmallStrain, gradient
from fem_asslb.fields.out_of_plane import STRAIN as OUT_OF_PLANE
from fem_asslb.materials import library
from fem_asslb.model.model import Support
from fem_asslb.problem import composition
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import CRYSTAL, REFERENCE_X, crystal_stiffness, host, mean, problem_on, set_profile

pytestmark = pytest.mark.two_ranks

LAYER = library.load("lpscl")
AXIS = np.array([0.48, -0.6, 0.64])
SWELLING, X, ACROSS = (0.02, -0.05), 0.8, 3e-3
GRADIENT = 1e-3 * np.array([[1.0, -4.0, 2.5], [3.0, 2.0, -1.0], [0.5, 6.0, -3.0]])


@pytest.mark.parametrize("dimension", [2, 3])
def test_stress_of_a_strained_and_swollen_crystal(comm, dimension):
    """Stress = stiffness : (strain - free strain), with all six entries of each at work."""
    problem = problem_on(
        box((1.0, 1.5, 0.8)[:dimension], (2, 2, 2)[:dimension]),
        comm,
        AXIS,
        materials={"particle": host(CRYSTAL, SWELLING)},
        support=Support((), generalised_plane_strain=dimension == 2),
    )
    problem.state["displacement"].interpolate(lambda x: GRADIENT @ x)
    problem.state["displacement"].x.scatter_forward()
    if dimension == 2:
        problem.state.set_number(OUT_OF_PLANE, ACROSS)
    set_profile(problem, lambda x: np.full(x.shape[1], X))

    gradient = GRADIENT.copy()
    if dimension == 2:
        gradient[:, 2] = 0.0, 0.0, ACROSS
    strain = 0.5 * (gradient + gradient.T)
    free = (X - REFERENCE_X) * (SWELLING[0] * np.eye(3) + (SWELLING[1] - SWELLING[0]) * np.outer(AXIS, AXIS))
    stress = np.einsum("ijkl,kl->ij", crystal_stiffness(AXIS), strain - free)
    dx, fields = problem.formulation.measures.dx("particle", 2), problem.formulation.bulk
    found = [
        np.array([[mean(problem, tensor[i, j], dx) for j in range(3)] for i in range(3)])
        for tensor in (fields.strain(problem.state), fields.stress(problem.state, "particle"))
    ]
    assert found[0] == pytest.approx(strain, abs=1e-14)
    assert found[1] == pytest.approx(stress, rel=1e-10)


class GreenLagrange(SmallStrain):
    """Strain (F^T F - I)/2, which a rotation leaves at zero."""

    def strain(self, displacement, across=0.0):
        """With the part of second order."""
        part = gradient(displacement)
        return super().strain(displacement, across) + 0.5 * part.T * part


def test_another_kinematics_takes_the_place_of_small_strain(comm, monkeypatch):
    """A body that turns by a quarter has no stress, no energy and no force; in small strain it has all of them."""
    found = {}
    turned = np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 0.0]])
    for kinematics in (SmallStrain, GreenLagrange):
        monkeypatch.setattr(composition, "KINEMATICS", {"small": kinematics})
        problem = problem_on(box((1.0, 1.5), (2, 2)), comm, materials={"particle": LAYER}, support=Support(()))
        problem.state["displacement"].interpolate(lambda x: turned @ x)
        problem.state["displacement"].x.scatter_forward()
        found[kinematics] = Diagnostics(problem).stored()["elastic"], NewtonSolver(problem).residual().norm()
    assert found[GreenLagrange] == pytest.approx((0.0, 0.0), abs=1e-9)
    assert min(found[SmallStrain]) > 1e3
