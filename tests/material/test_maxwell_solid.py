"""The Maxwell solid in plain numbers: stress, tangent, energies and relaxation."""

import numpy as np
import pytest

from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.bulk_law import Deformation
from fem_asslb.bulk.tensor import SymmetricTensor, symmetric
from fem_asslb.bulk.viscoelasticity import VISCOUS_STRAIN, MaxwellSolid

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

BULK, SHEAR, SHARE, TIME = 20e3, 9e3, 0.7, 50.0
LAW = MaxwellSolid(BULK, SHEAR, SHARE, TIME)
AXIS = (0.0, 0.0, 1.0)
STRAIN = np.array([2e-3, -1e-3, 4e-3, 1.5e-3, -0.7e-3, 0.9e-3])
"""xx, yy, zz, xy, yz, xz."""
START = {VISCOUS_STRAIN: (1e-3, -2e-3, 1e-3, 0.5e-3, 0.2e-3, -0.4e-3)}
DOUBLED = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])


def respond(strain, history, time_step, before=(0.0,) * 6):
    return LAW.respond(Deformation(symmetric(strain), AXIS), Deformation(symmetric(before), AXIS), history, time_step)


def numbers(tensor: SymmetricTensor) -> np.ndarray:
    return np.array(tensor.components, dtype=float)


def test_stress_and_tangent_are_derivatives():
    """Of the incremental potential and of the stress, shear components counted twice."""
    step, response = 1e-7, respond(STRAIN, START, 30.0)
    for index, direction in enumerate(np.eye(6)):
        ahead, behind = (respond(STRAIN + sign * step * direction, START, 30.0) for sign in (1.0, -1.0))
        slope = (ahead.potential - behind.potential) / (2 * step)
        assert slope == pytest.approx(DOUBLED[index] * numbers(response.stress)[index], rel=1e-6)
        change = (numbers(ahead.stress) - numbers(behind.stress)) / (2 * step)
        tangent = response.tangent
        expected = tangent.volumetric * direction[:3].sum() * np.array([1, 1, 1, 0, 0, 0]) + tangent.shear * direction
        assert change == pytest.approx(expected, rel=1e-7, abs=1e-3)


def relaxed(steps):
    """Shear stress after two relaxation times under a constant strain."""
    history = {VISCOUS_STRAIN: (0.0,) * 6}
    for _ in range(steps):
        response = respond(STRAIN, history, 2 * TIME / steps)
        history = response.history
    return numbers(response.stress.deviator)


def test_relaxation_in_closed_form():
    """By backward Euler exactly 2 G (1 - g + g (1 + dt/tau)^-n) d; with the step to the first order the exponential."""
    deviator = numbers(symmetric(STRAIN).deviator)
    exact = 2 * SHEAR * (1 - SHARE + SHARE * np.exp(-2.0)) * deviator
    errors = []
    for steps in (20, 40, 80):
        discrete = 2 * SHEAR * (1 - SHARE + SHARE * (1 + 2.0 / steps) ** -steps) * deviator
        assert relaxed(steps) == pytest.approx(discrete, rel=1e-12)
        errors.append(np.abs(relaxed(steps) - exact).max())
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(1.0, abs=0.05)


def test_limits_of_short_and_long_steps():
    """At once the solid has its whole stiffness; after ever only what does not relax."""
    none, deviator = {VISCOUS_STRAIN: (0.0,) * 6}, numbers(symmetric(STRAIN).deviator)
    at_once, at_last = (respond(STRAIN, none, step) for step in (1e-9, 1e12))
    assert numbers(at_once.stress.deviator) == pytest.approx(2 * SHEAR * deviator, rel=1e-9)
    assert numbers(at_last.stress.deviator) == pytest.approx(2 * SHEAR * (1 - SHARE) * deviator, rel=1e-9)
    assert at_once.stress.trace == pytest.approx(3 * BULK * STRAIN[:3].sum(), rel=1e-12)


def test_work_is_stored_or_dissipated():
    """Trapezoidal work of any path, to rounding."""
    rng = np.random.default_rng(4)
    history, before, stress, stored, work, spent = {VISCOUS_STRAIN: (0.0,) * 6}, np.zeros(6), np.zeros(6), 0.0, 0.0, 0.0
    for strain in 1e-3 * rng.normal(size=(30, 6)):
        response = respond(strain, history, 20.0, before)
        work += 0.5 * (stress + numbers(response.stress)) @ (DOUBLED * (strain - before))
        spent += response.dissipated["viscoelastic"]
        history, before, stress, stored = response.history, strain, numbers(response.stress), response.stored["elastic"]
    assert spent > 0.1 * work
    assert work == pytest.approx(stored + spent, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "value"),
    [("bulk_modulus", 0.0), ("shear_modulus", -1.0), ("relaxing_share", 1.1), ("relaxation_time", 0.0)],
)
def test_numbers_out_of_range_are_refused(name, value):
    given = {"bulk_modulus": BULK, "shear_modulus": SHEAR, "relaxing_share": SHARE, "relaxation_time": TIME}
    with pytest.raises(MaterialError, match=name):
        MaxwellSolid(**given | {name: value})
