"""What the variants of a case say together: change, limit and uncertainty of each output, and what limits it."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fem_asslb.convergence import DEGREE, ELEMENT, SEED, TIME
from fem_asslb.convergence.extrapolation import LEAST_RATIO, NEGLIGIBLE, Estimate, extrapolate
from fem_asslb.convergence.headlines import CELLS, STEPS
from fem_asslb.convergence.variants import BASE, Variant

LIMITS = {ELEMENT: "element size", TIME: "time step", DEGREE: "degree"}
NOTHING, UNKNOWN = "nothing", "unknown"

TIME_ORDER = 1.0
"""Of backward Euler, in the length of the steps."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A variant and what came of it.

    Attributes:
        variant: What was varied.
        outputs: Headline outputs by name with unit; empty where it did not come to its end.
        costs: What it has taken, by name with unit.
        fault: Why it did not come to its end.
    """

    variant: Variant
    outputs: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How good one output is.

    Attributes:
        name: Of the output, with its unit.
        values: By the name of the variant, as stated first.
        limit: Extrapolated value; nan where nothing was refined.
        uncertainty: Half the width of the interval about it.
        estimates: What each direction says.
        limited_by: The direction with the largest error, or ``"nothing"`` or ``"unknown"``.
    """

    name: str
    values: Mapping[str, float]
    limit: float
    uncertainty: float
    estimates: Mapping[str, Estimate]
    limited_by: str


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One output over several cells that differ in what is drawn at random.

    Attributes:
        name: Of the output, with its unit.
        values: One for each seed.
    """

    name: str
    values: Sequence[float]

    @property
    def mean(self) -> float:
        """Of the values."""
        return statistics.fmean(self.values)

    @property
    def deviation(self) -> float:
        """Standard deviation of one cell, estimated from the values; nan of a single one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else math.nan


class Study:
    """The trials of a case.

    Attributes:
        base: The case as it is stated.
        refined: Those of finer elements, shorter steps and another degree.
        cells: Those of other seeds.

    Args:
        trials: The case as it is stated, which has come to its end, and its variants.
        dimension: 2 or 3.
        order: Expected in the element size.
        degree: Of the displacement as stated; a lower one is no refinement.
    """

    def __init__(self, trials: Sequence[Trial], dimension: int, order: float, degree: int) -> None:
        self.base = next(trial for trial in trials if trial.variant.name == BASE.name)
        self.refined = [trial for trial in trials if trial.variant.direction in LIMITS]
        self.cells = [trial for trial in trials if trial.variant.direction == SEED]
        self._dimension, self._order, self._degree = dimension, order, degree

    def verdicts(self) -> list[Verdict]:
        """How good each output is; shares that never change are left out."""
        trials = [self.base, *(trial for trial in self.refined if not trial.fault)]
        found = []
        for name in dict.fromkeys(name for trial in trials for name in trial.outputs):
            values = {trial.variant.name: trial.outputs.get(name, math.nan) for trial in trials}
            if not (name.endswith(" [-]") and len(set(values.values())) == 1):
                found.append(self._verdict(name, values))
        return found

    def spreads(self) -> list[Spread]:
        """Each output over the cells of the seeds."""
        cells = [trial for trial in self.cells if not trial.fault]
        names = [name for name in self.base.outputs if all(name in trial.outputs for trial in cells)]
        return [Spread(name=name, values=[trial.outputs[name] for trial in cells]) for name in names if cells]

    def doubts(self) -> Iterator[str]:
        """Lines on refinements that say nothing."""
        for direction, ratios in ((ELEMENT, self._ratios(ELEMENT)), (TIME, self._ratios(TIME))):
            for trial, ratio in zip(self._series(direction)[1:], ratios, strict=True):
                if ratio < LEAST_RATIO:
                    what = "elements are hardly smaller" if direction == ELEMENT else "time steps are hardly shorter"
                    yield f"{trial.variant.name}: {what}, {ratio:.3f} times; it says nothing of a limit"

    def _verdict(self, name: str, values: Mapping[str, float]) -> Verdict:
        estimates = dict(self._estimates(values))
        base, refining = values[BASE.name], [item for item in (ELEMENT, TIME) if item in estimates]
        limit = base + sum(estimates[item].correction for item in refining) if refining else math.nan
        uncertainty = sum(estimates[item].uncertainty for item in refining) if refining else math.nan
        if ELEMENT in estimates and DEGREE in estimates:
            # Both are a finer space: where they disagree by more than the uncertainty, that was too small.
            apart = abs(estimates[DEGREE].correction - estimates[ELEMENT].correction)
            uncertainty += max(apart - estimates[ELEMENT].uncertainty, 0.0)
        limited_by = UNKNOWN
        if estimates:
            largest = max(estimates, key=lambda direction: estimates[direction].error)
            is_small = estimates[largest].error <= NEGLIGIBLE * abs(base)
            limited_by = NOTHING if is_small else LIMITS[largest]
        return Verdict(
            name=name,
            values=values,
            limit=limit,
            uncertainty=uncertainty,
            estimates=estimates,
            limited_by=limited_by,
        )

    def _estimates(self, values: Mapping[str, float]) -> Iterator[tuple[str, Estimate]]:
        """What each refinement says of a value, with a higher degree as one, whose error is the change itself."""
        expected = {ELEMENT: self._order, TIME: TIME_ORDER}
        for direction, order in expected.items():
            ratios = self._ratios(direction)
            row = [values[trial.variant.name] for trial in self._series(direction)]
            if ratios and min(ratios) >= LEAST_RATIO and all(map(math.isfinite, row)):
                yield direction, extrapolate(row, ratios, order)
        for trial in self._series(DEGREE)[1:]:
            change = values[trial.variant.name] - values[BASE.name]
            if self._degree == 1 and math.isfinite(change):
                yield DEGREE, Estimate(correction=change, error=abs(change), uncertainty=math.nan)

    def _series(self, direction: str) -> list[Trial]:
        """The case as stated and its refinements in a direction, as far as none before has failed."""
        found = [self.base]
        for trial in self.refined:
            if trial.variant.direction == direction:
                if trial.fault:
                    break
                found.append(trial)
        return found

    def _ratios(self, direction: str) -> list[float]:
        """How much finer each trial of a series is than the one before, by its number of elements or of time steps."""
        name, root = (CELLS, 1.0 / self._dimension) if direction == ELEMENT else (STEPS, 1.0)
        counts = [trial.costs[name] for trial in self._series(direction)]
        return [(fine / coarse) ** root for coarse, fine in zip(counts, counts[1:], strict=False)]
