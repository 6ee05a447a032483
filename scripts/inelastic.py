"""Cells whose electrolyte flows beside those whose does not: python3 -m scripts.inelastic.

Reads the results of the cases that have been run to their end and writes docs/inelastic.csv: pressure over the cycles,
contact, tension of the particles and capacities, for each pair of an elastic case and its plastic variant. Cases
without results here keep their rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fem_asslb.case.sections.steps import Charge, Discharge
from fem_asslb.diagnostics.columns import HYDROSTATIC_MEAN, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.fields.names import CATHODE_POTENTIAL
from fem_asslb.output.history import ITERATIONS
from scripts.adhesion import has_ended
from scripts.contact_loss import SURFACE
from scripts.results import ROOT, first_charge, history, swings, update_table

TENSION = f"particle {HYDROSTATIC_MEAN}"
OPEN = f"{SURFACE} open [-]"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Cycles of one case; names are the columns of the table.

    Pressures are changes over a charge or a discharge, of the first and of the last cycle; the drift is that of the
    pressure at the end of a discharge from cycle to cycle.
    """

    case: str
    cycles: int
    pressure_mpa: float
    first_charge_mpa: float
    first_discharge_mpa: float
    last_charge_mpa: float
    last_discharge_mpa: float
    drift_mpa_per_cycle: float
    tension_end_of_charge_mpa: float
    tension_end_of_discharge_mpa: float
    open_end_of_charge: float
    potential_end_of_charge_v: float
    charge_mah_g: float
    discharge_mah_g: float
    last_discharge_mah_g: float
    iterations: int


def read(case: str) -> Cell:
    """What the cycles of a case did; a discharge that is not in its protocol is NaN."""
    charges, discharges = list(swings(case, Charge)), list(swings(case, Discharge))
    ends = [float(swing[STACK_PRESSURE][-1]) for swing in discharges]
    first, rows = first_charge(case), history(case)
    return Cell(
        case=case,
        cycles=len(charges),
        pressure_mpa=float(first[STACK_PRESSURE][0]),
        first_charge_mpa=_change(charges, 0, STACK_PRESSURE),
        first_discharge_mpa=_change(discharges, 0, STACK_PRESSURE),
        last_charge_mpa=_change(charges, -1, STACK_PRESSURE),
        last_discharge_mpa=_change(discharges, -1, STACK_PRESSURE),
        drift_mpa_per_cycle=(ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else np.nan,
        tension_end_of_charge_mpa=float(first[TENSION][-1]),
        tension_end_of_discharge_mpa=float(discharges[0][TENSION][-1]) if discharges else np.nan,
        open_end_of_charge=float(first[OPEN][-1]) if OPEN in first else np.nan,
        potential_end_of_charge_v=float(first[CATHODE_POTENTIAL][-1]),
        charge_mah_g=_change(charges, 0, SPECIFIC_CAPACITY),
        discharge_mah_g=-_change(discharges, 0, SPECIFIC_CAPACITY),
        last_discharge_mah_g=-_change(discharges, -1, SPECIFIC_CAPACITY),
        iterations=int(rows[ITERATIONS].sum()),
    )


def pairs() -> Iterator[str]:
    """Cases with a plastic variant, each with its variants, that have been run to their end."""
    for path in sorted((ROOT / "cases").glob("*plastic*")):
        elastic = path.name.replace("-plastic", "").removesuffix("-pressed")
        # The elastic cells of Feng name their middle pressure, of their variants only the others do.
        for name in (elastic, f"{elastic}-250", path.name):
            if has_ended(ROOT / "cases" / name / "results"):
                yield name


def _change(found: list[dict[str, np.ndarray]], number: int, column: str) -> float:
    return float(found[number][column][-1] - found[number][column][0]) if found else np.nan


def main() -> None:
    """Write the table."""
    update_table(ROOT / "docs" / "inelastic.csv", Cell, map(read, dict.fromkeys(pairs())))


if __name__ == "__main__":
    main()
