"""Ionic conductivity of a pressed powder against its relative density."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fem_asslb.base.functions import NumberLike, choose, exp, log
from fem_asslb.base.parameters import require

COLUMN = "ionic conductivity [mS/cm]"


@dataclass(frozen=True)
class IonicConductivity:
    """Straight lines between data, both in their logarithms; the outermost lines go on.

    Args:
        densities: Relative densities, increasing.
        values: Conductivities there [mS/cm].
    """

    densities: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the data."""
        count = len(self.densities)
        require("relative_density", count, lambda count: count > 1, "a list of two or more")
        require("value", len(self.values), lambda number: number == count, f"a list of as many, {count}")
        steps = np.diff(self.densities)
        require("relative_density", float(steps.min()), lambda step: step > 0.0, "densities that increase")

    def __call__(self, density: NumberLike) -> NumberLike:
        """Conductivity [mS/cm]."""
        found: NumberLike = 0.0
        points = zip(self.densities, self.values, strict=True)
        for number, ((start, low), (end, high)) in enumerate(pairwise(points)):
            exponent = float(np.log(high / low) / np.log(end / start))
            line = float(np.log(low)) + exponent * (log(density) - float(np.log(start)))
            found = choose(density - start, line, found) if number else line
        return exp(found)
