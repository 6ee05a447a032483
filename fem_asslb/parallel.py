"""What all ranks do together: reductions, also where a rank owns nothing, and work of one rank for all."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.errors import FemAsslbError

FloatArray = npt.NDArray[np.float64]

Result = TypeVar("Result")


def global_sum(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise sum over all ranks."""
    return _reduce(comm, values, MPI.SUM)


def global_max(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise maximum over all ranks; give -inf where a rank has none."""
    return _reduce(comm, values, MPI.MAX)


def global_min(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise minimum over all ranks; give inf where a rank has none."""
    return _reduce(comm, values, MPI.MIN)


def on_root(comm: MPI.Comm, work: Callable[[], Result]) -> Result:
    """Do something on rank 0 and give its result to every rank, or raise its error there.

    Raises:
        FemAsslbError: With the message of rank 0, also where that raises a programming error of another kind.
    """
    done: list[Result] = []
    message = "rank 0 failed and says why"
    try:
        done = [work()] if comm.rank == 0 else []
    except FemAsslbError as error:
        message = str(error)
    except OSError as error:
        message = f"'{error.filename}': {error.strerror}"
    finally:
        # Whatever happens on rank 0, no other rank waits for it for ever.
        done, message = comm.bcast((done, message))
    if not done:
        raise FemAsslbError(message)
    return done[0]


def _reduce(comm: MPI.Comm, values: npt.ArrayLike, operation: MPI.Op) -> FloatArray:
    local = np.atleast_1d(np.asarray(values, dtype=np.float64))
    result = np.empty_like(local)
    comm.Allreduce(np.ascontiguousarray(local), result, op=operation)
    return result
