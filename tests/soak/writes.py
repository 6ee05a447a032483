"""Calls that change files fail, once or from then on: one line, exit code 3, and nothing lost. For scripts/test --full.

A library before the system's lets them fail. Each kind of call on each kind of file has its turn.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.output.history import read_history
from tests.launching import environment, mpirun
from tests.unit.test_output import CELL

ROOT = Path(__file__).parents[2]

LETTING_GO = f"""{CELL}
[interfaces.surface]
between = ["particle", "cathode"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "1 J/m^2"
[time]
first_step = "10 s"
largest_step = "30 s"
tolerance = 0.1
"""

SHORT = (
    "protocol.steps=['press to 81 MPa in 1 min', 'charge at 1C until 1 min', 'discharge at 1C until 1 min']",
    "output.fields_every=4",
    "output.checkpoint_every=5",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library that lets calls fail."""
    path = tmp_path_factory.mktemp("library") / "failing.so"
    source = Path(__file__).with_name("failing.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, source], check=True)
    return path


def run(library, case, results, how, ranks=1, **failing):
    """One run; words of ``failing`` are those of the library: rank, first, last, errno, delay, list."""
    words = {f"FAILING_{name.upper()}": str(value) for name, value in failing.items()}
    command = [sys.executable, "-P", "-m", "fem_asslb", "run", case, "--results", results, how]
    command += [word for change in SHORT for word in ("--set", change)]
    if failing:
        words["FAILING_FOLDER"] = str(results)
        command = ["env", f"LD_PRELOAD={library}", *command]
    if ranks > 1:
        command = [str(ROOT / "scripts" / "ranks"), *mpirun(ranks), *command]
    # Ranks that wait for one another for ever are a fault like others.
    command = ["timeout", "600", *command]
    return subprocess.run(command, cwd=ROOT, env=environment() | words, capture_output=True, text=True, check=False)


def kinds_of_calls(listed, results):
    """Numbers of the calls of each kind: what is called, and on which file but for its numbers."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for line in listed.read_text().splitlines():
        number, call, path = line.split(" ", 2)
        file = re.sub("[0-9]+", "N", path.removeprefix(str(results)))
        kinds.setdefault((call, file), []).append(int(number))
    return kinds


def fault(library, case, results, whole, **failing):
    """What is wrong with a run whose calls fail, and with the one after it; empty for nothing."""
    shutil.rmtree(results, ignore_errors=True)
    ended = run(library, case, results, "--overwrite", **failing)
    lines = [line for line in ended.stderr.splitlines() if line.strip()]
    if ended.returncode == 3:
        if len(lines) != 1 or len(lines[0]) > 300 or str(results) not in lines[0]:
            return f"said {lines}"
        how = "--resume" if (results / "checkpoint/latest.json").exists() else "--overwrite"
        again = run(library, case, results, how, failing.get("ranks", 1))
        if again.returncode:
            return f"after it {again.returncode}: {again.stderr}"
    elif ended.returncode or lines:
        return f"ended with {ended.returncode}: {lines}"
    return differing(whole, read_history(results), 1e-9 if failing.get("ranks", 1) == 1 else 1e-8)


def differing(whole, found, tolerance=1e-9):
    """The first column that is another one."""
    for name, expected in whole.items():
        if "error" not in name and not np.allclose(
            found[name], expected, rtol=tolerance, atol=tolerance, equal_nan=True
        ):
            return f"{name} differs"
    return ""


@pytest.mark.parametrize(
    "place", [{}, {"ranks": 2, "rank": 0}, {"ranks": 2, "rank": 1}], ids=["alone", "first", "second"]
)
def test_no_call_that_fails_loses_a_run(library, tmp_path, place):
    case, results, listed = tmp_path / "cell", tmp_path / "results", tmp_path / "listed"
    case.mkdir()
    (case / "case.toml").write_text(LETTING_GO)
    assert run(library, case, results, "--overwrite", **place, list=listed).returncode == 0
    whole, faults = read_history(results), []
    kinds = kinds_of_calls(listed, results)
    assert {"open", "write", "fsync"} <= {call for call, _ in kinds}
    chosen = os.environ.get("FEM_ASSLB_CALLS", "")
    for (call, file), numbers in kinds.items():
        if not re.search(chosen, f"{call} {file}"):
            continue
        first = numbers[len(numbers) // 2]
        trials = [(errno.EIO, first)]
        if not place:  # a full disk is full for all
            trials += [(errno.ENOSPC, -1), *([(errno.EDQUOT, -1)] if call == "write" else [])]
        for code, last in trials:
            found = fault(library, case, results, whole, **place, first=first, last=last, errno=code)
            print(place, call, file, errno.errorcode[code], found or "as it should be", flush=True)
            faults += [f"{call} {file} {errno.errorcode[code]}: {found}"] if found else []
    assert not faults, "\n".join(faults)


def test_slow_files_change_nothing(library, tmp_path):
    """Each call takes 20 ms longer, some hundred times those of a disk."""
    case, results, listed = tmp_path / "cell", tmp_path / "results", tmp_path / "listed"
    case.mkdir()
    (case / "case.toml").write_text(LETTING_GO)
    assert run(library, case, results, "--overwrite", list=listed).returncode == 0
    whole, calls = read_history(results), len(listed.read_text().splitlines())
    start = time.monotonic()
    assert fault(library, case, results, whole, delay=20) == ""
    assert time.monotonic() - start > 0.02 * calls
