"""Solids that flow, at a point, against closed forms: creep, hardening, haste and the largest strain."""

import numpy as np
import pytest
from scipy.optimize import brentq

from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PowerLaw
from fem_asslb.bulk.flowing_solid import ACCUMULATED, PLASTIC_STRAIN, FlowingSolid
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.bulk.plasticity import Overstress, VonMisesFlow
from fem_asslb.bulk.powder import Powder
from fem_asslb.materials.library import load

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

YOUNGS, POISSON = 24e3, 0.33
BULK, SHEAR = YOUNGS / (3 * (1 - 2 * POISSON)), YOUNGS / (2 * (1 + POISSON))
YIELD = 370.0
SIDES = {0: 0.0, 1: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}
"""All but zz: free of stress along a bar, without strain in a die."""


def point_of(rule) -> MaterialPoint:
    return MaterialPoint(FlowingSolid(BULK, SHEAR, rule))


def pulled(rule, strain, time_step=1.0):
    """A bar after one step to a strain."""
    point = point_of(rule)
    point.advance({2: strain}, SIDES, time_step)
    return point


def plastic(point) -> np.ndarray:
    return np.ravel(point.history[PLASTIC_STRAIN])


def norton(time_step, rate, exponent, strain):
    """Stress of a bar after one step of backward Euler, sought in its logarithm."""
    logarithm = np.log(time_step * rate * YOUNGS)
    root = brentq(
        lambda x: np.logaddexp(x, logarithm + exponent * (x - np.log(100.0))) - np.log(YOUNGS * strain), -99.0, 99.0
    )
    return np.exp(root)


@pytest.mark.parametrize("exponent", [1.0, 4.5])
def test_creep_under_a_constant_stress(exponent, measured):
    """I1: s/E + A s^n t along the bar; across it -nu s/E and minus half of the creep."""
    point, rate, stress = point_of(Creep(PowerLaw(1e-6, 100.0, exponent))), 1e-6, 150.0
    for time_step, time in ((10.0, 10.0), (300.0, 310.0), (1000.0, 1310.0)):
        point.advance({}, SIDES | {2: stress}, time_step)
        crept = rate * (stress / 100.0) ** exponent * time
        assert point.strain[2] == pytest.approx(stress / YOUNGS + crept, rel=1e-9)
        assert point.strain[:2] == pytest.approx(-POISSON * stress / YOUNGS - 0.5 * crept, rel=1e-9)
    assert point.dissipated["creep"] == pytest.approx(stress * crept, rel=0.05)  # the first step rises from zero
    measured(f"I1, exponent {exponent:g}", "strain of a bar that creeps", stress / YOUNGS + crept, point.strain[2])


@pytest.mark.parametrize(("exponent", "free"), [(1.0, True), (4.5, True), (4.5, False)])
def test_relaxation_at_a_fixed_strain(exponent, free, measured):
    """I2: to first order s0 (1 + (n-1) M A s0^(n-1) t)^(-1/(n-1)); M is E of a bar, 3 G of a deviator."""
    rule, strain, time = Creep(PowerLaw(1e-6, 100.0, exponent)), 0.01, 2000.0
    modulus, errors = (YOUNGS if free else 3 * SHEAR), []
    start, rate = modulus * strain, 1e-6 / 100.0**exponent
    ratio = modulus * rate * start ** (exponent - 1) * time
    exact = start * (np.exp(-ratio) if exponent == 1.0 else (1 + (exponent - 1) * ratio) ** (-1 / (exponent - 1)))
    for steps in (10, 20, 40):
        point, held = point_of(rule), {2: strain} if free else {2: strain, 0: -strain / 2, 1: -strain / 2}
        for _ in range(steps):
            point.advance(held, {index: 0.0 for index in range(6) if index not in held}, time / steps)
        errors.append(point.stress[2] - point.stress[0] - exact)
    assert errors[-1] == pytest.approx(0.0, abs=0.02 * exact) and np.all(np.array(errors) > 0.0)
    found, error = np.log2(np.array(errors[:-1]) / errors[1:]), errors[-1] / exact
    name = f"I2, exponent {exponent:g}, {'bar' if free else 'deviator'}"
    measured(name, "stress that is left, 40 steps [MPa]", exact, exact + errors[-1], error, found[-1])
    assert found == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("exponent", [1.0, 6.6, 20.0])
def test_creep_over_steps_of_any_length(exponent):
    """One step from hundreds of MPa solves s + M dt A s^n = M e, be it of a microsecond or of days."""
    for time_step in 10.0 ** np.arange(-6.0, 6.1):
        point = pulled(Creep(PowerLaw(1e-4, 100.0, exponent)), 0.025, time_step)
        assert point.stress[2] == pytest.approx(norton(time_step, 1e-4, exponent, 0.025), rel=1e-6)


def test_activation_energy():
    """Rates change by exp(-(Q/R)(1/T - 1/T_r))."""
    flows = []
    for temperature in (333.15, 298.15):
        point = point_of(Creep(PowerLaw(1e-6, 100.0, 3.0, 40e3, 298.15)))
        point.advance({}, SIDES | {2: 80.0}, 10.0, temperature)
        flows.append(plastic(point)[2])
    assert flows[0] / flows[1] == pytest.approx(np.exp(-40e3 / 8.314462618 * (1 / 333.15 - 1 / 298.15)), rel=1e-8)
    assert flows[1] == pytest.approx(1e-5 * 0.8**3, rel=1e-8)


@pytest.mark.parametrize(
    ("name", "stress", "rate", "warmer"),
    [("lithium-creeping", 0.6, 7.7e-3 * 0.6**6.56, 2.56), ("indium-creeping", 1.0, 1e-6 * 0.5**4.5, 6.70)],
)
def test_metals_of_the_library_creep(name, stress, rate, warmer):
    """At 25 degC by their power laws; at 45 degC faster, by their activation energies of 37 and 75 kJ/mol."""
    material, found = load(name), []
    for temperature in (298.15, 318.15):
        point = MaterialPoint(material.law)
        point.advance({}, SIDES | {2: stress}, 10.0, temperature)
        found.append(plastic(point)[2] / 10.0)
    assert found[0] == pytest.approx(rate, rel=1e-3) and found[1] / found[0] == pytest.approx(warmer, rel=2e-3)
    assert material.strength_kind == "breakdown"


HARDENING = {
    "perfect": (VonMisesFlow(YIELD), lambda g: YIELD),
    "linear": (VonMisesFlow(YIELD, 900.0), lambda g: YIELD + 900.0 * g),
    "saturating": (
        VonMisesFlow(YIELD, 200.0, 500.0, 0.01),
        lambda g: YIELD + 200.0 * g + 130.0 * (1 - np.exp(-g / 0.01)),
    ),
}


@pytest.mark.parametrize("name", HARDENING)
def test_hardening_of_a_bar(name):
    """Elastic up to yield, then the strength of what has flowed; reversed it yields at the same strength."""
    rule, strength = HARDENING[name]
    point = point_of(rule)
    point.advance({2: 0.999 * YIELD / YOUNGS}, SIDES)
    assert point.stress[2] == pytest.approx(0.999 * YIELD, rel=1e-9) and point.history[ACCUMULATED][0] == 0.0
    for flow in (0.002, 0.011, 0.012, 0.03):
        point.advance({2: strength(flow) / YOUNGS + flow}, SIDES)
        assert point.stress == pytest.approx([0, 0, strength(flow), 0, 0, 0], rel=1e-9, abs=1e-6)
        assert plastic(point)[:3] == pytest.approx(np.array([-0.5, -0.5, 1.0]) * flow, rel=1e-8)
    point.advance({2: flow - 0.999 * strength(flow) / YOUNGS}, SIDES)
    assert point.history[ACCUMULATED][0] == pytest.approx(flow, rel=1e-8)
    point.advance({2: flow - strength(flow + 0.01) / YOUNGS - 0.01}, SIDES)
    assert point.stress[2] == pytest.approx(-strength(flow + 0.01), rel=1e-9)


@pytest.mark.parametrize("exponent", [1.0, 3.0])
def test_steady_overstress(exponent):
    """s_0 (1 + (tau rate)^(1/N)) at a constant rate; both shares of what is dissipated go with their stresses."""
    rule, excess = VonMisesFlow(YIELD, overstress=Overstress(5.0, exponent)), (5.0 * 0.02) ** (1 / exponent)
    point = point_of(rule)
    for strain in np.linspace(0.02, 0.06, 21):
        before = dict(point.dissipated)
        point.advance({2: strain}, SIDES, 0.1)
    assert point.stress[2] == pytest.approx(YIELD * (1 + excess), rel=1e-5)
    spent = {name: (point.dissipated[name] - before[name]) / 0.002 for name in before}
    assert spent == pytest.approx({"plastic": YIELD, "viscous": YIELD * excess}, rel=1e-4)


@pytest.mark.parametrize("exponent", [1.0, 3.0])
def test_without_haste_nothing_is_viscous(exponent):
    """With a vanishing time of the overstress the stress is that of a rate-independent solid."""
    for rule in (VonMisesFlow(YIELD, 900.0), Compaction(Powder(YIELD), 0.7, 5.0)):
        slow = type(rule)(**{**vars(rule), "overstress": Overstress(1e-24, exponent)})
        stresses = [pulled(each, -0.03).stress for each in (rule, slow)]
        assert stresses[1] == pytest.approx(stresses[0], rel=1e-6, abs=1e-6)
