"""Which axis matters: main effects of a grid, regression on samples, Sobol indices of a Saltelli design."""

import csv
import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.stats import sobol_indices

from fem_asslb.sweep.outcomes import Trial, output_names
from fem_asslb.sweep.reading import Study

FILE = "effects.csv"
"""File of a study."""

FloatArray = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-9
"""Spread of an outcome over its size below which there is nothing to explain."""

SOBOL = ("first-order index", "total index")
"""Measures that have intervals where they come from samples."""

WIDE = 0.5
"""Width of an interval of an index, a share of the variance, from which on the index says little."""

FEWEST = 16
"""Samples below which no interval is told: a bootstrap of a few looks narrow whatever they are."""

RESAMPLES = 999
"""Of the bootstrap behind the intervals of Sobol indices."""


@dataclass(frozen=True)
class Effect:
    """What an axis does to an outcome.

    Attributes:
        outcome: Name with unit.
        axis: The axis.
        measure: What the value is: ``"first-order index"`` and ``"total index"`` are shares of the variance,
            ``"range of means"`` has the unit of the outcome, ``"standardised coefficient"`` none.
        value: The value.
        least: Lower end of its 95 % interval; nan where there is none.
        most: Upper end.
    """

    outcome: str
    axis: str
    measure: str
    value: float
    least: float = math.nan
    most: float = math.nan


def effects_of(study: Study, trials: Sequence[Trial]) -> list[Effect]:
    """Effects of all axes that follow no other on all outcomes that every case has."""
    measure = {"grid": _of_grid, "latin-hypercube": _of_samples, "sobol": _of_sobol}[study.table.design.kind]
    found: list[Effect] = []
    for name in output_names(trials):
        values = np.array([trial.outputs.get(name, math.nan) for trial in trials])
        spread = float(np.ptp(values))
        if len(values) > 1 and spread > NEGLIGIBLE * float(np.abs(values).max()):
            found += measure(study, trials, name, values)
    return found


def told_too_widely(effects: Sequence[Effect]) -> Iterator[str]:
    """A warning where intervals of Sobol indices are so wide, or so few samples give none, that they say little."""
    sampled = [effect for effect in effects if effect.measure in SOBOL and not math.isnan(effect.value)]
    widths = [effect.most - effect.least for effect in sampled]
    if not all(width <= WIDE for width in widths):
        number = sum(not width <= WIDE for width in widths)
        yield (
            f"warning: {number} of {len(widths)} Sobol indices have intervals wider than {WIDE}, or none; four times "
            "the samples (design.samples) halve them"
        )


def table(effects: Sequence[Effect]) -> str:
    """Text of a table of effects."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([item.name for item in fields(Effect)])
    writer.writerows(["" if value != value else value for value in astuple(effect)] for effect in effects)
    return text.getvalue()


def _of_grid(study: Study, trials: Sequence[Trial], name: str, values: FloatArray) -> Iterator[Effect]:
    """Shares of the variance over the cells of a full grid, each with the same weight: exact, without an interval."""
    leaders = list(study.leading())
    places = {axis: _places(trials, axis) for axis in leaders}
    shape = [max(column) + 1 for column in places.values()]
    if math.prod(shape) != len(values):
        return
    cube = np.empty(shape)
    cube[tuple(places[axis] for axis in leaders)] = values
    whole = float(cube.var())
    for number, axis in enumerate(leaders):
        means = cube.mean(axis=tuple(other for other in range(cube.ndim) if other != number))
        yield Effect(name, axis, "range of means", float(np.ptp(means)))
        if len(leaders) > 1:
            yield Effect(name, axis, "first-order index", float(means.var()) / whole)
            yield Effect(name, axis, "total index", float(cube.var(axis=number).mean()) / whole)


def _places(trials: Sequence[Trial], axis: str) -> list[int]:
    """Number of the level of an axis that each case has."""
    written = [repr(trial.variant.point.values[axis].written) for trial in trials]
    levels = list(dict.fromkeys(written))
    return [levels.index(value) for value in written]


def _of_samples(study: Study, trials: Sequence[Trial], name: str, values: FloatArray) -> Iterator[Effect]:
    """Coefficients of a linear regression, all in standard deviations, and the share that it explains."""
    leaders = list(study.leading())
    if len(values) < 2 * (len(leaders) + 1):
        return
    numbers = np.array([[trial.variant.point.values[axis].number for axis in leaders] for trial in trials])
    logarithmic = [axis.spacing == "logarithmic" for axis in study.leading().values()]
    numbers[:, logarithmic] = np.log(numbers[:, logarithmic])
    scaled, target = ((column - column.mean(axis=0)) / column.std(axis=0) for column in (numbers, values))
    coefficients = np.linalg.lstsq(scaled, target, rcond=None)[0]
    for axis, coefficient in zip(leaders, coefficients, strict=True):
        yield Effect(name, axis, "standardised coefficient", float(coefficient))
    rest = float(np.mean((target - scaled @ coefficients) ** 2))
    yield Effect(name, "all together", "share explained by the regression", 1.0 - rest)


def _of_sobol(study: Study, trials: Sequence[Trial], name: str, values: FloatArray) -> Iterator[Effect]:
    """First-order and total indices with intervals by bootstrap (`scipy.stats.sobol_indices`)."""
    leaders = list(study.leading())
    blocks = values.reshape(len(leaders) + 2, -1)
    number = blocks.shape[1]
    given = {"f_A": blocks[None, 0], "f_B": blocks[None, 1], "f_AB": blocks[2:, None, :]}
    indices = sobol_indices(func=given, n=number, rng=np.random.default_rng(study.table.design.seed))
    with warnings.catch_warnings():
        # Of few samples some resamplings have no variance.
        warnings.simplefilter("ignore")
        intervals = indices.bootstrap(n_resamples=RESAMPLES)
    for measure, found, interval in (
        (SOBOL[0], indices.first_order, intervals.first_order),
        (SOBOL[1], indices.total_order, intervals.total_order),
    ):
        ends = interval.confidence_interval
        bounds = (ends.low, ends.high) if number >= FEWEST else [np.full(len(leaders), math.nan)] * 2
        for axis, value, least, most in zip(leaders, *map(np.ravel, (found, *bounds)), strict=True):
            yield Effect(name, axis, measure, float(value), float(least), float(most))
