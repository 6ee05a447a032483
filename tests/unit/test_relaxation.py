"""Newton over a kink: full steps jump to and fro for ever, shortened ones arrive."""

import numpy as np
import pytest

from fem_asslb.relaxation import AitkenRelaxation


def stuck_block(displacement):
    """Force of a spring, 1 N/m, and of friction that holds with 100 N/m up to 1 N, and the tangent."""
    trial = 100.0 * displacement
    slips = abs(trial) > 1.0
    return displacement + np.clip(trial, -1.0, 1.0), 1.0 if slips else 101.0


def newton(force, share_of):
    """Displacement after at most 20 steps, and the last full step."""
    displacement, step = 0.9, np.inf
    for _ in range(20):
        resisting, tangent = stuck_block(displacement)
        step = (force - resisting) / tangent
        displacement += share_of(np.array([step])) * step
        if abs(step) < 1e-12:
            break
    return displacement, abs(step)


def test_steps_that_undo_each_other_are_halved(comm):
    force = 0.5
    _, last = newton(force, lambda step: 1.0)
    assert last == pytest.approx(2.0)  # from slip one way to slip the other way, for ever
    found, last = newton(force, AitkenRelaxation(comm).next_share)
    assert last < 1e-12
    assert found == pytest.approx(force / 101.0)


def test_steps_that_shrink_are_taken_whole(comm):
    relaxation = AitkenRelaxation(comm)
    direction = np.array([1.0, -2.0, 0.5])
    assert [relaxation.next_share(size * direction) for size in (1.0, 1e-1, 1e-2, 1e-4, 1e-8)] == [1.0] * 5


def test_a_new_solve_begins_with_whole_steps(comm):
    relaxation = AitkenRelaxation(comm)
    step = np.array([1.0])
    shares = [relaxation.next_share(sign * step) for sign in (1, -1, 1, -1)]
    assert shares == [1.0, 1.0, 1.0, 0.5]
    relaxation.restart()
    assert relaxation.share == 1.0 and relaxation.next_share(step) == 1.0
