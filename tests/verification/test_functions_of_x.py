"""A7: diffusivity, exchange current density and stiffness that change with lithium."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import ufl

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.function import PositiveFunction, fit_positive
from fem_asslb.model.model import ChargeTransfer, Support
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import ball, box
from tests.support import (
    CRYSTAL,
    TEMPERATURE,
    freeze_profile,
    host,
    mean,
    orders,
    prescribe,
    prescribe_everywhere,
    problem_on,
    rms,
    set_profile,
)
from tests.verification.test_free_stress import OCTANT, radial_reference, radially

pytestmark = pytest.mark.two_ranks

X = np.linspace(0.0, 1.0, 41)


def host_with(elasticity=None, **functions):
    material = host(elasticity)
    return replace(material, host=replace(material.host, **functions))


def test_diffusion_in_a_sphere_whose_diffusivity_rises_with_lithium(comm, measured):
    """D = 1 + 4 x against finite volumes in the radius; without the rise the range of x would be another."""
    steps, time_step, rate, rise = 4, 0.02, 0.8, 4.0
    diffusivity = fit_positive(X, 1.0 + rise * X, 0.0, 1.0)
    errors, sizes = [], (3, 6)
    for layers in sizes:
        problem = problem_on(
            ball(3, layers),
            comm,
            materials={"particle": host_with(diffusivity=Diffusivity(diffusivity, diffusivity))},
            support=Support(OCTANT),
            charge_transfer=ChargeTransfer(1e9, boundaries=("outer",)),
        )
        problem.controls.time_step.value = time_step
        problem.controls.current_density.value = rate * FARADAY * 0.05
        set_profile(problem, lambda x: np.full(x.shape[1], 0.6))
        solver = NewtonSolver(problem)
        for _ in range(steps):
            solver.solve()
            problem.previous.assign(problem.state)
        r, profile = radial_reference(0.6, rise, rate, steps, time_step)
        exact = problem.state.empty_like()["lithium"]
        exact.sub(0).interpolate(partial(radially, r, profile))
        dx = problem.formulation.measures.dx("particle", 4)
        errors.append(rms(problem, problem.state["lithium"][0] - exact[0], dx) / np.ptp(profile))
    _, constant = radial_reference(0.6, 0.0, rate, steps, time_step)
    order = orders([1 / n for n in sizes], errors)[0]
    measured("A7, D = 1 + 4 x", "x, rms over its range", 0.0, errors[-1], errors[-1], order)
    assert np.ptp(constant) > 1.5 * np.ptp(profile)
    assert errors[-1] < 0.02
    assert order > 1.5


@pytest.mark.parametrize("x", [0.2, 0.7])
def test_overpotential_of_a_surface_whose_exchange_current_changes(comm, x):
    """V - U(x) = (2RT/F) asinh(j/(2 i0(x))), with i0 of the host and not that of the cell."""
    exchange, current = PositiveFunction(BentLine(0.5, -3.0)), 2.0
    problem = problem_on(
        box((1.0, 1.0), (2, 2)),
        comm,
        materials={"particle": host_with(exchange_current_density=exchange)},
        support=Support((), prescribed="bottom"),
        charge_transfer=ChargeTransfer(100.0, boundaries=("left",)),
    )
    set_profile(problem, lambda at: np.full(at.shape[1], x))
    problem.controls.current_density.value, problem.controls.time_step.value = current, 1e-9
    NewtonSolver(problem).solve()
    scale = 2.0 * GAS_CONSTANT * TEMPERATURE / FARADAY
    expected = scale * np.arcsinh(current / (2.0 * np.exp(0.5 - 3.0 * x)))
    assert problem.state.number(ELECTRODE) - (4.5 - x) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("elasticity", [None, CRYSTAL], ids=["isotropic", "crystal"])
def test_stress_and_potential_of_a_host_that_softens(comm, elasticity):
    """Stress g(x) C : e, and phi = U - g'(x) (e : C : e)/(2 F c_max), at every point of a profile of x."""
    strain = np.diag([0.01, -0.02])
    problem = problem_on(
        box((1.0, 1.0), (4, 4)),
        comm,
        materials={"particle": host_with(elasticity, stiffness=PositiveFunction(BentLine(0.4, -1.5)))},
        support=Support((), prescribed="bottom"),
    )
    prescribe(problem, lambda x: np.vstack([strain @ x[:2], np.zeros(x.shape[1])]))
    prescribe_everywhere(problem)
    freeze_profile(problem, lambda at: 0.2 + 0.6 * at[0])
    NewtonSolver(problem).solve()
    constants = problem.model.materials["particle"].elasticity
    lame = constants.invariants().lame_lambda
    shear = constants.invariants().shear_transverse
    trace, bulk, measure = np.trace(strain), problem.formulation.bulk, problem.formulation.measures
    # Nothing acts along the axis of the crystal, across the plane, but the coupling of the invariants.
    energy = 0.5 * lame * trace**2 + shear * np.sum(strain**2)
    x, phi = problem.state["lithium"]
    factor, dx = ufl.exp(0.4 - 1.5 * x), measure.dx("particle", 8)
    stress = bulk.stress(problem.state, "particle")
    for i in (0, 1):
        expected = factor * (lame * trace + 2.0 * shear * strain[i, i])
        assert rms(problem, stress[i, i] - expected, dx) < 1e-9 * rms(problem, expected, dx)
    shift = mean(problem, phi - (4.5 - x), dx)
    assert shift == pytest.approx(mean(problem, 1.5 * factor * energy, dx) / (FARADAY * 0.05), rel=1e-3)
    assert shift > 1e-3
