"""Newton's method with a line search at many points at once, each with two equations of its own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.bulk.flow_rule import Array

TOLERANCE = 1e-13
"""Size of a residual, of order one, at which a point is solved."""

_ACCEPTED = 1e-10
"""The same where rounding lets no step come nearer."""

_ITERATIONS = 80
_SHORTEST = 2.0**-20


@dataclass(frozen=True)
class Equations:
    """Residuals of two equations in two unknowns and their derivatives, arrays of shape (n,) each.

    Attributes:
        first: Residual.
        second: Residual.
        slopes: Derivatives ((first by first, first by second), (second by first, second by second)).
    """

    first: Array
    second: Array
    slopes: tuple[tuple[Array, Array], tuple[Array, Array]]

    @property
    def size(self) -> Array:
        """The larger residual; infinite where one is no number."""
        size = np.maximum(np.abs(self.first), np.abs(self.second))
        return np.where(np.isnan(size), np.inf, size)

    def solve(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Unknowns of the linear equations with these slopes for a right-hand side."""
        (a, b), (c, d) = self.slopes
        determinant = a * d - b * c
        return (d * first - b * second) / determinant, (a * second - c * first) / determinant


Evaluate = Callable[[Array, Array, npt.NDArray[np.intp]], Equations]
"""Equations at the points of an index, for their unknowns."""

Limit = Callable[[Array, Array], Array]
"""Unknowns near a proposal that the equations accept, from the last ones and the proposal."""


def solve(evaluate: Evaluate, start: tuple[Array, Array], limits: tuple[Limit, Limit]) -> tuple[Array, Array]:
    """Unknowns of all points; not a number where none were found.

    Args:
        evaluate: The equations.
        start: First guess of both unknowns, shape (n,).
        limits: Of both unknowns.
    """
    unknowns = [values.copy() for values in start]
    left: Array = np.arange(len(unknowns[0]))
    share: Array = np.ones(len(unknowns[0]))
    now = evaluate(unknowns[0], unknowns[1], left)
    for _ in range(_ITERATIONS):
        left, share, now = _keep(now.size > TOLERANCE, left, share, now)
        if not len(left):
            return unknowns[0], unknowns[1]
        last = [values[left] for values in unknowns]
        steps = now.solve(now.first, now.second)
        tried = [limit(old, old - share * step) for limit, old, step in zip(limits, last, steps, strict=True)]
        then = evaluate(tried[0], tried[1], left)
        # A step is good if the same slopes ask for a shorter one at its end, whatever the units of both equations.
        scales = [1.0 + np.abs(old) for old in last]
        better = _length(now.solve(then.first, then.second), scales) < _length(steps, scales)
        # Where no step helps, what is left is rounding, or there is no solution.
        stuck = ~better & ((now.size <= _ACCEPTED) | (share < _SHORTEST))
        for values, old, new in zip(unknowns, last, tried, strict=True):
            values[left] = np.where(better, new, old)
            values[left[stuck & (now.size > _ACCEPTED)]] = np.nan
        share = np.where(better, np.minimum(1.0, 4.0 * share), 0.25 * share)
        now = _where(better, then, now)
        left, share, now = _keep(~stuck, left, share, now)
    for values in unknowns:
        values[left[now.size > _ACCEPTED]] = np.nan
    return unknowns[0], unknowns[1]


def _length(steps: tuple[Array, Array], scales: list[Array]) -> Array:
    size = np.maximum(*(np.abs(step) / scale for step, scale in zip(steps, scales, strict=True)))
    return np.where(np.isnan(size), np.inf, size)


def _map(function: Callable[..., Array], *equations: Equations) -> Equations:
    ((a, b), (c, d)) = (
        [function(*(item.slopes[row][column] for item in equations)) for column in (0, 1)] for row in (0, 1)
    )
    first, second = (function(*(getattr(item, name) for item in equations)) for name in ("first", "second"))
    return Equations(first, second, ((a, b), (c, d)))


def _keep(chosen: npt.NDArray[np.bool_], left: Array, share: Array, now: Equations) -> tuple[Array, Array, Equations]:
    if chosen.all():
        return left, share, now
    return left[chosen], share[chosen], _map(lambda values: values[chosen], now)


def _where(chosen: npt.NDArray[np.bool_], then: Equations, now: Equations) -> Equations:
    return then if chosen.all() else _map(lambda new, old: np.where(chosen, new, old), then, now)
