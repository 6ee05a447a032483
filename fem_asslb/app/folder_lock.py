"""One run at a time writes into a folder: a lock of the operating system, which no dead process holds."""

import errno
import fcntl
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output.files import writing

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)

FILE = ".lock"
"""File of a results folder; its text says who holds it."""

_ATTEMPTS, _PAUSE = 5, 0.1
"""A process that only looks holds the lock for a moment too: attempts, and the time between two [s]."""


class HeldFolder:
    """Observer that ends a run whose folder is no more the one that it has locked, before it writes into another's.

    Args:
        folder: Results folder.
        descriptor: Of its lock.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._path, self._held = folder / FILE, os.fstat(descriptor)

    def start(self, simulation: "Simulation") -> None:
        """Nothing to prepare."""

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Look whether it is there.

        Raises:
            OSError: It has gone, or is another.
        """
        if not os.path.samestat(os.stat(self._path), self._held):
            raise OSError(errno.ESTALE, "the folder is not the one that the run has begun in", str(self._path.parent))

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Nothing to do."""


@contextmanager
def locked(folder: Path) -> Iterator[HeldFolder]:
    """Hold the lock of a folder; on one process.

    Process numbers would not do in its place: they repeat from one container to the next.

    Yields:
        What looks whether the folder is still there.

    Raises:
        FemAsslbError: Another process holds it.
    """
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        _take(descriptor, folder)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with writing(folder / FILE):
            _write(descriptor, f"process {_number()} on {socket.gethostname()} since {since}")
        try:
            yield HeldFolder(folder, descriptor)
        finally:
            # Its text tells those who find it locked, and no others: a run that is done does not fail by it.
            with suppress(OSError):
                _write(descriptor, "")
    finally:
        os.close(descriptor)


def _number() -> str:
    """Number of this process, or of the script around it: what one sees and may send a signal to."""
    host, _, number = os.environ.get("FEM_ASSLB_PROCESS", "").rpartition(":")
    is_here = host == socket.gethostname() and number.isdecimal() and number.isascii() and len(number) < 20
    return number if is_here else str(os.getpid())


def require_unlocked(folder: Path) -> None:
    """Look, before anything is prepared, whether another process holds the lock of a folder.

    Raises:
        FemAsslbError: It does.
    """
    try:
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        _take(descriptor, folder)
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if attempt + 1 < _ATTEMPTS:
                time.sleep(_PAUSE)
        except OSError as error:
            logger.warning("'%s' knows no locks (%s): make sure that no other run writes to it", folder, error.strerror)
            return
    holder = os.pread(descriptor, 200, 0).decode(errors="replace")
    text = holder or "it has just started"
    raise FemAsslbError(f"another run writes to '{folder}': {text}; wait for it, or use --results")


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
