"""Reductions that give the same answer on every rank, also where a rank owns nothing."""

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

FloatArray = npt.NDArray[np.float64]


def global_sum(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise sum over all ranks."""
    return _reduce(comm, values, MPI.SUM)


def global_max(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise maximum over all ranks; give -inf where a rank has none."""
    return _reduce(comm, values, MPI.MAX)


def global_min(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise minimum over all ranks; give inf where a rank has none."""
    return _reduce(comm, values, MPI.MIN)


def _reduce(comm: MPI.Comm, values: npt.ArrayLike, operation: MPI.Op) -> FloatArray:
    local = np.atleast_1d(np.asarray(values, dtype=np.float64))
    result = np.empty_like(local)
    comm.Allreduce(np.ascontiguousarray(local), result, op=operation)
    return result
