"""Measured curves from a table of text: columns with units in the header, in the names and units of a history."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import readable, stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError, UnitError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.units import convert, parse
from fem_asslb.comparison.data_file import CHARGING, read_data_file

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
    """Curves of a file, those that a history has too in its names and units; see `fem_asslb.comparison.data_file`.

    Columns of text without a unit, such as the names of steps, are passed over, unless their name is that of a curve.

    Args:
        path: The file.
        known: Columns of the histories that it is compared with.
        area: Of the plates of the cell that was measured, for capacities in ampere hours [um^2].

    Raises:
        FemAsslbError: It cannot be read, a column has no unit, or a field is no number.
    """
    known, data = list(known), read_data_file(path)
    names = {*OTHER_NAMES, *(stem_of(column).lower() for column in known)}
    columns: dict[str, FloatArray] = {}
    for place, (name, unit) in sorted(enumerate(data.columns), key=lambda item: item[1][0].lower() == CHARGING):
        if not unit:
            if data.is_text(place) and name.lower() not in names:
                continue
            expected = "expected a name and a unit such as 'Voltage [V]' or 'Voltage / V'"
            raise FemAsslbError(f"--data {quoted(path, 100)} has the column {quoted(name, 60)}; {expected}")
        is_a_part = name.lower() == CHARGING and data.splits_capacity
        column, factor, offset = _in_history(name, unit, [] if is_a_part else known, area)
        columns.setdefault(column, factor * data.numbers(place) + offset)
    return Measured(path.name, columns)


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
