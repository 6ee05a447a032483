"""How a run ends that cannot go on: exit code, one message, a note in run.json, and no rank that waits for another."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from fem_asslb.app import cli, end_request, surroundings
from fem_asslb.app.command_line import build_parser
from fem_asslb.app.end_request import EndRequest
from fem_asslb.base.endings import Terminated, exit_code
from fem_asslb.base.errors import Postponed
from fem_asslb.base.parallel import FailingTogether
from fem_asslb.output.checkpoint import read_latest
from fem_asslb.output.history import read_history
from fem_asslb.output.record import read_record
from tests.launching import environment, mpirun
from tests.unit.test_cli import COLUMN

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]

PROGRAM = """
import errno, os, shutil, signal, sys
from pathlib import Path

from mpi4py import MPI

from fem_asslb.app import cli, end_request, log, step_log
from fem_asslb.base import errors, parallel
from fem_asslb.output import history
from fem_asslb.solve.assembly import Assembly

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
        case "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
        case "terminate at once":
            end_request.SAME = 0.0
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        case "full disk":
            Path.write_text = full
            full(Path("history.csv"))
        case "no room for fields":
            opened = os.open
            os.open = lambda path, *more: full(path) if str(path).endswith(".vtu.partial") else opened(path, *more)
        case "no folder":
            shutil.rmtree(Path(case) / "results")


if fails:
    place, name = (Assembly, "assemble_matrix") if "callback" in kind else (step_log.StepLog, "step")
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
FULL = (3, "'history.csv': No space left on device", "a file cannot be used: 'history.csv': No space left on device")


KINDS = {"own error": OURS, "interrupt": INTERRUPTED, "terminate at once": TERMINATED, "full disk": FULL}


@pytest.mark.parametrize(
    ("ranks", "on", "kind"),
    [
        *((1, "0", kind) for kind in KINDS),
        (2, "all", "own error"),
        (2, "all", "terminate at once"),
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


@pytest.mark.parametrize("on", ["0", "1"])
def test_a_rank_that_cannot_open_the_file_of_all_ends_the_run(tmp_path, on):
    """The others wait for it then."""
    code, messages, note = ended(tmp_path, 2, "no room for fields", on)
    assert code == 3, messages
    assert f"rank {on}: '{tmp_path}/results/fields/0" in messages and ".vtu': No space left on device" in messages
    assert note.startswith("a file cannot be used: ")


RUN = [sys.executable, "-P", "-m", "fem_asslb"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ZeroDivisionError()])
def test_a_rank_that_cannot_say_why_ends_the_others_all_the_same(monkeypatch, error):
    def fail(*_):
        raise OSError(28, "No space left on device")

    ended = []
    together = object.__new__(FailingTogether)
    together._comm = SimpleNamespace(rank=1, Abort=ended.append)
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=fail, flush=fail))
    with pytest.raises(OSError, match="No space"):
        together._end_all(error, exit_code(error))
    assert ended == [exit_code(error)]


def test_a_run_goes_on_where_its_console_cannot_be_written(tmp_path):
    """Its results may be on another disk; what was said is in its log."""
    (tmp_path / "case.toml").write_text(COLUMN)
    command = [*RUN, "run", str(tmp_path), "--set", "output.pictures=false"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=full, stderr=full, check=False, timeout=300)
    assert done.returncode == 0
    assert read_record(tmp_path / "results")["runs"][-1]["end"] == "end of protocol"
    assert "ended: end of protocol" in (tmp_path / "results" / "run.log").read_text()


def test_a_command_whose_output_cannot_be_written_says_so():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*RUN, "materials", "lithium"],
            cwd=ROOT,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, b"'standard output': No space left on device\n")


def test_a_command_that_was_started_without_output_works(tmp_path):
    words = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *RUN, "materials"]
    assert subprocess.run(words, cwd=ROOT, env=environment(), check=False).returncode == 0


LONG = ["protocol.steps=['press to 10 MPa in 1 min', 'rest 100 h']", "time={first_step='1 s', largest_step='1 s'}"]
"""Steps that nobody waits for."""


def asked_to_end(path, number, launcher=(), options=(), times=1):
    """Exit code, messages and the note in run.json of a run that gets a signal, so often, after its first step."""
    (path / "case.toml").write_text(COLUMN)
    case = [str(path), *(word for change in LONG for word in ("--set", change)), *options]
    command = [*launcher, sys.executable, "-m", "fem_asslb", "run", *case]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes) as run:
        while not re.match(r" +\d+ +\d", line := run.stdout.readline()):
            assert line
        for _ in range(times):
            run.send_signal(number)
            time.sleep(0.05)
        _, messages = run.communicate(timeout=300)
    return run.returncode, messages, read_record(path / "results")["runs"][-1]["end"]


def test_ranks_say_how_they_ended_after_ctrl_c_in_the_terminal_of_their_launcher(tmp_path):
    """The script sees it and mpirun does not."""
    launcher = [str(ROOT / "scripts" / "ranks"), *mpirun(2)]
    code, messages, note = asked_to_end(tmp_path, signal.SIGINT, launcher)
    assert (code, note) == INTERRUPTED[::2]
    assert note in messages and "Traceback" not in messages


@pytest.mark.parametrize(("ranks", "number"), [(1, signal.SIGTERM), (1, signal.SIGUSR1), (2, signal.SIGTERM)])
def test_a_run_that_is_asked_to_end_does_so_after_a_step_and_goes_on_later(tmp_path, ranks, number):
    launcher = [str(ROOT / "scripts" / "ranks"), *mpirun(ranks)] if ranks > 1 else []
    code, messages, note = asked_to_end(tmp_path, number, launcher)
    assert code == 75, messages
    name = signal.SIGUSR1.name if ranks > 1 else number.name
    assert note.startswith("postponed in 'press to 10 MPa") or note.startswith("postponed in 'rest"), note
    assert note.endswith(f": {name} ends it") and f"{name}: the run ends after this step" in messages
    last = int(read_history(tmp_path / "results")["step [-]"][-1])
    assert int(read_latest(tmp_path / "results")["clock"]["index"]) == last
    code, _, note = asked_to_end(tmp_path, number, options=["--resume"])
    assert code == 75 and int(read_history(tmp_path / "results")["step [-]"][-1]) > last
    before = int(read_latest(tmp_path / "results", previous=True)["clock"]["index"])
    code, messages, _ = asked_to_end(tmp_path, number, options=["--resume-previous"])
    assert code == 75, messages
    assert f"resumed after step {before}," in (tmp_path / "results" / "run.log").read_text()


def test_the_wall_time_counts_from_the_start_of_the_process():
    """A second of it passes before Python begins to measure."""
    code = "import time; time.sleep(1.0)\nfrom fem_asslb.app.end_request import process_began\n"
    code += "print(time.monotonic() - process_began())"
    before = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 1.0 <= float(done.stdout) <= time.monotonic() - before + 0.02


def test_a_step_that_might_end_too_late_is_not_begun(monkeypatch):
    """Steps of 4 s in 59 s, of which ten are over: the step is taken twice, and what the end takes counts as well."""
    times = iter(range(1000, 2000, 4))
    monkeypatch.setattr(end_request, "process_began", lambda: 990.0)
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    comm = SimpleNamespace(allgather=lambda said: [said])
    problem = SimpleNamespace(domain=SimpleNamespace(comm=comm))
    simulation = SimpleNamespace(problem=problem, loading=SimpleNamespace(has_ended=False))
    request = EndRequest(59.0)
    request.start(simulation)
    for _ in range(1004, 1040, 4):
        request.step(simulation, None)
    with pytest.raises(Postponed, match="its wall time ends it"):
        request.step(simulation, None)


def test_an_interrupt_that_comes_twice_is_one(monkeypatch):
    """From the terminal and from the script around; a third one, later, is another."""
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    interrupt = surroundings._interrupts_once()
    told = []
    for now in (1000.0, 1000.1, 1001.5, 1002.5, 1003.0, 1005.0):
        try:
            interrupt(signal.SIGINT, None)
        except KeyboardInterrupt:
            told.append(now)
    assert told == [1000.0, 1002.5, 1005.0]


def test_two_interrupts_at_once_leave_a_note(tmp_path):
    """One that comes while Python ends is as good as 130 in a shell."""
    code, messages, note = asked_to_end(tmp_path, signal.SIGINT, times=2)
    assert code in (130, -signal.SIGINT) and note == "interrupted"
    assert "Traceback" not in messages


def test_a_request_that_comes_twice_is_one(monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # what ends this program stays as it is
    request = EndRequest()
    with pytest.raises(Terminated):  # nothing to go on from
        request.receive(signal.SIGTERM, None)
    request.start(None)
    request.receive(signal.SIGTERM, None)
    request.receive(signal.SIGUSR1, None)


def test_a_request_counts_where_nobody_reads_that_it_came(monkeypatch):
    """A launcher that the same signal has ended leaves a pipe without a reader."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def write(file, text):
        raise BrokenPipeError

    monkeypatch.setattr(os, "write", write)
    request = EndRequest()
    request.start(None)
    request.receive(signal.SIGTERM, None)
    simulation = SimpleNamespace(
        problem=SimpleNamespace(domain=SimpleNamespace(comm=SimpleNamespace(allgather=lambda item: [item]))),
        loading=SimpleNamespace(has_ended=False),
    )
    with pytest.raises(Postponed, match="SIGTERM ends it"):
        request.step(simulation, None)


def test_a_run_ends_before_its_wall_time_is_up(tmp_path):
    (tmp_path / "case.toml").write_text(COLUMN)
    case = [str(tmp_path), *(word for change in LONG for word in ("--set", change)), "--wall-time", "0h 0min 20s"]
    start = time.monotonic()
    run = [sys.executable, "-m", "fem_asslb", "run", *case]
    done = subprocess.run(run, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 75, done.stderr
    assert read_record(tmp_path / "results")["runs"][-1]["end"].endswith(": its wall time ends it")
    assert time.monotonic() - start < 60.0


@pytest.mark.parametrize("text", ["", "0", "5", "-1h", "1h1h", "23:50", "1 week", "9" * 30 + "h"])
def test_wall_times_that_nobody_means(tmp_path, text, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["run", str(tmp_path), f"--wall-time={text}"])
    assert caught.value.code == 2 and "expected a time such as 23h50m or 23:50:00" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "seconds"), [("23h50m", 85800), ("90 min", 5400), ("1-00:00:30", 86430), ("2d", 172800), ("00:10:00", 600)]
)
def test_wall_times_as_people_and_batch_systems_write_them(text, seconds):
    assert build_parser().parse_args(["run", "case", "--wall-time", text]).wall_time == seconds
