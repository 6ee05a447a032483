"""Newton over a kink: full steps jump to and fro for ever, shortened ones arrive."""

import numpy as np
import pytest

from fem_asslb.model import Support
from fem_asslb.relaxation import AitkenRelaxation
from fem_asslb.solver import NewtonSolver
from tests.grids import box
from tests.support import passive, prescribe, problem_on


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


def test_the_solver_takes_a_share_of_a_step_and_goes_by_the_whole(comm, monkeypatch):
    """Of a linear problem, 70 % of each step leave 30 % of the error: the full steps then fall by that factor."""

    def take_part(relaxation, step):
        relaxation.share = 0.7
        return relaxation.share

    support = Support(planes=(("bottom", 0), ("bottom", 1)), prescribed="top")
    problem = problem_on(box((1.0, 1.0), (2, 4)), comm, materials={"particle": passive(1e3, 0.3)}, support=support)
    prescribe(problem, lambda x: np.stack([0 * x[0], 1e-3 + 0 * x[0], 0 * x[0]]))
    whole = NewtonSolver(problem).solve()
    assert whole.iterations == 1
    solution = problem.state.displacement.x.array.copy()
    problem.state.displacement.x.array[:] = 0.0
    monkeypatch.setattr(AitkenRelaxation, "next_share", take_part)
    report = NewtonSolver(problem).solve()
    last = whole.updates["displacement"] * 0.3 ** (report.iterations - 1)
    assert 6 <= report.iterations <= 9
    assert report.updates["displacement"] == pytest.approx(last, rel=1e-3)
    assert problem.state.displacement.x.array == pytest.approx(solution, abs=1e-7)
