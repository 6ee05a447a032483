"""Richardson's extrapolation, and its uncertainty by the grid convergence index.

Sources: Roache, J. Fluids Eng. 116 (1994) 405, for the index; Celik et al., J. Fluids Eng. 130 (2008) 078001, for the
observed order of unequal ratios; Oberkampf and Roy, Verification and Validation in Scientific Computing (2010), and
Roy, AIAA paper 2010-126, for which order and which factor of safety are to be taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.optimize import brentq

NEGLIGIBLE = 1e-6
"""Change over the value below which nothing has changed but rounding and what Newton's method leaves."""

LEAST_RATIO = 1.1
"""Refinement below which a change says nothing of a limit."""

SAFE, CAREFUL = 1.25, 3.0
"""Factor of safety where the order is observed and as expected, and where it is assumed or another one."""

AS_EXPECTED = 0.1
"""Largest distance of an observed order from the expected one, over that one."""

LOWEST_ORDER, HIGHEST_ORDER = 0.5, 10.0
"""Orders between which one is taken, or sought."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What refinement in one direction says of a value.

    Attributes:
        correction: Limit minus the coarsest value; where the values do not converge, that of the finest one.
        error: Size of the estimated error of the coarsest value.
        uncertainty: Of the limit: half the width of the interval about it.
        order: Observed order; None with two values, without a change, or where they do not converge.
        converges: Whether the values come nearer to one another, as far as it is known.
    """

    correction: float
    error: float
    uncertainty: float
    order: float | None = None
    converges: bool = True


def extrapolate(values: Sequence[float], ratios: Sequence[float], expected: float) -> Estimate:
    """Limit of values under refinement, f = limit + C h^p.

    With two values p is the expected order, and the uncertainty three times the estimated error of the finer one. With
    three values p is observed: within 10 % of the expected order that is taken, with a factor of safety of 1.25, else
    the observed one between 0.5 and the expected one, with a factor of 3. Values that do not come nearer to one another
    are not extrapolated; their uncertainty is that of the order 0.5.

    Args:
        values: Two or three, from coarse to fine.
        ratios: Refinement from each value to the next, above 1.
        expected: Order that the discretisation has for a smooth solution.
    """
    changes = [fine - coarse for coarse, fine in zip(values, values[1:], strict=False)]
    total, last, ratio = values[-1] - values[0], changes[-1], ratios[-1]
    if max(map(abs, changes)) <= NEGLIGIBLE * max(map(abs, values)):
        return Estimate(correction=total, error=abs(total), uncertainty=max(map(abs, changes)))
    observed = observed_order(changes, ratios) if len(changes) > 1 else None
    converges = len(changes) == 1 or observed is not None
    if observed is not None and abs(observed - expected) <= AS_EXPECTED * expected:
        order, factor = expected, SAFE
    elif converges:
        order, factor = min(max(LOWEST_ORDER, expected if observed is None else observed), expected), CAREFUL
    else:
        order, factor = LOWEST_ORDER, CAREFUL
    left = last / (ratio**order - 1.0)
    return Estimate(
        correction=total + left if converges else total,
        error=abs(total + left) if converges else abs(total) + abs(left),
        uncertainty=factor * (abs(left) if converges else max(map(abs, changes)) / (ratio**order - 1.0)),
        order=observed,
        converges=converges,
    )


def observed_order(changes: Sequence[float], ratios: Sequence[float]) -> float | None:
    """Order p of two changes in a row, from coarse to fine; None where they alternate or do not fall as by any order.

    The ratio of the changes is R = r2^p (r1^p - 1)/(r2^p - 1), with r1 and r2 the refinements.
    """
    if changes[1] == 0.0 or changes[0] / changes[1] <= 0.0:
        return None
    first, second = ratios

    def excess(order: float) -> float:
        """Logarithm of R over that of an order; it falls with the order."""
        expected = second**order * (first**order - 1.0) / (second**order - 1.0)
        return math.log(changes[0] / changes[1]) - math.log(expected)

    lowest = 0.01
    if excess(lowest) <= 0.0:
        return None
    return HIGHEST_ORDER if excess(HIGHEST_ORDER) >= 0.0 else float(brentq(excess, lowest, HIGHEST_ORDER))
