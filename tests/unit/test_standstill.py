"""When a hold in which nothing changes is given up, and when it is not."""

from contextlib import suppress

import pytest

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.simulation.standstill import Standstill

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


def is_given_up(text, length, rate, pressures):
    """Whether it is within as many time steps as there are pressures."""
    step, standstill = parse_step(text), Standstill()
    with suppress(ConvergenceError):
        for pressure in pressures:
            standstill.look(step, length, rate, pressure)
            standstill.require_change(step)
        return False
    return True


HOLD = "hold at 2.2 V until 81 MPa"


@pytest.mark.parametrize(
    ("text", "length", "rate", "drift", "expected"),
    [
        (HOLD, 1800.0, 1e-7, 0.0, True),
        (HOLD, 1800.0, -1e-7, 0.0, True),
        (HOLD, 1800.0, 1e-5, 0.0, False),
        (HOLD, 1800.0, 1e-7, 1e-3, False),
        (HOLD, 1.0, 1e-7, 0.0, False),
        ("hold at 2.2 V until 81 MPa or 100 h", 1800.0, 1e-7, 0.0, False),
        ("charge at 0.1C until 81 MPa", 1800.0, 1e-7, 0.0, False),
        ("rest 100 h", 1800.0, 0.0, 0.0, False),
    ],
)
def test_what_stands_still(text, length, rate, drift, expected):
    """Small current and a pressure that stays, for twenty hours, and no time at which it ends anyway."""
    assert is_given_up(text, length, rate, [80.0 + drift * number for number in range(50)]) == expected
