"""The curve of a run that a measured one is compared with."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.units import convert
from fem_asslb.case.sections.case import Case
from fem_asslb.diagnostics.columns import AREAL_CAPACITY, CELL_VOLTAGE, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.output.history import STAGE, TIME, read_history
from fem_asslb.sweep.measured import CHARGE, SPECIFIC, Measured
from fem_asslb.sweep.schema import Fit

FloatArray = npt.NDArray[np.float64]

COLUMNS = {"pressure": STACK_PRESSURE, "voltage": CELL_VOLTAGE}


def curve_at(measured: Measured, fit: Fit, results: Path, case: Case) -> tuple[FloatArray, int]:
    """Values of a run at the places of a measured curve, and how many of these lie beyond what was computed.

    Args:
        measured: The measured curve.
        fit: Which curve, against what.
        results: Results folder.
        case: The case.

    Raises:
        FemAsslbError: The history cannot be read or lacks a column.
    """
    history = read_history(results)
    rows = _rows_of_step(history[STAGE], fit.step)
    if fit.against == "time":
        places = history[TIME][rows] - (history[TIME][rows[0]] if fit.step is not None else 0.0)
    else:
        column = SPECIFIC_CAPACITY if measured.unit_of_places == SPECIFIC else AREAL_CAPACITY
        places = np.abs(history[column][rows] - history[column][rows[0]])
        if measured.unit_of_places == CHARGE:
            assert case.cell is not None and case.cell.plate_area is not None
            places = places * convert(case.cell.plate_area, "um^2", "cm^2")
    values = np.interp(measured.places, places, history[COLUMNS[fit.curve]][rows])
    return values, int(np.count_nonzero(measured.places > places[-1] * (1.0 + 1e-9)))


def require_comparable(measured: Measured, fit: Fit, case: Case) -> None:
    """See before anything is run that a case has the curve that was measured.

    Raises:
        FemAsslbError: It has not.
    """
    steps = len(case.protocol.steps)
    if fit.step is not None and fit.step > steps:
        raise FemAsslbError(f"fit.step: {fit.step} is not accepted; the protocol of the base case has {steps} steps")
    if fit.against == "capacity" and fit.step is None:
        raise FemAsslbError("fit.step: this key is missing; capacity counts from the start of one step")
    if case.cell is None and (fit.curve == "voltage" or fit.against == "capacity"):
        raise FemAsslbError(f"fit.curve: '{fit.curve}' against {fit.against} needs a base case with a section 'cell'")
    if measured.unit_of_places == CHARGE and (case.cell is None or case.cell.plate_area is None):
        raise FemAsslbError("--data: capacity of the whole cell needs cell.plate_area in the base case")


def _rows_of_step(stage: FloatArray, step: int | None) -> npt.NDArray[np.intp]:
    """Rows of a protocol step and the one before it, its start; all rows without a step."""
    if step is None:
        return np.arange(len(stage))
    rows = np.flatnonzero(stage == step)
    return np.arange(max(0, int(rows[0]) - 1), int(rows[-1]) + 1)
