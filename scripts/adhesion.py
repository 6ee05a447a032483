"""Study of adhesion and grain size: python3 -m scripts.adhesion [--jobs N]; writes docs/adhesion.csv and its picture.

Runs `cases/polycrystal-particle` with grains of several sizes and boundaries of several strengths and toughnesses, and
reads from each history how much of the grain boundaries has cracked and when that began. Each is run twice, the second
time with a fifth of the tolerance and half the longest step: what that changes is the error of the time steps. Results
of runs that came to their end are used again.
"""

import argparse
import csv
import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.base.endings import COMPLETE
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import ITERATIONS, read_history
from fem_asslb.output.record import ended, read_record
from fem_asslb.plotting.style import create_figure, label_panels, paper_style, save

ROOT = Path(__file__).parents[1]
CASE = ROOT / "cases" / "polycrystal-particle"
GRAINS = (0.5, 1.0, 2.0)
STRENGTHS = (400.0, 745.0)
TOUGHNESSES = (1.0, 2.0, 4.0)

TIME_STEPS = {"as in the case": {}, "finer": {"time.tolerance": "0.002", "time.largest_step": "150 s"}}

ONSET = 0.01
"""Share of the boundaries whose toughness is spent at the onset of cracking."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """Outcome of one run; names are the columns of the table."""

    grain_um: float
    strength_mpa: float
    toughness_j_m2: float
    time_steps: str
    onset_x: float
    cracked_at_half: float
    cracked_at_end: float
    open_at_end: float
    surface_debonded_at_end: float
    steps: int
    iterations: int


def run(grain: float, strength: float, toughness: float, time_steps: str) -> Result:
    """One point of the study."""
    name = f"{grain:g}um-{strength:g}MPa-{toughness:g}Jm2"
    folder = CASE / "study" / (f"{name}-{time_steps}" if TIME_STEPS[time_steps] else name)
    if not has_ended(folder):
        changes = {
            "geometry.grains.diameter.median": f"{grain:g} um",
            "interfaces.boundary.normal_strength": f"{strength:g} MPa",
            "interfaces.boundary.normal_toughness": f"{toughness:g} J/m^2",
            "output.pictures": "false",
            **TIME_STEPS[time_steps],
        }
        options = itertools.chain.from_iterable(("--set", f"{key}={value}") for key, value in changes.items())
        command = [sys.executable, "-m", "fem_asslb", "run", str(CASE), "--results", str(folder), "--overwrite"]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return read(folder, grain, strength, toughness, time_steps)


def has_ended(folder: Path) -> bool:
    """Whether a run in a results folder carried out its whole protocol."""
    return (folder / "run.json").exists() and ended(read_record(folder)) == COMPLETE


def read(folder: Path, grain: float, strength: float, toughness: float, time_steps: str) -> Result:
    """What a run found."""
    history = read_history(folder)
    x = history[MEAN_STOICHIOMETRY]
    cracked = spent(history, "particle|particle")
    return Result(
        grain_um=grain,
        strength_mpa=strength,
        toughness_j_m2=toughness,
        time_steps=time_steps,
        onset_x=onset(x, cracked),
        cracked_at_half=float(np.interp(-0.5, -x, cracked)),
        cracked_at_end=float(cracked[-1]),
        open_at_end=float(history["particle|particle open [-]"][-1]),
        surface_debonded_at_end=float(spent(history, "particle|electrolyte")[-1]),
        steps=len(x),
        iterations=int(history[ITERATIONS].sum()),
    )


def spent(history: dict[str, np.ndarray], pair: str) -> np.ndarray:
    """Share of an interface whose toughness is spent, open or closed."""
    return np.asarray(history[f"{pair} debonded closed [-]"] + history[f"{pair} open [-]"])


def onset(x: np.ndarray, share: np.ndarray) -> float:
    """Stoichiometry at which a share of an interface has spent its toughness; NaN where it never has."""
    return float(np.interp(ONSET, share, x, right=np.nan))


def cracked(result: Result) -> float:
    """Cracked share at the end [%]."""
    return 100.0 * result.cracked_at_end


def begins(result: Result) -> float:
    """Stoichiometry at the onset."""
    return result.onset_x


def draw(results: list[Result], path: Path) -> None:
    """Cracked share at the end, and stoichiometry at the onset, over toughness, one curve per size and strength.

    Bars reach as far as the finer time steps are away.
    """
    with paper_style():
        figure, (left, right) = create_figure(2.9, columns=2)
        for strength, line in zip(STRENGTHS, ("--", "-"), strict=True):
            for number, grain in enumerate(GRAINS):
                of = [item for item in results if (item.grain_um, item.strength_mpa) == (grain, strength)]
                usual, finer = ([item for item in of if item.time_steps == steps] for steps in TIME_STEPS)
                style: dict[str, Any] = {"linestyle": line, "color": f"C{number}", "capsize": 2}
                style |= {"marker": "os^"[number], "markersize": 4, "label": f"{grain:g} µm, {strength:g} MPa"}
                for axes, of_one in ((left, cracked), (right, begins)):
                    values = [of_one(item) for item in usual]
                    bars = [abs(of_one(item) - value) for item, value in zip(finer, values, strict=True)]
                    axes.errorbar([item.toughness_j_m2 for item in usual], values, bars, **style)
        for axes in (left, right):
            axes.set_xscale("log", base=2)
            axes.set_xticks(TOUGHNESSES, [f"{value:g}" for value in TOUGHNESSES])
            axes.set_xlabel("Toughness of the boundaries [J m$^{-2}$]")
        left.set_ylabel("Cracked boundaries at $x$ = 0.25 [%]")
        left.set_ylim(0, 100)
        right.set_ylabel("$x$ at the onset of cracking")
        right.legend(title="grain size, strength", loc="center left", bbox_to_anchor=(1.02, 0.5))
        label_panels([left, right])
        save(figure, path)


def main() -> None:
    """Run what is missing, then write the table and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    jobs = parser.parse_args().jobs
    points = list(itertools.product(GRAINS, STRENGTHS, TOUGHNESSES, TIME_STEPS))
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda point: run(*point), points))
    with (ROOT / "docs" / "adhesion.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([item.name for item in fields(Result)])
        for result in results:
            writer.writerow([value if isinstance(value, str) else f"{value:.4g}" for value in astuple(result)])
    draw(results, ROOT / "docs" / "adhesion.png")


if __name__ == "__main__":
    main()
