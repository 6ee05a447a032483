"""Two thousand mutated inputs: each is accepted or refused in lines, quickly, and touches no file.

``scripts/fuzz`` tries as many more as wanted, from other seeds.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial  # starts its own processes

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("kind", "seed", "count"), [("cases", 1, 750), ("cases", 2, 750), ("meshes", 3, 500)])
def test_mutated_inputs_are_accepted_or_refused_in_lines(kind, seed, count, tmp_path):
    folder = tmp_path / kind
    folder.mkdir()
    command = [sys.executable, "-P", "-m", "tests.fuzz.worker", kind, str(seed), str(count), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "'accepted'" in done.stdout
    assert "'refused'" in done.stdout
