"""Every block of the Jacobian with laws of the bulk that remember, as formulae and in numpy at points."""

import pytest

from fem_asslb.materials.viscoelasticity import MaxwellSolid, MaxwellSolidAtPoints
from tests import composite
from tests.patch.test_jacobian import check_blocks

pytestmark = pytest.mark.two_ranks

NUMBERS = (20e3, 9e3, 0.7, 50.0)


@pytest.mark.parametrize("law", [MaxwellSolid(*NUMBERS), MaxwellSolidAtPoints(*NUMBERS)])
@pytest.mark.parametrize(("dimension", "degree"), [(2, 1), (2, 2), pytest.param(3, 1, marks=pytest.mark.serial)])
def test_blocks_with_a_law_in_matrix_and_hosts(comm, law, dimension, degree):
    """The hosts too: their elastic strain moves with x, and so do the blocks of the equilibrium."""
    problem = composite.create(
        comm, dimension, degree, generalised=dimension == 2, laws={"particle": law, "cathode": law}
    )
    composite.disturb(problem)
    composite.press(problem)
    blocks = check_blocks(problem)
    pairs = {("displacement", "displacement"), ("stoichiometry", "displacement"), ("stoichiometry", "stoichiometry")}
    assert pairs <= blocks
    assert ("scalars", "displacement") in blocks


def test_blocks_with_one_law_at_points_beside_an_elastic_host(comm):
    problem = composite.create(comm, 2, laws={"cathode": MaxwellSolidAtPoints(*NUMBERS)})
    composite.disturb(problem)
    composite.clamp(problem)
    check_blocks(problem)
