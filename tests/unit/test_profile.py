"""PETSc's events in run.json are those of the run: as many as its own counters say."""

import subprocess
import sys
from pathlib import Path

import pytest

from fem_asslb.output.record import read_record
from tests.launching import environment, mpirun
from tests.unit.test_cli import COLUMN

ROOT = Path(__file__).parents[2]


@pytest.mark.serial
@pytest.mark.parametrize("ranks", [1, 2])
def test_events_are_as_many_as_iterations(ranks, tmp_path):
    (tmp_path / "case.toml").write_text(COLUMN)
    words = [sys.executable, "-P", "-m", "fem_asslb", "run", str(tmp_path), "--profile"]
    launcher = mpirun(ranks) if ranks > 1 else []
    subprocess.run([*launcher, *words], cwd=ROOT, env=environment(), capture_output=True, check=True)
    part = read_record(tmp_path / "results")["runs"][-1]
    events, steps = part["petsc events"], part["steps"]
    assert events["SNESSolve"]["count"] >= steps["accepted"] + steps["rejected"]
    assert events["KSPSolve"]["count"] == events["SNESJacobianEval"]["count"] == steps["iterations"]
    assert events["SNESFunctionEval"]["count"] > steps["iterations"]
    assert 0.0 < events["MatSolve"]["time [s]"] < events["SNESSolve"]["time [s]"] < part["wall time [s]"]["total"]
    assert events["MatSolve"]["flops"] > 0
    assert (sum(event["messages"] for event in events.values()) > 0) == (ranks > 1)


@pytest.mark.serial
def test_nothing_is_logged_unless_it_is_asked_for(tmp_path):
    (tmp_path / "case.toml").write_text(COLUMN)
    words = [sys.executable, "-P", "-m", "fem_asslb", "run", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, check=True)
    assert "petsc events" not in read_record(tmp_path / "results")["runs"][-1]
