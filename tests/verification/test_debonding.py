"""D3 and D4: a particle that shrinks away from its shell, lets go, and comes back."""

import numpy as np
import pytest

from fem_asslb.base.parallel import global_max, global_sum
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.model.model import Interface, Support
from fem_asslb.solve.convergence import TOLERANCE
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import ball
from tests.support import REFERENCE_X, force_x, host, passive, problem_on
from tests.verification.test_particle_in_shell import CORE, SHELL, core_pressure

pytestmark = pytest.mark.two_ranks

OUTSIDE = 20.0
SWELLING = 0.05
LAYERS = {2: 6, 3: 3}
STRENGTH, TOUGHNESS, STIFFNESS = 50.0, 0.25, 2e5
RELEASE = 2 * TOUGHNESS / STRENGTH


AREA = 0.5 * np.pi
"""Of the interface of an octant, and of a quadrant [um^2; um in 2D]."""


class Particle:
    """Particle of radius 1 in a shell of radius 2, an octant (quadrant in 2D): the planes hold it in the middle."""

    def __init__(self, comm, dimension, law, preset="direct"):
        planes = (("left", 0), ("bottom", 1)) if dimension == 2 else (("left", 0), ("front", 1), ("bottom", 2))
        self.dimension = dimension
        self.problem = problem_on(
            ball(dimension, LAYERS[dimension], LAYERS[dimension], 2.0),
            comm,
            materials={
                "particle": host(IsotropicElasticity(*CORE), (SWELLING, SWELLING)),
                "electrolyte": passive(*SHELL),
            },
            support=Support(planes=planes, pressure="outer"),
            interfaces=(Interface("particle", "electrolyte", law),),
        )
        self.problem.controls.outer_pressure.value = OUTSIDE
        self.problem.controls.time_step.value = 1e3  # drag is nothing
        self._solver = NewtonSolver(self.problem, preset)
        self._diagnostics = InterfaceDiagnostics(self.problem)
        self.cohesive = 0.0

    def welded_pressure(self, x):
        """D1 [MPa], without an interface: negative where it would have to pull."""
        free = SWELLING * (x - REFERENCE_X)
        if self.dimension == 3:
            return closed_forms.sphere_in_shell(CORE, SHELL, 2.0, free, OUTSIDE)
        return closed_forms.cylinder_in_shell(CORE, SHELL, 2.0, (free, free), OUTSIDE)

    @property
    def compliance(self):
        """a Den: gap per traction [um/MPa]."""
        if self.dimension == 3:
            return 1 / closed_forms.sphere_in_shell(CORE, SHELL, 2.0, 1.0, 0.0)
        return 1 / closed_forms.cylinder_in_shell(CORE, SHELL, 2.0, (1.0, 0.0), 0.0)

    def pull(self, x):
        """a (eps_c - eps), the gap of an interface that holds nothing [um]."""
        return -self.compliance * self.welded_pressure(x)

    def x_at(self, pull):
        """Stoichiometry at which that gap is ``pull`` [um]."""
        start, end = self.pull(REFERENCE_X), self.pull(0.0)
        return REFERENCE_X * (1 - (pull - start) / (end - start))

    def go_to(self, x):
        """Solve and accept; mean opening [um] and traction [MPa], and how much both scatter about their means."""
        force_x(self.problem, x)
        self._solver.solve()
        self.check_that_nothing_is_left()
        points = self._diagnostics.evaluate()
        self.summary = {
            name.removeprefix("particle|electrolyte "): value
            for name, value in self._diagnostics.summary(points).items()
        }
        spent = self._diagnostics.dissipation(points)
        self.cohesive += sum(energy for name, energy in spent.items() if name.endswith("cohesive"))
        self.problem.accept()
        comm, area = self.problem.domain.comm, points.area
        values = (points.normal_opening, points.normal_traction)
        total, *sums = global_sum(comm, [area.sum(), *((area * value).sum() for value in values)])
        means = np.array(sums) / total
        scatter = [
            global_max(comm, np.abs(value - mean).max(initial=0.0))[0]
            for value, mean in zip(values, means, strict=True)
        ]
        return (*means, *scatter)

    def check_that_nothing_is_left(self):
        """One more Newton iteration moves nothing by more than the tolerance, also where points have just let go."""
        more = self._solver.solve()
        assert more.iterations == 1
        assert max(more.updates.values()) <= 2 * TOLERANCE


@pytest.mark.parametrize("dimension", [2, pytest.param(3, marks=pytest.mark.serial)])
def test_contact_is_lost_at_the_critical_strain_and_found_again(comm, measured, dimension):
    """D3: unilateral contact pushes as D1 says, less the overlap P/k, opens as if nothing held, and forgets."""
    particle = Particle(comm, dimension, ContactLaw(STIFFNESS, STIFFNESS))
    critical = particle.x_at(0.0)
    assert REFERENCE_X > critical > 0.3
    stiff = 1 + 1 / (STIFFNESS * particle.compliance)

    def check(x):
        opening, traction, *scatter = particle.go_to(x)
        pressure, uneven = core_pressure(particle.problem)
        if x > critical:
            exact = particle.welded_pressure(x) / stiff
            assert pressure == pytest.approx(exact, rel=2e-3, abs=2e-3 * OUTSIDE)
            assert traction == pytest.approx(-exact, rel=2e-3, abs=2e-3 * OUTSIDE)
            assert opening == pytest.approx(traction / STIFFNESS, rel=1e-4)
            shares, gap = {"debonded closed": 1.0}, 0.0
            mean, overlap = (particle.summary[name] for name in ("contact pressure mean [MPa]", "overlap max [um]"))
            assert mean == pytest.approx(exact, rel=2e-3, abs=2e-3 * OUTSIDE)
            assert 0.98 * exact < overlap * STIFFNESS < 1.03 * exact + 0.03 * OUTSIDE
        else:
            assert opening == pytest.approx(particle.pull(x), rel=3e-3, abs=1e-5)
            assert scatter[0] < 1e-5 + 1e-2 * opening
            # Drag alone: 1e-7 s of the stiffness times the opening rate.
            assert max(abs(pressure), abs(traction), uneven) < 1e-3
            shares, gap = {"open": 1.0}, particle.pull(x)
            assert particle.summary["opening max [um]"] == pytest.approx(gap, rel=1e-2, abs=2e-5)
        assert particle.summary["gap mean [um]"] == pytest.approx(gap, rel=3e-3, abs=1e-5)
        for name in ("intact", "damaged", "debonded closed", "open"):
            assert particle.summary[f"{name} [-]"] == pytest.approx(shares.get(name, 0.0), abs=1e-12)
        return opening, pressure

    before = particle.problem.state.empty_like()
    _, pressure = check(0.8)
    measured(
        f"D3, {dimension}D",
        "pressure in the core before opening [MPa]",
        particle.welded_pressure(0.8) / stiff,
        pressure,
    )
    before.assign(particle.problem.state)
    for x in (0.5, critical + 0.002, critical - 0.002, 0.3, 0.2):
        opening, _ = check(x)
    measured(f"D3, {dimension}D", "gap at x = 0.2 [um]", particle.pull(0.2), opening)
    for x in (0.3, critical - 0.002, critical + 0.002, 0.8):
        check(x)
    again = particle.problem.state["displacement"].x.array - before["displacement"].x.array
    assert global_max(comm, np.abs(again).max(initial=0.0))[0] < 1e-9
    assert particle.cohesive == 0.0


@pytest.mark.parametrize("dimension", [2, pytest.param(3, marks=pytest.mark.serial)])
def test_adhesion_lets_go_as_the_bilinear_law_says(comm, measured, dimension):
    """D4: peak when k g = T, secant while it comes back, undamaged when pressed, release at g = g_f."""
    particle = Particle(
        comm, dimension, ContactLaw.cohesive(Cohesion(STRENGTH, STRENGTH, TOUGHNESS, TOUGHNESS, STIFFNESS))
    )
    onset = STRENGTH / STIFFNESS
    assert STRENGTH / (RELEASE - onset) * particle.compliance < 0.6  # stable
    worst, seen = 0.0, []

    def check(pull):
        nonlocal worst
        exact = closed_forms.bilinear_separation(pull, particle.compliance, STRENGTH, STIFFNESS, TOUGHNESS, worst)
        opening, traction, *scatter = particle.go_to(particle.x_at(pull))
        pressure, _ = core_pressure(particle.problem)
        assert opening == pytest.approx(exact[0], abs=(5e-3 if dimension == 3 else 2e-3) * RELEASE)
        assert traction == pytest.approx(exact[1], rel=2e-3, abs=5e-3 * STRENGTH)
        assert -pressure == pytest.approx(traction, rel=2e-3, abs=2e-3 * STRENGTH)
        worst = max(worst, exact[0])
        seen.append((pull, *exact, opening, traction, *scatter))
        return seen[-1]

    peak = onset + STRENGTH * particle.compliance
    release = RELEASE
    half = 0.5 * (peak + release)
    for pull in (-0.01, 0.5 * peak, 0.999 * peak):
        *_, opening, traction, _, _ = check(pull)
        assert pull > 0.9 * peak or particle.summary["intact [-]"] == pytest.approx(1.0)
    measured(f"D4, {dimension}D", "traction at the debonding strain [MPa]", STRENGTH, traction / 0.999)
    assert particle.cohesive == pytest.approx(0.0, abs=1e-3 * TOUGHNESS)
    for pull in np.linspace(peak, half, 5)[1:]:
        _, exact_opening, exact_traction, opening, traction, _, _ = check(pull)
    measured(f"D4, {dimension}D", "opening half way to the release [um]", exact_opening, opening)
    assert particle.summary["damaged [-]"] == pytest.approx(1.0)
    measured(f"D4, {dimension}D", "traction half way to the release [MPa]", exact_traction, traction)
    spent = particle.cohesive
    for pull in (0.5 * half, 0.1 * half, -0.01, 0.5 * half, 0.99 * half):
        check(pull)
    assert particle.cohesive == pytest.approx(spent, rel=1e-9)
    for pull in (*np.linspace(half, release, 5)[1:-1], 0.99 * release, 1.05 * release, 1.5 * release):
        _, exact_opening, _, opening, traction, _, _ = check(pull)
    assert abs(traction) < 1e-3
    measured(f"D4, {dimension}D", "gap after the release [um]", exact_opening, opening)
    assert particle.cohesive == pytest.approx(TOUGHNESS * AREA, rel=5e-3)
    measured(f"D4, {dimension}D", "dissipated energy [pJ]", TOUGHNESS * AREA, particle.cohesive)
    assert particle.summary["open [-]"] == pytest.approx(1.0)
    # Closed again it pushes as if it had never opened, and does not hold.
    check(-0.01)
    assert particle.summary["debonded closed [-]"] == pytest.approx(1.0)
    check(0.3 * peak)
    assert abs(seen[-1][4]) < 1e-3
