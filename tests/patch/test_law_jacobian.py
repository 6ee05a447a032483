"""Every block of the Jacobian with laws of the bulk that remember, as formulae and in numpy at points."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from fem_asslb.bulk.bulk_law import BulkResponse, Tangent
from fem_asslb.bulk.tensor import spherical
from fem_asslb.bulk.viscoelasticity import MaxwellSolid, MaxwellSolidAtPoints
from tests import composite
from tests.patch.test_jacobian import check_blocks

pytestmark = pytest.mark.two_ranks

NUMBERS = (20e3, 9e3, 0.7, 50.0)


@dataclass(frozen=True)
class Stiffening:
    """Stress K tr(e) I + 2 G (1 + a d : d) d, d the deviator: it remembers nothing and states no potential."""

    HISTORY: ClassVar = {}
    STORED: ClassVar = ("elastic",)
    DISSIPATION: ClassVar = ()
    AT_POINTS: ClassVar = False
    bulk: float
    shear: float
    growth: float

    def respond(self, now, before, history, time_step):
        """Stress, stored energy and tangent 2 G (1 + a d : d) dev(de) + 4 G a (d : de) d."""
        trace, deviator = now.strain.trace, now.strain.deviator
        square = deviator.inner(deviator)
        factor = self.shear * (1 + self.growth * square)
        return BulkResponse(
            stored={"elastic": 0.5 * self.bulk * trace**2 + self.shear * (square + 0.5 * self.growth * square**2)},
            stress=spherical(self.bulk * trace) + 2 * factor * deviator,
            tangent=Tangent(
                volumetric=self.bulk - 2 * factor / 3,
                shear=2 * factor,
                directed=4 * self.shear * self.growth,
                direction=deviator,
            ),
        )


class StiffeningAtPoints(Stiffening):
    """The same law in numpy; its tangent has a direction."""

    AT_POINTS: ClassVar = True


LAWS = [
    MaxwellSolid(*NUMBERS),
    MaxwellSolidAtPoints(*NUMBERS),
    Stiffening(20e3, 9e3, 2e3),
    StiffeningAtPoints(20e3, 9e3, 2e3),
]


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
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


@pytest.mark.serial
def test_blocks_with_logarithmic_strain(comm):
    """Its second variation, of stresses that are there already, is a part of the tangent, of formulae and at points."""
    laws = {"particle": LAWS[0], "cathode": LAWS[3]}
    problem = composite.create(comm, 2, 2, generalised=True, laws=laws, strain="logarithmic")
    composite.disturb(problem)
    composite.press(problem)
    check_blocks(problem)


def test_blocks_with_one_law_at_points_beside_an_elastic_host(comm):
    problem = composite.create(comm, 2, laws={"cathode": MaxwellSolidAtPoints(*NUMBERS)})
    composite.disturb(problem)
    composite.clamp(problem)
    check_blocks(problem)
