"""What all ranks do together: reductions, also where a rank owns nothing, and work of one rank for all."""

import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.base.endings import EXPECTED, exit_code, foremost, shown
from fem_asslb.base.errors import FemAsslbError

FloatArray = npt.NDArray[np.float64]

Result = TypeVar("Result")

PATIENCE = 5.0
"""How long a rank that fails waits for the others to fail too [s]."""

DELIVERY = 0.25
"""How long it waits before it ends all [s], so that mpirun shows its message before many words of its own."""


def global_sum(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise sum over all ranks."""
    return _reduce(comm, values, MPI.SUM)


def global_max(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise maximum over all ranks; give -inf where a rank has none."""
    return _reduce(comm, values, MPI.MAX)


def global_min(comm: MPI.Comm, values: npt.ArrayLike) -> FloatArray:
    """Entry-wise minimum over all ranks; give inf where a rank has none."""
    return _reduce(comm, values, MPI.MIN)


def send_rows(comm: MPI.Comm, rows: npt.NDArray, rank: npt.NDArray[np.int32]) -> npt.NDArray:
    """Send each row of an array to a rank; collective.

    Args:
        comm: All ranks.
        rows: Shape (n, ...), of the same kind and the same further extents on all ranks.
        rank: Where each row goes, shape (n,).

    Returns:
        The rows received, those of lower ranks first.
    """
    width = int(np.prod(rows.shape[1:])) * rows.itemsize
    # Counted in rows, for numbers of bytes outgrow MPI's integers.
    kind = MPI.BYTE.Create_contiguous(width).Commit()
    counts = np.bincount(rank, minlength=comm.size).astype(np.int32)
    incoming = np.empty(comm.size, dtype=np.int32)
    comm.Alltoall(counts, incoming)
    received = np.empty((int(incoming.sum()), *rows.shape[1:]), dtype=rows.dtype)
    comm.Alltoallv([rows[np.argsort(rank, kind="stable")], counts, kind], [received, incoming, kind])
    kind.Free()
    return received


def row_starts(comm: MPI.Comm, count: int) -> npt.NDArray[np.int64]:
    """First row of each rank in an array that lies on the ranks one after the other, and the number of all its rows.

    Args:
        comm: All ranks.
        count: Rows on this one.

    Returns:
        Shape (ranks + 1,), the same on every rank.
    """
    return np.concatenate([[0], np.cumsum(comm.allgather(count))]).astype(np.int64)


def fetch_rows(comm: MPI.Comm, rows: npt.NDArray, wanted: npt.NDArray[np.int64]) -> npt.NDArray:
    """Rows of an array that lies on the ranks one after the other, by their number in the whole; collective.

    Args:
        comm: All ranks.
        rows: Those on this rank, of the same kind and the same further extents on all ranks.
        wanted: Numbers of the rows that this rank asks for, shape (n,).

    Returns:
        These rows, shape (n, ...).
    """
    starts = row_starts(comm, len(rows))
    holder = rank_of_row(starts, wanted)
    asked = send_rows(comm, np.column_stack([wanted, np.full(len(wanted), comm.rank)]), holder)
    received = send_rows(comm, rows[asked[:, 0] - starts[comm.rank]], asked[:, 1].astype(np.int32))
    found = np.empty_like(received)
    # Each rank answers in the order in which it was asked.
    found[np.argsort(holder, kind="stable")] = received
    return found


def rank_of_row(starts: npt.NDArray[np.int64], row: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Rank on which each row lies, see `row_starts`."""
    return (np.searchsorted(starts, row, side="right") - 1).astype(np.int32)


def raise_first(comm: MPI.Comm, fault: str) -> None:
    """Raise what is wrong on one rank on all of them; collective.

    Args:
        comm: All ranks.
        fault: What is wrong on this rank; empty where nothing is.

    Raises:
        FemAsslbError: With the message of the first rank that has one.
    """
    if faults := [text for text in comm.allgather(fault) if text]:
        raise FemAsslbError(faults[0])


def on_root(comm: MPI.Comm, work: Callable[[], Result]) -> Result:
    """Do something on rank 0 and give its result to every rank, or raise its error there.

    Raises:
        FemAsslbError: With the message of rank 0, also where that raises a programming error of another kind.
        OSError: That of rank 0.
    """
    done: list[Result] = []
    failure: FemAsslbError | OSError = FemAsslbError("rank 0 failed and says why")
    try:
        done = [work()] if comm.rank == 0 else []
    except FemAsslbError as error:
        failure = FemAsslbError(str(error))
    except OSError as error:
        failure = error
    finally:
        # Whatever happens on rank 0, no other rank waits for it for ever.
        done, failure = comm.bcast((done, failure))
    if not done:
        raise failure
    return done[0]


class FailingTogether:
    """Context, entered by all ranks, in which an error ends all of them or leaves it on all of them.

    An error that every rank raises leaves as it is. Ranks that do not raise one wait for a message that never comes:
    then the rank that failed says why, and MPI ends the program with its exit code, see `fem_asslb.base.endings`.

    Args:
        comm: Communicator of the ranks.
    """

    def __init__(self, comm: MPI.Comm) -> None:
        self._comm = comm

    def __enter__(self) -> None:
        """Prepare a communicator of its own: the others may wait in any call on that of the program."""
        self._private = self._comm.Dup()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look at whether the others come here too."""
        if error is not None:
            code = exit_code(error)
            codes = self._private.allgather(code) if self._all_arrive() else [code]
            if len(codes) < self._comm.size or len(set(codes)) > 1:
                self._end_all(error, foremost(codes))
        self._private.Free()

    def _all_arrive(self) -> bool:
        request, start = self._private.Ibarrier(), time.monotonic()
        while not request.Test():
            if time.monotonic() - start > PATIENCE:
                return False
            time.sleep(0.01)
        return True

    def _end_all(self, error: BaseException, code: int) -> None:
        try:
            if exit_code(error) != code:
                # The rank with the cause speaks and ends all.
                time.sleep(PATIENCE)
            elif isinstance(error, EXPECTED):
                print(f"rank {self._comm.rank}: " + "\n".join(shown(error)), file=sys.stderr, flush=True)
            else:
                traceback.print_exception(error)
                sys.stderr.flush()
            time.sleep(DELIVERY)
        finally:
            # Also where nothing can be said, as on a full disk.
            self._comm.Abort(code)


def _reduce(comm: MPI.Comm, values: npt.ArrayLike, operation: MPI.Op) -> FloatArray:
    local = np.atleast_1d(np.asarray(values, dtype=np.float64))
    result = np.empty_like(local)
    comm.Allreduce(np.ascontiguousarray(local), result, op=operation)
    return result
