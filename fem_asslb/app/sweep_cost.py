"""What a study will cost: from its finished cases, or from a few measured time steps of one that is not."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mpi4py import MPI

from fem_asslb.app.end_request import process_began
from fem_asslb.app.sweep_plan import PlannedCase
from fem_asslb.base.errors import FemAsslbError, Postponed
from fem_asslb.case.checks.size_checks import estimated_elements, least_time_steps
from fem_asslb.case.sections.case import Case
from fem_asslb.convergence.headlines import WALL_TIME, costs

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

MEASURED = 3
"""Time steps that are measured, after the first one, which may compile formulae."""


class _Stopwatch:
    """Observer that times a few steps and ends the run."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def start(self, simulation: "Simulation") -> None:
        """Steps are counted from the first one's end."""

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Note the time.

        Raises:
            Postponed: Enough are measured.
        """
        self._times.append(time.monotonic())
        if len(self._times) > MEASURED and not simulation.loading.has_ended:
            raise Postponed("measured")

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Nothing to do."""

    @property
    def start_up(self) -> float:
        """From the start of this process, which loads libraries as each case does, to the end of the first step [s]."""
        return self._times[0] - process_began()

    @property
    def seconds(self) -> float | None:
        """Of one step [s]; None before the second."""
        between = len(self._times) - 1
        return (self._times[-1] - self._times[0]) / between if between > 0 else None


@dataclass(frozen=True)
class _Cost:
    """Time of a case: before its steps [s], over its size [s], what these are from, and how well they are known."""

    start: float
    rate: float
    source: str
    sign: str


def estimate(cases: Sequence[PlannedCase], plugins: Mapping[str, str], jobs: int) -> list[str]:
    """Lines on the time that the cases which are not finished will take.

    The time of a case grows with its elements and with the time steps that it takes at least.

    Args:
        cases: All cases of the study.
        plugins: Hashes of modules that added laws or fields, by name.
        jobs: Cases at the same time.

    Raises:
        FemAsslbError: The case that is measured has no mesh or no time steps.
    """
    left = [case for case in cases if not case.is_done]
    if not left:
        return []
    cost = _of_finished(cases) or _measured(left[0], plugins)
    seconds = [cost.start + cost.rate * _size(case.variant.case) for case in left]
    longest, whole = max(seconds), max(max(seconds), sum(seconds) / jobs)
    each = f"{_time(min(seconds))} to {_time(longest)}" if longest > 1.5 * min(seconds) else _time(longest)
    cases_at_once = f"{jobs} cases at the same time" if jobs > 1 else "one case after the other"
    return [f"estimated: {cost.sign} {each} for a case, {_time(whole)} together, {cases_at_once} ({cost.source})"]


def _of_finished(cases: Sequence[PlannedCase]) -> _Cost | None:
    done = [case for case in cases if case.is_done]
    if not done:
        return None
    seconds = sum(costs(case.results)[WALL_TIME] for case in done)
    return _Cost(0.0, seconds / sum(_size(case.variant.case) for case in done), f"from {len(done)} finished", "about")


def _measured(planned: PlannedCase, plugins: Mapping[str, str]) -> _Cost:
    from fem_asslb.app.driver import run

    case, watch = planned.variant.case, _Stopwatch()
    with TemporaryDirectory() as folder:
        case = replace(case, output=replace(case.output, fields_at=()))
        results = Path(folder) / "results"
        outcome = run(case, MPI.COMM_SELF, results, folder=folder, observers=[watch], plugins=plugins)
    if watch.seconds is None:
        raise FemAsslbError(f"{planned.variant.name} does not get to its second time step: {outcome.reason}")
    rate = watch.seconds * least_time_steps(case) / _size(case)
    # As many steps as the longest ones make, and no pictures.
    return _Cost(watch.start_up, rate, f"from time steps of {planned.variant.name}", "at least")


def _size(case: Case) -> float:
    """What the time of a case grows with."""
    return (estimated_elements(case.geometry) or 1.0) * max(1.0, least_time_steps(case))


def _time(seconds: float) -> str:
    for limit, unit, text in ((90.0, 1.0, "s"), (5400.0, 60.0, "min"), (172800.0, 3600.0, "h")):
        if seconds < limit:
            return f"{max(1.0, seconds / unit):.0f} {text}"
    return f"{seconds / 86400.0:.1f} days"
