"""Points of a study: which values its axes have together."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from fem_asslb.sweep.reading import Study
from fem_asslb.sweep.schema import Design
from fem_asslb.sweep.values import Value, levels_of, range_of

LONGEST_NAME = 100
"""Characters of the name of a folder."""


@dataclass(frozen=True)
class Point:
    """One combination of values.

    Attributes:
        name: Of the folder of its case.
        values: By axis.
    """

    name: str
    values: Mapping[str, Value]


def points_of(study: Study) -> list[Point]:
    """Points of the design of a study, in its order."""
    design = study.table.design
    if design.kind == "grid":
        return list(_grid(study))
    shares = [list(map(float, row)) for row in np.atleast_2d(samples(design, len(study.leading())))]
    return [point_at(study, f"sample-{number:04d}", row) for number, row in enumerate(shares, start=1)]


def point_at(study: Study, name: str, shares: Sequence[float]) -> Point:
    """Point at a share of each range.

    Args:
        study: A study whose axes are ranges.
        name: Of the folder of its case.
        shares: From 0 to 1, of the axes that follow no other.
    """
    leaders = dict(zip(study.leading(), map(float, shares), strict=True))
    axes = study.table.axes.items()
    return Point(name, {key: range_of(axis).at(leaders[axis.follows or key]) for key, axis in axes})


def samples(design: Design, count: int) -> npt.NDArray[np.float64]:
    """Shares of the ranges, shape (num_cases, count).

    Of a Sobol sequence the rows are those of Saltelli's matrices A, B, and AB_1 to AB_count, in which one column of A
    is that of B (Saltelli et al., Comput. Phys. Commun. 181 (2010) 259).
    """
    number = design.samples or 0
    if design.kind == "latin-hypercube":
        return np.asarray(qmc.LatinHypercube(count, rng=np.random.default_rng(design.seed)).random(number))
    whole = qmc.Sobol(2 * count, rng=np.random.default_rng(design.seed)).random(number)
    first, second = whole[:, :count], whole[:, count:]
    crossed = [np.where(np.arange(count) == column, second, first) for column in range(count)]
    return np.concatenate([first, second, *crossed])


def _grid(study: Study) -> Iterator[Point]:
    levels = {name: levels_of(axis) for name, axis in study.table.axes.items()}
    leaders = list(study.leading())
    counts, names = [range(len(levels[name])) for name in leaders], set[str]()
    for number, places in enumerate(itertools.product(*counts), start=1):
        place = dict(zip(leaders, places, strict=True))
        values = {name: levels[name][place[axis.follows or name]] for name, axis in study.table.axes.items()}
        name = "_".join(f"{leader}-{values[leader].label}" for leader in leaders)
        if name in names or len(name) > LONGEST_NAME:
            name = f"case-{number:04d}"
        names.add(name)
        yield Point(name, values)
