"""Every case with expected values, run to its end. Part of scripts/test --full: minutes to an hour each on one core."""

import subprocess
import sys
from pathlib import Path

import pytest

from fem_asslb.comparison.expected import compare
from fem_asslb.output.record import read_record
from tests.launching import environment, mpirun

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("case", sorted((ROOT / "cases").glob("*/expected.toml")), ids=lambda path: path.parent.name)
def test_case_gives_what_is_expected_of_it(case, tmp_path):
    command = [sys.executable, "-P", "-m", "fem_asslb", "run", str(case.parent), "--results", str(tmp_path / "results")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for expected, value, verdict in compare(case.parent, tmp_path / "results"):
        assert verdict in ("holds", "disagrees, known"), f"{expected.quantity}: {value:.5g} {verdict}"


def test_two_thousand_five_hundred_grains_are_pressed(tmp_path):
    """The largest mesh of the repository on two ranks, with the fields of every step written."""
    words = ["-P", "-m", "fem_asslb", "run", str(ROOT / "cases" / "polycrystal-cathode")]
    changes = ["protocol.steps=['press to 81 MPa in 1 min', 'charge at 0.1C until 2 mAh/g']", "output.fields_every=1"]
    options = [word for change in changes for word in ("--set", change)]
    command = [*mpirun(2), sys.executable, *words, "--results", str(tmp_path / "results"), *options]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts = read_record(tmp_path / "results")["mesh facts"]
    assert len(facts["regions"]) > 2500
