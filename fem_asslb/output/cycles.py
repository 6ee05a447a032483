"""``cycles.csv``: what each cycle took in and gave back, between which pressures, and what contact was left."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fem_asslb.base.units import convert
from fem_asslb.case.sections.steps import Charge, Current, Discharge, Step
from fem_asslb.diagnostics.columns import AREAL_CAPACITY, CELL_VOLTAGE, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.output.files import replace_text
from fem_asslb.output.history import STAGE, TIME, read_history

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FILE = "cycles.csv"
"""File of a results folder."""

SHARES = (" open [-]", " debonded closed [-]", " conducting [-]")
"""Ends of the names of columns of interfaces that are told at the ends of charge and discharge."""

FloatArray = npt.NDArray[np.float64]


class CycleWriter:
    """Observer that writes ``cycles.csv`` anew when a charge, a discharge or a hold ends, on rank 0.

    Args:
        folder: Results folder, with the history of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, simulation: "Simulation") -> None:
        """Nothing is known yet; a table of an earlier run is not kept."""
        if simulation.problem.domain.comm.rank == 0:
            (self._folder / FILE).unlink(missing_ok=True)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Write what the cycles have come to."""
        steps = simulation.loading.steps
        if record.stage_ends and isinstance(steps[record.stage], Current):
            self._write(simulation)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write a cycle that has not come to its end, too."""
        if any(isinstance(step, Current) for step in simulation.loading.steps[: simulation.loading.stage + 1]):
            self._write(simulation)

    def _write(self, simulation: "Simulation") -> None:
        if simulation.problem.domain.comm.rank > 0:
            return
        cell = simulation.case.cell
        area = None if cell is None else cell.plate_area
        rows = list(cycles(read_history(self._folder), simulation.loading.steps, area))
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
        if rows:
            writer.writeheader()
            writer.writerows(rows)
        replace_text(self._folder / FILE, text.getvalue())


def cycle_numbers(steps: Sequence[Step]) -> list[int]:
    """Number of the cycle of each protocol step, from 1; 0 before the first current.

    A cycle begins with a current in the direction of the first one, once the other direction has been seen; holds and
    rests belong to the cycle that they are in.
    """
    numbers, number, first, turned = [], 0, None, False
    for step in steps:
        if isinstance(step, Current) and number == 0:
            number = 1
        if isinstance(step, Charge | Discharge):
            first = first or type(step)
            if isinstance(step, first) and turned:
                number, turned = number + 1, False
            turned = turned or not isinstance(step, first)
        numbers.append(number)
    return numbers


def cycles(
    columns: Mapping[str, FloatArray], steps: Sequence[Step], plate_area: float | None = None
) -> Iterator[dict[str, float | str]]:
    """What each cycle of a history came to, by name with unit.

    Charge counts as it passes, not net; voltages are means over the charge that passed; pressures and shares are those
    at the ends of charge and discharge.

    Args:
        columns: History.
        steps: Protocol steps.
        plate_area: Of the whole cell [um^2], for charges in mAh.
    """
    numbers = np.array([*cycle_numbers(steps), 0])[columns[STAGE].astype(int) - 1]
    passed = np.diff(columns[SPECIFIC_CAPACITY], prepend=0.0)
    per_area = np.diff(columns[AREAL_CAPACITY], prepend=0.0) if AREAL_CAPACITY in columns else None
    for number in range(1, int(numbers.max(initial=0)) + 1):
        part = numbers == number
        row: dict[str, float | str] = {"cycle [-]": number, "time at the end [s]": float(columns[TIME][part][-1])}
        sizes = {}
        for name, sign in (("charge", 1.0), ("discharge", -1.0)):
            flows = part & (sign * passed > 0.0)
            sizes[name] = float(np.abs(passed[flows]).sum())
            row[f"{name} [mAh/g]"] = sizes[name]
            if per_area is not None:
                row[f"{name} [mAh/cm2]"] = areal = float(np.abs(per_area[flows]).sum())
                if plate_area is not None:
                    row[f"{name} [mAh]"] = areal * convert(plate_area, "um^2", "cm^2")
            row |= _means(columns, name, flows, np.abs(passed))
        gives = sizes["charge"] > 0.0 and sizes["discharge"] > 0.0
        row["efficiency [-]"] = sizes["discharge"] / sizes["charge"] if gives else float("nan")
        names = ("stack pressure at the end of charge [MPa]", "stack pressure at the end of discharge [MPa]")
        row["pressure swing [MPa]"] = abs(float(row[names[0]]) - float(row[names[1]]))
        yield row


def _means(
    columns: Mapping[str, FloatArray], name: str, flows: npt.NDArray[np.bool_], passed: FloatArray
) -> dict[str, float]:
    """Mean voltage of a direction, and pressure and contact at its end; nan where nothing flows."""
    shares = [column for column in columns if column.endswith(SHARES)]
    read = {f"stack pressure at the end of {name} [MPa]": STACK_PRESSURE}
    read |= {f"{column.removesuffix(' [-]')} at the end of {name} [-]": column for column in shares}
    if not flows.any():
        return dict.fromkeys([f"mean voltage of {name} [V]", *read], float("nan"))
    mean = float(np.average(columns[CELL_VOLTAGE][flows], weights=passed[flows]))
    last = np.flatnonzero(flows)[-1]
    return {f"mean voltage of {name} [V]": mean} | {key: float(columns[column][last]) for key, column in read.items()}
