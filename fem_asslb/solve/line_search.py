"""How much of a Newton step to take where kinks, such as those of contact and of friction, make the whole too much."""

import math
from collections.abc import Callable

WHOLE = 3
"""Steps of a solve that are taken whole: the first ones find out what opens and slides."""

_SLACK = 0.8
"""Share of the work at the start of a step that may be left at the end of a whole step (Crisfield, 1991)."""

_CLOSE = 0.1
"""The same at the end of a shortened one: with more, steps stop before a kink that they ought to cross."""

_TRIALS = 12
"""Shares that are tried at most; where the work falls fifty times as fast behind a kink, they bring it to a tenth."""

_LEAST = 1e-3
"""A trial stays this far, relative to the bracket, from its ends."""


def find_share(work: Callable[[float], float], start: float) -> float:
    """Share of a Newton step after which the residual would turn against it (Matthies and Strang, 1979).

    Along a step of a linear problem the work falls to zero at its end, and the whole is taken. A step across a kink
    ends where the residual pushes back, harder than it pushed before: then the share is bracketed by regula falsi.

    Args:
        work: Product of the residual at a share of the step with the step.
        start: The same at share 0.

    Returns:
        Share, above 0 and up to 1.
    """
    low, high = (0.0, start), (1.0, work(1.0))
    share, here = high
    for _ in range(_TRIALS):
        # Work that keeps its sign asks for a longer step, which the next iteration makes.
        slack = _SLACK if share == 1.0 else _CLOSE
        if not math.isfinite(here) or (share == 1.0 and here * start >= 0.0) or abs(here) <= slack * abs(start):
            break
        width = high[0] - low[0]
        root = low[0] - low[1] * width / (high[1] - low[1])
        share = min(max(root, low[0] + _LEAST * width), high[0] - _LEAST * width)
        here = work(share)
        # Halving the work at the end that stays (Illinois) keeps it from staying for ever.
        if here * start > 0.0:
            low, high = (share, here), (high[0], 0.5 * high[1])
        else:
            low, high = (low[0], 0.5 * low[1]), (share, here)
    return share if math.isfinite(here) else 1.0
