"""The launcher that started this process, such as mpirun, known without MPI."""

import os
from collections.abc import Mapping

_RANK_AND_SIZE = {
    "OMPI_COMM_WORLD_RANK": "OMPI_COMM_WORLD_SIZE",
    "PMI_RANK": "PMI_SIZE",
    "SLURM_PROCID": "SLURM_STEP_NUM_TASKS",
}
"""Variables of mpirun and of srun; a batch shell of Slurm has the rank but no step that started it."""

_RANK_VARIABLES = (*_RANK_AND_SIZE, "PMIX_RANK")

_PREFIXES = ("OMPI_", "PMIX_", "PRTE_", "PMI_")

_YIELD = "OMPI_MCA_mpi_yield_when_idle"


def launched_rank() -> int:
    """Rank of this process; 0 without a launcher, or where a rank is not one of several."""
    for rank, size in _RANK_AND_SIZE.items():
        known = [int(text) for text in map(os.environ.get, (rank, size)) if text is not None and text.isdecimal()]
        if len(known) == 2:
            return known[0] if known[1] > 1 else 0
    return 0


def without_launcher(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment in which MPI starts with this process alone, rather than wait for the others of a launcher."""
    return {name: value for name, value in environment.items() if not name.startswith(_PREFIXES)}


def leave_launcher() -> None:
    """Let MPI, which has not started, start with this process alone."""
    if any(name in os.environ for name in _RANK_VARIABLES):
        for name in os.environ.keys() - without_launcher(os.environ):
            del os.environ[name]


def yielding(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment in which Open MPI's ranks give up their core while they wait, unless it says otherwise."""
    return {_YIELD: "1", **environment}


def waiting_ranks_yield() -> bool:
    """Whether Open MPI's ranks give up their core while they wait, rather than poll at full speed."""
    return os.environ.get(_YIELD) == "1"
