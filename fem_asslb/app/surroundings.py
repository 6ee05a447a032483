"""What a command takes from the folder where it is started: what it names, and nothing else.

Libraries look there for files with their settings: PETSc for ``.petscrc``, DOLFINx and FFCx for compiler options,
setuptools for ``setup.cfg``, Matplotlib for ``matplotlibrc``. Some of these settings run programs, and the folder may
be that of a case from elsewhere, whose files are data.
"""

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from fem_asslb.app.end_request import SAME, SIGNALS

if TYPE_CHECKING:
    from mpi4py import MPI

_ROOT = "/"
"""A folder that belongs to the system: whoever may write there needs no case to run a program."""

_VARIABLES = ("PETSC_OPTIONS", "PETSC_OPTIONS_YAML")


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Work in a folder without settings of libraries, and without those of PETSc in the environment.

    Paths that are used inside are absolute.
    """
    for name in _VARIABLES:
        os.environ.pop(name, None)
    with contextlib.chdir(_ROOT):
        yield


def start_petsc() -> None:
    """Start PETSc without options of files: those of a case and its preset are all.

    A reader of the output that goes away ends nothing.
    """
    import petsc4py

    petsc4py.init(["-skip_petscrc"])
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def all_ranks() -> "MPI.Comm":
    """Communicator of a command that works on all ranks, of which none goes on after a mistake of the program."""
    from mpi4py import MPI

    if MPI.COMM_WORLD.size > 1:
        sys.excepthook = _abort
    return MPI.COMM_WORLD


@contextlib.contextmanager
def solving(end: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Work elsewhere with PETSc; ``end`` is what happens when a batch system asks the program to end."""
    with elsewhere():
        start_petsc()
        # PETSc would end the run on these; mpirun passes the last on, for Ctrl-C.
        for number in SIGNALS:
            signal.signal(number, end)
        interrupt = _interrupts_once()
        for another in (signal.SIGINT, signal.SIGUSR2):
            signal.signal(another, interrupt)
        yield


def _interrupts_once() -> Callable[[int, FrameType | None], None]:
    """Handler of an interrupt that may come twice, from a terminal and from a script around."""
    last = -math.inf

    def interrupt(number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, unless this has just been done."""
        nonlocal last
        now = time.monotonic()
        if now - last > SAME:
            last = now
            raise KeyboardInterrupt

    return interrupt


def _abort(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the trace of a programming error and end all ranks."""
    from mpi4py import MPI

    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    MPI.COMM_WORLD.Abort(1)
