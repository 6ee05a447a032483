"""Over the strength is the largest tension of a brittle material, the von Mises stress of one that yields."""

from dataclasses import replace

import numpy as np
import pytest
import ufl

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.equations import kinematics
from fem_asslb.model.model import Support
from tests.grids import box
from tests.support import passive, prescribe, prescribe_everywhere, problem_on

YOUNGS, POISSON, STRENGTH = 100e3, 0.25, 500.0


def stress_of(strain):
    """Hooke's law for principal strains."""
    shear = YOUNGS / (2 * (1 + POISSON))
    lame = YOUNGS * POISSON / ((1 + POISSON) * (1 - 2 * POISSON))
    return 2 * shear * strain + lame * strain.sum()


def strain_for(stress):
    """Principal strains of principal stresses."""
    return ((1 + POISSON) * stress - POISSON * stress.sum()) / YOUNGS


@pytest.mark.two_ranks
@pytest.mark.ends_in_parallel
@pytest.mark.parametrize(
    ("stress", "breaks", "yields"),
    [
        ((0.0, 0.0, 501.0), True, True),
        ((0.0, 0.0, 499.0), False, False),
        ((0.0, 0.0, -2000.0), False, True),
        ((600.0, 600.0, 600.0), True, False),
        ((-900.0, -900.0, -900.0), False, False),
        ((400.0, -400.0, 0.0), False, True),
    ],
)
def test_strength_of_uniform_stress(comm, stress, breaks, yields):
    turn = np.linalg.qr(np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.4, 1.0]]))[0]
    strain = turn @ np.diag(strain_for(np.array(stress))) @ turn.T
    assert stress_of(strain_for(np.array(stress))) == pytest.approx(np.array(stress), abs=1e-9)
    material = replace(passive(YOUNGS, POISSON), strength=STRENGTH)
    for kind, passes in (("fracture", breaks), ("yield", yields)):
        problem = problem_on(
            box((1.0, 1.0, 1.0), (1, 1, 2)),
            comm,
            materials={"particle": replace(material, strength_kind=kind)},
            support=Support(planes=(), prescribed="bottom"),
        )
        prescribe(problem, lambda x: strain @ x)
        prescribe_everywhere(problem)
        problem.state["displacement"].x.array[:] = problem.prescribed.x.array
        found = Diagnostics(problem).stresses()["particle"]
        assert found.over_strength == pytest.approx(float(passes), abs=1e-12)
        assert found.principal_max == pytest.approx(max(stress), abs=1e-5)


@pytest.mark.serial
def test_largest_principal_stress_is_the_largest_eigenvalue():
    generator = np.random.default_rng(1)
    random = [0.5 * (a + a.T) for a in generator.normal(size=(20, 3, 3))]
    special = [
        np.zeros((3, 3)),
        7.0 * np.eye(3),
        -7.0 * np.eye(3),
        np.diag([1.0, 1.0, -2.0]),
        np.diag([2.0, -1.0, -1.0]),
    ]
    for matrix in random + special:
        value = float(kinematics.largest_principal(ufl.as_matrix(matrix.tolist()))(()))
        assert value == pytest.approx(np.linalg.eigvalsh(matrix)[-1], abs=1e-7)
