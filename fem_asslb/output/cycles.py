"""``cycles.csv``: what each cycle took in and gave back, between which pressures, and what contact was left."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fem_asslb.base.units import convert
from fem_asslb.case.sections.steps import Charge, Current, Discharge, Step
from fem_asslb.diagnostics.columns import AREAL_CAPACITY, CELL_VOLTAGE, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.output.files import replace_text
from fem_asslb.output.history import FILE as HISTORY
from fem_asslb.output.history import STAGE, TIME, read_columns, row

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FILE = "cycles.csv"
"""File of a results folder."""

SHARES = (" open [-]", " debonded closed [-]", " conducting [-]")
"""Ends of the names of columns of interfaces that are told at the ends of charge and discharge."""

FloatArray = npt.NDArray[np.float64]
Row = dict[str, float | str]


@dataclass(frozen=True)
class _Start:
    """Charges that had passed when a cycle began.

    Attributes:
        specific: [mAh/g].
        areal: [mAh/cm2].
    """

    specific: float = 0.0
    areal: float = 0.0

    @classmethod
    def after(cls, step: Mapping[str, float]) -> "_Start":
        """Behind a step."""
        return cls(step.get(SPECIFIC_CAPACITY, 0.0), step.get(AREAL_CAPACITY, 0.0))


class CycleWriter:
    """Observer that writes ``cycles.csv`` anew when a charge, a discharge or a hold ends, on rank 0.

    It remembers what cycles have come to, and the steps of the one that goes on.

    Args:
        folder: Results folder, with the history of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers: list[int] = []
        self._number = 0
        self._finished: list[Row] = []
        self._steps: list[Mapping[str, float]] = []
        self._start = _Start()

    def start(self, simulation: "Simulation") -> None:
        """Read what an earlier part of the run has done; its table is not kept."""
        if simulation.problem.domain.comm.rank > 0:
            return
        (self._folder / FILE).unlink(missing_ok=True)
        self._numbers = cycle_numbers(simulation.loading.steps)
        path = self._folder / HISTORY
        columns = read_columns(path) if simulation.index > 0 and path.is_file() else {}
        for place, stage in enumerate(columns[STAGE] if columns else ()):
            step = {name: float(values[place]) for name, values in columns.items()}
            self._add(simulation, int(stage), step)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Note a step, and write what the cycles have come to."""
        if simulation.problem.domain.comm.rank > 0:
            return
        self._add(simulation, record.stage + 1, row(record))
        if record.stage_ends and isinstance(simulation.loading.steps[record.stage], Current):
            self._write(simulation)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write a cycle that has not come to its end, too."""
        if self._steps and simulation.problem.domain.comm.rank == 0:
            self._write(simulation)

    def _add(self, simulation: "Simulation", stage: int, step: Mapping[str, float]) -> None:
        """One more step, in a protocol step counted from 1: of the cycle that goes on, or the first of the next one."""
        number = self._numbers[stage - 1]
        if self._steps and number != self._number:
            found = self._going_on(simulation)
            self._finished, self._start = [*self._finished, found], _Start.after(self._steps[-1])
            self._steps = []
        self._number = number
        if number > 0:
            self._steps.append(_told(step))
        else:
            self._start = _Start.after(step)

    def _going_on(self, simulation: "Simulation") -> Row:
        """What the cycle that goes on has come to."""
        cell = simulation.case.cell
        columns = {name: np.array([step.get(name, np.nan) for step in self._steps]) for name in self._steps[-1]}
        return _cycle(self._number, columns, self._start, None if cell is None else cell.plate_area)

    def _write(self, simulation: "Simulation") -> None:
        rows = [*self._finished, self._going_on(simulation)]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
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


def _told(step: Mapping[str, float]) -> dict[str, float]:
    """What is told of a step in a cycle, and nothing else, for it is remembered."""
    names = (TIME, SPECIFIC_CAPACITY, AREAL_CAPACITY, CELL_VOLTAGE, STACK_PRESSURE)
    return {name: value for name, value in step.items() if name in names or name.endswith(SHARES)}


def _cycle(number: int, columns: Mapping[str, FloatArray], start: _Start, plate_area: float | None) -> Row:
    """What a cycle came to, by name with unit.

    Charge counts as it passes, not net; voltages are means over the charge that passed; pressures and shares are those
    at the ends of charge and discharge.

    Args:
        number: Of the cycle.
        columns: Of its steps, as in the history.
        start: What had passed before it.
        plate_area: Of the whole cell [um^2], for charges in mAh.
    """
    passed = np.diff(columns[SPECIFIC_CAPACITY], prepend=start.specific)
    per_area = np.diff(columns[AREAL_CAPACITY], prepend=start.areal) if AREAL_CAPACITY in columns else None
    found: Row = {"cycle [-]": number, "time at the end [s]": float(columns[TIME][-1])}
    sizes = {}
    for name, sign in (("charge", 1.0), ("discharge", -1.0)):
        flows = sign * passed > 0.0
        sizes[name] = float(np.abs(passed[flows]).sum())
        found[f"{name} [mAh/g]"] = sizes[name]
        if per_area is not None:
            found[f"{name} [mAh/cm2]"] = areal = float(np.abs(per_area[flows]).sum())
            if plate_area is not None:
                found[f"{name} [mAh]"] = areal * convert(plate_area, "um^2", "cm^2")
        found |= _means(columns, name, flows, np.abs(passed))
    gives = sizes["charge"] > 0.0 and sizes["discharge"] > 0.0
    found["efficiency [-]"] = sizes["discharge"] / sizes["charge"] if gives else float("nan")
    names = ("stack pressure at the end of charge [MPa]", "stack pressure at the end of discharge [MPa]")
    found["pressure swing [MPa]"] = abs(float(found[names[0]]) - float(found[names[1]]))
    return found


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
