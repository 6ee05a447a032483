"""A measured curve from a file: columns with units, by their usual names or those of the Battery Data Format."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import CaseError, UnitError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import number_in
from fem_asslb.base.units import parse
from fem_asslb.sweep.schema import Fit

FloatArray = npt.NDArray[np.float64]

LARGEST_FILE, MOST_ROWS = 50_000_000, 500_000
"""Bytes and rows of a file."""

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

_WRITTEN = {
    "second": "s",
    "volt": "V",
    "ah": "Ah",
    "ampere_hour": "Ah",
    "pa": "Pa",
    "pascal": "Pa",
}
"""Ends of the machine-readable names of the Battery Data Format, such as ``test_time_second``."""


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
    """Read a curve.

    Args:
        path: CSV file with a header; columns that are not asked for are left alone.
        fit: Which curve, against what.

    Raises:
        CaseError: The file cannot be read, or a column is missing, or has no unit or no numbers.
    """
    header, rows = _rows(path)
    columns = [_heading(text) for text in header]
    place, unit_of_places, size_of_places = _find(fit.against, columns, header, path)
    value, unit, size = _find(fit.curve, columns, header, path)
    numbers = np.array([_numbers(row, (place, value), line, path) for line, row in enumerate(rows, start=2)])
    if len(numbers) < 3:
        raise CaseError("--data", f"{quoted(path, 120)} has {len(numbers)} rows; expected at least 3")
    if (np.diff(numbers[:, 0]) < 0.0).any():
        raise CaseError("--data", f"{quoted(path, 100)}: {header[place]} goes back; expected rows in its order")
    parts = np.array_split(numbers, min(len(numbers), MOST_POINTS))
    means = np.array([part.mean(axis=0) for part in parts]) * (size_of_places, size)
    return Measured(means[:, 0], means[:, 1], unit_of_places, unit)


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with regular_file(path, LARGEST_FILE).open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise CaseError("--data", f"{quoted(path, 120)} cannot be read: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise CaseError("--data", f"{quoted(path, 120)} is no table of text with a header") from error
    if len(rows) > MOST_ROWS:
        raise CaseError("--data", f"{quoted(path, 120)} has {len(rows)} rows; expected at most {MOST_ROWS}")
    return header, rows


def _heading(text: str) -> tuple[str, str]:
    """Name and unit of a column: ``Voltage [V]``, ``Voltage / V`` or ``voltage_volt``; no unit where it says none."""
    text = text.strip()
    for pattern in (r"(.+?) ?\[(.+)\]", r"(.+?) / (.+)"):
        if found := re.fullmatch(pattern, text):
            return found[1].strip().lower(), found[2].strip()
    for ending, unit in _WRITTEN.items():
        if text.endswith(f"_{ending}"):
            return text.removesuffix(f"_{ending}").replace("_", " ").lower(), unit
    return text.lower(), ""


def _find(
    quantity: str, columns: Sequence[tuple[str, str]], header: Sequence[str], path: Path
) -> tuple[int, str, float]:
    """Number of the column of a quantity, the unit it is read in, and the size of its own unit in that."""
    names = [name for name, _ in columns]
    wanted = next((name for name in NAMES[quantity] if name in names), None)
    expected = f"a column such as '{NAMES[quantity][-1].capitalize()} [{UNITS[quantity][0]}]'"
    if wanted is None:
        given = printable(", ".join(header), 80)
        raise CaseError("--data", f"{quoted(path, 60)} has {given}; expected {expected}")
    place = names.index(wanted)
    # Powers without their sign, as in mAh/cm2.
    given_unit = re.sub(r"([A-Za-z])([2-9])", r"\1^\2", columns[place][1])
    for unit in UNITS[quantity]:
        try:
            return place, unit, parse(f"1 {given_unit}", unit)
        except UnitError:
            continue
    raise CaseError("--data", f"{quoted(path, 60)} has the column {quoted(header[place], 40)}; expected {expected}")


def _numbers(row: Sequence[str], places: Sequence[int], line: int, path: Path) -> list[float]:
    try:
        return [number_in(row[place].strip()) for place in places]
    except (ValueError, IndexError) as error:
        given = printable(", ".join(row), 60)
        raise CaseError("--data", f"{quoted(path, 100)}, line {line}: {given}; expected numbers") from error
