"""Derivatives of the whole system with interfaces that let go, slide and gate lithium, against differences."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.interfaces.coating import Coating
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.gate import ConductionKnee, Gate
from fem_asslb.interfaces.softening import Bilinear, Exponential
from fem_asslb.interfaces.toughness import BenzeggaghKenane
from fem_asslb.model.model import Interface
from tests import composite
from tests.patch.test_jacobian import check_blocks

pytestmark = pytest.mark.two_ranks

SURFACE = Cohesion(60.0, 90.0, 5.0, 12.0, 4e3, Bilinear(), BenzeggaghKenane(2.0), viscous_time=5.0)
BOUNDARY = Cohesion(50.0, 50.0, 8.0, 8.0, 5e3, Exponential())
GATE = Gate(ConductionKnee(0.2, 50.0, 10.0), 0.02)
INTERFACES = (
    Interface("particle", "cathode", ContactLaw.cohesive(SURFACE, 0.3, GATE)),
    Interface("particle", "particle", ContactLaw.cohesive(BOUNDARY, 0.2), conductance=3.0),
)


LAYER = Coating(thickness=0.05, youngs_modulus=90e3, poisson_ratio=0.3, resistance=0.4, holds_to="-")


# Each rank disturbs its part by numbers of its own, and among the many points in 3D one may then lie at a kink of the
# law, where no difference is a derivative: on one rank none does.
@pytest.mark.parametrize("dimension,degree", [(2, 1), (2, 2), pytest.param(3, 2, marks=pytest.mark.serial)])
def test_blocks_with_interfaces_that_open(comm, dimension, degree):
    check_open_interfaces(composite.create(comm, dimension, degree, interfaces=INTERFACES))


def test_blocks_with_a_coating_that_lets_go(comm):
    surface, boundary = INTERFACES
    coated = replace(surface, coating=LAYER), boundary
    check_open_interfaces(composite.create(comm, 2, 2, generalised=True, interfaces=coated))


def check_open_interfaces(problem):
    composite.disturb(problem)
    composite.press(problem)
    history = problem.formulation.interfaces.history
    progress = history.arrays["progress"]
    progress[:] = 0.3 * np.random.default_rng(2).random(len(progress))
    history.arrays["slip"][:] = 1e-3
    history.function.x.scatter_forward()
    blocks = check_blocks(problem)
    assert {("potential", "displacement"), ("scalars", "displacement"), ("displacement", "displacement")} <= blocks
