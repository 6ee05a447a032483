"""Pack the spheres of cases with a packing.toml and compare with the paper: python3 -m scripts.packings [CASE ...].

Writes packing.csv (every seed, state and variation) and section.csv (a section through the first seed, which the cases
of stress mesh) into the case directory and prints means and standard deviations over the seeds. Some minutes per seed.
"""

import csv
import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.output.files import replace_text
from meshes import contact, voxels
from meshes.compaction import press, press_to, scatter
from meshes.spheres import ACTIVE, ELECTROLYTE, Spheres, touching
from scripts.packing_recipe import Recipe, read_recipes

CASES = Path(__file__).parents[1] / "cases"

CRITERIA = (0.0, 0.02, 0.05, 0.10)
"""Smallest overlaps, over the sum of the radii, in Table 1 of the paper."""

FILLS = (0.75, 0.80, 0.85)
"""Summed volume of the spheres over that of the box at which pressing is looked at on the way."""

SMALLEST_RADIUS = 0.4
"""Radius [um] below which a disc of the section is left out: a cap of a sphere that would cost more elements than it
holds lithium."""

KEPT, ONCE = "volume kept", "overlaps once"
"""States with the wanted porosity: one less the summed volume of the spheres, or the pores of the image."""


def states(recipe: Recipe, seed: int) -> Iterator[tuple[str, Spheres]]:
    """The packing on its way to the wanted porosity, by name of the state."""
    moduli = recipe.moduli()
    powders = recipe.powders()
    spheres = scatter(*powders, np.full(3, recipe.width), moduli, seed)
    solid = sum(powder.fill for powder in powders)
    for fill in (*(fill for fill in FILLS if fill < solid), solid):
        spheres = press(spheres, recipe.width * solid / fill, moduli)
        yield KEPT if fill == solid else f"fill {fill:.2f}", spheres

    def pores(spheres: Spheres) -> float:
        return voxels.fraction(voxels.draw(spheres, recipe.voxel), voxels.PORE)

    yield ONCE, press_to(spheres, pores, recipe.porosity, moduli)


def measure(spheres: Spheres, voxel: float) -> dict[str, float]:
    """All figures of one packing, by the header of their column."""
    contacts = touching(spheres)
    endless = contact.percolating(spheres, contacts)
    image = voxels.draw(spheres, voxel)
    extents = spheres.box / image.shape
    active = spheres.kinds == ACTIVE
    electrolyte = image == ELECTROLYTE
    figures = {"fill [-]": spheres.fill, "porosity of the image [-]": voxels.fraction(image, voxels.PORE)}
    for least in CRITERIA:
        figures[f"utilisation at {least:.2f} [-]"] = contact.utilisation(spheres, contacts, least)
    for least in CRITERIA:
        figures[f"same with a path at {least:.2f} [-]"] = contact.utilisation(spheres, contacts, least, endless)
    return figures | {
        "electrolyte spheres with a path [-]": float(np.sum(endless) / np.sum(~active)),
        "tortuosity of conduction [-]": voxels.conduction_tortuosity(electrolyte, extents),
        "tortuosity of voxel paths [-]": voxels.path_tortuosity(electrolyte, extents),
        "tortuosity of centre paths [-]": contact.path_over_centres(spheres, contacts),
        "covered surface [-]": float(
            np.average(contact.covered(spheres, contacts), weights=spheres.radii[active] ** 2)
        ),
        "covered surface by caps [-]": contact.cap_share(spheres, contacts),
        "covered surface by voxels [-]": voxels.covered_share(image, extents),
    }


def section(spheres: Spheres) -> tuple[str, float]:
    """Section at half the width: discs of active material, and their periodic images that reach in from beyond a side.

    Along the stack there are no images: each disc stands there once, and the mesh moves it off the bottom and top.

    Returns:
        Text of section.csv, and the share of the area of active material that the smallest discs take with them.
    """
    centres, radii, kinds = contact.discs(spheres, spheres.box[1] / 2)
    active = kinds == ACTIVE
    large = active & (radii >= SMALLEST_RADIUS)
    x, height, radius = np.round([*centres[large].T, radii[large]], 4)
    width = float(spheres.box[0])
    rows = [np.stack([x, height, radius], axis=1)]
    for beyond, reaches in ((x + width, x < radius), (x - width, x > width - radius)):
        rows.append(np.stack([beyond, height, radius], axis=1)[reaches])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("x [um]", "y [um]", "radius [um]"))
    writer.writerows([f"{value:.4f}" for value in row] for row in np.concatenate(rows))
    return text.getvalue(), float(1 - np.sum(radii[large] ** 2) / np.sum(radii[active] ** 2))


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
                    text, lost = section(spheres)
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
