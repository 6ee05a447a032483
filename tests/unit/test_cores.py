"""What the log says where ranks have no cores of their own."""

import os
import time

import pytest
from mpi4py import MPI

from fem_asslb.app import cores

YIELD = "OMPI_MCA_mpi_yield_when_idle"


@pytest.fixture
def messages(monkeypatch, caplog):
    """Says what is logged about cores with a number of them, where ranks that wait yield or poll."""

    def log(count: int, yielding: bool) -> list[str]:
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(count)))
        monkeypatch.setenv(YIELD, str(int(yielding)))
        caplog.clear()
        caplog.set_level("INFO")
        cores.log_cores(MPI.COMM_WORLD)
        return caplog.messages

    return log


def test_ranks_with_cores_of_their_own_are_no_news(messages):
    assert messages(MPI.COMM_WORLD.size, yielding=False) == []


def test_more_ranks_than_cores_are_a_warning(messages):
    size = MPI.COMM_WORLD.size
    shared = f"{size} ranks on a machine share 1 core"
    expected = ["ranks that wait give up their core (mpi_yield_when_idle)", shared] if size > 1 else []
    assert messages(1, yielding=True) == expected
    assert [text.partition(",")[0] for text in messages(1, yielding=False)] == expected[1:]
    if size > 1:
        assert f"set {YIELD}=1" in messages(1, yielding=False)[0]


@pytest.mark.two_ranks
def test_cores_of_all_ranks_count(monkeypatch, caplog):
    """Ranks that are bound see one core each."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {MPI.COMM_WORLD.rank})
    cores.log_cores(MPI.COMM_WORLD)
    assert caplog.messages == []


@pytest.mark.serial
@pytest.mark.parametrize(
    ("share", "told"), [(0.5, ["a rank gets 50 % of a core: too few cores are free for this run"]), (0.9, [])]
)
def test_a_rank_that_gets_too_little_of_a_core_says_so_once(monkeypatch, caplog, share, told):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: share * now[0])
    watch = cores.CoreWatch(MPI.COMM_WORLD)
    watch.start(None)
    for seconds in range(0, 1000, 40):
        now[0] = seconds
        watch.step(None, None)
        assert not (caplog.messages and seconds < cores.INTERVAL)
    assert caplog.messages == told


@pytest.mark.two_ranks
def test_the_rank_that_gets_least_is_told_by_all(monkeypatch, caplog):
    """Rank 0, which writes the log, looks busy while it waits for a rank without a core."""
    now, comm = [0.0], MPI.COMM_WORLD
    share = 0.3 if comm.rank == comm.size - 1 else 1.0
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: share * now[0])
    watch = cores.CoreWatch(comm)
    watch.start(None)
    now[0] = cores.INTERVAL
    watch.step(None, None)
    assert caplog.messages == ["a rank gets 30 % of a core: too few cores are free for this run"]
