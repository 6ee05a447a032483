"""The set-up behind scripts/run, with stand-ins for the programs that build and enter the root folder."""

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.host import SCRIPTS, Host

pytestmark = pytest.mark.serial


def wait_until(process: int, state: str) -> None:
    """State as in the manual of /proc: "T" stopped, "Z" ended and not yet waited for."""
    while Path(f"/proc/{process}/stat").read_text().split()[2] != state:
        time.sleep(0.02)


def test_built_once_and_used_again(host: Host) -> None:
    assert host.run("exec", "echo", "ran")[:2] == (0, "ran\n")
    assert host.run("exec", "echo", "again") == (0, "again\n", "")
    assert host.builds == 1


def test_exit_status_of_the_program_is_passed_on(host: Host) -> None:
    assert host.run("exec", "bash", "-c", "exit 7")[0] == 7


def test_a_request_to_end_reaches_the_program_and_not_the_sandbox_around_it(host: Host) -> None:
    """Sent to the script alone, and to all processes as batch systems do; the program has something to save first."""
    # As bwrap does: a first process inside, whose child the program is.
    (host.folder / "bin" / "bwrap").write_text(
        "#!/bin/bash\nwhile [[ $1 != env ]]; do shift; done\n"
        '(trap "" INT TERM HUP USR1 USR2; "$@" & wait $!) & wait $!\n'
    )
    program = "trap 'echo saved; exit 143' INT TERM USR1 USR2; echo begun; while true; do sleep 0.1; done"
    assert host.run("setup")[0] == 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP):
        for send in (os.kill, os.killpg):
            process = host.start("exec", "bash", "-c", program, new_group=True)
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            send(process.pid, number)
            assert process.communicate(timeout=60)[0].splitlines()[:1] == ["saved"]
            assert process.returncode == 143


def test_ctrl_c_of_a_terminal_reaches_the_program_once(host: Host) -> None:
    """From the terminal, which tells all in its foreground: the script does not tell it again."""
    (host.folder / "bin" / "bwrap").write_text(
        '#!/bin/bash\nwhile [[ $1 != env ]]; do shift; done\n(trap "" INT; "$@" & wait $!) & wait $!\n'
    )
    program = "trap 'echo told' INT; echo begun; for _ in {1..20}; do sleep 0.1; done; echo done"
    assert host.run("setup")[0] == 0
    master, slave = os.openpty()
    pid = os.fork()
    if pid == 0:
        os.login_tty(slave)
        os.chdir(host.folder)
        os.execve("scripts/environment", ["scripts/environment", "exec", "bash", "-c", program], host.variables)
    os.close(slave)
    text = b""
    while b"begun" not in text:
        text += os.read(master, 1000)
    os.write(master, b"\x03")
    with suppress(OSError):  # as the end of a terminal is told
        while more := os.read(master, 1000):
            text += more
    os.close(master)
    os.waitpid(pid, 0)
    assert text.count(b"told") == 1 and b"done" in text


def test_a_request_to_end_that_comes_after_the_program_has_ended(host: Host) -> None:
    """As when all processes get the signal and the script is the last one to be given a processor."""
    assert host.run("setup")[0] == 0
    process = host.start("exec", "bash", "-c", "trap 'exit 143' TERM; echo begun; while true; do sleep 0.1; done")
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    (sandbox,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGSTOP)
    # A script that has not come to its halt yet takes the end of the sandbox before it halts.
    wait_until(process.pid, "T")
    process.send_signal(signal.SIGTERM)
    os.kill(int(sandbox), signal.SIGTERM)
    wait_until(int(sandbox), "Z")
    process.send_signal(signal.SIGCONT)
    assert (process.communicate(timeout=60), process.returncode) == (("", ""), 143)


def test_a_library_for_parquet_is_found_where_it_was_fetched(host: Host) -> None:
    paths = ["exec", "bash", "-c", "echo $PYTHONPATH"]
    assert host.run(*paths)[1] == f"{host.folder}\n"
    pinned = re.search(r"pyarrow==([\d.]+)", (SCRIPTS.parent / "pyproject.toml").read_text())
    assert pinned
    folder = host.folder / "cache" / "fem_asslb" / f"pyarrow-{pinned[1]}-{os.uname().machine}"
    folder.mkdir()
    assert host.run(*paths)[1] == f"{host.folder}:{folder}\n"
    older = folder.with_name(f"pyarrow-1.0-{os.uname().machine}")
    older.mkdir()
    assert host.run("clean")[0] == 0 and folder.exists() and not older.exists()
    assert host.run("remove")[0] == 0 and not folder.exists()


def test_two_first_uses_build_once(host: Host) -> None:
    first, second = host.start("exec", "echo", "ran"), host.start("exec", "echo", "ran")
    results = [process.communicate(timeout=60) for process in (first, second)]
    assert [output for output, _ in results] == ["ran\n", "ran\n"]
    assert sum("waiting for it" in messages for _, messages in results) == 1
    assert host.builds == 1


def test_killed_build_is_not_taken_for_a_good_one(host: Host) -> None:
    killed = host.start("exec", "echo", "ran")
    while not host.builds:
        time.sleep(0.02)
    killed.kill()
    killed.communicate(timeout=60)
    assert [folder.suffix for folder in host.environments] == [".partial"]
    assert host.run("where")[0] == 1
    assert host.run("exec", "echo", "ran")[:2] == (0, "ran\n")
    assert [folder.suffix for folder in host.environments] == [""]
    assert host.builds == 2


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("E: Failed to fetch InRelease  Temporary failure resolving 'host'", "check the network"),
        ("dpkg: error: cannot write: No space left on device", "is full"),
        ("E: something else", "Nothing half-made is left"),
    ],
)
def test_failed_build_says_what_to_do_and_leaves_nothing(host: Host, cause: str, advice: str) -> None:
    (host.folder / "message").write_text(cause)
    status, output, messages = host.run("exec", "echo", "ran")
    assert (status, output) == (1, "")
    assert cause in messages
    assert advice in messages
    assert host.environments == []
    (host.folder / "message").unlink()
    assert host.run("exec", "echo", "ran")[:2] == (0, "ran\n")


def test_small_disk_is_refused_before_the_build(host: Host) -> None:
    (host.folder / "free").write_text("300")
    status, _, messages = host.run("exec", "echo", "ran")
    assert status == 1
    assert "300 MB free, 4000 MB are needed" in messages
    assert host.builds == 0


def test_changed_package_list_is_another_environment_and_clean_keeps_the_new_one(host: Host) -> None:
    host.run("setup")
    (old,) = host.environments
    (host.folder / "scripts" / "packages.txt").write_text("no-such-package\nanother-one\n")
    host.run("setup")
    (new,) = set(host.environments) - {old}
    host.run("clean")
    assert host.environments == [new]
    assert host.run("where")[:2] == (0, f"{new}/root\n")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["cases/a", "--set", "k=1"], "python3 -P -m fem_asslb run cases/a --set k=1"),
        (["run", "cases/a"], "python3 -P -m fem_asslb run cases/a"),
        (["check", "my case"], "python3 -P -m fem_asslb check my case"),
        (["--version"], "python3 -P -m fem_asslb --version"),
        (
            ["-n", "2", "cases/a"],
            "scripts/ranks mpirun -n 2 --oversubscribe --bind-to none python3 -P -m fem_asslb run cases/a",
        ),
    ],
)
def test_run_passes_commands_and_options_through(host: Host, arguments: list[str], command: str) -> None:
    (host.folder / "scripts" / "environment").write_text('#!/bin/bash\necho "$@"\n')
    status, output, messages = host.run(*arguments, script="run")
    assert (status, output.replace(f"{host.folder}/", ""), messages) == (0, f"exec {command}\n", "")


@pytest.mark.parametrize("script", ["run", "bench"])
@pytest.mark.parametrize(("given", "setting"), [(None, "1"), ("0", "0")])
def test_ranks_that_wait_yield_unless_told_otherwise(
    host: Host, monkeypatch: pytest.MonkeyPatch, script: str, given: str | None, setting: str
) -> None:
    name = "OMPI_MCA_mpi_yield_when_idle"
    monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv(name, given)
    (host.folder / "scripts" / "environment").write_text(f'#!/bin/bash\necho "${{{name}-unset}}"\n')
    assert host.run("-n", "2", "cases/a", script=script) == (0, f"{setting}\n", "")


@pytest.mark.parametrize("ranks", ["0", "two", ""])
def test_run_refuses_other_numbers_of_ranks(host: Host, ranks: str) -> None:
    status, _, messages = host.run("-n", ranks, "cases/a", script="run")
    assert status == 2
    assert "number of ranks" in messages


def test_linear_algebra_is_openblas_with_one_thread() -> None:
    from petsc4py import PETSc

    assert PETSc.Sys.getVersion()[:2] == (3, 22)
    libraries = Path("/proc/self/maps").read_text()
    assert "openblas-serial/libblas" in libraries
    assert os.environ["OMP_NUM_THREADS"] == "1"
