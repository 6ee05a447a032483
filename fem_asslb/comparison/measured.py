"""Measured curves from a table of text: columns with units in the header, in the names and units of a history."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import readable, stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError, UnitError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import number_in
from fem_asslb.base.units import convert, parse
from fem_asslb.output.bdf import MACHINE_NAMES

MOST_ROWS, LARGEST_FILE = 1_000_000, 200_000_000
"""Rows and bytes of a file."""

OTHER_NAMES = {
    "test time": ("time",),
    "voltage": ("cell voltage",),
    "applied pressure": ("stack pressure",),
    "pressure": ("stack pressure",),
    "capacity": ("specific capacity", "areal capacity"),
    "net capacity": ("specific capacity", "areal capacity"),
    "charging capacity": ("specific capacity", "areal capacity"),
    "ambient temperature": ("temperature",),
    "x": ("stoichiometry mean",),
}
"""Columns of a history, without their unit, by what others call them; the unit tells which of several."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Measured curves.

    Attributes:
        name: Of their file.
        columns: Values by name with unit, shape (num_rows,); NaN where there is none.
    """

    name: str
    columns: dict[str, FloatArray]


def read_measured(path: Path, known: Iterable[str], area: float | None = None) -> Measured:
    """Curves of a file, those that a history has too in its names and units.

    A header names a column ``Voltage [V]`` or, as the Battery Data Format, ``Voltage / V`` or ``voltage_volt``. Lines
    that begin with ``#`` are passed over; an empty field has no value.

    Args:
        path: The file: comma-separated, in UTF-8.
        known: Columns of the histories that it is compared with.
        area: Of the plates of the cell that was measured, for capacities in ampere hours [um^2].

    Raises:
        FemAsslbError: It cannot be read, a column has no unit, or a field is no number.
    """
    known = list(known)
    try:
        with regular_file(path, LARGEST_FILE).open(newline="", encoding="utf-8-sig") as file:
            rows = list(islice(csv.reader(line for line in file if not line.startswith("#")), MOST_ROWS + 2))
    except OSError as error:
        raise FemAsslbError(f"--data {quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise FemAsslbError(f"--data {quoted(path, 160)} is no table of text: {printable(error)}") from error
    if not 2 <= len(rows) <= MOST_ROWS + 1:
        raise FemAsslbError(f"--data {quoted(path, 160)}: expected a header and 1 to {MOST_ROWS} rows")
    header = [_name_and_unit(text, path) for text in rows[0]]
    values = np.array([_numbers(row, len(header), path) for row in rows[1:]])
    columns: dict[str, FloatArray] = {}
    for place, (name, unit) in enumerate(header):
        column, factor, offset = _in_history(name, unit, known, area)
        columns.setdefault(column, factor * values[:, place] + offset)
    return Measured(path.name, columns)


def _name_and_unit(text: str, path: Path) -> tuple[str, str]:
    """Name and unit of a column, of any of the three ways to write them."""
    text = MACHINE_NAMES.get(text.strip(), text.strip())
    name, slash, unit = text.rpartition(" / ")
    if unit_of(text):
        name, unit = stem_of(text), unit_of(text)
    elif not slash:
        expected = "expected a name and a unit such as 'Voltage [V]' or 'Voltage / V'"
        raise FemAsslbError(f"--data {quoted(path, 100)} has the column {quoted(text, 60)}; {expected}")
    return name.strip(), unit.strip()


def _in_history(name: str, unit: str, known: list[str], area: float | None) -> tuple[str, float, float]:
    """Column of the histories, and factor and offset of its values; as it is where they have no such column."""
    stems = (name.lower(), *OTHER_NAMES.get(name.lower(), ()))
    for column in (column for stem in stems for column in known if stem_of(column).lower() == stem):
        wanted = readable(unit_of(column))
        given, per = readable(unit), 1.0
        if unit == "Ah" and wanted == "mAh/cm^2" and area is not None:
            given, per = "Ah/cm^2", convert(area, "um^2", "cm^2")
        if given == wanted:
            return column, 1.0, 0.0
        try:
            nought, one = parse(f"0 {given}", wanted), parse(f"1 {given}", wanted)
        except UnitError:
            continue
        return column, (one - nought) / per, nought
    return f"{printable(name)} [{printable(unit)}]", 1.0, 0.0


def _numbers(row: list[str], count: int, path: Path) -> list[float]:
    try:
        values = [number_in(text.strip()) if text.strip() else float("nan") for text in row]
    except ValueError:
        values = []
    if len(values) != count:
        given = printable(", ".join(row), 60)
        raise FemAsslbError(f"--data {quoted(path, 100)} has the row '{given}'; expected {count} numbers")
    return values
