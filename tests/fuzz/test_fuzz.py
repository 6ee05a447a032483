"""Two thousand mutated cases: each is accepted or refused in lines that name a key, quickly, and touches no file.

``scripts/fuzz`` tries as many more as wanted, from other seeds.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial  # starts its own processes

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(1, 5))
def test_mutated_cases_are_accepted_or_refused_in_lines(seed, tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    command = [sys.executable, "-P", "-m", "tests.fuzz.worker", str(seed), "500", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "'accepted'" in done.stdout
    assert "'refused'" in done.stdout
