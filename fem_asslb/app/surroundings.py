"""What a command takes from the folder where it is started: what it names, and nothing else.

Libraries look there for files with their settings: PETSc for ``.petscrc``, DOLFINx and FFCx for compiler options,
setuptools for ``setup.cfg``, Matplotlib for ``matplotlibrc``. Some of these settings run programs, and the folder may
be that of a case from elsewhere, whose files are data.
"""

import contextlib
import os
import signal
from collections.abc import Iterator

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
