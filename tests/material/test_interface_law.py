"""G1: the law of one point of an interface, without a mesh, against integrals, closed forms and a law by hand."""

import math

import numpy as np
import pytest

from fem_asslb.base.errors import MaterialError
from fem_asslb.interfaces.cohesion import NEVER_BONDED, Cohesion, least_stiffness, smooth_stiffness
from fem_asslb.interfaces.contact_law import DRAG_TIME, ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.gate import ConductionKnee, FullConduction, Gate
from fem_asslb.interfaces.response import Opening
from fem_asslb.interfaces.softening import SOFTENINGS
from fem_asslb.interfaces.toughness import BenzeggaghKenane, PowerLaw

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

NORMAL, SHEAR = (40.0, 2.0), (60.0, 5.0)
"""Strength [MPa] and toughness [J/m^2] of both modes."""

STIFFNESS = 8e3
INTACT = {"progress": 0.0, "slip": (0.0, 0.0, 0.0), "lost": 0.0}
SLOW = 1e6
"""A step in which drag is nothing [s]."""


def adhesive(softening="bilinear", normal=NORMAL, shear=SHEAR, **options):
    stiffness = smooth_stiffness(*normal) if softening == "smooth-exponential" else STIFFNESS
    return Cohesion(normal[0], shear[0], normal[1], shear[1], stiffness, SOFTENINGS[softening], **options)


def at(normal, first=0.0, second=0.0):
    return Opening(normal, (first, second, 0.0 * np.asarray(first)))


def run(law, path, history=INTACT, time_step=SLOW, strength=1.0):
    """Response at every point of a path of openings, shape (n, 3): normal and two components of sliding."""
    responses, before = [], at(*path[0])
    for point in path[1:]:
        responses.append(law.respond(at(*point), before, history, time_step, strength))
        before, history = responses[-1].opening, responses[-1].history
    return responses


def polyline(corners, steps):
    """Path through corners with equal steps along each side, the first corner included."""
    parts = [np.linspace(a, b, steps + 1)[1:] for a, b in zip(corners[:-1], corners[1:], strict=True)]
    return np.concatenate([[corners[0]], *parts])


def tractions(responses):
    return np.array([[r.normal_traction, r.shear_traction[0], r.shear_traction[1]] for r in responses], dtype=float)


def work(path, responses):
    """Trapezoidal work of the traction over each step of a path that starts without traction."""
    traction = np.concatenate([np.zeros((1, 3)), tractions(responses)])
    return np.sum(0.5 * (traction[1:] + traction[:-1]) * np.diff(path, axis=0), axis=1)


def monotonic(law, direction, largest, strength=1.0, points=200_001):
    """Opening along a direction (normal, sliding) up to a size, normal and shear traction: each in one step."""
    size = np.linspace(0.0, largest, points)
    normal, sliding = direction[0] * size, direction[1] * size
    response = law.respond(at(normal, sliding), at(0.0 * size, 0.0 * size), INTACT, SLOW, strength)
    return normal, sliding, response


def works(normal, sliding, response):
    return np.trapezoid(response.normal_traction, normal), np.trapezoid(response.shear_traction[0], sliding)


FAR = {"bilinear": 2.0, "exponential": 20.0, "smooth-exponential": 20.0}
"""Opening over G/T at which nothing is left."""


@pytest.mark.parametrize("softening", SOFTENINGS)
@pytest.mark.parametrize("mode", [0, 1])
def test_pure_modes_reach_the_strength_and_spend_the_toughness(measured, softening, mode):
    """Integrals with 2e5 intervals err by 1e-8."""
    law = ContactLaw.cohesive(adhesive(softening))
    strength, toughness = (NORMAL, SHEAR)[mode]
    largest = FAR[softening] * toughness / strength
    normal, sliding, response = monotonic(law, np.eye(2)[mode], largest)
    traction = (response.normal_traction, response.shear_traction[0])[mode]
    work = works(normal, sliding, response)[mode]
    measured("G1", f"work of {('opening', 'sliding')[mode]} one facet, {softening} [pJ/um^2]", toughness, work)
    assert work == pytest.approx(toughness, rel=1e-6)
    assert traction.max() == pytest.approx(strength, rel=1e-3)
    assert response.released[-1] == pytest.approx(1.0, abs=1e-6)
    assert response.dissipated["cohesive"][-1] == pytest.approx(toughness, rel=1e-6)
    assert np.all(np.diff(response.damage) >= 0.0) and 0.0 <= response.damage.min() <= response.damage.max() <= 1.0
    stiffness = (law.normal_stiffness, law.shear_stiffness)[mode]
    peak = {"smooth-exponential": toughness / (math.e * strength)}.get(softening, strength / stiffness)
    at_peak = law.respond(at(*peak * np.eye(2)[mode]), at(0.0), INTACT, SLOW, 1.0)
    peak_traction = (at_peak.normal_traction, at_peak.shear_traction[0])[mode]
    assert float(peak_traction) == pytest.approx(strength, rel=1e-9)


def envelope(softening, strength, toughness, stiffness, opening):
    """Traction of a monotonic opening, written in openings instead of progress."""
    onset = strength / stiffness
    if softening == "bilinear":
        release = 2 * toughness / strength
        return np.where(opening < onset, stiffness * opening, strength * (release - opening) / (release - onset)).clip(
            0
        )
    if softening == "exponential":
        rest = toughness - 0.5 * strength * onset
        decay = np.exp(-strength * (opening - onset) / rest)
        return np.where(opening < onset, stiffness * opening, strength * decay)
    peak = toughness / (math.e * strength)
    return math.e * strength * opening / peak * np.exp(-opening / peak)


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_traction_follows_the_shape_of_its_name(softening):
    law = ContactLaw.cohesive(adhesive(softening))
    opening, _, response = monotonic(law, (1.0, 0.0), 3 * NORMAL[1] / NORMAL[0], points=301)
    exact = envelope(softening, *NORMAL, law.normal_stiffness, opening)
    assert response.normal_traction == pytest.approx(exact, abs=1e-9 * NORMAL[0])


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_spent_energy_is_work_less_what_unloading_returns(softening):
    """Released share times toughness = area under the traction less the triangle of the secant."""
    law = ContactLaw.cohesive(adhesive(softening))
    for stop in (0.3, 0.8, 1.5):
        opening, _, response = monotonic(law, (1.0, 0.0), stop * NORMAL[1] / NORMAL[0])
        area = np.trapezoid(response.normal_traction, opening)
        left = 0.5 * response.normal_traction[-1] * opening[-1]
        assert response.stored["elastic"][-1] == pytest.approx(left, rel=1e-9)
        assert NORMAL[1] * response.released[-1] == pytest.approx(area - left, rel=1e-6)


MIXED = [PowerLaw(1.0), PowerLaw(1.7), BenzeggaghKenane(1.0), BenzeggaghKenane(2.3)]


@pytest.mark.parametrize("softening", SOFTENINGS)
@pytest.mark.parametrize("mixed", MIXED, ids=str)
@pytest.mark.parametrize("angle", [20, 45, 75])
def test_mixed_modes_spend_what_their_criterion_says(softening, mixed, angle):
    """The works of both tractions fulfil the criterion; neither enters it in the law."""
    law = ContactLaw.cohesive(adhesive(softening, mixed_mode=mixed))
    direction = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    normal, sliding, response = monotonic(law, direction, 1.5 * FAR[softening] * SHEAR[1] / SHEAR[0])
    first, second = works(normal, sliding, response)
    share, a = second / (first + second), mixed.exponent
    assert 0.02 < share < 0.98
    if isinstance(mixed, PowerLaw):
        assert (first / NORMAL[1]) ** a + (second / SHEAR[1]) ** a == pytest.approx(1.0, rel=1e-5)
    else:
        assert first + second == pytest.approx(NORMAL[1] + (SHEAR[1] - NORMAL[1]) * share**a, rel=1e-5)
    assert response.dissipated["cohesive"][-1] == pytest.approx(first + second, rel=1e-5)
    onset = (response.normal_traction / NORMAL[0]) ** 2 + (response.shear_traction[0] / SHEAR[0]) ** 2
    if softening != "smooth-exponential" or mixed == PowerLaw(1.0):
        assert onset.max() == pytest.approx(1.0, rel=2e-3)
    if softening != "smooth-exponential":
        assert np.all(response.damage[onset.cumsum() < onset.max()] == 0.0)


def test_scatter_moves_the_strength_and_not_the_toughness():
    for softening in ("bilinear", "exponential"):
        law = ContactLaw.cohesive(adhesive(softening))
        normal, sliding, response = monotonic(law, (1.0, 0.0), 2 * FAR[softening] * NORMAL[1] / NORMAL[0], 0.7)
        assert response.normal_traction.max() == pytest.approx(0.7 * NORMAL[0], rel=2e-3)
        assert works(normal, sliding, response)[0] == pytest.approx(NORMAL[1], rel=1e-5)


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_progress_and_opening_are_inverse(softening):
    shape, share = SOFTENINGS[softening], 0.5 / math.e**2
    progress = np.linspace(0.0, 3.0, 31)
    assert shape.progress(shape.ratio(progress, share), share) == pytest.approx(progress, abs=1e-12)


def test_delay_shorter_than_the_step_dissipates_nothing():
    """Also where a long step opens a closed interface altogether: what its work misses is nobody's."""
    for delay in (0.0, 1e-6):
        law = ContactLaw.cohesive(adhesive(viscous_time=delay))
        response = run(law, [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0)], time_step=1.0)[-1]
        assert response.dissipated["cohesive"] == pytest.approx(NORMAL[1])
        assert response.dissipated["viscous"] == pytest.approx(law.friction_stiffness * DRAG_TIME)  # over 1 um in 1 s


@pytest.mark.parametrize("softening", SOFTENINGS)
@pytest.mark.parametrize("direction", [(1.0, 0.0), (0.0, 1.0), (0.6, 0.8)])
def test_unloading_goes_to_the_origin_and_reloading_back(softening, direction):
    law = ContactLaw.cohesive(adhesive(softening))
    far = 0.6 * NORMAL[1] / NORMAL[0] * np.array([*direction, 0.0])
    path = polyline([0.0 * far, far, 0.1 * far, far, 1.2 * far], 20)
    responses = run(law, path)
    traction, turn = tractions(responses), tractions(responses)[19]
    back = path[20:61]
    assert traction[19:60] == pytest.approx(np.outer(back @ far / (far @ far), turn), rel=1e-9, abs=1e-9)
    assert responses[19].damage > 0.0
    assert [r.damage for r in responses[20:60]] == pytest.approx([responses[19].damage] * 40, rel=1e-12)
    assert sum(abs(r.dissipated["cohesive"]) + abs(r.dissipated["viscous"]) for r in responses[20:60]) < 1e-9
    straight = run(law, polyline([0.0 * far, 1.2 * far], 20))[-1]
    assert traction[-1] == pytest.approx(tractions([straight])[0], rel=1e-9)


@pytest.mark.parametrize("progress", [0.0, 0.4, 1.0, 40.0])
def test_compression_is_never_damaged(progress):
    law = ContactLaw.cohesive(adhesive())
    history = INTACT | {"progress": progress}
    responses = run(law, [(0, 0, 0), (-0.01, 0, 0), (-1.0, 0, 0), (0, 0, 0)], history)
    pressures = [1e-2 * STIFFNESS, STIFFNESS, 0.0]
    assert [r.pressure for r in responses] == pytest.approx(pressures, rel=1e-12)
    assert [r.normal_traction for r in responses] == pytest.approx([-p for p in pressures], abs=1e-6)
    assert all(r.history["progress"] == progress for r in responses)
    assert responses[1].stored["elastic"] == pytest.approx(0.5 * STIFFNESS)


def test_contact_without_adhesion_pushes_and_never_pulls():
    law = ContactLaw(3e3, 1e3)
    closed, opened = run(law, [(0, 0, 0), (-0.02, 0, 0), (0.02, 0.01, 0)])
    assert (closed.normal_traction, closed.pressure) == pytest.approx((-60.0, 60.0))
    assert tractions([opened]) == pytest.approx(np.zeros((1, 3)), abs=1e-6)
    assert (opened.released, opened.damage) == (1.0, 1.0)
    assert (opened.stored["elastic"], opened.dissipated["cohesive"]) == (0.0, 0.0)


def test_elastic_law_is_linear_in_both_senses():
    law = ElasticLaw(3e3, 1e3)
    for sign in (-1.0, 1.0):
        response = law.respond(at(sign * 0.02, 0.01, -0.03), at(0.0), INTACT, 1.0, 1.0)
        assert tractions([response])[0] == pytest.approx([sign * 60.0, 10.0, -30.0])
        assert response.stored["elastic"] == pytest.approx(0.5 * (60.0 * 0.02 + 10.0 * 0.01 + 30.0 * 0.03))
        assert response.pressure == (0.0 if sign > 0 else pytest.approx(60.0))


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_dissipation_does_not_depend_on_the_path(softening):
    """With one toughness and the stiffness ratio of Turon (2010): open then slide, slide then open, both at once."""
    cohesion = adhesive(softening, (40.0, 3.0), (60.0, 3.0))
    assert cohesion.shear_stiffness / cohesion.normal_stiffness == pytest.approx(1.5**2)
    law = ContactLaw.cohesive(cohesion)
    end = (0.04, 0.02, 0.015)
    middles = [(0.04, 0.0, 0.0), (0.0, 0.02, 0.015), (0.02, 0.01, 0.0075)]
    ends, spent = [], []
    for middle in middles:
        path = polyline([(0.0, 0.0, 0.0), middle, end], 2000)
        responses = run(law, path)
        ends.append([*tractions(responses)[-1], responses[-1].released])
        left = work(path, responses).sum() - responses[-1].stored["elastic"]
        spent.append([sum(r.dissipated["cohesive"] for r in responses), left])
    assert 0.1 < ends[0][-1] < 0.99
    assert np.allclose(ends, ends[0], rtol=1e-9)
    assert np.allclose(spent, spent[0][0], rtol=1e-5)


class ByHand:
    """Bilinear adhesion in openings, and Coulomb friction by return mapping on what is damaged."""

    def __init__(self, normal_stiffness, shear_stiffness, friction, strength, toughness):
        self.kn, self.ks, self.mu = normal_stiffness, shear_stiffness, friction
        self.onset, self.release = strength / normal_stiffness, 2 * toughness / strength
        self.worst, self.slip, self.damage = 0.0, np.zeros(2), 0.0

    def traction(self, normal, sliding):
        size = math.sqrt(max(normal, 0.0) ** 2 + self.ks / self.kn * (sliding @ sliding))
        self.worst = max(self.worst, size)
        if self.worst > self.onset:
            soft = self.release * (self.worst - self.onset) / (self.worst * (self.release - self.onset))
            self.damage = min(soft, 1.0)
        stuck = np.zeros(2)
        if normal >= 0.0:
            self.slip = sliding.copy()
        else:
            stuck = self.ks * (sliding - self.slip)
            limit = self.mu * self.kn * -normal
            if np.linalg.norm(stuck) > limit:
                stuck *= limit / np.linalg.norm(stuck)
                self.slip = sliding - stuck / self.ks
        along = self.kn * normal * (1.0 if normal < 0.0 else 1.0 - self.damage)
        return np.array([along, *((1.0 - self.damage) * self.ks * sliding + self.damage * stuck)])


FRICTION = 0.4
ONE_TOUGHNESS = ((40.0, 3.0), (60.0, 3.0))
SEQUENCE = np.array(
    [
        (0.0, 0.0, 0.0),
        (-0.004, 0.0, 0.0),  # pressed
        (-0.004, 0.015, 0.0),  # slid until half damaged
        (-0.004, -0.02, 0.01),  # and back, and across
        (-0.001, -0.02, 0.01),  # pressure falls: it slips by itself
        (0.03, -0.01, 0.0),  # opened
        (0.03, 0.03, 0.02),  # slid over the gap
        (-0.006, 0.03, 0.02),  # closed
        (-0.006, -0.01, 0.05),
        (0.16, 0.0, 0.0),  # let go
        (-0.005, 0.01, 0.0),
        (-0.005, 0.06, -0.03),
        (0.02, 0.0, 0.0),
    ]
)
"""Openings, closings, slidings and reversals [um]."""


def test_sequences_against_the_law_by_hand():
    cohesion = adhesive("bilinear", *ONE_TOUGHNESS)
    path = polyline(SEQUENCE, 25)
    hand = ByHand(cohesion.normal_stiffness, cohesion.shear_stiffness, FRICTION, *ONE_TOUGHNESS[0])
    exact = np.array([hand.traction(point[0], point[1:]) for point in path[1:]])
    responses = run(ContactLaw.cohesive(cohesion, FRICTION, friction_share=1.0), path)
    assert hand.damage == 1.0 and responses[49].damage < 1.0
    assert tractions(responses) == pytest.approx(exact, abs=1e-6)
    over_a_gap = [r for r in responses if r.opening.normal > 0.0 and r.damage == 1.0]
    assert len(over_a_gap) > 10 and np.all(tractions(over_a_gap) == pytest.approx(0.0, abs=1e-6))


@pytest.mark.parametrize("viscous_time", [0.0, 2.0])
@pytest.mark.parametrize("softening", SOFTENINGS)
@pytest.mark.parametrize("toughness", [ONE_TOUGHNESS, (NORMAL, SHEAR)], ids=["one toughness", "two"])
def test_energy_of_sequences_is_balanced(softening, toughness, viscous_time):
    """Work of the traction = stored + dissipated, with an error that falls with the step."""
    law = ContactLaw.cohesive(adhesive(softening, *toughness, viscous_time=viscous_time), FRICTION, friction_share=1.0)
    errors = []
    for steps in (40, 160):
        path = polyline(SEQUENCE, steps)
        responses = run(law, path, time_step=10.0 / steps)
        stored, cohesive, viscous, friction = (
            np.array([{"stored": r.stored["elastic"], **r.dissipated}[name] for r in responses], dtype=float)
            for name in ("stored", *ContactLaw.DISSIPATION)
        )
        assert cohesive.sum() > 1.0 and friction.sum() > 1.0 and (viscous.sum() > 0.5) == (viscous_time > 0.0)
        assert min(cohesive.min(), viscous.min(), friction.min()) > -1e-4 * cohesive.sum()
        spent = cohesive + viscous + friction
        missing = work(path, responses) - np.diff(stored, prepend=0.0) - spent
        errors.append(np.abs(missing).sum() / spent.sum())
    assert errors[1] < 5e-3
    assert errors[0] > 3.0 * errors[1]  # order 1: 4


def test_an_area_that_lets_go_while_friction_holds_it_dissipates_nothing():
    """Friction without limit takes over what adhesion loses: the shear stays elastic and gives all its work back."""
    cohesion = adhesive()
    path = polyline([(-0.01, 0.0, 0.0), (-0.01, 0.2, 0.0)], 4000)
    responses = run(ContactLaw.cohesive(cohesion, 1e9, friction_share=1.0), path)
    last, elastic = responses[-1], cohesion.shear_stiffness * 0.2
    assert last.damage == 1.0 and float(last.shear_traction[0]) == pytest.approx(elastic, rel=1e-9)
    assert last.stored["elastic"] == pytest.approx(0.5 * elastic * 0.2 + 0.5 * STIFFNESS * 0.01**2, rel=1e-9)
    # One-sided sums of 4000 steps, of which 400 lie where the area lets go.
    assert abs(sum(r.dissipated["cohesive"] + r.dissipated["friction"] for r in responses)) < 5e-3 * SHEAR[1]


def test_friction_dissipates_the_work_of_each_step():
    """Without adhesion and at constant pressure, trapezoidal work less stored energy is friction, however long a step:
    stuck, slipping from then on, and turned round."""
    law = ContactLaw(2e3, 2e3, 0.5, friction_share=0.5)
    path = np.array([(-0.01, x, 0.0) for x in (0.0, 0.004, 0.03, 0.05, 0.045, -0.02)])
    responses = run(law, path)
    stored = np.array([0.5 * 2e3 * 0.01**2, *(r.stored["elastic"] for r in responses)])
    shear = [float(r.shear_traction[0]) for r in responses]
    assert shear == pytest.approx([4.0, 10.0, 10.0, 5.0, -10.0], abs=1e-6)
    # It slips by 0.02, 0.02 and -0.05, and the shear is the mean of that at both ends of the step.
    found = [float(r.dissipated["friction"]) for r in responses]
    assert found == pytest.approx([0.0, 7.0 * 0.02, 10.0 * 0.02, 0.0, -2.5 * -0.05], abs=1e-9)
    traction = np.array([0.0, *shear])
    done = 0.5 * (traction[1:] + traction[:-1]) * np.diff(path[:, 1])
    assert done - np.diff(stored) == pytest.approx(found, abs=1e-9)


def test_friction_dissipates_nothing_where_a_step_opens_and_turns_round_what_was_stuck():
    """The trapezoid of the traction that was, over the way back, would be negative."""
    law = ContactLaw(2e3, 2e3, 0.5, friction_share=0.5)
    responses = run(law, [(-0.01, 0.0, 0.0), (-0.01, 0.004, 0.0), (0.01, -0.01, 0.0)])
    assert float(responses[0].shear_traction[0]) == pytest.approx(4.0, abs=1e-6)
    assert [float(response.dissipated["friction"]) for response in responses] == pytest.approx([0.0, 0.0], abs=1e-12)


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_delayed_damage_at_a_constant_rate(softening):
    """ds/dt = (target - s)/tau, target = a (t - t0): s = a (t - t0 - tau (1 - exp(-(t - t0)/tau)))."""
    delay, rate, end = 3.0, 0.01, 4.0
    law = ContactLaw.cohesive(adhesive(softening, viscous_time=delay))
    onset = NORMAL[0] / STIFFNESS
    if softening == "smooth-exponential":
        late, slope = end, rate * math.e * NORMAL[0] / NORMAL[1]
    else:
        late, slope = end - onset / rate, rate / (2 * NORMAL[1] / NORMAL[0] - onset)
    exact = slope * (late - delay * (1 - math.exp(-late / delay)))
    errors = []
    for steps in (100, 200):
        path = polyline([(0.0, 0.0, 0.0), (rate * end, 0.0, 0.0)], steps)
        responses = run(law, path, time_step=end / steps)
        errors.append(responses[-1].history["progress"] / exact - 1)
    assert abs(errors[1]) < 2e-4
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.02)
    assert sum(r.dissipated["viscous"] for r in responses) == pytest.approx(overstress(law, path, responses), rel=1e-2)


@pytest.mark.parametrize("softening", SOFTENINGS)
@pytest.mark.parametrize("delay", [0.5, 3.0, 20.0])
def test_delayed_damage_is_of_second_order_where_the_opening_turns_round(softening, delay):
    """The target rises through the progress, falls through it and rises again, in the middle of steps."""
    law = ContactLaw.cohesive(adhesive(softening, viscous_time=delay))
    far = 1.5 * NORMAL[1] / NORMAL[0] * np.array([0.8, 0.6, 0.0])

    def end(steps):
        """Progress after three seconds in steps of one over a number."""
        path = polyline([0.0 * far, far, 0.1 * far, 1.2 * far], steps)
        return float(run(law, path, time_step=1.0 / steps)[-1].history["progress"])

    exact = end(2560)
    coarse, fine = (end(steps) / exact - 1.0 for steps in (20, 40))
    assert abs(coarse) < 5e-3
    assert coarse / fine == pytest.approx(4.0, rel=0.25)


@pytest.mark.parametrize("delay", [0.0, 1e-3])
def test_what_heals_in_the_step_that_closes_is_not_made_good_again(delay):
    """The target at the start of that step is the progress before it healed."""
    law = ContactLaw.cohesive(adhesive(viscous_time=delay, healing_time=2.0))
    far = 0.6 * NORMAL[1] / NORMAL[0]
    opened, closed = run(law, [(0.0, 0.0, 0.0), (far, 0.0, 0.0), (-1e-3, 0.0, 0.0)], time_step=1.0)
    before = float(opened.history["progress"])
    assert before > 0.1
    assert float(closed.history["progress"]) == pytest.approx(before * math.exp(-0.5), rel=2e-3)


@pytest.mark.parametrize("z", [0.1, 1.0, 10.0, 100.0])
def test_a_target_that_falls_lets_damage_grow_until_it_is_met(z):
    """By 1 - ln(1 + y)/y of its excess, y = excess/fall z: exactly, where the target ends at or below the progress."""
    law = adhesive(viscous_time=1.0)
    falls = np.array([1.0, 1.5, 3.0, 10.0])
    grown = np.array([law.progress(0.9 - 0.6 * fall, 0.9, 0.3, z) - 0.3 for fall in falls])
    exact = 0.6 * (1.0 - np.log1p(z / falls) / (z / falls))
    assert grown == pytest.approx(exact, rel=0.2)
    assert np.all(np.diff(grown) < 0.0)


def test_damage_behind_a_delay_does_not_jump_with_the_target():
    """From one that rises from below the progress to one that falls below it."""
    law = adhesive(viscous_time=1.0)
    target = np.linspace(-1.0, 1.5, 200001)
    for last_target in (0.0, 0.3, 0.9):
        for z in (1e-8, 0.1, 1.0, 30.0):
            progress = law.progress(target, last_target, 0.3, z)
            assert np.all(np.diff(progress) >= 0.0) and np.diff(progress).max() < 1e-4


def overstress(law, path, responses):
    """What drives damage beyond its resistance, times its growth: what the delay dissipates.

    It is k (w^2 - w_0^2)/2 with the opening w_0 at which the damage would begin to grow.
    """
    cohesion = law.cohesion
    onset = cohesion.onset_share(0.0, 1.0)
    first = math.sqrt(cohesion.onset_energy(0.0, 1.0) / cohesion.normal_stiffness)
    progress = np.array([r.history["progress"] for r in responses], dtype=float)
    driving = (
        0.5 * cohesion.normal_stiffness * (path[1:, 0] ** 2 - (first * cohesion.softening.ratio(progress, onset)) ** 2)
    )
    growth = np.diff([float(r.damage) for r in responses], prepend=0.0)
    driving = np.concatenate([[0.0], np.where(growth > 0.0, driving, 0.0)])
    return float(0.5 * (driving[1:] + driving[:-1]) @ growth)


def test_healing_only_while_closed():
    law = ContactLaw.cohesive(adhesive(healing_time=50.0))
    damaged = INTACT | {"progress": 0.8}
    closed = run(law, [(-0.001, 0, 0)] * 11, damaged, time_step=7.0)
    assert closed[-1].history["progress"] == pytest.approx(0.8 * math.exp(-70.0 / 50.0), rel=1e-12)
    opened = run(law, [(0.002, 0, 0)] * 11, damaged, time_step=7.0)
    assert opened[-1].history["progress"] == 0.8
    lasting = run(ContactLaw.cohesive(adhesive()), [(-0.001, 0, 0)] * 11, damaged, time_step=7.0)
    assert lasting[-1].history["progress"] == 0.8


@pytest.mark.parametrize("softening", SOFTENINGS)
def test_healing_begins_at_the_release_however_far_it_opened(softening):
    law = ContactLaw.cohesive(adhesive(softening, healing_time=50.0))
    apart = 50 * FAR[softening] * NORMAL[1] / NORMAL[0]
    opened = run(law, [(0.0, 0, 0), (apart, 0, 0)], time_step=7.0)[-1]
    release = law.cohesion.softening.RELEASE
    assert opened.history["progress"] == pytest.approx(release) and opened.released == pytest.approx(1.0, abs=2e-6)
    closed = run(law, [(-0.001, 0, 0)] * 11, opened.history, time_step=5.0)
    assert closed[-1].history["progress"] == pytest.approx(release / math.e, rel=1e-12)


def test_what_never_adhered_does_not_heal():
    law = ContactLaw.cohesive(adhesive(healing_time=50.0))
    apart = INTACT | {"progress": NEVER_BONDED}
    closed = run(law, [(-0.001, 0, 0)] * 11, apart, time_step=50.0)
    assert closed[-1].history["progress"] == NEVER_BONDED and closed[-1].released == 1.0


def test_drag_is_viscous():
    law = ContactLaw(4e3, 1e3)
    response = run(law, [(0.1, 0.0, 0.0), (0.2, 0.3, 0.0)], time_step=1e-3)[0]
    drag = 0.1 * 1e3 * 1e-5 / 1e-3  # of what friction holds, whose share is 0.1
    assert tractions([response])[0] == pytest.approx([0.1 * drag, 0.3 * drag, 0.0])
    assert response.dissipated["viscous"] == pytest.approx(drag * (0.1**2 + 0.3**2))


KNEE = ConductionKnee(0.2, 50.0, 10.0)


def test_a_narrow_knee_does_not_overflow():
    with np.errstate(all="raise"):
        assert ConductionKnee(0.2, 400.0, 0.01).share(np.array([0.0, 400.0, 4e4])) == pytest.approx([0.2, 0.6, 1.0])


def test_closed_conduction_follows_pressure():
    pressure = np.array([-1e3, 50.0, 60.0, 1e3])
    half = 0.2 + 0.8 / (1 + math.exp(-1.0))
    assert KNEE.share(pressure) == pytest.approx([0.2, 0.6, half, 1.0], rel=1e-12)
    assert FullConduction().share(pressure) == pytest.approx(np.ones(4))


def test_gate_is_one_bonded_the_law_closed_and_nothing_over_a_gap():
    gate, width = Gate(KNEE, 0.02), 0.02
    assert gate.share(0.0, np.array([-0.1, 0.0, 0.5 * width, width, 9.0]), 60.0, 0.0) == pytest.approx(np.ones(5))
    assert gate.share(1.0, -0.1, 60.0, 0.0) == pytest.approx(KNEE.share(60.0))
    assert gate.share(1.0, 0.5 * width, 0.0, 0.0) == pytest.approx(0.5 * KNEE.share(0.0))
    assert gate.share(1.0, np.array([width, 1.0]), 0.0, 0.0) == pytest.approx(np.zeros(2))
    assert gate.share(0.3, -0.1, 60.0, 0.0) == pytest.approx(0.7 + 0.3 * KNEE.share(60.0))
    openings, step = np.linspace(-0.5 * width, 1.5 * width, 2001), 2 * width / 2000
    lost = gate.lost(openings)
    slope = np.diff(lost) / step
    assert slope.min() >= 0.0 and lost[0] == 0.0 and lost[-1] == 1.0
    # The second derivative is 6/width^2 at most, so that a slope without a jump changes by less than this per step.
    assert np.abs(np.diff(slope)).max() <= 6.001 / width**2 * step


@pytest.mark.parametrize("keeps", [False, True])
def test_what_an_opening_interrupts_is_kept_lost_if_asked(keeps):
    law = ContactLaw(1e3, 1e3, gate=Gate(opening_width=0.02, keeps_lost=keeps))
    path = [(-0.01, 0, 0), (0.015, 0, 0), (0.005, 0, 0), (-0.01, 0, 0), (0.05, 0, 0), (-0.01, 0, 0)]
    responses = run(law, path)
    half, quarter = 0.75**2 * (3 - 1.5), 0.25**2 * (3 - 0.5)
    free = [1 - half, 1 - quarter, 1.0, 0.0, 1.0]
    assert [float(r.conduction) for r in responses] == pytest.approx([1 - half] * 3 + [0.0] * 2 if keeps else free)
    assert [float(r.history["lost"]) for r in responses] == pytest.approx([half] * 3 + [1.0] * 2)


def test_bonded_interfaces_conduct_until_they_let_go():
    law = ContactLaw.cohesive(adhesive(), gate=Gate(opening_width=1e-3))
    release = 2 * NORMAL[1] / NORMAL[0]
    before, middle, after = run(law, [(0.0, 0, 0), (0.004, 0, 0), (0.5 * release, 0, 0), (1.01 * release, 0, 0)])
    assert (before.conduction, after.conduction) == (1.0, 0.0)
    assert middle.conduction == pytest.approx(1 - middle.released)


REFUSED = [
    (lambda: adhesive(normal=(-1.0, 2.0)), "normal_strength = -1 is out of range; accepted: greater than 0"),
    (lambda: adhesive(shear=(0.0, 2.0)), "shear_strength = 0 is out of range"),
    (lambda: adhesive(normal=(40.0, 0.0)), "normal_toughness = 0 is out of range"),
    (lambda: adhesive(shear=(40.0, -2.0)), "shear_toughness = -2 is out of range"),
    (lambda: Cohesion(1.0, 1.0, 1.0, 1.0, 0.0), "normal_stiffness = 0 is out of range"),
    (lambda: adhesive(viscous_time=-1.0), "viscous_time = -1 is out of range; accepted: at least 0 s"),
    (lambda: adhesive(healing_time=0.0), "healing_time = 0 is out of range; accepted: greater than 0 s"),
    (
        lambda: Cohesion(40.0, 40.0, 2.0, 2.0, 3999.0),
        r"3999 MPa/um is too soft .* 40 MPa .* 2 J/m\^2; accepted: at least 10 T\^2/\(2 G\) = 4000 MPa/um",
    ),
    (lambda: ContactLaw(0.0, 1.0), "normal_stiffness = 0 is out of range; accepted: greater than 0 MPa/um"),
    (lambda: ContactLaw(1.0, -1.0), "shear_stiffness = -1 is out of range"),
    (lambda: ContactLaw(1.0, 1.0, -0.1), "friction = -0.1 is out of range; accepted: at least 0"),
    (lambda: ElasticLaw(1.0, 0.0), "shear_stiffness = 0 is out of range"),
    (lambda: PowerLaw(0.9), "exponent = 0.9 is out of range; accepted: from 1 to 10"),
    (lambda: BenzeggaghKenane(math.inf), "exponent = inf is out of range; accepted: from 1 to 10"),
    (lambda: ConductionKnee(1.1, 1.0, 1.0), "lowest = 1.1 is out of range; accepted: between 0 and 1"),
    (lambda: ConductionKnee(0.1, 0.0, 1.0), "pressure = 0 is out of range; accepted: greater than 0 MPa"),
    (lambda: ConductionKnee(0.1, 1.0, 0.0), "width = 0 is out of range"),
    (lambda: Gate(opening_width=0.0), "opening_width = 0 is out of range; accepted: greater than 0 um"),
    (lambda: Gate(keeps_lost="yes"), "keeps_lost = 'yes' is not accepted; expected true or false"),
]


@pytest.mark.parametrize("make,message", REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_parameters_out_of_range_are_refused(make, message):
    with pytest.raises(MaterialError, match=message):
        make()


def test_least_and_smooth_stiffness():
    """The onset takes a tenth of the toughness at the least stiffness; the smooth law's peak is T at G/(e T)."""
    assert 0.5 * 40.0**2 / least_stiffness(40.0, 2.0) == pytest.approx(0.1 * 2.0)
    assert smooth_stiffness(40.0, 2.0) == pytest.approx(math.e * 40.0 / (2.0 / (math.e * 40.0)))
