"""Compare the results of cases with the values in their expected.toml: python3 -m scripts.expected [CASE ...].

What an entry says is told in `fem_asslb.comparison.expected`.
"""

import sys
from pathlib import Path

from fem_asslb.comparison.expected import FILE, HOLDS, KNOWN, compare

CASES = Path(__file__).parents[1] / "cases"


def main() -> int:
    """Print a table; 1 if something disagrees that is not known to, or a run has not come so far."""
    cases = [Path(name) for name in sys.argv[1:]] or sorted(path.parent for path in CASES.glob(f"*/{FILE}"))
    failed = False
    for case in cases:
        if not (case / FILE).exists():
            print(f"{case.name}: no {FILE}")
            continue
        if not (case / "results" / "history.csv").exists():
            print(f"{case.name}: no results")
            continue
        for expected, value, verdict in compare(case, case / "results"):
            print(f"{case.name}: {expected.title}: {value:.5g} in [{expected.least:g}, {expected.most:g}]: {verdict}")
            failed |= verdict not in (HOLDS, KNOWN)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
