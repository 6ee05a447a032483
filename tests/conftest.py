"""What every test shares: one communicator, a barrier after each test, a directory that all ranks see."""

import gc
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest

pytest_plugins = ["tests.progress"]

RANKS = int(os.environ.get("OMPI_COMM_WORLD_SIZE", "1"))
PARALLEL = RANKS > 1

if PARALLEL:
    # Destructors of distributed objects can be collective: never in the middle of a test on one rank alone.
    gc.disable()


def pytest_ignore_collect(collection_path):
    """Do not import what does not run on so many ranks: all of them would, for longer than many tests take."""
    if PARALLEL and collection_path.suffix == ".py":
        left_out = "serial" if RANKS == 2 else "serial|two_ranks"
        text = collection_path.read_text(encoding="utf-8")
        return bool(re.search(rf"^pytestmark = .*mark\.({left_out})\b", text, re.MULTILINE)) or None
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Do not run under MPI what ``ends_in_parallel`` leaves out, see pyproject.toml."""
    tests = {}
    for item in items:
        if item.get_closest_marker("ends_in_parallel") and not item.get_closest_marker("serial"):
            tests.setdefault((item.path, item.originalname), []).append(item)
    for variants in tests.values():
        for item in variants[1 if len(variants) > 2 else 0 : -1]:
            item.add_marker("serial")


def pytest_collection_finish():
    """What is imported by now stays: looking through it after each test would take longer than most tests."""
    if PARALLEL:
        gc.collect()
        gc.freeze()


@pytest.fixture
def comm():
    """Communicator of the whole test run."""
    from mpi4py import MPI

    return MPI.COMM_WORLD


@pytest.fixture
def shared_path(comm):
    """Temporary directory that is the same on every rank."""
    path = comm.bcast(tempfile.mkdtemp() if comm.rank == 0 else None)
    yield Path(path)
    comm.Barrier()
    if comm.rank == 0:
        shutil.rmtree(path)


@pytest.fixture(autouse=True)
def _own_environment():
    """What a test takes from the environment, as the commands do when they leave a launcher, the next one has again."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True)
def _collect_together():
    """Destructors of distributed objects can be collective: run them at the same place on every rank."""
    yield
    if PARALLEL:
        gc.collect()
        sys.modules["mpi4py.MPI"].COMM_WORLD.Barrier()


@pytest.fixture
def measured(request):
    """Record a number for docs/verification.md: problem, quantity, closed form, computed, error and order."""

    def record(problem, quantity, closed, computed, error=None, order=None):
        error = abs(computed - closed) / abs(closed) if error is None else error
        numbers = {"closed": closed, "computed": computed, "error": error, "order": order}
        plain = {name: None if value is None else float(value) for name, value in numbers.items()}
        row = {"problem": problem, "quantity": quantity, **plain}
        request.node.user_properties.append(("verification", row))
        return error

    return record


def pytest_sessionfinish(session, exitstatus):
    session.config.has_failed = exitstatus != 0


def pytest_unconfigure(config):
    """A rank that fails alone ends the others, which may wait for it for ever; it has printed why by now."""
    mpi = sys.modules.get("mpi4py.MPI")
    if mpi is not None and mpi.COMM_WORLD.size > 1 and getattr(config, "has_failed", False):
        sys.stdout.flush()
        mpi.COMM_WORLD.Abort(1)
