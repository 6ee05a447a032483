"""How tests start ranks of their own."""

import os


def mpirun(ranks: int) -> list[str]:
    """Words that start a program on a number of ranks."""
    return ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"]


def environment() -> dict[str, str]:
    """That of this process as it was started: MPI, which may have started since, has added to it."""
    return dict(os.environ, OMPI_MCA_mpi_yield_when_idle="1")
