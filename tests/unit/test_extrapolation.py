"""Richardson's extrapolation and the grid convergence index, on values whose limit is known."""

import math

import pytest

from fem_asslb.convergence.extrapolation import CAREFUL, SAFE, extrapolate

pytestmark = pytest.mark.serial

LIMIT = 7.0


def values(order, ratios, factor=0.3, limit=LIMIT):
    """Values whose error is factor h^order, from coarse to fine."""
    sizes = [1.0]
    for ratio in ratios:
        sizes.append(sizes[-1] / ratio)
    return [limit + factor * size**order for size in sizes]


@pytest.mark.parametrize("ratios", [(2.0,), (1.7,), (2.0, 2.0), (2.1, 1.6), (1.4, 2.2)])
@pytest.mark.parametrize("order", [1.0, 2.0, 4.0])
def test_an_error_of_the_expected_order_is_extrapolated_to_the_limit(order, ratios):
    row = values(order, ratios)
    found = extrapolate(row, ratios, order)
    assert row[0] + found.correction == pytest.approx(LIMIT, rel=1e-10)
    assert found.error == pytest.approx(0.3)
    assert found.order == (None if len(ratios) == 1 else pytest.approx(order, rel=1e-6))
    # The index is a multiple of the error of the finest value.
    factor = CAREFUL if len(ratios) == 1 else SAFE
    assert found.uncertainty == pytest.approx(factor * abs(row[-1] - LIMIT), rel=1e-6)


@pytest.mark.parametrize(("true", "expected"), [(1.0, 2.0), (1.5, 4.0), (0.7, 1.0)])
def test_a_lower_order_than_expected_is_observed_and_trusted_less(true, expected):
    row, ratios = values(true, (2.0, 1.8)), (2.0, 1.8)
    found = extrapolate(row, ratios, expected)
    assert found.order == pytest.approx(true, rel=1e-6)
    assert row[0] + found.correction == pytest.approx(LIMIT, rel=1e-6)
    assert found.uncertainty == pytest.approx(CAREFUL * abs(row[-1] - LIMIT), rel=1e-6)


def test_with_two_values_the_interval_holds_the_limit_down_to_half_the_expected_order():
    for true in (1.0, 1.3, 2.0, 3.0):
        row = values(true, (2.0,))
        found = extrapolate(row, (2.0,), 2.0)
        assert abs(row[0] + found.correction - LIMIT) <= found.uncertainty


@pytest.mark.parametrize("row", [(1.0, 1.2, 1.1), (1.0, 1.1, 1.3), (1.0, 1.1, 1.2), (1.0, 1.0, 1.2)])
def test_values_that_do_not_converge_are_not_extrapolated(row):
    found = extrapolate(row, (2.0, 2.0), 2.0)
    assert not found.converges and found.order is None
    assert row[0] + found.correction == pytest.approx(row[-1])
    changes = [abs(fine - coarse) for coarse, fine in zip(row, row[1:], strict=False)]
    assert found.uncertainty == pytest.approx(CAREFUL * max(changes) / (math.sqrt(2.0) - 1.0))


def test_what_does_not_change_has_no_order():
    found = extrapolate((5.0, 5.0 + 1e-9, 5.0 - 1e-9), (2.0, 2.0), 2.0)
    assert found.converges and found.order is None
    assert abs(found.correction) <= 1e-8 and found.uncertainty <= 1e-8
    assert extrapolate((0.0, 0.0), (2.0,), 2.0).uncertainty == 0.0


def test_the_sign_of_the_error_does_not_matter():
    up, down = (extrapolate(values(2.0, (2.0, 2.0), factor), (2.0, 2.0), 2.0) for factor in (0.3, -0.3))
    assert up.correction == pytest.approx(-down.correction)
    assert up.uncertainty == pytest.approx(down.uncertainty)
