"""Targets of the papers and what came out: python3 -m scripts.targets.

Judges each target of docs/targets.toml by the results of the cases that have been run to their end, and writes
docs/targets.md and docs/targets.csv. A target whose cases have no results here keeps its row.
"""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fem_asslb.output.files import replace_text
from scripts import target_cells as cells
from scripts import target_studies as studies
from scripts.results import ROOT, NotRunError
from scripts.target_cells import Finding

JUDGES: Mapping[int, Callable[[], Finding]] = {
    1: studies.lattice,
    2: cells.shrinkage_hb,
    3: cells.shrinkage_lb,
    4: cells.sign_lto,
    5: cells.size_lto,
    7: cells.hump,
    8: cells.sign_liin,
    9: cells.size_liin,
    10: cells.asymmetry_liin,
    13: cells.balances,
    14: cells.end_potentials,
    15: cells.capacities,
    19: studies.utilisation,
    20: studies.tortuosity,
    21: studies.sizes,
    23: studies.densities,
    24: studies.modulus,
    27: studies.kept,
    32: cells.spring,
    33: cells.parting,
    36: cells.cracking,
    37: cells.low_pressure,
    38: cells.under_pressure,
    39: studies.creep,
}
"""By number of the target."""

NOT_TRIED, NOT_RUN = "not tried", "not run"
HEAD = """# Targets

What the papers measured, what is accepted, and what comes out. `python3 -m scripts.targets` writes this file from
`targets.toml` and from the results of the cases; run these first. A target whose cases have no results at hand keeps
its row, which may be older than its case. Reasons stand in the READMEs of the cases.

"""


@dataclass(frozen=True)
class Target:
    """One number or trend of a paper.

    Attributes:
        number: In the list of targets.
        what: What it is.
        measured: By whom, and how much.
        accepted: How far off a result may be.
        reason: Why it is not tried; empty where it is.
    """

    number: int
    what: str
    measured: str
    accepted: str
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """What is said of a target; names are the columns of the table."""

    number: int
    computed: str
    verdict: str
    cases: str


def judge(target: Target, before: Mapping[int, Row]) -> Row:
    """What the results say, or said when they were last at hand."""
    if target.reason:
        return Row(target.number, target.reason, NOT_TRIED, "")
    try:
        found = JUDGES[target.number]()
    except NotRunError as missing:
        last = before.get(target.number)
        return last if last and last.verdict != NOT_RUN else Row(target.number, "", NOT_RUN, str(missing))
    verdict = {True: "holds", False: "does not hold", None: "reported"}[found.holds]
    return Row(target.number, found.computed, verdict, " ".join(found.cases))


def targets() -> list[Target]:
    """All targets."""
    return [Target(**entry) for entry in tomllib.loads((ROOT / "docs" / "targets.toml").read_text())["target"]]


def read_rows() -> dict[int, Row]:
    """The table that was written last."""
    path = ROOT / "docs" / "targets.csv"
    if not path.exists():
        return {}
    with path.open() as file:
        return {int(row["number"]): Row(int(row.pop("number")), **row) for row in csv.DictReader(file)}


def written(all_targets: list[Target], rows: Mapping[int, Row]) -> str:
    """The text of docs/targets.md."""
    counts: dict[str, int] = {}
    lines = ["| # | target | measured | accepted | computed | verdict | cases |", "|---|---|---|---|---|---|---|"]
    for target in all_targets:
        row = rows[target.number]
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
        cases = ", ".join(f"`{name}`" for name in row.cases.split())
        cells_of_row = (target.what, target.measured, target.accepted, row.computed, f"**{row.verdict}**", cases)
        lines.append(f"| {target.number} | " + " | ".join(cells_of_row) + " |")
    summary = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    return HEAD + f"Of {len(all_targets)}: {summary}.\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Write the table."""
    before, all_targets = read_rows(), targets()
    rows = {target.number: judge(target, before) for target in all_targets}
    with (ROOT / "docs" / "targets.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["number", "computed", "verdict", "cases"])
        writer.writerows([row.number, row.computed, row.verdict, row.cases] for row in rows.values())
    replace_text(ROOT / "docs" / "targets.md", written(all_targets, rows))


if __name__ == "__main__":
    main()
