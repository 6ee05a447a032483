"""What each step of a solid that flows owes, whatever the rule: energies, tangents and an answer everywhere."""

import numpy as np
import pytest

from fem_asslb.bulk.bulk_law import Deformation
from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PorousCreep, PowerLaw
from fem_asslb.bulk.flowing_solid import ACCUMULATED, DENSIFICATION, OPENED, PLASTIC_STRAIN, FlowingSolid
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.bulk.plasticity import Overstress, VonMisesFlow
from fem_asslb.bulk.powder import Powder
from fem_asslb.bulk.relaxing_solid import RelaxingSolid
from fem_asslb.bulk.tensor import spherical, symmetric
from fem_asslb.bulk.viscoelasticity import MaxwellArm

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

BULK, SHEAR = 24e3, 9e3
POWDER = Powder(370.0)
DENSE = {
    "perfect": VonMisesFlow(100.0),
    "linear": VonMisesFlow(100.0, 900.0),
    "saturating": VonMisesFlow(100.0, 200.0, 150.0, 0.005),
    "viscous": VonMisesFlow(100.0, overstress=Overstress(20.0, 1.0)),
    "viscous with a corner": VonMisesFlow(100.0, 900.0, overstress=Overstress(20.0, 3.0)),
    "Newton": Creep(PowerLaw(0.01, 100.0, 1.0)),
    "Norton": Creep(PowerLaw(0.01, 100.0, 6.6)),
}
POROUS = {
    "powder": Compaction(POWDER, 0.7, 5.0),
    "dense powder": Compaction(POWDER, 0.9, 5.0),
    "powder in haste": Compaction(POWDER, 0.7, 5.0, Overstress(20.0, 1.0)),
    "powder with a corner": Compaction(POWDER, 0.7, 5.0, Overstress(20.0, 3.0)),
    "porous": PorousCreep(PowerLaw(0.01, 100.0, 4.5), 0.8, 5.0),
}
RULES = DENSE | POROUS
LOADINGS = {
    "die": (0.0, 0.0, -1.0, 0.0, 0.0, 0.0),
    "pressure": (-1.0, -1.0, -1.0, 0.0, 0.0, 0.0),
    "shear": (0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    "pressure and shear": (-0.5, -0.2, 0.1, 0.5, -0.4, 0.3),
    "tension": (0.1, 0.0, 1.0, 0.2, 0.0, 0.0),
}


def led(rule, strains, time_step=1.0, logarithmic=False):
    """The point after each strain."""
    point = MaterialPoint(FlowingSolid(BULK, SHEAR, rule), logarithmic)
    for strain in strains:
        point.advance(dict(enumerate(strain)), {}, time_step)
        yield point


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("name", RULES)
def test_work_is_stored_or_dissipated(name, logarithmic, measured):
    """I8: on a zig-zag, to 1e-12 of the work; what is stored is that of the stress and of the moduli of the density."""
    rule, strains = RULES[name], np.random.default_rng(5).uniform(-4e-3, 3e-3, (15, 6)).cumsum(axis=0)
    for point in led(rule, strains, logarithmic=logarithmic):
        spent = sum(point.dissipated.values())
        assert abs(point.work - point.stored - spent) <= 1e-12 * abs(point.work)
        density = rule.density * np.exp(point.history[DENSIFICATION][0]) if rule.density else 1.0
        stress = symmetric(point.stress)
        energy = stress.trace**2 / (18 * BULK) + stress.deviator.inner(stress.deviator) / (4 * SHEAR)
        stiffness = density**3.7 if rule.density else 1.0
        # Per volume at the start, which shrinks.
        stiffness *= rule.density / density if rule.density and logarithmic else 1.0
        assert point.stored == pytest.approx(energy / stiffness, rel=1e-11)
    measured(
        f"I8, {name}{', logarithmic' if logarithmic else ''}",
        "work over what is stored and dissipated",
        1.0,
        point.work / (point.stored + spent),
    )


@pytest.mark.parametrize("loading", LOADINGS)
@pytest.mark.parametrize("name", RULES)
def test_loading_dissipates(name, loading):
    """No step of a straight path gives back more than was stored."""
    last = dict.fromkeys(RULES[name].dissipation, 0.0)
    for point in led(RULES[name], np.linspace(0.0, 0.05, 6)[1:, None] * np.array(LOADINGS[loading])):
        assert all(spent >= last[kind] - 1e-12 * abs(point.work) for kind, spent in point.dissipated.items())
        last = dict(point.dissipated)


@pytest.mark.parametrize("name", ["perfect", "linear", "saturating", "powder", "dense powder"])
def test_rate_independence(name):
    """A thousand times slower the same, to the last digit."""
    strains = np.random.default_rng(6).uniform(-4e-3, 3e-3, (12, 6)).cumsum(axis=0)
    fast, slow = ([point.stress for point in led(RULES[name], strains, step)] for step in (1.0, 1e3))
    assert np.array_equal(fast, slow)


def random_steps(rule, size, count, seed, arm=None, logarithmic=False):
    """Law, strains of two random steps one after the other, shape (6, n), and the history between them."""
    law, generator = FlowingSolid(BULK, SHEAR, rule), np.random.default_rng(seed)
    law = law if arm is None else RelaxingSolid(law, arm)
    first, second = generator.uniform(-size, size, (2, 6, count))
    history = {
        name: tuple(np.zeros((*shape, count))) if shape else np.zeros(count) for name, shape in law.HISTORY.items()
    }
    return law, first, second, respond(law, first, np.zeros_like(first), history, logarithmic).history


def respond(law, strain, before, history, logarithmic=False):
    axis = tuple(np.zeros((3, strain.shape[1])))
    now, then = (Deformation(symmetric(tuple(values)), axis, logarithmic) for values in (strain, before))
    with np.errstate(all="ignore"):
        return law.respond(now, then, history, 1.0)


def tangent_error(law, first, second, history, direction, logarithmic=False) -> np.ndarray:
    """Largest difference of the tangent and of central differences in a direction, over its largest stress."""
    step = 2e-7
    ahead, behind = (
        respond(law, second + sign * step * direction, first, history, logarithmic).stress for sign in (1.0, -1.0)
    )
    found = np.array((ahead - behind).components) / (2 * step)
    tangent, change = respond(law, second, first, history, logarithmic).tangent, symmetric(tuple(direction))
    normal, trace = tangent.direction, change.trace
    along = normal.inner(change)
    stress = tangent.shear * change + spherical(tangent.volumetric * trace + tangent.pressed * along)
    stress = stress + (tangent.directed * along + tangent.turned * trace) * normal
    return np.abs(np.array(stress.components) - found).max(axis=0) / (BULK + 4 / 3 * SHEAR)


@pytest.mark.parametrize("name", DENSE)
def test_tangent_of_flow_that_keeps_the_volume(name):
    """All six directions, to what central differences give."""
    steps = random_steps(DENSE[name], 0.01, 300, 7)
    for direction in np.eye(6):
        assert tangent_error(*steps, direction[:, None] + np.zeros((6, 300))).max() < 1e-6


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("name", POROUS)
def test_tangent_of_flow_that_shrinks_the_volume(name, logarithmic):
    """For a volume, for more of the same deviator and for all others."""
    law, first, second, history = random_steps(POROUS[name], 0.01, 300, 8, logarithmic=logarithmic)
    trial = symmetric(tuple(second)) - symmetric(history[PLASTIC_STRAIN])
    size = np.sqrt(trial.deviator.inner(trial.deviator))
    unit = spherical(np.ones(300)), (1.0 / size) * trial.deviator
    for direction in unit:
        parts = np.array([part + np.zeros(300) for part in direction.components])
        assert tangent_error(law, first, second, history, parts, logarithmic).max() < 1e-6
    for direction in np.eye(6):
        change = direction[:, None] + np.zeros((6, 300))
        assert tangent_error(law, first, second, history, change, logarithmic).max() < 1e-6


def test_tangent_of_a_powder_beside_an_arm():
    steps = random_steps(POROUS["powder"], 0.01, 300, 10, MaxwellArm(0.3 * SHEAR, 2.0))
    for direction in np.eye(6):
        assert tangent_error(*steps, direction[:, None] + np.zeros((6, 300))).max() < 1e-6


@pytest.mark.parametrize("name", RULES)
def test_an_answer_everywhere(name):
    """Finite after any two steps of 2 %; under pressure the mass stays, under tension the density."""
    law, first, second, history = random_steps(RULES[name], 0.02, 20000, 9)
    response = respond(law, second, first, history)
    stress = np.array(response.stress.components)
    numbers = [stress, response.stored["elastic"], *response.dissipated.values(), *response.history[PLASTIC_STRAIN]]
    tangent = response.tangent
    numbers += [tangent.volumetric, tangent.shear, tangent.directed, tangent.pressed, tangent.turned]
    assert all(np.all(np.isfinite(values)) for values in numbers)
    assert np.all(response.history[ACCUMULATED] >= history[ACCUMULATED])
    if RULES[name].density is None:
        return
    pressed = symmetric(tuple(second)).trace - symmetric(history[PLASTIC_STRAIN]).trace < 0.0
    before, after = (
        np.exp(each[DENSIFICATION]) * (1.0 + symmetric(each[PLASTIC_STRAIN]).trace - each[OPENED])
        for each in (history, response.history)
    )
    assert after[pressed] == pytest.approx(before[pressed], rel=1e-9)
    assert np.array_equal(response.history[DENSIFICATION][~pressed], history[DENSIFICATION][~pressed])
    mean = stress[:3].mean(axis=0)
    assert mean.max() <= 5.0 * (1 + 1e-12) and np.all(mean[pressed] <= 1e-9)
