"""Mutated cases given to the reader in a process with little memory: ``tests.fuzz.worker SEED COUNT FOLDER``.

Prints a line for each input that is neither accepted nor refused as it should be, and at last how many were what.
"""

import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from fem_asslb.case.doubts import doubts
from fem_asslb.case.estimates import format_rows, summary
from fem_asslb.case.reader import read_case
from fem_asslb.errors import CaseErrors
from fem_asslb.output.resolved import format_toml, resolved_table
from tests.fuzz.mutations import Mutator

SECONDS = 2.0
"""Longest time of one input, of this process rather than of the clock: others may use the machine."""

MEMORY = 1 << 30
"""Bytes that this process may have."""

CASES = Path(__file__).parents[2] / "cases"

SEEDS = (
    "column",
    "zhang2026-hb",
    "particle-debonding",
    "polycrystal-particle",
    "zhou2025-coarse-30",
    "feng2026-liin-cohesive",
)


class TooSlowError(BaseException):
    """The input takes too long; no handler of the package may take it for its own."""


def main(seed: int, count: int, folder: Path) -> int:
    """Try inputs and return how many failed."""
    mutator = Mutator(seed, [resolved_table(read_case(CASES / name)) for name in SEEDS])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, _too_slow)
    outcomes: Counter[str] = Counter()
    for number in range(count):
        problem, outcome = _try(mutator, folder, number)
        outcomes[outcome] += 1
        if problem:
            print(f"seed {seed}, input {number}: {problem}", flush=True)
            (folder.parent / f"{folder.name}-{number}.toml").write_bytes((folder / "case.toml").read_bytes())
    print(dict(outcomes))
    return outcomes["failed"]


def _try(mutator: Mutator, folder: Path, number: int) -> tuple[str, str]:
    (folder / "case.toml").write_bytes(mutator.text().encode(errors="surrogatepass"))
    overrides = [f"protocol.steps=['''{mutator.line()}''']"] if number % 7 == 0 else []
    if number % 5 == 0:
        (folder / "points.csv").write_bytes(mutator.points().encode(errors="surrogatepass"))
        placed = "geometry.layers.cathode.particles={kind='placed', path='%s', minimum_gap='0.1 um'}"
        overrides.append(placed % (folder / "points.csv"))
    before = _state(folder)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        outcome = _read(folder, overrides)
    except CaseErrors as error:
        return _faults_of(error), "refused"
    except TooSlowError:
        return f"more than {SECONDS} s\n{traceback.format_exc(limit=-4)}", "failed"
    except BaseException:
        return traceback.format_exc(limit=-6), "failed"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ("" if _state(folder) == before else "files were touched"), outcome


def _read(folder: Path, overrides: list[str]) -> str:
    """What ``check`` does."""
    case = read_case(folder, overrides)
    text = "\n".join([format_toml(resolved_table(case)), format_rows(summary(case)), *doubts(case)])
    assert all(line.isprintable() for line in text.splitlines()), "control characters in what is printed"
    return "accepted"


def _faults_of(error: CaseErrors) -> str:
    for item in error.errors:
        line = str(item)
        if not line.isprintable() or len(line) > 300 or not item.key:
            return f"not a line that names its key: {line!r}"
    return ""


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


def _too_slow(signal_number: int, frame: FrameType | None) -> Any:
    raise TooSlowError


if __name__ == "__main__":
    started = time.process_time()
    failed = main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    print(f"{time.process_time() - started:.0f} s")
    sys.exit(1 if failed else 0)
