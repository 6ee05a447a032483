"""Surfaces that only touch while a cell is made, and adhere from the end of that on."""

import numpy as np
import pytest

from fem_asslb.app.driver import run
from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.energy import STATES, EnergyBalance
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.model.model import Interface, Support
from fem_asslb.output.history import read_history
from tests.grids import box
from tests.support import passive, prescribe, problem_on
from tests.verification.test_cases import CASES
from tests.verification.test_interfaces import Run

pytestmark = pytest.mark.two_ranks

STIFFNESS, DOWN, FRICTION = 1e4, 5e-3, 0.3
LAW = ContactLaw.cohesive(Cohesion(60.0, 60.0, 5.0, 5.0, STIFFNESS), FRICTION)


def pressed(comm, tilt=0.0, law=LAW):
    """Rigid blocks pressed on each other and shoved, half as far as friction holds; what is under the upper one."""
    fixed = tuple(("bottom", component) for component in range(3))
    problem = problem_on(
        box((1.0, 2.0), (4, 4), lambda x: np.where(x[:, -1] < 1.0, "lower", "upper")),
        comm,
        materials={"lower": passive(1e9, 0.0), "upper": passive(1e9, 0.0)},
        support=Support(fixed, prescribed="top"),
        interfaces=(Interface("lower", "upper", law),),
        adheres_later=True,
    )
    blocks = Run(problem)
    held = FRICTION * STIFFNESS * DOWN / law.friction_stiffness
    # The last step is at rest, without drag.
    for share in (0.0, 0.5, 0.5):
        move(problem, -DOWN, share * held, tilt)
        points = blocks.step()
    return blocks, points, share * held


def move(problem, up, right=0.0, tilt=0.0):
    prescribe(problem, lambda x: np.stack([0 * x[0] + right, up + tilt * (x[0] - 0.5), 0 * x[0]]))


def test_adhesion_begins_without_a_jump(comm):
    """Tractions and displacements of the same loads stay as they are, and the bond is intact."""
    blocks, before, _ = pressed(comm)
    assert blocks.largest(before.released - 1.0) == 0.0
    moved = blocks.problem.state["displacement"].x.array.copy()
    shear, size = 0.5 * FRICTION * STIFFNESS * DOWN, STIFFNESS * DOWN
    held = 0.5 * shear**2 * (1.0 / LAW.friction_stiffness - 1.0 / STIFFNESS)
    assert blocks.problem.adhere() == pytest.approx(held, rel=1e-3)
    after = blocks.step()
    assert blocks.largest(after.normal_traction - before.normal_traction) < 1e-8 * size
    assert blocks.largest(after.shear_traction - before.shear_traction) < 1e-8 * size
    assert blocks.largest(before.shear_traction) == pytest.approx(shear, rel=1e-3)
    assert blocks.largest(after.released) < 1e-12
    assert np.abs(blocks.problem.state["displacement"].x.array - moved).max(initial=0.0) < 1e-10


def test_what_friction_stored_beyond_the_bond_is_booked(comm):
    """A step at rest across the begin of adhesion leaves nothing over: what is no longer stored is spent."""
    blocks, _, _ = pressed(comm)
    energy = EnergyBalance(Diagnostics(blocks.problem), blocks.diagnostics, 1e-9)
    at_rest = dict.fromkeys(STATES, 0.0)

    def left_over():
        blocks.diagnostics.keep()
        energy.book(at_rest, at_rest)
        return energy.scalars()["energy remainder of the step [pJ]"]

    stored = -left_over()
    spent = blocks.problem.adhere()
    energy.spend_at_once(spent)
    blocks.step()
    assert 0.1 * stored < spent < stored
    assert left_over() == pytest.approx(0.0, abs=1e-6 * spent)


def test_a_bond_bears_of_the_friction_what_it_can(comm):
    """Friction that holds more shear than the strength leaves the bond at its strength, and intact."""
    strength = 4.0
    law = ContactLaw.cohesive(Cohesion(60.0, strength, 5.0, 5.0, STIFFNESS), FRICTION)
    blocks, before, _ = pressed(comm, law=law)
    assert blocks.largest(before.shear_traction) > 1.5 * strength
    blocks.problem.adhere()
    after = blocks.step()
    assert blocks.largest(after.released) < 1e-6
    assert blocks.largest(after.shear_traction) == pytest.approx(strength, rel=1e-6)


@pytest.mark.parametrize("adheres", [True, False])
def test_what_adheres_bears_tension_and_shear(comm, adheres):
    """Lifted and shoved back, the bond bears k times the opening and the sliding since it bore nothing."""
    blocks, _, slid = pressed(comm)
    if adheres:
        blocks.problem.adhere()
        blocks.step()
    lift = 2e-3
    move(blocks.problem, lift, slid)
    points = blocks.step()
    held = 0.5 * FRICTION * STIFFNESS * DOWN if adheres else 0.0
    assert blocks.largest(points.normal_traction - (STIFFNESS * lift if adheres else 0.0)) < 1e-3 * STIFFNESS * lift
    assert blocks.largest(points.shear_traction) == pytest.approx(held, rel=1e-3, abs=1e-3)


def test_only_what_touches_adheres(comm):
    """A tilted block touches on one side: the other side bears nothing when it is turned back and lifted."""
    blocks, before, _ = pressed(comm, tilt=4.0 * DOWN)
    touches = before.normal_traction < -1e-3
    assert 0.5 < comm.allreduce(touches.sum()) / comm.allreduce(touches.size) < 0.95
    blocks.problem.adhere()
    after = blocks.step()
    assert np.array_equal(after.released < 0.5, touches)


def test_the_protocol_says_when(comm, shared_path):
    """In a case: nothing adheres under the press, what touches does at its end, and energies add up."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(
            f"""
extends = "{CASES / "particle-debonding"}"
[geometry]
element_size = "0.5 um"
[protocol]
steps = ["fabricate at 200 MPa for 1 min", "unload to 81 MPa in 1 min", "set x = 0.9 in 1 h"]
[output]
pictures = false
"""
        )
    comm.barrier()
    outcome = run(shared_path, comm, shared_path / "results")
    history = read_history(outcome.results)
    assert outcome.is_complete
    stage, pressure = history["protocol step [-]"], history["stack pressure [MPa]"]
    intact = history["particle|electrolyte intact [-]"]
    assert pressure[stage == 1][-1] == pytest.approx(200.0)
    assert np.all(intact[stage == 1] == 0.0)
    assert intact[stage == 2] == pytest.approx(1.0)
    assert np.abs(history["energy balance error [-]"]).max() < 1e-3
    works = history["fixture work [pJ]"] + history["chemical work [pJ]"]
    kinds = ("elastic", "bonding", "cohesive", "viscous", "friction")
    energies = sum(history[f"{kind} energy [pJ]"] for kind in kinds)
    assert energies == pytest.approx(works, abs=1e-3 * works.max())


@pytest.mark.serial
def test_a_step_that_fabricates_is_written_as_it_is_read():
    step = parse_step("fabricate at 435 MPa for 180 s")
    assert str(step) == "fabricate at 435 MPa for 3 min" and parse_step(str(step)) == step
    assert [step.share(time) for time in (9.0, 18.0, 180.0)] == pytest.approx([0.5, 1.0, 1.0])
