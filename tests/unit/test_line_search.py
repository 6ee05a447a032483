"""Newton over a kink: full steps jump to and fro for ever, shortened ones arrive."""

import numpy as np
import pytest

from fem_asslb.model.model import Support
from fem_asslb.solve import newton
from fem_asslb.solve.line_search import find_share
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import passive, prescribe, problem_on


def stuck_block(displacement):
    """Force of a spring, 1 N/m, and of friction that holds with 100 N/m up to 1 N, and the tangent."""
    trial = 100.0 * displacement
    slips = abs(trial) > 1.0
    return displacement + np.clip(trial, -1.0, 1.0), 1.0 if slips else 101.0


def rubbing_contact(displacement):
    """Force of a contact that is soft when open, steep where it slides and less so where it sticks, and the tangent.

    Newton goes from the open side to where it sticks and back, over the narrow range between, where the balance lies.
    """
    if displacement > 0.0:
        return 0.01 * displacement, 0.01
    return (3.0 * displacement, 3.0) if displacement > -1.0 else (displacement - 2.0, 1.0)


def iterate(law, force, searches, displacement=0.9):
    """Displacement after at most 20 steps, and the last full step."""
    step = np.inf
    for _ in range(20):
        resisting, tangent = law(displacement)
        step = (force - resisting) / tangent

        def work(share, at=displacement, step=step):
            return (force - law(at + share * step)[0]) * step

        displacement += step * (find_share(work, work(0.0)) if searches else 1.0)
        if abs(step) < 1e-12:
            break
    return displacement, abs(step)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("law", "force", "jump", "balance"), [(stuck_block, 0.5, 2.0, 0.5 / 101.0), (rubbing_contact, -1.5, 150.5, -0.5)]
)
def test_steps_across_a_kink_are_shortened(law, force, jump, balance):
    _, last = iterate(law, force, searches=False)
    assert last == pytest.approx(jump)  # from one side to the other, for ever
    found, last = iterate(law, force, searches=True)
    assert last < 1e-12
    assert found == pytest.approx(balance)


@pytest.mark.serial
@pytest.mark.parametrize("left", [0.0, 0.5, -0.5, -0.79])
def test_a_step_that_leaves_little_work_is_taken_whole(left):
    assert find_share(lambda share: 1.0 - (1.0 - left) * share, 1.0) == 1.0


@pytest.mark.serial
def test_a_step_that_is_too_short_is_taken_whole():
    assert find_share(lambda share: 1.0 + share, 1.0) == 1.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.serial
@pytest.mark.parametrize("kink", [0.9, 0.3, 0.02])
def test_the_share_leaves_little_work(kink, sign):
    """Work falls slowly up to a kink and fifty times as fast beyond."""

    def work(share):
        return sign * (1.0 - share - 50.0 * max(share - kink, 0.0))

    share = find_share(work, sign)
    assert abs(work(share)) <= 0.1
    assert kink <= share < 1.0


@pytest.mark.serial
def test_work_that_overflows_leaves_the_step_to_newton():
    assert find_share(lambda share: np.nan, 1.0) == 1.0


@pytest.mark.two_ranks
def test_the_solver_takes_a_share_of_a_step_and_goes_by_the_whole(comm, monkeypatch):
    """Of a linear problem, 70 % of each step leave 30 % of the error: the full steps then fall by that factor."""
    support = Support(planes=(("bottom", 0), ("bottom", 1)), prescribed="top")
    problem = problem_on(box((1.0, 1.0), (2, 4)), comm, materials={"particle": passive(1e3, 0.3)}, support=support)
    prescribe(problem, lambda x: np.stack([0 * x[0], 1e-3 + 0 * x[0], 0 * x[0]]))
    whole = NewtonSolver(problem).solve()
    assert whole.iterations == 1
    solution = problem.state["displacement"].x.array.copy()
    problem.state["displacement"].x.array[:] = 0.0
    works = []

    def take_part(work, start):
        works.append([work(share) / start for share in (0.0, 0.25, 1.0)])
        return 0.7

    monkeypatch.setattr(newton, "WHOLE", 0)
    monkeypatch.setattr(newton, "find_share", take_part)
    report = NewtonSolver(problem).solve()
    assert works[0] == pytest.approx([1.0, 0.75, 0.0], abs=1e-9)
    last = whole.updates["displacement"] * 0.3 ** (report.iterations - 1)
    assert report.iterations == 10  # what is to come, 0.3 times the update, is below 1e-8 then
    assert report.updates["displacement"] == pytest.approx(last, rel=1e-3)
    assert problem.state["displacement"].x.array == pytest.approx(solution, abs=1e-7)


@pytest.mark.two_ranks
def test_the_first_steps_are_taken_whole(comm, monkeypatch):
    def refuse(work, start):
        raise AssertionError("searched")

    monkeypatch.setattr(newton, "find_share", refuse)
    test_problem = problem_on(
        box((1.0, 1.0), (2, 4)),
        comm,
        materials={"particle": passive(1e3, 0.3)},
        support=Support(planes=(("bottom", 0), ("bottom", 1)), prescribed="top"),
    )
    prescribe(test_problem, lambda x: np.stack([0 * x[0], 1e-3 + 0 * x[0], 0 * x[0]]))
    assert NewtonSolver(test_problem).solve().iterations <= 3
