"""Measured functions in files of their own: columns of numbers with the unit of each in the header."""

import csv
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.base.errors import CaseError, CaseErrors, UnitError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import number_in
from fem_asslb.base.units import parse

MOST_ROWS, LARGEST_FILE = 2_000, 1_000_000
"""Rows and bytes of a file: far more than a line can follow."""

_UNITS = {
    "x": "",
    "u": "V",
    "a": "angstrom",
    "c": "angstrom",
    "volume change": "",
    "d": "cm^2/s",
    "i0": "mA/cm^2",
    "e": "GPa",
    "stiffness": "",
}
"""Unit of each column in the case; numbers have none."""

_NUMBERS = {"-": 1.0, "%": 0.01}
"""What stands for a unit of numbers, and their size."""

_COLUMNS = {
    "potential": (("x", "u"),),
    "anode": (("x", "u"),),
    "lattice": (("x", "a", "c"), ("x", "volume change")),
    **dict.fromkeys(("diffusivity", "diffusivity_in_plane", "diffusivity_along_axis"), (("x", "d"),)),
    "exchange_current_density": (("x", "i0"),),
    "youngs_modulus": (("x", "e"),),
    "stiffness": (("x", "stiffness"),),
}
"""Columns of each function of a material; one set or the other."""

_LAWS = {"potential": ("line",), "lattice": ("a", "c")}
"""Closed forms that data take the place of."""
_QUANTITIES = [name for name in _COLUMNS if name not in (*_LAWS, "anode", "stiffness")]
"""Functions that may be a value, of which data take the place, and whose data have a unit."""


def data_owners(material: dict[str, Any]) -> list[dict[str, Any]]:
    """Functions of a material that name a file."""
    laws = (material.get(name) for name in _COLUMNS)
    return [law for law in laws if isinstance(law, dict) and isinstance(law.get("path"), str)]


def with_data(material: dict[str, Any], folder: Path, key: str) -> dict[str, Any]:
    """A material with the content of the files that its functions name.

    Args:
        material: As written.
        folder: To which names of files are relative.
        key: Path of the entry in the case, for messages.

    Raises:
        CaseErrors: Files that are missing, cannot be read, or have other columns; or data that are stated too.
    """
    found, owners, mistakes = dict(material), data_owners(material), list[CaseError]()
    for name, accepted in _COLUMNS.items():
        if (law := material.get(name)) in owners:
            rest = {part: value for part, value in law.items() if part != "path"}
            try:
                table = _table(_read(folder, law["path"], f"{key}.{name}.path", accepted))
            except CaseError as error:
                mistakes.append(error)
                continue
            if "table" in rest:
                mistakes.append(CaseError(f"{key}.{name}.table", "path states the data too; expected one of them"))
            # Where a case that is extended has a law, the data take its place.
            found[name] = dict.fromkeys(_LAWS.get(name, ())) | rest | {"table": table}
            if name in _QUANTITIES:
                found[name] = {"value": None} | found[name] | {"unit": _UNITS[accepted[0][1]]}
    if mistakes:
        raise CaseErrors(mistakes)
    return found


def _table(columns: dict[str, list[float]]) -> dict[str, list[float]]:
    """Columns in the order of x; a change of volume as that of a cube."""
    order = np.argsort(columns["x"])
    table = {name: [values[place] for place in order] for name, values in columns.items()}
    if (changes := table.pop("volume change", None)) is not None:
        table["a"] = table["c"] = [float(np.cbrt(1.0 + change)) for change in changes]
    return table


def _read(folder: Path, name: str, key: str, accepted: tuple[tuple[str, ...], ...]) -> dict[str, list[float]]:
    """Columns of a file by their names, in the units of the case."""
    forms = " or ".join(", ".join(f"{column} [unit]" for column in columns) for columns in accepted)
    expected = f"expected columns {forms}"
    if not name.isprintable():
        raise CaseError(key, f"{quoted(name)} is no path: it has characters that cannot be printed")
    try:
        with regular_file((folder / name).resolve(), LARGEST_FILE).open(newline="", encoding="utf-8-sig") as file:
            header, *rows = islice(csv.reader(file), MOST_ROWS + 2)
    except OSError as error:
        raise CaseError(key, f"{quoted(name, 100)} cannot be read: {error.strerror}; {expected}") from error
    except (ValueError, csv.Error) as error:
        raise CaseError(key, f"{quoted(name, 100)} is no table of text; {expected}") from error
    while rows and not "".join(rows[-1]).strip():
        rows.pop()
    if len(rows) > MOST_ROWS:
        raise CaseError(key, f"{quoted(name, 100)} has more than {MOST_ROWS} rows; {expected}, and fewer rows")
    names, factors = _header(header, name, key, expected)
    if sorted(names) not in [sorted(columns) for columns in accepted]:
        given = printable(", ".join(header), 60)
        raise CaseError(key, f"{quoted(name, 60)} has {given}; {expected}")
    values = [_row(row, factors, line, name, key) for line, row in enumerate(rows, start=2)]
    return {column: [row[place] for row in values] for place, column in enumerate(names)}


def _header(header: list[str], name: str, key: str, expected: str) -> tuple[list[str], list[float]]:
    """Names of columns, and what makes of each the unit of the case."""
    names, factors = [], []
    for text in header:
        column, bracket, unit = text.strip(" ").rpartition(" [")
        column, unit = column.strip(" ").lower(), unit.removesuffix("]")
        factor = _factor(unit, _UNITS[column]) if bracket and column in _UNITS else None
        if factor is None:
            fault = _fault(header, column if bracket else None)
            raise CaseError(key, f"{quoted(name, 60)} has the column {quoted(text, 40)}{fault}; {expected}")
        names.append(column)
        factors.append(factor)
    return names, factors


def _fault(header: list[str], column: str | None) -> str:
    """What is wrong with a column, which has a unit if its name is given."""
    if len(header) == 1 and any(character in header[0] for character in ";\t"):
        return " without commas"
    if column is None:
        return " without a unit in brackets"
    return f" in no unit like {_UNITS[column] or '- or %'}" if column in _UNITS else ""


def _factor(given: str, wanted: str) -> float | None:
    """What makes of a number in one unit one in another; None where nothing does."""
    if not wanted:
        return _NUMBERS.get(given)
    try:
        return parse(f"1 {given}", wanted)
    except UnitError:
        return None


def _row(row: list[str], factors: list[float], line: int, name: str, key: str) -> list[float]:
    try:
        values = [number_in(text.strip(" ")) for text in row]
    except ValueError:
        values = []
    if len(values) != len(factors):
        given = printable(", ".join(row), 60)
        raise CaseError(key, f"{quoted(name, 60)}, line {line}: {given}; expected {len(factors)} finite numbers")
    return [value * factor for value, factor in zip(values, factors, strict=True)]
