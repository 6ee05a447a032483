"""Only one run writes into a results folder; a run that was killed keeps nobody from it."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fem_asslb.app import cli
from fem_asslb.app.folder_lock import locked, require_unlocked
from fem_asslb.app.results_folder import occupied_folder
from fem_asslb.base.endings import exit_code, explain
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import history
from tests.unit.test_cli import COLUMN

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]

HOLD = """
import sys, time
from pathlib import Path
from fem_asslb.app.folder_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def outside():
    """Number of a script around the process that holds a lock."""
    return ""


@pytest.fixture
def holder(tmp_path, outside):
    """A process that holds the lock of the folder ``results``."""
    (tmp_path / "results").mkdir()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "results")]
    variables = os.environ | {"FEM_ASSLB_PROCESS": outside}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("outside", [f"{socket.gethostname()}:4711", "elsewhere:4711", "4711", "", "a" * 9999])
def test_a_second_run_says_who_holds_the_folder_and_touches_nothing(tmp_path, holder, outside, capsys):
    """By the number that its script has outside of a sandbox, where there is one on this machine."""
    here = socket.gethostname()
    number = 4711 if outside == f"{here}:4711" else holder.pid
    (tmp_path / "case.toml").write_text(COLUMN)
    for option in ([], ["--overwrite"], ["--resume"]):
        assert cli.main(["run", str(tmp_path), *option]) == 2
        (message,) = capsys.readouterr().err.splitlines()
        assert f"another run writes to '{tmp_path / 'results'}'" in message
        assert f"process {number} on {here} since 20" in message
    assert [path.name for path in (tmp_path / "results").iterdir()] == [".lock"]


@pytest.mark.parametrize("name", [".lock", "history.csv", "run.json", "fields"])
def test_a_link_among_results_leads_nowhere(tmp_path, capsys, name):
    """The folder of a case may come from anywhere."""
    (tmp_path / "case.toml").write_text(COLUMN)
    (tmp_path / "results").mkdir()
    (tmp_path / "victim").write_text("precious\n")
    (tmp_path / "results" / name).symlink_to(tmp_path / "victim")
    for option in ([], ["--overwrite"], ["--resume"]):
        assert cli.main(["run", str(tmp_path), *option]) == 2
        (message,) = capsys.readouterr().err.splitlines()
        assert message.startswith(f"'{name}' in '{tmp_path / 'results'}' is a link")
    assert (tmp_path / "victim").read_text() == "precious\n"


def test_a_dead_process_holds_nothing(tmp_path, holder):
    folder = tmp_path / "results"
    with pytest.raises(FemAsslbError):
        require_unlocked(folder)
    holder.kill()
    holder.wait()
    assert (folder / ".lock").read_text()
    require_unlocked(folder)
    with locked(folder), pytest.raises(FemAsslbError, match="another run"), locked(folder):
        pass
    assert (folder / ".lock").read_text() == ""


def test_of_two_runs_that_start_together_the_later_one_removes_nothing(tmp_path):
    with occupied_folder(tmp_path / "results", resume=False, overwrite=False):
        (tmp_path / "results" / history.FILE).write_text("mine")
    with (
        pytest.raises(FemAsslbError, match="--resume"),
        occupied_folder(tmp_path / "results", resume=False, overwrite=False),
    ):
        pass
    assert (tmp_path / "results" / history.FILE).read_text() == "mine"


def test_overwriting_removes_the_files_of_a_run_and_none_of_others(tmp_path):
    ours = ("history.csv", "fields/000001.vtu", "interfaces/000001.vtu", "pictures/time.png", "checkpoint/latest.json")
    theirs = ("notes.txt", "fields/notes.txt", "fields/000001.csv", "pictures/for the talk.png", "checkpoint/kept/a.h5")
    for name in (*ours, "checkpoint/000001/u.h5", "interfaces.pvd", *theirs):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "interfaces" / "000002.vtu").symlink_to(tmp_path / "notes.txt")
    with occupied_folder(tmp_path, resume=False, overwrite=True):
        left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == sorted([*theirs, ".lock"])
    assert not (tmp_path / "interfaces").exists()


def test_checkpoints_remove_older_ones_and_no_folder_of_others(comm, column):
    """Each keeps itself and the one before it."""
    kept = column / "results" / "checkpoint" / "notes"
    kept.mkdir(parents=True)
    words = ["run", str(column), "--overwrite", "--set", "output.checkpoint_every=1"]
    assert cli.main(words) == 0
    assert kept.is_dir() and len(list(kept.parent.glob("[0-9]*"))) == 2


def test_a_file_system_without_locks_is_a_warning(tmp_path, monkeypatch, caplog):
    def no_locks(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with locked(tmp_path):
        assert "knows no locks" in caplog.text


@pytest.mark.parametrize("place", ["gone", "another", "copied"])
def test_a_run_writes_nothing_into_a_folder_that_took_the_place_of_its_own(tmp_path, place):
    folder, old = tmp_path / "results", tmp_path / "old"
    with occupied_folder(folder, resume=False, overwrite=False) as held:
        held.step(None, None)
        folder.rename(old)
        if place != "gone":
            shutil.copytree(old, folder)
        if place == "another":
            (folder / ".lock").unlink()
        with pytest.raises(OSError) as caught:
            held.step(None, None)
    assert exit_code(caught.value) == 3 and str(folder) in explain(caught.value)


def test_a_run_that_is_done_does_not_fail_by_its_lock(tmp_path, monkeypatch):
    with locked(tmp_path):
        monkeypatch.setattr("os.ftruncate", full)
    monkeypatch.undo()
    require_unlocked(tmp_path)


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_lock_without_room_for_its_text_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(OSError) as caught, locked(tmp_path):
        pass
    assert explain(caught.value) == f"'{tmp_path / '.lock'}': No space left on device"
