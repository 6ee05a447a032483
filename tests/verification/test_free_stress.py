"""B1, B3 and B4: stress of bodies that nothing holds, from the gradient of lithium alone."""

from functools import partial

import numpy as np
import pytest
import ufl
from scipy.linalg import solve_banded

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.model.model import ChargeTransfer, Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import ball, box
from tests.support import (
    IDEAL,
    REFERENCE_X,
    TEMPERATURE,
    freeze_profile,
    host,
    mean,
    orders,
    problem_on,
    rms,
    set_profile,
)

pytestmark = pytest.mark.two_ranks

YOUNGS, POISSON, SWELLING = 100e3, 0.3, 0.05
OCTANT = (("left", 0), ("front", 1), ("bottom", 2))


def isotropic(swelling, **other):
    return host(IsotropicElasticity(YOUNGS, POISSON), (swelling, swelling), **other)


def test_stress_of_a_free_sphere(comm, measured):
    """B1 for x = 0.4 + 0.3 r^2: m(r) = free strain of x at 0.4 + 0.18 r^2; also the growth of the radius."""
    errors, growths = [], []
    for layers in (3, 6):
        problem = problem_on(
            ball(3, layers), comm, materials={"particle": isotropic(SWELLING)}, support=Support(OCTANT)
        )
        freeze_profile(problem, lambda x: 0.4 + 0.3 * np.sum(x**2, axis=0))
        NewtonSolver(problem).solve()
        position = ufl.SpatialCoordinate(problem.domain.mesh)
        square = ufl.dot(position, position)
        free, inside, whole = (SWELLING * (x - REFERENCE_X) for x in (0.4 + 0.3 * square, 0.4 + 0.18 * square, 0.58))
        along, hoop = closed_forms.sphere_stress(YOUNGS, POISSON, inside, whole, free)
        outwards = ufl.outer(position, position) / square
        exact = hoop * ufl.Identity(3) + (along - hoop) * outwards
        stress, dx = (
            problem.formulation.bulk.stress(problem.state, "particle"),
            problem.formulation.measures.dx("particle", 4),
        )
        errors.append(rms(problem, stress - exact, dx) / rms(problem, exact, dx))
        # No load: the mean volume change is exactly that of the free strain that the mesh sees.
        growths.append(mean(problem, ufl.tr(problem.formulation.bulk.strain(problem.state)), dx) / 3)
        free_growth = SWELLING * (mean(problem, problem.state["lithium"][0], dx) - REFERENCE_X)
        assert growths[-1] == pytest.approx(free_growth, rel=1e-9)
    order = orders([1 / 3, 1 / 6], errors)[0]
    measured("B1", "stress, rms over the rms of the closed form", 0.0, errors[-1], errors[-1], order)
    measured("B1", "u(R)/R", SWELLING * (0.58 - REFERENCE_X), growths[-1])
    assert errors[-1] < 0.06
    assert order > 1.5
    assert growths[-1] == pytest.approx(SWELLING * (0.58 - REFERENCE_X), rel=0.03)


def test_stress_of_a_free_plate(comm, measured):
    """B4: half of a plate, x across it; the platen keeps it flat and carries no force."""
    errors, sizes = [], (4, 8, 16)
    for n in sizes:
        problem = problem_on(
            box((1.0, 0.5), (n, 2)),
            comm,
            materials={"particle": isotropic(SWELLING)},
            support=Support((("left", 0), ("bottom", 1)), platen=True, generalised_plane_strain=True),
        )
        freeze_profile(problem, lambda x: 0.4 + 0.3 * x[0] ** 2)
        NewtonSolver(problem).solve()
        z = ufl.SpatialCoordinate(problem.domain.mesh)[0]
        free, average = SWELLING * (0.3 * z**2 - 0.1), 0.0
        exact = closed_forms.plate_stress(YOUNGS, POISSON, average, free)
        stress, dx = (
            problem.formulation.bulk.stress(problem.state, "particle"),
            problem.formulation.measures.dx("particle", 4),
        )
        difference = ufl.as_vector([stress[0, 0], stress[1, 1] - exact, stress[2, 2] - exact, stress[0, 1]])
        errors.append(rms(problem, difference, dx) / rms(problem, exact, dx))
    order = orders([1 / n for n in sizes], errors)
    measured("B4", "stress, rms over the rms of the closed form", 0.0, errors[-1], errors[-1], order[-1])
    assert errors[-1] < 5e-3
    assert order[-1] > 1.8


def radial_reference(x, enhancement, current_per_step, steps, time_step, cells=2000):
    """Finite volumes in the radius with D (1 + enhancement x), D = R = 1, implicit steps; returns r and x at the end.

    Args:
        x: Start, uniform.
        enhancement: theta c/x.
        current_per_step: x that leaves per area of the surface and unit of time.
        steps: Number of steps.
        time_step: Their length.
        cells: Cells in the radius.
    """
    edges = np.linspace(0.0, 1.0, cells + 1)
    volume, area = np.diff(edges**3) / 3, edges[1:-1] ** 2
    spacing = 1.0 / cells
    x = np.full(cells, x)
    for _ in range(steps):
        before = x.copy()
        for _ in range(20):
            # The flux is the gradient of x + enhancement x^2/2.
            flux = area * np.diff(x + 0.5 * enhancement * x**2) / spacing
            residual = volume * (x - before)
            residual[:-1] -= time_step * flux
            residual[1:] += time_step * flux
            residual[-1] += time_step * current_per_step
            slope = time_step * area / spacing
            bands = np.zeros((3, cells))
            bands[1] = volume
            bands[1, :-1] += slope * (1 + enhancement * x[:-1])
            bands[1, 1:] += slope * (1 + enhancement * x[1:])
            bands[0, 1:] = -slope * (1 + enhancement * x[1:])
            bands[2, :-1] = -slope * (1 + enhancement * x[:-1])
            update = solve_banded((1, 1), bands, residual)
            x -= update
            if np.abs(update).max() < 1e-13:
                break
    return 0.5 * (edges[1:] + edges[:-1]), x


def radially(r, profile, x):
    return np.interp(np.linalg.norm(x, axis=0), r, profile)


@pytest.mark.parametrize("swelling", [0.04, -0.04])
def test_stress_drives_lithium_in_a_free_sphere(comm, measured, swelling):
    """B3: the 3D coupled problem is radial diffusion with D (1 + theta c), whatever the sign of the swelling."""
    steps, time_step, c_max, rate = 4, 0.02, 0.05, 0.8
    errors, sizes = [], (3, 6)
    for layers in sizes:
        problem = problem_on(
            ball(3, layers),
            comm,
            materials={"particle": isotropic(swelling, potential=IDEAL, c_max=c_max)},
            support=Support(OCTANT),
            charge_transfer=ChargeTransfer(1e9, boundaries=("outer",)),
        )
        problem.controls.time_step.value = time_step
        problem.controls.current_density.value = rate * FARADAY * c_max
        set_profile(problem, lambda x: np.full(x.shape[1], 0.6))
        solver = NewtonSolver(problem)
        for _ in range(steps):
            solver.solve()
            problem.previous.assign(problem.state)
        theta = closed_forms.stress_enhancement(YOUNGS, POISSON, swelling, c_max, GAS_CONSTANT * TEMPERATURE)
        r, profile = radial_reference(0.6, theta, rate, steps, time_step)
        exact = problem.state.empty_like()["lithium"]
        exact.sub(0).interpolate(partial(radially, r, profile))
        dx = problem.formulation.measures.dx("particle", 4)
        errors.append(rms(problem, problem.state["lithium"][0] - exact[0], dx) / np.ptp(profile))
    _, unstressed = radial_reference(0.6, 0.0, rate, steps, time_step)
    order = orders([1 / n for n in sizes], errors)[0]
    measured(f"B3, swelling {swelling}", "x, rms over its range", 0.0, errors[-1], errors[-1], order)
    assert theta * 0.6 > 1.0
    assert np.ptp(unstressed) > 1.3 * np.ptp(profile)
    assert errors[-1] < 0.02
    assert order > 1.5
