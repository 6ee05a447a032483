"""What powders, packings and the library say to the targets of docs/targets.toml."""

import csv

import numpy as np

from fem_asslb.materials.library import load
from fem_asslb.output.history import STAGE, TIME
from fem_asslb.studies.recipe import CRITERIA, read_recipes
from scripts.adhesion import has_ended
from scripts.pellets import DENSITY, pellets
from scripts.results import ROOT, NotRunError, history
from scripts.target_cells import Finding

ONCE, KEPT = "overlaps once", "volume kept"
"""States of a packing at its porosity."""


def lattice() -> Finding:
    """Target 1."""
    host = load("ncm811").host
    assert host is not None
    x = np.array([1.0, 0.75, 0.5, 0.25])
    a, c = host.lattice.a(x), host.lattice.c(x)
    volume = np.sqrt(0.75) * a**2 * c
    paper = {
        "a": [2.8661, 2.8421, 2.8221, 2.8153],
        "c": [14.249, 14.386, 14.46, 13.732],
        "V": [101.38, 100.64, 99.73, 94.26],
    }
    off = {name: np.abs(found / paper[name] - 1.0).max() for name, found in (("a", a), ("c", c), ("V", volume))}
    fine = np.linspace(0.25, 1.0, 7501)
    largest, place = float(host.lattice.c(fine).max()), float(fine[np.argmax(host.lattice.c(fine))])
    holds = bool(off["a"] <= 1e-3 and off["c"] <= 1e-3 and off["V"] <= 3e-3) and abs(largest / 14.47 - 1.0) <= 1e-3
    numbers = ", ".join(f"{100.0 * value:.3f} % of {name}" for name, value in off.items())
    return Finding(f"off by {numbers} at most; c {largest:.2f} A at x = {place:.2f}", holds, ())


def packing(case: str) -> list[dict[str, str]]:
    """Rows of a table of packings."""
    path = ROOT / "cases" / case / "packing.csv"
    if not path.exists():
        raise NotRunError(case)
    with path.open() as file:
        return [{**row, "case": case} for row in csv.DictReader(file)]


def mean(rows: list[dict[str, str]], column: str, variation: str = "", state: str = KEPT) -> float:
    """Mean over the seeds."""
    chosen = [float(row[column]) for row in rows if (row["variation"], row["state"]) == (variation, state)]
    if not chosen:
        raise NotRunError(rows[0]["case"])
    return float(np.mean(chosen))


ZHOU = "zhou2025-coarse", "zhou2025-fine"


def utilisation() -> Finding:
    """Target 19."""
    texts, off = [], []
    for case in ZHOU:
        rows, paper = packing(case), read_recipes(ROOT / "cases" / case)[""].paper
        assert paper is not None
        found = [mean(rows, f"utilisation at {least:.2f} [-]", state=ONCE) for least in CRITERIA]
        texts.append(", ".join(f"{100 * value:.0f}" for value in found))
        off += [abs(value - other) for value, other in zip(found, paper.utilisation, strict=True)]
    holds = all(value <= limit for value, limit in zip(off, (0.05, 0.05, 0.05, 0.10) * 2, strict=True))
    return Finding(f"{' and '.join(texts)} %", holds, ZHOU)


def tortuosity() -> Finding:
    """Target 20."""
    found, near = [], []
    for case in ZHOU:
        paper = read_recipes(ROOT / "cases" / case)[""].paper
        assert paper is not None
        found.append(mean(packing(case), "tortuosity of centre paths [-]"))
        near.append(abs(found[-1] / paper.tortuosity - 1.0) <= 0.15)
    return Finding(f"{found[0]:.2f}, {found[1]:.2f} (paths over centres)", all(near) and found[0] > found[1], ZHOU)


def sizes() -> Finding:
    """Target 21."""
    case = "song2026-utilisation"
    rows, column = packing(case), "same with a path at 0.00 [-]"
    names = {1.0: "ratio 1", 1.25: "ratio 1.25", 1.67: "", 2.5: "ratio 2.5", 4.0: "ratio 4"}
    used = {ratio: mean(rows, column, name) for ratio, name in names.items()}
    more = {share: mean(rows, column, f"ratio 4, {share} %") for share in (85, 90)}
    full = [ratio for ratio, value in used.items() if value > 0.99]
    text = ", ".join(f"{100 * value:.1f}" for value in used.values())
    richer = ", ".join(f"{100 * value:.1f}" for value in more.values())
    holds = bool(full) and full[0] == 1.67 and max(more.values()) < 0.99
    return Finding(f"{text} % at 1, 1.25, 1.67, 2.5, 4 (80 wt%); {richer} % at 4 (85, 90 wt%)", holds, (case,))


def densities() -> Finding:
    """Target 23."""
    found = {round(pressure): density for pressure, density, _ in _pellets()}
    near = abs(found[50] - 0.683) <= 0.04 and abs(found[250] - 0.754) <= 0.04 and 0.71 <= found[370] <= 0.86
    text = ", ".join(f"{100 * found[pressure]:.1f}" for pressure in (50, 250, 370))
    return Finding(f"{text} %", near, ("pellet",))


def modulus() -> Finding:
    """Target 24."""
    _, density, youngs = np.log(np.array(_pellets())).T
    exponent = float(np.polyfit(density, youngs, 1)[0])
    return Finding(f"{exponent:.2f}", None, ("pellet",))


def _pellets() -> list[tuple[float, float, float]]:
    if not has_ended(ROOT / "cases" / "pellet" / "results"):
        raise NotRunError("pellet")
    return pellets()


PAPER_KEEPS = (110.0 - 50.0) / (110.0 - 32.0)
"""Share of what 25 MPa gained in resistance that stays at 5 MPa (Doux 2020, secondary source)."""


def kept() -> Finding:
    """Target 27."""
    rows, case = history("pellet-contact"), "pellet-contact"
    ends = [np.flatnonzero(rows[STAGE] == number)[-1] for number in (1, 2, 3)]
    contact = 1.0 - rows["separator|plate open [-]"][ends]
    density = rows[DENSITY][ends]
    share = float((contact[2] - contact[0]) / (contact[1] - contact[0]))
    text = f"density {_three(density)}, contact {_three(contact)} at 5, 25, 5 MPa: {share:.0%} of the gain stays"
    holds = bool(density[2] > 0.999 * density[1]) and PAPER_KEEPS / 1.5 <= share <= 1.0
    return Finding(text, holds, (case,))


def creep() -> Finding:
    """Target 39."""
    rows, case = history("li-symmetric"), "li-symmetric"
    contact, seconds = 1.0 - rows["anode|separator open [-]"], rows[TIME]
    start = seconds[rows[STAGE] == 1][-1]
    texts = []
    for share in (0.5, 0.95):
        reached = np.flatnonzero(contact >= share)
        texts.append(f"{seconds[reached[0]] - start:.3g} s" if len(reached) else "never")
    return Finding(f"at 1.5 MPa half in contact after {texts[0]}, 95 % after {texts[1]}", None, (case,))


def _three(values: np.ndarray) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
