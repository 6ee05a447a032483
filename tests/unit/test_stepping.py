"""Control of the time step, on the decay dx/dt = -x in place of a problem."""

from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.case import Time
from fem_asslb.fields.field import ErrorScale
from fem_asslb.simulation.stepping import Stepper
from fem_asslb.solve.convergence import SolveReport

pytestmark = pytest.mark.serial


class OneNumber:
    """A state that is one number."""

    def __init__(self, value=0.0):
        arrays = {"lithium": np.array([value]), "displacement": np.zeros(1)}
        self.functions = {name: SimpleNamespace(x=SimpleNamespace(array=array)) for name, array in arrays.items()}

    def __getitem__(self, name):
        return self.functions[name]

    def empty_like(self):
        return OneNumber()

    def assign(self, other):
        for name, function in self.functions.items():
            function.x.array[:] = other[name].x.array

    @property
    def value(self):
        return float(self["lithium"].x.array[0])

    @value.setter
    def value(self, value):
        self["lithium"].x.array[0] = value


class Decay:
    """Problem and solver in one: backward Euler for dx/dt = -x, which fails for steps above ``longest``."""

    def __init__(self, longest=np.inf):
        self.state, self.previous = OneNumber(1.0), OneNumber(1.0)
        scales = {"displacement": ErrorScale(1e-3, grows=True, follows_loads=True), "lithium": ErrorScale(1.0)}
        self.fields = [SimpleNamespace(name=name, error_scale=scale) for name, scale in scales.items()]
        self.controls = SimpleNamespace(time_step=SimpleNamespace(value=0.0))
        self.domain = SimpleNamespace(comm=MPI.COMM_SELF)
        self.longest = longest

    def solve(self):
        step = self.controls.time_step.value
        self.state.value = self.previous.value / (1 + step)
        if step > self.longest:
            raise ConvergenceError("too long")
        return SolveReport(2)


def stepper_of(problem, **settings):
    return Stepper(
        problem, problem, Time(**{"first_step": 1e-3, "smallest_step": 1e-6, "largest_step": 10.0} | settings)
    )


def march(problem, stepper, end=1.0):
    """Lengths of the steps to the time ``end``, and the local error of each."""
    time, lengths, errors = 0.0, [], []
    while end - time > 1e-12:
        start = problem.previous.value
        length, _ = stepper.advance(end - time, lambda _: None, lambda: 0.0)
        errors.append(abs(problem.state.value - start * np.exp(-length)))
        problem.previous.assign(problem.state)
        time += length
        lengths.append(length)
    return np.array(lengths), np.array(errors)


def test_local_error_is_the_tolerance():
    problem = Decay()
    lengths, errors = march(problem, stepper_of(problem, tolerance=1e-4))
    assert errors.max() < 2.2e-4
    # Once the growth from the first step has ended, steps are as long as the tolerance allows.
    assert np.median(errors[len(errors) // 2 : -1]) == pytest.approx(0.81e-4, rel=0.3)
    finer, _ = march(other := Decay(), stepper_of(other, tolerance=1e-6))
    assert 6 < len(finer) / len(lengths) < 11


@pytest.mark.parametrize("ratio", [0.4, 1.0, 2.0])
def test_estimate_is_the_local_error_of_backward_euler(ratio):
    """The next step aims at 0.81 times the tolerance with an error that goes with the square of the step."""
    problem, tolerance = Decay(), 0.5 * (ratio * 0.02) ** 2
    stepper = stepper_of(problem, tolerance=tolerance)
    stepper.before.assign(problem.previous)
    problem.previous.value /= 1 + 0.02
    stepper.last_step, stepper.next_step = 0.02, ratio * 0.02
    length, rejected = stepper.advance(1.0, lambda _: None, lambda: 0.0)
    assert rejected == 0
    estimate = 0.81 * tolerance * (length / stepper.next_step) ** 2
    error = abs(problem.state.value - problem.previous.value * np.exp(-length))
    assert estimate == pytest.approx(error, rel=0.05)


def test_a_jump_in_the_rate_is_met_by_shorter_steps():
    problem = Decay()
    stepper = stepper_of(problem, tolerance=1e-4, first_step=1e-4)
    stepper.advance(1.0, lambda _: None, lambda: 0.0)
    problem.previous.assign(problem.state)
    stepper.next_step = 0.5
    length, rejected = stepper.advance(1.0, lambda _: None, lambda: 0.0)
    assert rejected > 0
    assert abs(problem.state.value - problem.previous.value * np.exp(-length)) < 2.2e-4


def test_a_failed_solve_cuts_the_step_and_restores_the_state():
    problem = Decay(longest=0.01)
    length, rejected = stepper_of(problem, tolerance=0.5, first_step=1.0).advance(2.0, lambda _: None, lambda: 0.0)
    assert length <= 0.01 and rejected == 6
    assert problem.state.value == pytest.approx(1 / (1 + length))


def test_the_smallest_step_ends_with_a_reason_and_the_last_good_state():
    """The loads are those at the start of the step again, too."""
    problem, loads = Decay(longest=0.0), []
    with pytest.raises(ConvergenceError, match="too long; the smallest step is 1e-06 s"):
        stepper_of(problem).advance(1.0, loads.append, lambda: 0.0)
    assert problem.state.value == problem.previous.value == 1.0
    assert loads[-1] == 0.0 < min(loads[:-1])


def test_no_step_is_longer_than_the_longest_of_a_run_that_goes_on_with_another():
    stepper = stepper_of(Decay(), tolerance=0.5, largest_step=2.0)
    stepper.next_step = 100.0
    assert stepper.advance(1000.0, lambda _: None, lambda: 0.0) == (2.0, 0)


def test_a_state_that_is_none_to_go_on_from_is_a_failed_solve():
    """Nothing is left below 0.9: steps come near it, and then end with the reason."""
    problem = Decay()
    stepper = stepper_of(problem, tolerance=0.5, first_step=1.0)

    def check():
        if problem.state.value < 0.9:
            raise ConvergenceError("nothing is left")

    length, rejected = stepper.advance(2.0, lambda _: None, lambda: 0.0, check)
    assert rejected > 0
    with pytest.raises(ConvergenceError, match="nothing is left; the smallest step is 1e-06 s"):
        while True:
            problem.previous.assign(problem.state)
            stepper.advance(2.0, lambda _: None, lambda: 0.0, check)
    assert problem.state.value == pytest.approx(0.9, abs=1e-5)


def test_a_step_that_passes_the_limit_is_shortened_to_it():
    """The limit is x = 0.9, met within 1e-6."""
    problem = Decay()

    def overshoot():
        beyond = 0.9 - problem.state.value
        return 0.0 if beyond < 1e-6 else beyond / (problem.previous.value - problem.state.value)

    length, rejected = stepper_of(problem, tolerance=0.5, first_step=1.0).advance(2.0, lambda _: None, overshoot)
    assert problem.state.value == pytest.approx(0.9, abs=1e-6)
    assert length == pytest.approx(1 / 0.9 - 1, abs=1e-5)
    assert rejected == 0


def test_steps_recover_after_a_snap():
    """Where Newton fails at one instant down to a thousandth of the step, the length is back soon after."""
    problem = Decay(longest=0.02)
    stepper = stepper_of(problem, tolerance=0.1, first_step=0.01, largest_step=0.01)
    lengths = []
    for index in range(20):
        problem.longest = 1e-5 if index == 5 else 0.02
        lengths.append(stepper.advance(10.0, lambda _: None, lambda: 0.0)[0])
        problem.previous.assign(problem.state)
    assert lengths[5] < 1e-5
    assert lengths[18] > 0.6 * 0.01


def test_steps_stay_below_one_that_newton_could_not_do():
    """After a failure most attempts succeed: the limit grows by a tenth per step, not by the factor of easy steps."""
    problem = Decay(longest=0.011)
    stepper = stepper_of(problem, tolerance=0.1, first_step=1e-3, largest_step=1.0)
    failures = 0
    time, lengths = 0.0, []
    while time < 1.0:
        length, rejected = stepper.advance(10.0, lambda _: None, lambda: 0.0)
        problem.previous.assign(problem.state)
        time, failures = time + length, failures + rejected
        lengths.append(length)
    # Doubled after every success each second attempt would fail.
    assert failures / len(lengths) < 0.25
    assert np.median(lengths) > 0.6 * problem.longest


def test_the_first_step_of_a_stage_is_short_where_much_changes():
    """There is no rate yet: half of the change is the error."""
    problem = Decay()
    length, rejected = stepper_of(problem, tolerance=1e-3, first_step=1.0).advance(2.0, lambda _: None, lambda: 0.0)
    assert rejected > 0
    assert 1e-3 < 1.0 - problem.state.value < 4e-3
    calm = stepper_of(Decay(), tolerance=1e-3, first_step=1e-3).advance(2.0, lambda _: None, lambda: 0.0)
    assert calm == (1e-3, 0)


class Debonding(Decay):
    """The share 1 - exp(-t / delay) lets go from an instant on while the field rests; without a delay it jumps."""

    def __init__(self, onset, delay):
        super().__init__()
        self.onset, self.delay, self.time = onset, delay, 0.0
        self.fastest = 0.0

    def solve(self):
        return SolveReport(2)

    def share(self, time):
        late = max(time - self.onset, 0.0)
        return float(late > 0.0) if self.delay == 0.0 else 1.0 - np.exp(-late / self.delay)

    def measure(self):
        return {"open": (self.share(self.time + self.controls.time_step.value), 1.0)}


def debond(problem, **settings):
    """Lengths of the steps of ten seconds, and the change of the share in each."""
    settings = Time(**{"first_step": 0.01, "smallest_step": 1e-6, "largest_step": 1.0, "tolerance": 0.01} | settings)
    stepper, lengths, changes = Stepper(problem, problem, settings, problem.measure), [], []
    stepper.begin_stage()
    while problem.time < 10.0 - 1e-9:
        length, _ = stepper.advance(10.0 - problem.time, lambda _: None, lambda: 0.0)
        lengths.append(length)
        changes.append(problem.share(problem.time + length) - problem.share(problem.time))
        problem.time += length
        problem.previous.assign(problem.state)
    return np.array(lengths), np.array(changes)


def test_steps_follow_what_lets_go():
    """Else a share that opens within a tenth of a second would do so in one step of a second."""
    lengths, changes = debond(Debonding(onset=5.0, delay=0.1))
    assert changes.max() < 0.15
    assert lengths.max() == 1.0
    finer, _ = debond(Debonding(onset=5.0, delay=0.1), tolerance=0.002)
    assert len(finer) > 1.5 * len(lengths)


def test_what_lets_go_at_once_ends_no_run():
    lengths, changes = debond(Debonding(onset=5.0, delay=0.0))
    assert changes.max() == 1.0
    # The instant is met as well as the first step of a stage resolves anything.
    assert lengths[changes.argmax()] < 0.01
    assert len(lengths) < 60


@pytest.mark.parametrize("width", [0.005, 0.1])
def test_a_step_over_what_has_no_solution_in_shorter_ones_is_taken(width):
    """For a while after 5 s nothing is at rest: steps that end there fail, one that passes it does not."""
    problem = Debonding(onset=5.0, delay=0.0)

    def solve():
        if 5.0 < problem.time + problem.controls.time_step.value < 5.0 + width:
            raise ConvergenceError("no equilibrium")
        return SolveReport(2)

    problem.solve = solve
    lengths, changes = debond(problem)
    assert changes.max() == 1.0
    assert lengths[changes.argmax()] > width
    assert lengths.sum() == pytest.approx(10.0)


def test_a_solve_that_fails_once_lets_no_long_step_through():
    """However large its error; only where short steps fail again and again is it a snap."""
    problem = Debonding(onset=5.0, delay=3.0)
    problem.time, failures = 4.9, ["once"]

    def solve():
        if problem.controls.time_step.value < 1.0 and failures:
            raise ConvergenceError(failures.pop())
        return SolveReport(2)

    problem.solve = solve
    settings = Time(first_step=1.0, smallest_step=1e-6, largest_step=10.0, tolerance=1e-3)
    stepper = Stepper(problem, problem, settings, problem.measure)
    stepper.begin_stage()
    stepper.next_step = 6.0
    length, _ = stepper.advance(10.0, lambda _: None, lambda: 0.0)
    assert not failures
    assert problem.share(4.9 + length) < 0.01


def test_the_shortest_of_the_steps_that_pass_a_snap_is_taken(caplog):
    """From the first step upwards; the log says how far its error is beyond what is accepted."""
    problem = Debonding(onset=5.0, delay=0.0)
    problem.time = 4.999999

    def solve():
        if 5.0 < problem.time + problem.controls.time_step.value < 5.1:
            raise ConvergenceError("no equilibrium")
        return SolveReport(2)

    problem.solve = solve
    settings = Time(first_step=0.01, smallest_step=1e-5, largest_step=1.0, tolerance=0.01)
    stepper = Stepper(problem, problem, settings, problem.measure)
    stepper.begin_stage()
    length, rejected = stepper.advance(5.0, lambda _: None, lambda: 0.0)
    assert 0.1 < length < 0.1 / 0.4 and rejected > 8
    assert "25 times the accepted time error" in caplog.text


class Jammed(Decay):
    """From the time 0.5 on steps longer than 2e-5 have no solution, until so many have been taken."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.time = steps, 0.0

    def solve(self):
        is_jammed = self.time < 0.5 < self.time + self.controls.time_step.value or 0 < self.taken < self.steps
        self.longest = 2e-5 if is_jammed else np.inf
        return super().solve()

    def march(self, end, has_drag=True):
        """Lengths of the steps to a time."""
        settings = Time(first_step=0.01, smallest_step=1e-3, largest_step=0.1, tolerance=0.1)
        stepper, lengths = Stepper(self, self, settings, has_drag=has_drag), []
        while self.time < end - 1e-9:
            length, _ = stepper.advance(end - self.time, lambda _: None, lambda: 0.0)
            self.time, lengths = self.time + length, [*lengths, length]
            self.previous.assign(self.state)
        return np.array(lengths)

    @property
    def taken(self):
        return 0 if self.time < 0.5 else round((self.time - 0.5) / 1e-5)


def test_drag_passes_a_snap_of_friction():
    """In steps below the smallest one, which double as soon as they can; behind it they are as long as before."""
    lengths = Jammed(steps=20).march(2.0)
    short = lengths[lengths < 1e-3]
    assert lengths.sum() == pytest.approx(2.0)
    assert 0.4 * 2e-5 < short.min() <= 2e-5 and len(short) < 30
    after = lengths[np.flatnonzero(lengths < 1e-3)[-1] + 1 :]
    assert after.max() == pytest.approx(0.1) and np.all(after[1:4] > 1.9 * after[:3])


def test_without_drag_no_step_is_below_the_smallest():
    with pytest.raises(ConvergenceError, match="the smallest step is 0.001 s"):
        Jammed(steps=20).march(2.0, has_drag=False)


def test_what_is_left_of_a_stage_is_no_snap():
    """Six hundred stages of half the smallest step each, with and without drag."""
    for has_drag in (False, True):
        problem = Decay()
        settings = Time(first_step=1.0, smallest_step=1.0, largest_step=10.0, tolerance=0.9)
        stepper = Stepper(problem, problem, settings, has_drag=has_drag)
        for _ in range(600):
            assert stepper.advance(0.5, lambda _: None, lambda: 0.0)[0] == 0.5
            problem.previous.assign(problem.state)
        assert stepper.short_steps == 0


def test_the_next_step_is_no_shorter_than_the_smallest():
    problem = Decay()
    settings = Time(first_step=1e-2, smallest_step=1e-3, largest_step=10.0, tolerance=1e-8)
    stepper = Stepper(problem, problem, settings)
    stepper.next_step = 2e-3
    for _ in range(20):
        problem.previous.value = problem.state.value = 1.0
        with suppress(ConvergenceError):
            stepper.advance(5.0, lambda _: None, lambda: 0.0)
        assert stepper.next_step >= 1e-3


def test_short_steps_that_lead_nowhere_end():
    with pytest.raises(ConvergenceError, match="500 steps in a row were shorter than the smallest step, 0.001 s"):
        Jammed(steps=10**9).march(2.0)


@pytest.mark.parametrize("what", ["displacement", "scalar"])
def test_steps_follow_the_displacement_and_what_is_measured(what):
    """Either moves by half its size within a tenth of a second, while the other and lithium rest."""

    class Moving(Debonding):
        def solve(self):
            if what == "displacement":
                moved = 2.0 + self.share(self.time + self.controls.time_step.value)
                self.state["displacement"].x.array[0] = moved
            return SolveReport(2)

        def measure(self):
            moved = self.share(self.time + self.controls.time_step.value) if what == "scalar" else 0.0
            return {"pressure": (60.0 + 60.0 * moved, 120.0)}

    problem = Moving(onset=5.0, delay=0.1)
    problem.previous["displacement"].x.array[0] = 2.0
    lengths, changes = debond(problem)
    assert changes.max() < 0.3 and lengths.max() == 1.0


def test_a_scalar_of_infinite_size_is_not_followed():
    problem = Debonding(onset=5.0, delay=0.1)
    problem.measure = lambda: {"pressure": (problem.share(problem.time + problem.controls.time_step.value), np.inf)}
    lengths, changes = debond(problem)
    assert changes.max() > 0.9 and lengths.max() == 1.0
