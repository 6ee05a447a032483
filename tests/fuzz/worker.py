"""Mutated inputs given to their readers in a process with little memory: ``tests.fuzz.worker KIND SEED COUNT FOLDER``.

Prints a line for each input that is neither accepted nor refused as it should be, and at last how many were what.
"""

import shutil
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.fuzz.case_inputs import CaseInputs
from tests.fuzz.mesh_inputs import MeshInputs
from tests.fuzz.trial import Inputs, attempt, set_limits

KINDS: dict[str, type[Inputs]] = {"cases": CaseInputs, "meshes": MeshInputs}


def main(kind: str, seed: int, count: int, folder: Path) -> int:
    """Try inputs and return how many failed."""
    # It would be a second line beside a refusal.
    warnings.simplefilter("error", RuntimeWarning)
    inputs = KINDS[kind](seed, folder)
    set_limits()
    outcomes: Counter[str] = Counter()
    for number in range(count):
        problem, outcome = attempt(inputs, folder, number)
        outcomes[outcome] += 1
        if problem:
            kept = folder.with_name(f"{folder.name}-{number}")
            print(f"{kind}, seed {seed}, input {number} ({kept}): {problem}", flush=True)
            shutil.copytree(folder, kept)
    print(dict(outcomes))
    return outcomes["failed"]


if __name__ == "__main__":
    started = time.process_time()
    failed = main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
    print(f"{time.process_time() - started:.0f} s")
    sys.exit(1 if failed else 0)
