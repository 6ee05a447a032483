"""A table of measured data as it is written: names and units of its columns, and their numbers.

A header names a column ``Voltage [V]`` or, as the Battery Data Format, ``Voltage / V`` or ``voltage_volt``. Lines that
begin with ``#`` are passed over; an empty field has no value.
"""

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import number_in
from fem_asslb.output.bdf import MACHINE_NAMES

MOST_ROWS, LARGEST_FILE = 1_000_000, 200_000_000
"""Rows and bytes of a file."""

CHARGING, DISCHARGING = "charging capacity", "discharging capacity"
"""Columns that pass over what goes the other way, in small letters."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DataFile:
    """A table of data.

    Attributes:
        path: The file.
        header: Texts above the columns.
        columns: Name and unit of each; no unit where there is none.
        rows: Texts of the fields, as many in each row.
    """

    path: Path
    header: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def splits_capacity(self) -> bool:
        """Whether charge and discharge have a column each, neither of which is the capacity, and that has none."""
        names = {name.lower() for name, _ in self.columns}
        return {CHARGING, DISCHARGING} <= names and not {"capacity", "net capacity"} & names

    def is_text(self, place: int) -> bool:
        """Whether a column has fields, and none of them is a number, as names of steps are none."""
        fields = [row[place] for row in self.rows if row[place]]
        return bool(fields) and not any(map(_is_number, fields))

    def numbers(self, place: int) -> FloatArray:
        """Values of a column, shape (num_rows,); NaN in a field without one.

        Raises:
            FemAsslbError: A field is no number.
        """
        try:
            return np.array([number_in(row[place]) if row[place] else np.nan for row in self.rows])
        except ValueError as error:
            row = next(row for row in self.rows if row[place] and not _is_number(row[place]))
            given, column = quoted(row[place], 40), quoted(self.header[place], 60)
            raise FemAsslbError(
                f"--data {quoted(self.path, 100)} has {given} in column {column}; expected a number"
            ) from error


def read_data_file(path: Path) -> DataFile:
    """Read a table, comma-separated, in UTF-8.

    Raises:
        FemAsslbError: It cannot be read, or rows are shorter or longer than the header.
    """
    file = f"--data {quoted(path, 120)}"
    try:
        with regular_file(path, LARGEST_FILE).open(newline="", encoding="utf-8-sig") as opened:
            lines = (line for line in opened if line.strip() and not line.startswith("#"))
            found = [tuple(field.strip() for field in row) for row in islice(csv.reader(lines), MOST_ROWS + 2)]
    except OSError as error:
        raise FemAsslbError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise FemAsslbError(f"{file} is no table of text: {printable(error, 80)}") from error
    if not 2 <= len(found) <= MOST_ROWS + 1:
        raise FemAsslbError(f"{file}: expected a header and 1 to {MOST_ROWS} rows")
    header, *rows = found
    if bad := next((row for row in rows if len(row) != len(header)), None):
        given = printable(", ".join(bad), 60)
        columns = f"{len(header)} numbers between commas" if len(header) > 1 else "columns between commas"
        raise FemAsslbError(f"{file} has the row '{given}'; expected {columns}")
    return DataFile(path, header, tuple(map(_name_and_unit, header)), tuple(rows))


def _is_number(text: str) -> bool:
    try:
        number_in(text)
    except ValueError:
        return False
    return True


def _name_and_unit(text: str) -> tuple[str, str]:
    """Name and unit of a column, of any of the three ways to write them."""
    text = MACHINE_NAMES.get(text, text)
    if unit_of(text):
        return stem_of(text).strip(), unit_of(text).strip()
    name, slash, unit = text.rpartition(" / ")
    return (name.strip(), unit.strip()) if slash else (text, "")
