"""Pictures of a run drawn in a process of their own: no crash of VTK and none of its memory concerns the run."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from mpi4py import MPI

from fem_asslb.base import compatibility
from fem_asslb.base.launcher import without_launcher
from fem_asslb.output.history import FILE

logger = logging.getLogger(__name__)


def draw_separately(comm: MPI.Comm, folder: Path) -> None:
    """Draw the pictures of a results folder on rank 0 while the others wait; a failure is a warning.

    A run that ended before its first step has nothing to draw.
    """
    if comm.rank == 0 and (folder / FILE).exists():
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, "-P", "-m", "fem_asslb", "plot", ".", "--results", str(folder)]
        environment = without_launcher(os.environ) | {"PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            logger.warning("no pictures: %s", lines[-1] if lines else f"exit code {done.returncode}")
    compatibility.wait_without_spinning(comm)
