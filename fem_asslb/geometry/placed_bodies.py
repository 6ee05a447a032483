"""Discs or spheres whose places a table states: a measured or computed section."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlacedBodies:
    """Discs (2D) or spheres (3D) in a box; they may overlap, and reach beyond its sides.

    Attributes:
        centres: From the lower corner of the box, the last coordinate along the stack, shape (bodies, dimension) [um].
        radii: Shape (bodies,) [um].
    """

    centres: Array
    radii: Array

    def fraction(self, extents: tuple[float, ...]) -> float:
        """Part of a box inside the bodies.

        Overlaps count twice, and a body counts as a whole if its centre is in the box: those of a periodic section
        then count once each.
        """
        inside = np.all((self.centres >= 0) & (self.centres < extents), axis=1)
        unit_ball = np.pi if len(extents) == 2 else 4 / 3 * np.pi
        return float(unit_ball * np.sum(self.radii[inside] ** len(extents)) / np.prod(extents))


def read_bodies(path: Path, dimension: int) -> PlacedBodies:
    """Bodies of a table with the columns ``x [um]``, ``y [um]``, in 3D ``z [um]``, and ``radius [um]``.

    Raises:
        ValueError: The file is missing or is not such a table; one line.
    """
    columns = [*("x [um]", "y [um]", "z [um]")[:dimension], "radius [um]"]
    expected = f"expected a table with the columns {', '.join(columns)}"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
    except OSError as error:
        hint = "in case.toml the path is relative to the case's folder"
        raise ValueError(f"'{path}' cannot be read, {error.strerror}; {expected}; {hint}") from error
    except (ValueError, csv.Error) as error:
        raise ValueError(f"'{path}' is no table of text; {expected}") from error
    if header != columns or not rows:
        given = ", ".join(header) if rows else "no rows"
        raise ValueError(f"'{path}' has {given}; {expected}, and at least one row")
    values = np.array([_numbers(path, line, row, len(columns)) for line, row in enumerate(rows, start=2)])
    return PlacedBodies(values[:, :-1], values[:, -1])


def _numbers(path: Path, line: int, row: list[str], count: int) -> list[float]:
    try:
        values = [float(text) for text in row]
    except ValueError:
        values = []
    if len(values) != count or not np.all(np.isfinite(values)) or values[-1] <= 0:
        accepted = f"{count} finite numbers, the radius above 0"
        raise ValueError(f"'{path}', line {line}: {', '.join(row)} is not accepted; expected {accepted}")
    return values
