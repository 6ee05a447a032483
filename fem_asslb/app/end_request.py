"""The end of a run that is asked for, by a signal or because its time is up: between two steps, with a checkpoint."""

import math
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from fem_asslb.base.endings import Terminated
from fem_asslb.base.errors import Postponed

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)
"""What a batch system sends before it ends a job; mpirun passes the second on to all ranks."""

MARGIN = 2.0
"""A step begins only if this many of the longest step so far, with its output, fit into what is left."""

LEAVING = 1.5
"""Time [s] that is kept back for the end of all processes, and for their start before this one."""

SAME = 2.0
"""Signals within this time [s] are one request: a batch system and a script around may both pass it on."""


class EndRequest:
    """Observer that ends a run after a step when any of its ranks is asked to, or when the next step might be too long.

    Args:
        wall_time: How long this process may take, all in all [s].
    """

    def __init__(self, wall_time: float = math.inf) -> None:
        self._deadline = process_began() + wall_time if math.isfinite(wall_time) else math.inf
        self._asked: str | None = None
        self._asked_at = 0.0
        self._step_began: float | None = None
        self._longest = 0.0

    @property
    def left(self) -> float:
        """What is left of the wall time [s]; infinite without one."""
        return self._deadline - time.monotonic()

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handler of `SIGNALS`: the first is kept until the step ends, a second one ends the run at once.

        Raises:
            Terminated: There is no step yet, or this is not the first signal.
        """
        if self._asked is not None and time.monotonic() - self._asked_at < SAME:
            return
        if self._step_began is None or self._asked is not None:
            signal.signal(number, signal.SIG_IGN)
            raise Terminated
        self._asked, self._asked_at = signal.Signals(number).name, time.monotonic()
        # Whatever is being printed now cannot be printed into, and a launcher that the signal has ended reads no more.
        with suppress(OSError):
            os.write(2, f"\n{self._asked}: the run ends after this step; a second one ends it at once\n".encode())

    def start(self, simulation: "Simulation") -> None:
        """From now on there is something to go on from."""
        self._step_began = time.monotonic()

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """End the run if it is time; collective.

        Raises:
            Postponed: On all ranks.
        """
        now = time.monotonic()
        self._longest = max(self._longest, now - (self._step_began or now))
        self._step_began = now
        late = now + MARGIN * self._longest + LEAVING > self._deadline
        asked = simulation.problem.domain.comm.allgather(self._asked or ("its wall time" if late else None))
        if (cause := next((text for text in asked if text), None)) and not simulation.loading.has_ended:
            raise Postponed(f"{cause} ends it")

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Nothing to do."""


def process_began() -> float:
    """When this process began, on the monotonic clock [s]: libraries take seconds to load."""
    # The 22nd field of the manual of /proc: ticks since the machine was started, time asleep included.
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    since = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - max(since, 0.0)
