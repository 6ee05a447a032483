"""Bent lines through data: near them, monotone where they are, and the same function as the library's closed forms."""

import numpy as np
import pytest

from fem_asslb.materials.fitted_line import DEVIATION, fit_line
from fem_asslb.materials.function import fit_positive
from fem_asslb.materials.library import load, stated

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

FINE = np.linspace(0.0, 1.05, 2101)


@pytest.mark.parametrize("name", ["ncm811", "ncm85", "ncm95"])
def test_a_line_through_the_data_of_the_library(name):
    """It falls everywhere and is as near to the data as the closed form that was fitted by hand."""
    table, law = stated(name)["potential"]["table"], load(name).host.potential
    fit = fit_line(table["x"], table["u"], falls=True)
    by_hand = np.abs(law.potential(np.array(table["x"])) - table["u"]).max()
    assert fit.deviation == pytest.approx(np.abs(fit.line(np.array(table["x"])) - table["u"]).max(), rel=1e-12)
    assert fit.deviation < min(2 * DEVIATION * np.ptp(table["u"]), by_hand)
    assert fit.line.derivative(FINE).max() < 0.0


def test_it_is_monotone_between_points_that_are():
    """Also where a polynomial would swing: a step, whose plateaus stay flat to a thousandth of it."""
    x = np.array([0.0, 0.3, 0.45, 0.5, 0.55, 0.7, 1.0])
    values = np.array([4.0, 4.0, 4.0, 3.5, 3.0, 3.0, 3.0])
    fit = fit_line(x, values)
    inside = np.linspace(0.0, 1.0, 1001)
    assert np.diff(fit.line(inside)).max() <= 1e-12
    assert np.abs(fit.line(inside[inside < 0.35]) - 4.0).max() < 0.02
    assert fit.deviation < 0.05


def test_a_hump_keeps_its_top_and_a_straight_line_has_no_bend_to_speak_of():
    x = np.linspace(0.2, 1.0, 60)
    hump = fit_line(x, 14.4 - 3.0 * (x - 0.6) ** 2)
    assert hump.deviation < DEVIATION * 0.5
    assert FINE[hump.line(FINE).argmax()] == pytest.approx(0.6, abs=0.02)
    straight = fit_line(x, 4.5 - 0.7 * x)
    assert straight.deviation < 1e-12 and straight.line.derivative(FINE) == pytest.approx(-0.7, abs=1e-10)


def test_noise_does_not_make_a_potential_rise():
    x = np.linspace(0.1, 0.9, 400)
    noisy = 4.2 - 0.8 * x - 0.1 * np.tanh((x - 0.5) / 0.05) + 0.002 * np.random.default_rng(1).normal(size=400)
    fit = fit_line(x, noisy, falls=True)
    assert fit.line.derivative(FINE).max() < 0.0 and fit.deviation < 0.012


def graphite(x):
    """Potential of graphite against lithium (Safari and Delacourt 2011): a volt within 2 % of lithium, then steps."""
    steps = ((0.044, 0.1958, 0.1088), (0.1978, 1.0571, 0.0854), (0.6875, -0.0117, 0.0529), (0.0175, 0.5692, 0.0875))
    return 0.6379 + 0.5416 * np.exp(-305.5309 * x) - sum(h * np.tanh((x - at) / width) for h, at, width in steps)


@pytest.mark.parametrize(
    ("function", "places", "most"),
    [
        (graphite, np.linspace(0.01, 0.98, 60), 1e-3),
        (graphite, np.linspace(0.005, 1.0, 200), 1e-2),
        (lambda x: 0.1 + 0.7 * np.exp(-60.0 * x) - 0.05 * x, np.linspace(0.0, 1.0, 101), 1e-3),
        (lambda x: 0.2 - 0.1 * np.tanh((x - 0.5) / 0.004) - 0.01 * x, np.linspace(0.0, 1.0, 401), 1e-3),
    ],
)
def test_bends_go_where_the_data_bend(function, places, most):
    """Where bends at equal distances are off by 2 to 30 % of the range; it falls everywhere all the same."""
    values = function(places)
    fit = fit_line(places, values, falls=True)
    assert fit.deviation < most * np.ptp(values)
    assert fit.line.derivative(np.concatenate([FINE, -np.geomspace(1e-4, 1e2, 50), 1 + FINE])).max() < 0.0


def test_a_constant_stays_one():
    fit = fit_line([0.0, 0.5, 1.0], [2.46, 2.46, 2.46])
    assert fit.deviation == 0.0
    assert (fit.line(FINE) + 0.0 * FINE == 2.46).all() and fit.line.derivative(0.3) == 0.0


def test_a_positive_function_keeps_its_last_values_beyond_the_data():
    """Whatever its slope is at their ends; inside it is what was fitted, and a factor is one everywhere."""
    x = np.linspace(0.3, 0.8, 11)
    values = np.exp(8.0 * x - 3.0)
    function = fit_positive(x, values, 0.3, 0.8)
    assert function(x) == pytest.approx(values, rel=0.02)
    for inside, beyond in ((0.3, np.linspace(0.0, 0.2, 5)), (0.8, np.linspace(0.9, 1.0, 5))):
        assert function(beyond) == pytest.approx(np.full(5, function(inside)), rel=0.15)
        assert np.ptp(function(beyond)) < 0.01 * function(inside)
    assert function.times(3.0)(FINE) == pytest.approx(3.0 * function(FINE), rel=1e-12)
