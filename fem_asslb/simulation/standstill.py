"""A hold in which nothing changes any more, although none of its limits is met: it would go on for ever."""

import math

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.steps import Hold, Step

STILL_CHARGE = 1e-6
"""Charge of a time step over that of an hour at 1C up to which next to nothing passes."""

STILL_PRESSURE = 1e-7
"""Relative change of the pressure in a time step up to which it stays."""

MOST_STEPS = 20
"""Time steps in a row in which nothing changes before a hold is given up."""


class Standstill:
    """Counts the time steps in which nothing changes."""

    def __init__(self) -> None:
        self._steps, self._pressure = 0, math.nan

    def look(self, step: Step, charge: float, pressure: float) -> None:
        """Look at a time step that was accepted.

        Args:
            step: Of the protocol.
            charge: That has passed, over that of an hour at 1C.
            pressure: At its end [MPa].
        """
        stays = abs(pressure - self._pressure) <= STILL_PRESSURE * abs(pressure)
        is_still = isinstance(step, Hold) and stays and abs(charge) <= STILL_CHARGE
        self._steps, self._pressure = self._steps + 1 if is_still else 0, pressure

    def require_change(self, step: Step) -> None:
        """Refuse to go on with a hold in which nothing changes.

        Raises:
            ConvergenceError: It is one.
        """
        if self._steps >= MOST_STEPS and isinstance(step, Hold):
            raise ConvergenceError("nothing changes any more, and none of its limits is met")
