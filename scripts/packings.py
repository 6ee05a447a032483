"""Pack the spheres of cases with a packing.toml and compare with the paper: python3 -m scripts.packings [CASE ...].

Writes packing.csv (every seed, state and variation) and section.csv (a section through the first seed, which the cases
of stress mesh) into the case directory and prints means and standard deviations over the seeds. Some minutes per seed.
"""

import csv
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.output.files import replace_text
from fem_asslb.studies.packing_study import KEPT, measure, states
from fem_asslb.studies.recipe import read_recipes
from fem_asslb.studies.section import section_table

CASES = Path(__file__).parents[1] / "cases"


def show(rows: list[dict[str, Any]]) -> None:
    """Print mean and standard deviation over the seeds of each figure, a column for each variation and state."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["variation"], row["state"]), []).append(row)
    print("| figure | " + " | ".join(f"{name} {state}".strip() for name, state in groups) + " |")
    print("|---|" + "---|" * len(groups))
    for figure in list(rows[0])[3:]:
        cells = []
        for group in groups.values():
            values = np.array([row[figure] for row in group])
            cells.append(f"{values.mean():.3f} +/- {values.std(ddof=min(1, len(values) - 1)):.3f}")
        print(f"| {figure} | " + " | ".join(cells) + " |")


def run(case: Path) -> None:
    """Pack, measure, write and print one case."""
    rows: list[dict[str, Any]] = []
    for name, recipe in read_recipes(case).items():
        for seed in recipe.seeds:
            start = time.monotonic()
            for state, spheres in states(recipe, seed):
                rows.append({"variation": name, "seed": seed, "state": state} | measure(spheres, recipe.voxel))
                if not name and seed == recipe.seeds[0] and state == KEPT:
                    text, lost = section_table(spheres)
                    replace_text(case / "section.csv", text)
                    print(f"{case.name}: section without the smallest discs, {lost:.2%} of the active area", flush=True)
            print(
                f"{case.name} {name} seed {seed}: {len(spheres.radii)} spheres, {time.monotonic() - start:.0f} s",
                flush=True,
            )
        with (case / "packing.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({key: f"{v:.5g}" if isinstance(v, float) else v for key, v in row.items()} for row in rows)
    show(rows)


def main() -> None:
    """All cases named, or all that have a packing."""
    for case in [Path(name) for name in sys.argv[1:]] or sorted(path.parent for path in CASES.glob("*/packing.toml")):
        run(case)


if __name__ == "__main__":
    main()
