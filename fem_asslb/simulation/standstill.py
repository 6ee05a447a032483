"""A hold in which nothing changes any more, although none of its limits is met: it would go on for ever."""

import math

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.steps import Hold, Step

STILL_RATE = 2e-6
"""C-rate up to which next to nothing passes."""

STILL_PRESSURE = 1e-6
"""Relative change of the pressure up to which it stays."""

LONGEST = 72_000.0
"""Time in which nothing changes before a hold is given up [s]."""


class Standstill:
    """How long nothing has changed in a hold."""

    def __init__(self) -> None:
        self._time, self._pressure = 0.0, math.nan

    def look(self, step: Step, length: float, rate: float, pressure: float) -> None:
        """Look at a time step that was accepted.

        Args:
            step: Of the protocol; one that ends after a time does so in any case.
            length: Of the time step [s].
            rate: Current over that of 1C.
            pressure: At its end [MPa].
        """
        is_endless = isinstance(step, Hold) and all(limit.kind != "duration" for limit in step.limits)
        if is_endless and abs(rate) <= STILL_RATE and abs(pressure - self._pressure) <= STILL_PRESSURE * abs(pressure):
            self._time += length
        else:
            self._time, self._pressure = 0.0, pressure

    def require_change(self, step: Step) -> None:
        """Refuse to go on with a hold in which nothing changes.

        Raises:
            ConvergenceError: It is one.
        """
        if self._time >= LONGEST and isinstance(step, Hold):
            raise ConvergenceError("nothing changes any more, and none of its limits is met")
