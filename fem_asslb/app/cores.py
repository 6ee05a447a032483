"""Whether ranks have cores of their own. They poll while they wait: one that does not get a core delays all others."""

import logging
import os
import time

from mpi4py import MPI

from fem_asslb.base.launcher import waiting_ranks_yield
from fem_asslb.base.parallel import global_min
from fem_asslb.base.texts import counted
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)

INTERVAL = 60.0
"""Time of steps over which the use of a core is measured [s]."""

SMALL_SHARE = 0.6
"""Share of a core below which a run is slow for want of cores; two ranks on one core have a half."""


def log_cores(comm: MPI.Comm) -> None:
    """Say whether ranks that wait give up their core, and warn of a machine with more ranks than cores; collective."""
    if comm.size == 1:
        return
    if waiting_ranks_yield():
        logger.info("ranks that wait give up their core (mpi_yield_when_idle)")
    ranks, cores = _fullest_machine(comm)
    if ranks > cores:
        remedy = (
            "" if waiting_ranks_yield() else ", and those that wait keep it busy: set OMPI_MCA_mpi_yield_when_idle=1"
        )
        logger.warning("%d ranks on a machine share %s%s", ranks, counted(cores, "core"), remedy)


def _fullest_machine(comm: MPI.Comm) -> tuple[int, int]:
    """Ranks and the cores that they may use, of the machine with most ranks for each core."""
    machine = comm.Split_type(MPI.COMM_TYPE_SHARED)
    cores = set[int]().union(*machine.allgather(os.sched_getaffinity(0)))
    pairs = comm.allgather((machine.size, len(cores)))
    machine.Free()
    return max(pairs, key=lambda pair: pair[0] / pair[1])


class CoreWatch:
    """Observer of the least share of a core that a rank gets; says once that it is small, as other programs take it.

    A rank that has what it needs is never idle. Where the work of others is, or a limit of the container, is not known.

    Args:
        comm: All ranks.
    """

    def __init__(self, comm: MPI.Comm) -> None:
        self._comm = comm
        self._wall, self._used, self._told = 0.0, 0.0, False

    def start(self, simulation: Simulation) -> None:
        """Begin to measure."""
        self._wall, self._used = time.monotonic(), time.process_time()

    def step(self, simulation: Simulation, record: StepRecord) -> None:
        """Judge the last minute of steps; collective, as rank 0 alone writes the log."""
        if self._told:
            return
        wall, used = time.monotonic() - self._wall, time.process_time() - self._used
        wall, share = global_min(self._comm, [wall, used / max(wall, 1e-3)])
        if wall < INTERVAL:
            return
        if share < SMALL_SHARE:
            logger.warning("a rank gets %.0f %% of a core: too few cores are free for this run", 100.0 * share)
            self._told = True
        self._wall, self._used = time.monotonic(), time.process_time()

    def finish(self, simulation: Simulation, reason: str) -> None:
        """Nothing to do."""
