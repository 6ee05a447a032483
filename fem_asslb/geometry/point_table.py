"""Tables of points with a value each: places and radii of particles, places and gaps of interfaces."""

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import number_in
from fem_asslb.base.units import LENGTH

Array = npt.NDArray[np.float64]

MOST_ROWS, LARGEST_FILE = 500_000, 50_000_000
"""Rows and bytes of a table: a scan of 700 x 700 points."""


def find_table(path: Path) -> Path:
    """The path of a table that can be read.

    Raises:
        ValueError: There is none, or something else than a file; one line.
    """
    try:
        return regular_file(path, LARGEST_FILE)
    except OSError as error:
        raise _unreadable(path, error, "expected a table") from error


def read_points(path: Path, dimension: int, value: str, zero: bool) -> tuple[Array, Array]:
    """Points, shape (rows, dimension), and values of a table of text.

    Args:
        path: The file, with the columns ``x [um]``, ``y [um]``, in 3D ``z [um]``, and that of the value.
        dimension: 2 or 3.
        value: Name of the last column with its unit.
        zero: Whether a value may be 0; none may be less.

    Raises:
        ValueError: The file is missing or is not such a table, or a number is out of the range of lengths; one line.
    """
    columns = [*("x [um]", "y [um]", "z [um]")[:dimension], value]
    expected = f"expected a table with the columns {', '.join(columns)}"
    try:
        with regular_file(path, LARGEST_FILE).open(newline="", encoding="utf-8") as file:
            header, *rows = islice(csv.reader(file), MOST_ROWS + 2)
    except OSError as error:
        raise _unreadable(path, error, expected) from error
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{quoted(path, 160)} is no table of text; {expected}") from error
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{quoted(path, 160)} has more than {MOST_ROWS} rows; {expected}, and fewer rows")
    if header != columns or not rows:
        given = ", ".join(header) if rows else "no rows"
        raise ValueError(f"{quoted(path, 160)} has {printable(given)}; {expected}, and at least one row")
    values = np.array([_numbers(path, line, row, columns, zero) for line, row in enumerate(rows, start=2)])
    return values[:, :-1], values[:, -1]


def _unreadable(path: Path, error: OSError, expected: str) -> ValueError:
    hint = "in case.toml the path is relative to the case's folder"
    return ValueError(f"{quoted(path, 160)} cannot be read, {error.strerror}; {expected}; {hint}")


def _numbers(path: Path, line: int, row: list[str], columns: list[str], zero: bool) -> list[float]:
    try:
        values = [number_in(text.strip(" ")) for text in row]
    except ValueError:
        values = []
    least = 0.0 if zero else LENGTH.smallest
    if not (len(values) == len(columns) and all(abs(v) <= LENGTH.largest for v in values) and values[-1] >= least):
        name = columns[-1].partition(" ")[0]
        expected = f"{len(columns)} finite numbers, the {name} from {least:g}, none beyond {LENGTH.largest:g} um"
        raise ValueError(
            f"{quoted(path, 160)}, line {line}: {printable(', '.join(row))} is not accepted; expected {expected}"
        )
    return values
