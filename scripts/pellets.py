"""Density and modulus of pressed pellets beside measured ones: python3 -m scripts.pellets.

Reads the results of the case ``pellet`` and writes docs/pellet.csv and its picture.
"""

import csv
from pathlib import Path

import numpy as np

from fem_asslb.diagnostics.columns import STACK_PRESSURE
from fem_asslb.fields.names import PLATEN_DISPLACEMENT
from fem_asslb.materials.library import load
from fem_asslb.output.history import STAGE, read_history
from fem_asslb.plotting.style import CYCLE, create_figure, label_panels, paper_style, save

ROOT = Path(__file__).parents[1]
DENSITY = "separator relative density mean [-]"
THICKNESS = 100.0
"""Of the loose powder in the case [um]."""

MEASURED = {
    "LPSCl (Adjah 2025, Fig. 7h)": [(50.0, 0.683), (250.0, 0.754)],
    "LPSCl (Doux 2020)": [(370.0, 0.821)],
    "LPSCl, 60 °C (Song 2025)": [(360.0, 0.87)],
    "75Li$_2$S-25P$_2$S$_5$ (Sakuda 2013)": [(74.0, 0.61), (200.0, 0.80), (300.0, 0.87), (360.0, 0.90), (500.0, 0.95)],
}
"""Pressure in the die [MPa] and relative density; of all but the first as cited in secondary sources."""

GLASS = [(1.45, 8.8), (1.68, 15.0), (1.86, 20.0), (1.89, 21.0), (1.88, 23.0)]
"""Density [g/cm^3] and Young's modulus [GPa] of pressed 75Li2S-25P2S5 (Adjah 2025, Table 1)."""

DENSE_GLASS = 1.88
"""Density at which the fit through them has 23 GPa [g/cm^3]."""


def pellets() -> list[tuple[float, float, float]]:
    """Largest pressure [MPa], density after it, and Young's modulus of the unloading [GPa], of each cycle."""
    history = read_history(ROOT / "cases" / "pellet" / "results")
    poisson = load("lpscl").elasticity.isotropic_average().poisson_ratio
    constrained = (1.0 - poisson) / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
    ends = np.flatnonzero(np.diff(history[STAGE], append=-1.0))
    found = []
    for loaded, unloaded in zip(ends[::2], ends[1::2], strict=True):
        stress = history[STACK_PRESSURE][loaded] - history[STACK_PRESSURE][unloaded]
        strain = (history[PLATEN_DISPLACEMENT][unloaded] - history[PLATEN_DISPLACEMENT][loaded]) / THICKNESS
        density = float(history[DENSITY][unloaded])
        found.append((float(history[STACK_PRESSURE][loaded]), density, float(1e-3 * stress / strain / constrained)))
    return found


def main() -> None:
    """Write the table and the picture."""
    found = pellets()
    with (ROOT / "docs" / "pellet.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pressure_mpa", "relative_density", "youngs_modulus_gpa"])
        writer.writerows([f"{value:.4g}" for value in row] for row in found)
    history = read_history(ROOT / "cases" / "pellet" / "results")
    with paper_style():
        figure, (left, right) = create_figure(2.9, columns=2)
        left.plot(history[STACK_PRESSURE], history[DENSITY], color=CYCLE[0], label="computed")
        for color, marker, (name, points) in zip(CYCLE[1:], "osD^", MEASURED.items(), strict=False):
            left.plot(*np.transpose(points), marker, color=color, label=name)
        left.set_xlabel("Pressure in the die [MPa]")
        left.set_ylabel("Relative density")
        left.legend(loc="lower right")
        right.plot([row[1] for row in found], [row[2] for row in found], "o-", color=CYCLE[0], label="computed, LPSCl")
        glass = np.array(GLASS)
        right.plot(glass[:, 0] / DENSE_GLASS, glass[:, 1], "^", color=CYCLE[4], label="75Li$_2$S-25P$_2$S$_5$ glass")
        right.set_xlabel("Relative density")
        right.set_ylabel("Young's modulus [GPa]")
        right.legend(loc="upper left")
        label_panels([left, right])
        save(figure, ROOT / "docs" / "pellet.png")


if __name__ == "__main__":
    main()
