"""A measured curve from a file: columns with units, by their usual names or those of the Battery Data Format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import readable
from fem_asslb.base.errors import FemAsslbError, UnitError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.units import parse
from fem_asslb.comparison.data_file import CHARGING, DISCHARGING, DataFile, read_data_file
from fem_asslb.sweep.schema import Fit

FloatArray = npt.NDArray[np.float64]

MOST_POINTS = 500
"""Above it neighbours are averaged: a curve has no more to say, and each counts alike."""

TIME, SPECIFIC, AREAL, CHARGE, PRESSURE, VOLTAGE = "s", "mAh/g", "mAh/cm^2", "mAh", "MPa", "V"
"""Units of the columns that are read."""

NAMES = {
    "pressure": ("pressure", "stack pressure", "applied pressure"),
    "voltage": ("voltage", "cell voltage"),
    "time": ("time", "test time", "step time"),
    "capacity": (
        "capacity",
        "specific capacity",
        "areal capacity",
        "step capacity",
        "net capacity",
        "charging capacity",
        "discharging capacity",
    ),
}
"""Names of columns in small letters; the first that a file has is taken."""

UNITS = {"pressure": (PRESSURE,), "voltage": (VOLTAGE,), "time": (TIME,), "capacity": (SPECIFIC, AREAL, CHARGE)}


@dataclass(frozen=True)
class Measured:
    """A measured curve.

    Attributes:
        places: Time [s] or capacity, shape (num_points,).
        values: Pressure [MPa] or voltage [V].
        unit_of_places: ``"s"``, ``"mAh/g"``, ``"mAh/cm^2"`` or ``"mAh"`` of the whole cell.
        unit: Of the values.
    """

    places: FloatArray
    values: FloatArray
    unit_of_places: str
    unit: str


def read_measured(path: Path, fit: Fit) -> Measured:
    """Read a curve; columns that are not asked for are left alone.

    Args:
        path: The file, see `fem_asslb.comparison.data_file`.
        fit: Which curve, against what.

    Raises:
        FemAsslbError: The file cannot be read, or a column is missing, or has no unit or no numbers.
    """
    data = read_data_file(path)
    place, unit_of_places, size_of_places = _find(fit.against, data)
    value, unit, size = _find(fit.curve, data)
    numbers = np.column_stack([data.numbers(place), data.numbers(value)])
    numbers = numbers[~np.isnan(numbers).any(axis=1)]
    if len(numbers) < 3:
        raise FemAsslbError(f"--data {quoted(path, 120)} has {len(numbers)} rows; expected at least 3")
    if (np.diff(numbers[:, 0]) < 0.0).any():
        backwards = quoted(data.header[place], 60)
        raise FemAsslbError(f"--data {quoted(path, 100)}: {backwards} goes back; expected rows in its order")
    parts = np.array_split(numbers, min(len(numbers), MOST_POINTS))
    means = np.array([part.mean(axis=0) for part in parts]) * (size_of_places, size)
    return Measured(means[:, 0], means[:, 1], unit_of_places, unit)


def _find(quantity: str, data: DataFile) -> tuple[int, str, float]:
    """Number of the column of a quantity, the unit it is read in, and the size of its own unit in that."""
    names, file = [name.lower() for name, _ in data.columns], f"--data {quoted(data.path, 60)}"
    wanted = next((name for name in NAMES[quantity] if name in names), None)
    expected = f"a column such as '{NAMES[quantity][-1].capitalize()} [{UNITS[quantity][0]}]'"
    if wanted is None:
        raise FemAsslbError(f"{file} has {printable(', '.join(data.header), 80)}; expected {expected}")
    if wanted in (CHARGING, DISCHARGING) and data.splits_capacity:
        raise FemAsslbError(
            f"{file} has '{CHARGING}' and '{DISCHARGING}'; expected their difference, 'Net Capacity / Ah'"
        )
    place = names.index(wanted)
    for unit in UNITS[quantity]:
        try:
            return place, unit, parse(f"1 {readable(data.columns[place][1])}", unit)
        except UnitError:
            continue
    raise FemAsslbError(f"{file} has the column {quoted(data.header[place], 40)}; expected {expected}")
