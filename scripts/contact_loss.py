"""Contact loss of the cells whose interfaces may let go: python3 -m scripts.contact_loss.

Reads the results of the cases that have been run to their end and writes docs/contact_loss.csv: when debonding and
cracking begin, how much of the surface is open and conducts, and what that does to capacity and pressure. Cases without
results here keep their rows; the picture is drawn where all of them have been run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from fem_asslb.diagnostics.columns import ENERGY_ERROR, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.fields.names import MEAN_STOICHIOMETRY, VOLUME_CHANGE
from fem_asslb.output.history import ITERATIONS, REJECTED
from fem_asslb.plotting.style import CYCLE, create_figure, label_panels, paper_style, save
from scripts.adhesion import onset, spent
from scripts.results import ROOT, NotRunError, first_charge, update_table

SURFACE, BOUNDARY = "particle|cathode", "particle|particle"

FENG = [f"feng2026-{anode}-cohesive{pressure}" for anode in ("lto", "liin") for pressure in ("-125", "", "-375")]
ZHANG = [f"zhang2026-{balance}-{kind}" for kind in ("cohesive", "polycrystal") for balance in ("hb", "lb")]
POLYCRYSTALS = [f"feng2026-lto-polycrystal{pressure}" for pressure in ("-125", "", "-375")]
INDIUM = "feng2026-liin-polycrystal"
"""In the table only: its curves lie on those of LTO at the same pressure."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """First charge of one case; names are the columns of the table."""

    case: str
    pressure_mpa: float
    surface_onset_x: float
    boundary_onset_x: float
    open_at_x_07: float
    open_at_x_05: float
    end_x: float
    end_open: float
    end_conducting: float
    end_cracked: float
    capacity_mah_g: float
    pressure_change_mpa: float
    unit_cell_percent: float
    steps: int
    iterations: int
    rejected: int
    energy_error: float


def read(case: str) -> Charge | None:
    """What the first charge of a case did; None if it has not been run to its end."""
    try:
        history = first_charge(case)
    except NotRunError:
        return None
    x = history[MEAN_STOICHIOMETRY]
    surface = spent(history, SURFACE)
    has_grains = f"{BOUNDARY} open [-]" in history
    cracked = spent(history, BOUNDARY) if has_grains else np.full(len(x), np.nan)
    opened = history[f"{SURFACE} open [-]"]
    return Charge(
        case=case,
        pressure_mpa=history[STACK_PRESSURE][0],
        surface_onset_x=onset(x, surface),
        boundary_onset_x=onset(x, cracked),
        open_at_x_07=at(0.7, x, opened),
        open_at_x_05=at(0.5, x, opened),
        end_x=x[-1],
        end_open=opened[-1],
        end_conducting=history[f"{SURFACE} conducting [-]"][-1],
        end_cracked=cracked[-1],
        capacity_mah_g=history[SPECIFIC_CAPACITY][-1],
        pressure_change_mpa=history[STACK_PRESSURE][-1] - history[STACK_PRESSURE][0],
        unit_cell_percent=history[VOLUME_CHANGE][-1],
        steps=len(x),
        iterations=int(history[ITERATIONS].sum()),
        rejected=int(history[REJECTED].sum()),
        energy_error=np.abs(history[ENERGY_ERROR]).max(),
    )


def at(target: float, x: np.ndarray, values: np.ndarray) -> float:
    """Value at a stoichiometry during the charge; NaN where it does not come so far."""
    return float(np.interp(-target, -x, values, right=np.nan))


def draw(path: Path) -> None:
    """Open share of the surface, and cracked share of the boundaries of grains, over stoichiometry."""
    with paper_style():
        figure, panels = create_figure(2.9, columns=3)
        for number, case in enumerate(FENG):
            curve(panels[0], case, SURFACE, CYCLE[number % 3], "-" if number < 3 else "--")
        for number, case in enumerate(ZHANG):
            curve(panels[1], case, SURFACE, CYCLE[number % 2], "-" if number < 2 else "--")
        for number, case in enumerate([*POLYCRYSTALS, *ZHANG[2:]]):
            curve(panels[2], case, BOUNDARY, CYCLE[number], "-")
        panels[0].set_ylabel("Open share of the surface")
        panels[1].set_ylabel("Open share of the surface")
        panels[2].set_ylabel("Cracked share of the grain boundaries")
        for axes in panels:
            axes.set_xlim(1.0, 0.25)
            axes.set_ylim(0.0, 0.7)
            axes.set_xlabel("Mean stoichiometry $x$")
            axes.legend(loc="upper left")
        label_panels(panels)
        save(figure, path)


def curve(axes: Axes, case: str, pair: str, color: str, line: str) -> None:
    """One charge in a panel."""
    history = first_charge(case)
    share = history[f"{SURFACE} open [-]"] if pair == SURFACE else spent(history, pair)
    axes.plot(history[MEAN_STOICHIOMETRY], share, color=color, linestyle=line, label=name(case))


def name(case: str) -> str:
    """Short name of a case for a legend."""
    parts = case.split("-")
    anode = {"lto": "LTO", "liin": "LiIn"}.get(parts[1], parts[1].upper())
    if parts[0] == "feng2026":
        return f"{anode}, {parts[3] if len(parts) > 3 else 250} MPa"
    return f"{anode}, {'single crystals' if parts[2] == 'cohesive' else 'polycrystals'}"


def main() -> None:
    """Write the table and the picture."""
    cases = *FENG, *POLYCRYSTALS, INDIUM, *ZHANG
    charges = [charge for case in cases if (charge := read(case)) is not None]
    update_table(ROOT / "docs" / "contact_loss.csv", Charge, charges)
    if len(charges) == len(cases):
        draw(ROOT / "docs" / "contact_loss.png")


if __name__ == "__main__":
    main()
