"""How a run ends that cannot go on: exit code, one message, a note in run.json, and no rank that waits for another."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fem_asslb.output.record import read_record
from tests.launching import environment, mpirun
from tests.unit.test_cli import COLUMN

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]

PROGRAM = """
import errno, os, shutil, signal, sys
from pathlib import Path

from mpi4py import MPI

from fem_asslb.app import cli, log, step_log
from fem_asslb.base import errors, parallel
from fem_asslb.output import history
from fem_asslb.solve import newton

kind, ranks, case = sys.argv[1], sys.argv[2], sys.argv[3]
fails = ranks == "all" or MPI.COMM_WORLD.rank == int(ranks)
parallel.PATIENCE = 2.0


def full(path, *_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def fail(*_):
    match kind:
        case "own error":
            raise errors.MeshError("something of ours")
        case "own error in a callback" | "mistake in a callback":
            raise errors.MeshError("something of ours") if "own" in kind else ZeroDivisionError("a mistake")
        case "interrupt" | "terminate":
            os.kill(os.getpid(), signal.SIGINT if kind == "interrupt" else signal.SIGTERM)
        case "full disk":
            Path.write_text = full
            full(Path("history.csv"))
        case "no folder":
            shutil.rmtree(Path(case) / "results")


if fails:
    place, name = (newton.NewtonSolver, "_assemble_jacobian") if "callback" in kind else (step_log.StepLog, "step")
    before = getattr(place, name)
    setattr(place, name, lambda *arguments: (fail(), before(*arguments))[1])
sys.exit(cli.main(["run", case]))
"""


def ended(path, ranks, kind, on):
    """Exit code, messages and the note in run.json of a run in which something happens on some ranks."""
    (path / "case.toml").write_text(COLUMN)
    (path / "program.py").write_text(PROGRAM)
    launcher = mpirun(ranks) if ranks > 1 else []
    command = [*launcher, sys.executable, str(path / "program.py"), kind, on, str(path)]
    # Ranks that wait for one another would do so for ever.
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=300
    )
    results = path / "results"
    note = read_record(results)["runs"][-1]["end"] if results.exists() else None
    return done.returncode, done.stderr, note


INTERRUPTED, TERMINATED = (130, "interrupted", "interrupted"), (143, "terminated", "terminated")
OURS = (2, "something of ours", "something of ours")
FULL = (3, "'history.csv': No space left on device", "'history.csv': No space left on device")


KINDS = {"own error": OURS, "interrupt": INTERRUPTED, "terminate": TERMINATED, "full disk": FULL}


@pytest.mark.parametrize(
    ("ranks", "on", "kind"),
    [
        *((1, "0", kind) for kind in KINDS),
        (2, "all", "own error"),
        (2, "all", "terminate"),
        *((2, "1", kind) for kind in KINDS),
    ],
)
def test_a_run_says_how_it_ended(tmp_path, ranks, on, kind):
    expected, message, noted = KINDS[kind]
    code, messages, note = ended(tmp_path, ranks, kind, on)
    assert (code, note) == (expected, noted), messages
    assert (f"rank {on}: {message}" if on == "1" else f"{message}\n") in messages
    assert "Traceback" not in messages


@pytest.mark.parametrize(
    ("kind", "on", "code", "message"),
    [
        ("own error in a callback", "0", 2, "something of ours"),
        ("mistake in a callback", "1", 1, "ZeroDivisionError: a mistake"),
    ],
)
def test_an_error_inside_the_solver_on_one_rank_ends_all(tmp_path, kind, on, code, message):
    found, messages, note = ended(tmp_path, 2, kind, on)
    assert found == code, messages
    assert message in messages and note == message
    assert ("Traceback" in messages) == (code == 1)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_folder_that_vanishes_ends_the_run(tmp_path, ranks):
    code, messages, note = ended(tmp_path, ranks, "no folder", "0")
    assert (code, note) == (3, None), messages
    assert "No such file or directory" in messages and "Traceback" not in messages


@pytest.mark.parametrize(
    ("number", "code", "note"), [(signal.SIGINT, *INTERRUPTED[::2]), (signal.SIGTERM, *TERMINATED[::2])]
)
def test_ranks_say_how_they_ended_when_their_launcher_is_asked_to(tmp_path, number, code, note):
    """As after Ctrl-C in a terminal, which the script sees and mpirun does not."""
    (tmp_path / "case.toml").write_text(COLUMN)
    launcher = [str(ROOT / "scripts" / "ranks"), *mpirun(2)]
    steps = "protocol.steps=['press to 10 MPa in 1 min', 'rest 100 h']"
    case = [str(tmp_path), "--set", steps, "--set", "time={first_step='1 s', largest_step='1 s'}"]
    command = [*launcher, sys.executable, "-m", "fem_asslb", "run", *case]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes) as run:
        while "step " not in (line := run.stdout.readline()):
            assert line
        run.send_signal(number)
        _, messages = run.communicate(timeout=300)
    assert run.returncode == code
    assert note in messages and "Traceback" not in messages
    assert read_record(tmp_path / "results")["runs"][-1]["end"] == note
