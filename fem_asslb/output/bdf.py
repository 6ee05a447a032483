"""``cell.bdf.csv``: the curves of a cell in the Battery Data Format of the Battery Data Alliance.

Names and units are those of its ontology, version 1.2.0 (https://w3id.org/battery-data-alliance/ontology/battery-data-format):
the test begins with the protocol, currents are positive on charge, and capacities add up from the start of the test. It
has no term for the thickness of a cell, which the file beside it describes.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fem_asslb.base.parallel import global_max, global_min
from fem_asslb.base.units import convert
from fem_asslb.case.sections.steps import Step
from fem_asslb.diagnostics.columns import AREAL_CAPACITY, CELL_VOLTAGE, CURRENT_DENSITY, STACK_PRESSURE, TEMPERATURE
from fem_asslb.fields.names import PLATEN_DISPLACEMENT
from fem_asslb.output.cycles import cycle_numbers
from fem_asslb.output.files import replace_text
from fem_asslb.output.history import FILE as HISTORY
from fem_asslb.output.history import STAGE, TIME, read_history

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FILE, METADATA_FILE = "cell.bdf.csv", "cell.bdf.metadata.json"
"""Files of a results folder."""

NOMINAL_AREA = 1e8
"""Plate area of a cell whose case states none: 1 cm^2 [um^2]."""

VOLTAGE, CURRENT, TEST_TIME = "Voltage / V", "Current / A", "Test Time / s"
CHARGED, DISCHARGED, NET = "Charging Capacity / Ah", "Discharging Capacity / Ah", "Net Capacity / Ah"
PRESSURE, AMBIENT, THICKNESS = "Applied Pressure / Pa", "Ambient Temperature / degC", "Thickness / mm"
CYCLE, STEP_COUNT = "Cycle Count / 1", "Step Count / 1"

MACHINE_NAMES = {
    "test_time_second": TEST_TIME,
    "voltage_volt": VOLTAGE,
    "current_ampere": CURRENT,
    "ambient_temperature_celsius": AMBIENT,
    "charging_capacity_ah": CHARGED,
    "discharging_capacity_ah": DISCHARGED,
    "net_capacity_ah": NET,
    "applied_pressure_pa": PRESSURE,
}
"""Labels by the names that the format has for machines."""

_NEEDED = (CELL_VOLTAGE, CURRENT_DENSITY, AREAL_CAPACITY)
_THICKNESS_TERM = "https://w3id.org/emmo#EMMO_43003c86_9d15_433b_9789_ee2940920656"

FloatArray = npt.NDArray[np.float64]


class BdfWriter:
    """Observer that writes the curves of a cell when its run ends, on rank 0; nothing of what has no cell voltage.

    Args:
        folder: Results folder, with the history of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._height = folder, 0.0

    def start(self, simulation: "Simulation") -> None:
        """Measure the height of the stack; what an earlier part of the run has written is not kept."""
        domain = simulation.problem.domain
        along_stack = domain.mesh.geometry.x[:, domain.dimension - 1]
        highest = global_max(domain.comm, along_stack.max(initial=-np.inf))
        self._height = float((highest - global_min(domain.comm, along_stack.min(initial=np.inf)))[0])
        if domain.comm.rank == 0:
            for name in (FILE, METADATA_FILE):
                (self._folder / name).unlink(missing_ok=True)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Nothing: the history has it."""

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write both files, of what the history has."""
        if simulation.problem.domain.comm.rank > 0 or not (self._folder / HISTORY).is_file():
            return
        cell, columns = simulation.case.cell, read_history(self._folder)
        if cell is None or not all(name in columns for name in _NEEDED):
            return
        area = cell.plate_area or NOMINAL_AREA
        found = bdf_columns(columns, simulation.loading.steps, area, self._height)
        write_csv(self._folder / FILE, found)
        about = description(simulation.case.case.title, area, cell.plate_area is not None, THICKNESS in found)
        replace_text(self._folder / METADATA_FILE, json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def bdf_columns(
    columns: Mapping[str, FloatArray], steps: Sequence[Step], area: float, height: float
) -> dict[str, FloatArray]:
    """Columns of the format by their preferred labels, shape (num_steps,).

    Args:
        columns: History of a cell.
        steps: Protocol steps.
        area: Of the plates [um^2].
        height: Of the stack before the first step [um].
    """
    stage, plates = columns[STAGE].astype(int), convert(area, "um^2", "cm^2")
    net = columns[AREAL_CAPACITY] * plates * 1e-3
    passed = np.diff(net, prepend=0.0)
    found = {
        TEST_TIME: columns[TIME],
        VOLTAGE: columns[CELL_VOLTAGE],
        CURRENT: columns[CURRENT_DENSITY] * plates * 1e-3,
        CYCLE: np.array(cycle_numbers(steps), dtype=float)[stage - 1],
        STEP_COUNT: columns[STAGE],
        CHARGED: np.cumsum(np.maximum(passed, 0.0)),
        DISCHARGED: np.cumsum(np.maximum(-passed, 0.0)),
        NET: net,
    }
    if TEMPERATURE in columns:
        found[AMBIENT] = columns[TEMPERATURE]
    if STACK_PRESSURE in columns:
        found[PRESSURE] = columns[STACK_PRESSURE] * 1e6
    if PLATEN_DISPLACEMENT in columns:
        found[THICKNESS] = (height + columns[PLATEN_DISPLACEMENT]) * 1e-3
    return found


def write_csv(path: Path, columns: Mapping[str, FloatArray]) -> None:
    """Write columns of the format; counts are whole numbers, and a value that does not exist is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        [_written(label, value) for label, value in zip(columns, row, strict=True)]
        for row in zip(*columns.values(), strict=True)
    )
    replace_text(path, text.getvalue())


def _written(label: str, value: float) -> str:
    if not np.isfinite(value):
        return ""
    return str(int(value)) if label.endswith(" / 1") else repr(float(value))


def description(title: str, area: float, is_stated: bool, has_thickness: bool) -> dict[str, object]:
    """What the file beside the curves says of them.

    Args:
        title: Of the case.
        area: Of the plates [um^2].
        is_stated: Whether the case says how large they are.
        has_thickness: Whether the curves have a thickness.
    """
    plates = f"{convert(area, 'um^2', 'cm^2'):g} cm^2"
    cell = f"a cell with plates of {plates}" if is_stated else f"{plates} of plates, as the case states no area"
    thickness = {
        "name": "Thickness",
        "unit_text": "mm",
        "same_as": _THICKNESS_TERM,
        "description": "Height of the stack between the plates.",
    }
    return {
        "battinfo_dataset": {
            "dataset": {
                "name": title,
                "description": f"Computed with fem_asslb. Current and capacities are those of {cell}.",
                "variable_measured": [thickness] if has_thickness else [],
            }
        }
    }
