"""Two particles share a current by what their contact conducts; the one that has lost contact keeps its lithium."""

import numpy as np
import pytest

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.diagnostics.particles import ParticleDiagnostics
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.electrode_balance import ElectrodeBalance
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.gate import ConductionKnee, Gate
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.model import ChargeTransfer, Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import LINEAR, REFERENCE_X, TEMPERATURE, host, passive, prescribe_everywhere, problem_on

pytestmark = pytest.mark.ends_in_parallel

WIDTH = 0.01
EXCHANGE = 3.0
STIFFNESS = 1e5
FADING = Gate(opening_width=WIDTH)


class TwoParticles:
    """Squares of 1 um on both sides of an electrolyte, all held; each stands behind a gap (overlap if < 0)."""

    def __init__(self, comm, gap, order=("particle", "electrolyte"), gate=FADING, right_gap=0.0):
        strips = np.array(["particle/0001", "electrolyte", "particle/0002"])
        start = InterfaceStart(bonded_share=0.0, gap=lambda x: np.where(x[0] < 1.5, gap, right_gap))
        self.problem = problem_on(
            box((3.0, 1.0), (9, 3), lambda centres: strips[centres[:, 0].astype(int)]),
            comm,
            materials={"particle": host(), "electrolyte": passive()},
            support=Support(planes=()),
            displacement_degree=1,
            interfaces=(Interface(*order, ContactLaw(STIFFNESS, STIFFNESS, gate=gate), start),),
            charge_transfer=ChargeTransfer(EXCHANGE, interfaces=(("particle", "electrolyte"),)),
        )
        prescribe_everywhere(self.problem)
        self.solver, self.interfaces = NewtonSolver(self.problem), InterfaceDiagnostics(self.problem)
        self.particles = ParticleDiagnostics(self.problem, self.interfaces)
        self.diagnostics = Diagnostics(self.problem)

    def move_left(self, position):
        """Move the left particle as a whole."""
        particles = self.problem.domain.cells_of(["particle"])
        self.problem.prescribed.interpolate(
            lambda x: np.stack([position * (x[0] < 1.5), 0 * x[0], 0 * x[0]]), particles
        )
        self.problem.prescribed.x.scatter_forward()

    def pass_current(self, density, time_step):
        """Mean stoichiometry of both particles after a step."""
        self.problem.controls.current_density.value = density
        self.problem.controls.time_step.value = time_step
        self.solver.solve()
        self.interfaces.keep()
        found = self.particles.values().stoichiometry
        self.problem.accept()
        return found


@pytest.mark.parametrize("order", [("particle", "electrolyte"), ("electrolyte", "particle")])
@pytest.mark.parametrize(("gap", "share"), [(0.0, 1.0), (0.4 * WIDTH, 1 - 0.4**2 * (3 - 2 * 0.4)), (2 * WIDTH, 0.0)])
def test_current_goes_where_contact_is_left(comm, order, gap, share):
    cell, density, step = TwoParticles(comm, gap, order), 0.5, 1e-5
    assert cell.diagnostics.reacting_area == pytest.approx(2.0)
    left, right = REFERENCE_X - cell.pass_current(density, step)
    assert (left + right) * 0.05 * FARADAY == pytest.approx(density * 2.0 * step, rel=1e-6)
    assert left == pytest.approx(share * right, rel=1e-3, abs=1e-12)
    assert cell.diagnostics.conducting_share() == pytest.approx(0.5 * (share + 1.0))
    overpotential = cell.problem.state.number(ELECTRODE) - LINEAR.potential(REFERENCE_X)
    through = 2.0 * EXCHANGE * np.sinh(FARADAY * overpotential / (2.0 * GAS_CONSTANT * TEMPERATURE))
    assert through == pytest.approx(2.0 * density / (1.0 + share), rel=1e-3)


@pytest.mark.two_ranks
@pytest.mark.parametrize("order", [("particle", "electrolyte"), ("electrolyte", "particle")])
@pytest.mark.parametrize("share", [1.0, 0.0])
def test_the_electrode_is_where_what_conducts_takes_the_current(comm, order, share):
    """V = U + (2RT/F) asinh(i/(2 i0)) with the current per area that conducts, wherever V was before."""
    cell = TwoParticles(comm, 0.0 if share else 2 * WIDTH, order)
    problem = cell.problem
    cell.pass_current(0.0, 1.0)
    equilibrium = float(LINEAR.potential(REFERENCE_X))
    scale = 2.0 * GAS_CONSTANT * TEMPERATURE / FARADAY
    for density, before in ((1e-6, 0.0), (1e4, -1.0), (-1e4, 1.0), (0.0, 1.0)):
        problem.state.set_number(ELECTRODE, equilibrium + before)
        exact = equilibrium + scale * np.arcsinh(2.0 * density / (1.0 + share) / (2.0 * EXCHANGE))
        problem.controls.current_density.value = density
        balance = ElectrodeBalance(problem.currents, problem.state, problem.previous, ELECTRODE)
        assert balance.potential() == pytest.approx(exact, abs=1e-9)


@pytest.mark.two_ranks
@pytest.mark.parametrize("pressure", [45.0, 80.0])
def test_closed_contact_conducts_by_its_pressure(comm, pressure):
    """The right contact bears no pressure, the left one what its overlap asks for."""

    def share(pressure):
        return 0.2 + 0.8 / (1.0 + np.exp((50.0 - pressure) / 10.0))

    cell = TwoParticles(comm, -pressure / STIFFNESS, gate=Gate(ConductionKnee(0.2, 50.0, 10.0), WIDTH))
    left, right = REFERENCE_X - cell.pass_current(0.5, 1e-5)
    assert left / right == pytest.approx(share(pressure) / share(0.0), rel=2e-3)


@pytest.mark.two_ranks
@pytest.mark.parametrize("keeps_lost", [False, True])
def test_contact_that_comes_back_conducts_again_unless_it_was_lost(comm, keeps_lost):
    cell = TwoParticles(comm, 0.0, gate=Gate(opening_width=WIDTH, keeps_lost=keeps_lost))
    before, back = np.full(2, REFERENCE_X), 0.0 if keeps_lost else 1.0
    for position, share in ((0.0, 1.0), (-2 * WIDTH, 0.0), (0.0, back), (0.0, back)):
        cell.move_left(position)
        now = cell.pass_current(0.5, 1e-5)
        (left, right), before = before - now, now
        assert left == pytest.approx(share * right, rel=1e-3, abs=1e-12)


@pytest.mark.two_ranks
def test_a_particle_without_contact_keeps_its_lithium(comm):
    cell = TwoParticles(comm, 2 * WIDTH)
    for _ in range(5):
        left, right = cell.pass_current(20.0, 1.0)
    assert left == pytest.approx(REFERENCE_X, abs=1e-12)
    assert right == pytest.approx(REFERENCE_X - 20.0 * 2.0 * 5.0 / (0.05 * FARADAY), rel=1e-9)


def test_particles_that_touch_nothing_have_a_potential_and_come_back(comm):
    cell = TwoParticles(comm, 2 * WIDTH, right_gap=2 * WIDTH)
    assert cell.pass_current(0.0, 1e3) == pytest.approx(REFERENCE_X, abs=1e-9)
    assert cell.problem.state.number(ELECTRODE) == pytest.approx(float(LINEAR.potential(REFERENCE_X)), abs=1e-6)
    assert cell.diagnostics.conducting_share() == pytest.approx(0.0, abs=1e-12)
    cell.move_left(2 * WIDTH)
    left, right = REFERENCE_X - cell.pass_current(0.5, 1e-5)
    assert left * 0.05 * FARADAY == pytest.approx(0.5 * 2.0 * 1e-5, rel=1e-6)
    assert right == pytest.approx(0.0, abs=1e-8 * left)
