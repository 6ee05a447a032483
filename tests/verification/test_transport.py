"""A1, A3 and A5: diffusion in one particle, and the balance of lithium."""

import numpy as np
import pytest

from fem_asslb.base.constants import FARADAY
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.mesh.place import Place
from fem_asslb.model.model import ChargeTransfer, Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms, composite
from tests.grids import ball, box
from tests.support import IDEAL, LINEAR, host, integral, orders, problem_on, rms, set_profile

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

OCTANT = (("left", 0), ("front", 1), ("bottom", 2))


def march(problem, steps):
    """Equal steps of backward Euler with the controls as they are."""
    solver = NewtonSolver(problem)
    for _ in range(steps):
        solver.solve()
        problem.previous.assign(problem.state)


def radial(problem, profile):
    """Function of the lithium space with a radial profile, as an expression."""
    exact = problem.state.empty_like()["lithium"]
    exact.sub(0).interpolate(lambda x: profile(np.linalg.norm(x, axis=0)))
    return exact[0]


def held_sphere(comm, layers, steps, time, potential=LINEAR):
    """Octant whose surface is held at x = 0.6 from 0.5 on, at the time D t/R^2 = ``time``; D = 2."""
    problem = problem_on(
        ball(3, layers),
        comm,
        materials={"particle": host(diffusivity=(2.0, 2.0), potential=potential)},
        support=Support(OCTANT),
        charge_transfer=ChargeTransfer(1e9, boundaries=("outer",)),
    )
    problem.controls.potentiostatic.value = 1.0
    problem.controls.voltage.value = potential.potential(0.6)
    problem.controls.time_step.value = time / 2.0 / steps
    march(problem, steps)
    return problem


def sphere_error(problem, time, steps):
    """Distance from Crank's profile over the rise; with ``steps`` from the one that backward Euler makes of it."""
    exact = radial(problem, lambda r: 0.5 + 0.1 * closed_forms.sphere_diffusion(r, time, steps=steps))
    return rms(problem, problem.state["lithium"][0] - exact, problem.formulation.measures.dx("particle", 4)) / 0.1


def test_sphere_with_a_held_surface(comm, measured):
    """A1: order 2 in the mesh against the same time steps, order 1 in the step against Crank."""
    time = 0.1
    space = [sphere_error(held_sphere(comm, n, 5, time), time, 5) for n in (3, 6)]
    order = orders([1 / 3, 1 / 6], space)[0]
    problems = [held_sphere(comm, 6, steps, time) for steps in (5, 10)]
    steps = [sphere_error(problem, time, None) for problem in problems]
    means = [Diagnostics(problem).lithium() / (0.05 * np.pi / 6) for problem in problems]
    n = np.arange(1, 200)
    exact = 0.5 + 0.1 * (1 - 6 / np.pi**2 * np.sum(np.exp(-((n * np.pi) ** 2) * time) / n**2))
    extrapolated = 2 * means[1] - means[0]
    measured("A1", "profile of x, rms over the rise, 5 steps of backward Euler", 0.0, space[-1], space[-1], order)
    measured("A1", "profile of x, rms over the rise, 10 steps against Crank", 0.0, steps[-1], steps[-1])
    measured("A1", "mean x, extrapolated from 5 and 10 steps", exact, extrapolated)
    assert space[-1] < 4e-3
    assert order > 1.7
    assert 1.6 < steps[0] / steps[1] < 2.4
    assert extrapolated == pytest.approx(exact, abs=1e-3)


def test_dilute_host_obeys_fick_too(comm):
    """A1 with U = -(RT/F) ln x: the mobility M = D c/RT undoes the logarithm."""
    errors = [sphere_error(held_sphere(comm, n, 5, 0.1, IDEAL), 0.1, 5) for n in (3, 6)]
    assert errors[-1] < 5e-3
    assert orders([1 / 3, 1 / 6], errors)[0] > 1.7


AMPLITUDE, STEPS, TIME_STEP, WAVES = 0.1, 4, 0.05, (1.0, 1.0, 1.0)
D_PLANE, D_AXIS = 0.5, 0.1


def decayed_box(comm, dimension, cells, rotation=None):
    """Box without flux through its walls, product of cosines at the start; the crystal axis is its last edge."""
    size = (1.0, 2.0, 1.5)[:dimension]
    turn = np.eye(3) if rotation is None else rotation
    problem = problem_on(
        box(size, [cells] * dimension, rotation=turn[:dimension, :dimension]),
        comm,
        turn @ np.eye(3)[dimension - 1],
        materials={"particle": host(diffusivity=(D_PLANE, D_AXIS))},
        support=Support((), prescribed="bottom"),
        displacement_degree=1,
    )

    def profile(x, factor=1.0):
        local = turn.T @ x
        waves = [np.cos(WAVES[k] * np.pi * local[k] / size[k]) for k in range(dimension)]
        return 0.5 + AMPLITUDE * factor * np.prod(waves, axis=0)

    problem.controls.time_step.value = TIME_STEP
    set_profile(problem, profile)
    march(problem, STEPS)
    diffusivity = [D_PLANE] * (dimension - 1) + [D_AXIS]
    rate = sum(d * (wave * np.pi / edge) ** 2 for d, wave, edge in zip(diffusivity, WAVES, size, strict=False))
    factor = (1 + rate * TIME_STEP) ** -STEPS
    exact = problem.state.empty_like()["lithium"]
    exact.sub(0).interpolate(lambda x: profile(x, factor))
    dx = problem.formulation.measures.dx("particle", 4)
    return problem, rms(problem, problem.state["lithium"][0] - exact[0], dx) / (AMPLITUDE * factor)


@pytest.mark.parametrize("dimension", [2, 3])
def test_anisotropic_diffusion_in_a_box(comm, measured, dimension):
    """A3: each mode decays as one step of backward Euler after the other says."""
    sizes = (8, 16) if dimension == 2 else (6, 12)
    errors = [decayed_box(comm, dimension, n)[1] for n in sizes]
    order = orders([1 / n for n in sizes], errors)[0]
    measured(f"A3 {dimension}D", "x, rms over the amplitude", 0.0, errors[-1], errors[-1], order)
    assert errors[-1] < 0.02
    assert order > 1.7


@pytest.mark.parametrize("dimension", [2, 3])
def test_turned_box_diffuses_alike(comm, dimension):
    """A3: box and crystal turned together."""
    cosine, sine = np.cos(0.6), np.sin(0.6)
    rotation = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    if dimension == 3:
        rotation = rotation @ rotation[[2, 0, 1]][:, [2, 0, 1]]
    straight, turned = (decayed_box(comm, dimension, 6, turn) for turn in (None, rotation))
    dx = [problem.formulation.measures.dx("particle", 4) for problem, _ in (straight, turned)]
    squares = [
        rms(problem, problem.state["lithium"][0] - 0.5, m)
        for (problem, _), m in zip((straight, turned), dx, strict=True)
    ]
    assert squares[1] == pytest.approx(squares[0], rel=1e-10)
    assert turned[1] == pytest.approx(straight[1], rel=1e-10)


@pytest.mark.parametrize("degree", [1, 2])
def test_lithium_that_left_is_the_charge_that_passed(comm, measured, degree):
    """A5 in a cell with elastic interfaces, bends and stress; and no lithium is lost at an open circuit."""
    problem = composite.create(comm, 2, degree)
    composite.press(problem)
    problem.controls.platen.position.value = 0.0
    diagnostics, solver = Diagnostics(problem), NewtonSolver(problem)
    surface = integral(
        problem,
        1.0 + 0.0 * problem.state["scalars"][0]("+"),
        problem.formulation.measures.interface(Place("particle", "cathode")),
    )
    start, charge = diagnostics.lithium(), 0.0
    for current, step in ((0.2, 30.0), (0.2, 100.0), (0.0, 200.0), (-0.1, 50.0)):
        problem.controls.current_density.value, problem.controls.time_step.value = current, step
        solver.solve()
        charge += current * step * surface
        problem.previous.assign(problem.state)
        left = start - diagnostics.lithium()
        assert left * FARADAY == pytest.approx(charge, rel=1e-10)
    assert surface == pytest.approx(2 * (1.5 + 2.0) + 2 * (1.0 + 1.5), rel=1e-12)
    assert left > 1e-3 * start
    measured(f"A5, displacement of degree {degree}", "lithium that left [pmol/um]", charge / FARADAY, left)


def test_welded_grains_are_no_hindrance(comm):
    """A particle cut into grains that are welded takes up lithium as one piece; each grain alone would not."""

    def potential_and_range(region):
        problem = problem_on(
            box((3.0, 1.0), (9, 3), region),
            comm,
            materials={"particle": host(diffusivity=(D_PLANE, D_PLANE))},
            support=Support((), prescribed="bottom"),
            displacement_degree=1,
            charge_transfer=ChargeTransfer(1.0, boundaries=("left",)),
        )
        problem.controls.current_density.value, problem.controls.time_step.value = 20.0, 2.0
        march(problem, 3)
        return [problem.state.number(ELECTRODE), *Diagnostics(problem).stoichiometry_ranges()["particle"]]

    whole = potential_and_range(None)
    grains = potential_and_range(
        lambda middle: np.array([f"particle/0001/{1 + int(x) + 3 * int(3 * y):04d}" for x, y in middle])
    )
    assert whole[2] - whole[1] > 0.01
    assert grains == pytest.approx(whole, rel=1e-9)
