"""A test run that does not go on says where each process stands, and ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.launching import environment, mpirun

CHECKOUT = Path(__file__).parents[2]

WAITING = """
def test_one_rank_stays_away():
    from mpi4py import MPI
    from petsc4py import PETSc

    if MPI.COMM_WORLD.rank == 0:
        PETSc.Vec().createMPI(4).sum()  # waits in a library that keeps Python from running
    else:
        MPI.COMM_WORLD.recv(source=0)


def test_never_begun():
    raise AssertionError("not reached")
"""


SHORT = """
import time

import pytest


@pytest.mark.parametrize("turn", range(8))
def test_short(turn):
    time.sleep(0.5)
"""


@pytest.mark.serial
def test_ranks_that_wait_for_one_another_are_ended(tmp_path):
    (tmp_path / "test_waiting.py").write_text(WAITING)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfaulthandler_timeout = 3\n")
    command = [*mpirun(2), sys.executable, "-m", "pytest", "-p", "tests.progress"]
    run = subprocess.run([*command, str(tmp_path)], env=environment(), capture_output=True, text=True, cwd=CHECKOUT)
    assert run.returncode not in (0, 1)
    assert "Timeout (0:00:03)!" in run.stderr
    for line in ("line 7 in test_one_rank_stays_away", "line 9 in test_one_rank_stays_away"):
        assert line in run.stderr
    assert "not reached" not in run.stdout


@pytest.mark.serial
def test_a_run_of_many_short_tests_goes_on(tmp_path):
    (tmp_path / "test_short.py").write_text(SHORT)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfaulthandler_timeout = 2\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.progress", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, cwd=CHECKOUT).returncode == 0
