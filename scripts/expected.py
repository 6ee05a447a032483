"""Compare the results of cases with the values in their expected.toml: python3 -m scripts.expected [CASE ...].

Each entry names a column of history.csv, the protocol step (from 1) at whose end it is read, for a change the step
since which it is taken, the accepted range and the reason for it. An entry with ``disagrees`` is known to lie outside:
it says why, and which value came out, to be met within 2 %.
"""

import csv
import math
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True)
class Expected:
    """One expected value.

    Attributes:
        quantity: Column of history.csv.
        step: Protocol step at whose end it is read, from 1.
        least: Smallest accepted value.
        most: Largest accepted value.
        why: Where the range comes from.
        since: Step whose end is subtracted; 0 for the value itself.
        disagrees: Why the result is known to lie outside; empty where it should lie inside.
        came_out: Value that is known to lie outside.
    """

    quantity: str
    step: int
    least: float
    most: float
    why: str
    since: int = 0
    disagrees: str = ""
    came_out: float = math.nan

    def read(self, history: list[dict[str, str]]) -> float:
        """The value in a history."""
        value = _at_end(history, self.step, self.quantity)
        return value - _at_end(history, self.since, self.quantity) if self.since else value

    def verdict(self, value: float) -> str:
        """What to say of a value; in capitals what was not to be expected."""
        holds = self.least <= value <= self.most
        if not self.disagrees:
            return "holds" if holds else "DISAGREES"
        if holds:
            return "HOLDS, though known to disagree"
        return "disagrees, known" if math.isclose(value, self.came_out, rel_tol=0.02) else "DISAGREES ANOTHER WAY"


def read_expected(case: Path) -> list[Expected]:
    """Expected values of a case directory."""
    return [Expected(**entry) for entry in tomllib.loads((case / "expected.toml").read_text())["value"]]


def read_history(results: Path) -> list[dict[str, str]]:
    """Rows of history.csv."""
    with (results / "history.csv").open() as file:
        return list(csv.DictReader(file))


def _at_end(history: list[dict[str, str]], step: int, quantity: str) -> float:
    rows = [row for row in history if int(row["protocol step [-]"]) == step]
    if not rows:
        raise ValueError(f"no results for protocol step {step}")
    return float(rows[-1][quantity])


def compare(case: Path, results: Path) -> list[tuple[Expected, float, str]]:
    """Each expected value, what came out, and the verdict."""
    history = read_history(results)
    rows = []
    for expected in read_expected(case):
        value = expected.read(history)
        rows.append((expected, value, expected.verdict(value)))
    return rows


def main() -> int:
    """Print a table; 1 if something disagrees that is not known to."""
    cases = [Path(name) for name in sys.argv[1:]] or sorted(path.parent for path in CASES.glob("*/expected.toml"))
    failed = False
    for case in cases:
        if not (case / "expected.toml").exists():
            print(f"{case.name}: no expected.toml")
            continue
        if not (case / "results" / "history.csv").exists():
            print(f"{case.name}: no results")
            continue
        for expected, value, verdict in compare(case, case / "results"):
            change = f" since step {expected.since}" if expected.since else ""
            print(
                f"{case.name}: {expected.quantity} at the end of step {expected.step}{change}: {value:.5g} "
                f"in [{expected.least:g}, {expected.most:g}]: {verdict}"
            )
            failed |= verdict not in ("holds", "disagrees, known")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
