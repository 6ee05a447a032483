"""A hundred cycles of a small cell that lets go: whole, and killed again and again. Part of scripts/test --full."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.output.history import read_history
from fem_asslb.output.record import read_record

ROOT = Path(__file__).parents[2]
CYCLES = 100

CELL = f"""
extends = "{ROOT / "cases" / "zhang2026-hb-cohesive"}"
[geometry]
width = "12 um"
element_size = "1.5 um"
layers.anode.thickness = "20 um"
layers.separator.thickness = "40 um"
layers.cathode.thickness = "12 um"
[protocol]
steps = [
    "press to 81 MPa in 1 min",
    {{ repeat = CYCLES, steps = ["charge at 0.2C until 2.6 V", "rest 10 min", "discharge at 0.2C until x = 0.9"] }},
]
[output]
pictures = false
"""


def start(case, name, *options):
    """A process that runs a case."""
    words = ["-P", "-m", "fem_asslb", "run", str(case), "--results", str(case / name), *options]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def cell(folder, cycles):
    """Folder of the case with a number of cycles."""
    folder.mkdir()
    (folder / "case.toml").write_text(CELL.replace("CYCLES", str(cycles)))
    return folder


def target_of(case):
    """Protocol steps behind the last checkpoint of the run that is killed; 0 without one."""
    latest = case / "killed" / "checkpoint" / "latest.json"
    return int(json.loads(latest.read_text())["clock"]["loading.stage"]) if latest.exists() else 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Case, and results of a run that nothing stops."""
    case = cell(tmp_path_factory.mktemp("soak") / "whole", CYCLES)
    process = start(case, "results")
    assert process.communicate()[1].decode() == "" and process.returncode == 0
    return case, case / "results"


def test_cycles_neither_drift_nor_alarm(whole):
    """All balances close, and from the second cycle on each is like the one before: damage does not heal."""
    history = read_history(whole[1])
    for name in ("plate force error [-]", "lithium balance error [-]", "current balance error [-]"):
        assert np.abs(history[name]).max() < 1e-6
    assert np.abs(history["energy balance error [-]"]).max() < 1e-2
    stage = history["protocol step [-]"]
    ends = [np.flatnonzero(stage == number)[-1] for number in range(2, 2 + 3 * CYCLES, 3)]
    opened = history["particle|cathode open [-]"][ends]
    assert np.ptp(opened[1:]) < 0.02


def test_memory_does_not_grow_with_the_steps(whole, tmp_path):
    few = cell(tmp_path / "few", 2)
    process = start(few, "results")
    assert process.communicate()[1].decode() == "" and process.returncode == 0
    (least,), (most,) = (
        read_record(results)["runs"][-1]["peak memory per rank [MB]"] for results in (few / "results", whole[1])
    )
    assert most < 1.1 * least


def test_a_run_that_is_killed_again_and_again_comes_to_the_same_end(whole):
    """Killed when it has come some protocol steps further; before the first checkpoint there is none to go on from."""
    case, results = whole
    generator, target, kills = random.Random(1), 0, 0
    while target < 3 * CYCLES:
        target += generator.randint(10, 60)
        process = start(case, "killed", "--resume" if target_of(case) else "--overwrite")
        while process.poll() is None and target_of(case) < target:
            time.sleep(generator.uniform(0.1, 1.0))
        if process.poll() is None:
            process.kill()
            kills += 1
        process.communicate()
    assert process.returncode == 0 and kills > 3
    killed, expected = read_history(case / "killed"), read_history(results)
    for name in ("stack pressure [MPa]", "particle|cathode open [-]", "cell voltage [V]", "cohesive energy [pJ]"):
        assert killed[name][-1] == pytest.approx(expected[name][-1], rel=1e-2, abs=1e-3)
