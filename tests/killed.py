"""A run that is killed without warning again and again, and loses nothing."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.output.history import read_history
from tests.launching import environment, mpirun

ROOT = Path(__file__).parents[1]

CELL = f"""
extends = "{ROOT / "cases" / "particle-debonding"}"
[geometry]
element_size = "1 um"
[interfaces.surface]
viscous_time = "5 min"
normal_strength = "15 MPa"
normal_toughness = "0.01 J/m^2"
[protocol]
steps = ["press to 10 MPa in 1 min", "set x = 0.75 in 150 min"]
[time]
largest_step = "10 min"
[output]
checkpoint_every = 1
fields_every = 10
pictures = false
"""
"""Sixty steps in which a particle lets go; each writes a checkpoint, which takes most of its time."""


COLUMNS = ("time [h]", "stoichiometry mean [-]", "particle|electrolyte open [-]", "cohesive energy [pJ]")

LATEST = 5.0
"""Time [s] after its start before which a run is killed at any moment."""


def lose_nothing(folder: Path, kills: int) -> None:
    """Kill runs on one, two and three ranks, half of them while a checkpoint is being written.

    Each goes on where the last complete checkpoint is, which is never an earlier one; a run that comes to its end has
    the history of one that nothing has stopped, and the next begins anew.
    """
    case, whole, results = folder / "cell", folder / "whole", folder / "killed"
    case.mkdir()
    (case / "case.toml").write_text(CELL)
    run_to_its_end(case, whole)
    generator, number, index, furthest = random.Random(1), 0, 0, 0
    while number < kills:
        if kill_one(case, results, 1 + number % 3, generator, within=number % 2 == 0):
            assert index_of(results) >= index
            number, index = number + 1, index_of(results)
            furthest = max(furthest, index)
        else:
            compare(whole, results)
            shutil.rmtree(results)
            index = 0
    # The last of the kills may be the first of a run that began anew.
    assert furthest > 0
    run_to_its_end(case, results)
    compare(whole, results)


def run_to_its_end(case: Path, results: Path) -> None:
    """On one rank."""
    process = start(case, results, 1)
    message = process.communicate()[1].decode()
    assert message == "" and process.returncode == 0


def compare(whole: Path, results: Path) -> None:
    """Ranks have changed on the way: the steps, which follow their error, are alike as those on different ranks are."""
    expected, found = read_history(whole), read_history(results)
    for name in COLUMNS:
        assert found[name] == pytest.approx(expected[name], rel=0.0, abs=1e-4 * np.ptp(expected[name])), name


def start(case: Path, results: Path, ranks: int) -> subprocess.Popen[bytes]:
    """A run that goes on from its last checkpoint, if there is one, in a session of its own."""
    how = "--resume" if index_of(results) else "--overwrite"
    words = [sys.executable, "-P", "-m", "fem_asslb", "run", str(case), "--results", str(results), how]
    command = [*(mpirun(ranks) if ranks > 1 else []), *words]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def index_of(results: Path) -> int:
    """Number of the step of the last checkpoint; 0 without one."""
    latest = results / "checkpoint" / "latest.json"
    return int(json.loads(latest.read_text())["clock"]["index"]) if latest.exists() else 0


def unfinished(results: Path) -> set[tuple[str, int]]:
    """Names and birthdays of folders of checkpoints that are not complete."""
    folder = results / "checkpoint"
    files = [folder / name for name in ("latest.json", "previous.json")]
    try:
        complete = {json.loads(file.read_text())["folder"] for file in files if file.exists()}
        folders = [entry for entry in os.scandir(folder) if entry.is_dir() and entry.name not in complete]
        return {(entry.name, entry.stat().st_ino) for entry in folders}
    except FileNotFoundError:
        return set()


def kill(process: subprocess.Popen[bytes], generator: random.Random) -> None:
    """Kill all processes of a session, or one rank of it, which ends the others."""
    ranks = list(_ranks(process.pid))
    victims = [generator.choice(ranks)] if len(ranks) > 1 and generator.random() < 0.5 else [*ranks, process.pid]
    for victim in victims:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    process.communicate()


def kill_one(case: Path, results: Path, ranks: int, generator: random.Random, within: bool) -> bool:
    """Start or go on, and kill; whether it was killed, and not at its end before.

    Args:
        case: Its folder.
        results: Of the run.
        ranks: Their number.
        generator: Says when.
        within: While one of the next checkpoints is being written, or at any moment.
    """
    seen, begun, wanted = unfinished(results), 0, generator.randint(1, 4)
    process = start(case, results, ranks)
    moment = time.monotonic() + generator.uniform(0.0, LATEST)
    while process.poll() is None:
        now = unfinished(results)
        begun, seen = begun + len(now - seen), now
        if begun >= wanted if within else time.monotonic() > moment:
            time.sleep(generator.uniform(0.0, 0.03))
            kill(process, generator)
            return True
        time.sleep(0.001)
    message = process.communicate()[1].decode()
    assert process.returncode == 0, message
    return False


def _ranks(session: int) -> Iterator[int]:
    """Processes of the program in a session, the launcher not."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        # state, parent, group, session
        if int(fields[3]) == session and fields[0] != "Z" and words[1:4] == [b"-P", b"-m", b"fem_asslb"]:
            yield int(folder.name)
