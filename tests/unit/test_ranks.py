"""Between mpirun and the one who started it: signals to the ranks, their exit code, and their words alone."""

import pytest

from tests.host import Host

pytestmark = pytest.mark.serial


def test_an_exit_code_that_comes_with_signals_is_not_lost(host: Host) -> None:
    """One in ten was, while the script waited by bash's ``wait`` for what ended."""
    program = 'trap "" USR1; kill -USR1 $PPID; kill -USR1 $PPID; exit 0'
    for _ in range(100):
        assert host.run("bash", "-c", program, script="ranks") == (0, "", "")


@pytest.mark.parametrize(
    ("number", "before", "code"),
    [
        ("INT", "", 130),
        ("TERM", "", 143),
        ("HUP", "", 143),
        ("USR1", "", 138),
        ("TERM", "trap 'exit 75' USR1", 75),
        ("INT", "trap 'exit 130' USR2", 130),
        ("TERM", "trap 'exit 3' USR1", 3),
        ("INT", "trap '' USR2", 5),
    ],
)
def test_ranks_end_with_the_code_of_what_ended_them(host: Host, number: str, before: str, code: int) -> None:
    """What fails after a signal has failed; what does not listen yet is killed by the one that stands for it."""
    program = f"{before}\nkill -{number} $PPID; for _ in {{1..20}}; do sleep 0.1; done; exit 5"
    assert host.run("bash", "-c", program, script="ranks")[0] == code


RULE = "-" * 74
EXITED = f"""{RULE}
prterun detected that one or more processes exited with non-zero status,
thus causing the job to be terminated. The first process to do so was:

   Process name: [prterun-vm-7@1,1]
   Exit code:    CODE
{RULE}
"""
ABORTED = f"""{RULE}
MPI_ABORT was invoked on rank 1 in communicator MPI_COMM_WORLD
  Proc: [[33169,1],1]
  Errorcode: CODE

NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.
{RULE}
{RULE}
prterun has exited due to process rank 1 with PID 0 on node vm calling
"abort". This may have caused other processes in the application to be
terminated by signals sent by prterun (as reported here).
{RULE}
"""
UNREACHED = "[vm:00007] PMIX ERROR: PMIX_ERR_UNREACH in file ../../../src/server/pmix_server.c at line 3184\n"
KILLED = f"""{RULE}
prterun noticed that process rank 1 with PID 1 on node vm exited on
signal 11 (Segmentation fault).
{RULE}
"""


def said(host: Host, text: str) -> str:
    """What is left of the words of a launcher and its ranks."""
    (host.folder / "words").write_text(text)
    code, output, messages = host.run("bash", "-c", f"cat {host.folder}/words >&2; exit 3", script="ranks")
    assert (code, output) == (3, "")
    return messages


@pytest.mark.parametrize("code", ["2", "3", "75", "130", "138", "143"])
@pytest.mark.parametrize("words", [EXITED, UNREACHED + EXITED, ABORTED])
def test_what_the_program_has_said_is_not_said_again(host: Host, words: str, code: str) -> None:
    """By its exit codes the program has a message of its own."""
    ours = "cell.rate: unknown key\n"
    assert said(host, ours + words.replace("CODE", code)) == ours
    assert said(host, words.replace("CODE", code) + ours) == ours


@pytest.mark.parametrize("words", [KILLED, EXITED.replace("CODE", "1"), f"{RULE}\nours\n", f"{RULE}\nours"])
def test_other_words_of_the_launcher_stay(host: Host, words: str) -> None:
    text = f"ours\n{words}{EXITED.replace('CODE', '3')}more" if words.endswith(f"{RULE}\n") else words
    assert said(host, text) == text.replace(EXITED.replace("CODE", "3"), "")
