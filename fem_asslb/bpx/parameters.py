"""Sections of a BPX file: numbers, and functions as points."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import CaseError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import show
from fem_asslb.bpx.expressions import evaluate

LARGEST_FILE, MOST_POINTS = 5_000_000, 2_000
"""Bytes of a file, and points of a table in it."""

_SAMPLES = 121
_REST = 0.02
"""Of x from 0 and 1, where functions of it may have no bounds."""

Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""x, increasing, and values."""


@dataclass(frozen=True)
class Parameters:
    """A section of a file, or one within it.

    Attributes:
        table: As read.
        key: Where it stands, for messages.
    """

    table: dict[str, Any]
    key: str = ""

    def section(self, name: str) -> "Parameters":
        """A section within this one; an empty one where there is none.

        Raises:
            CaseError: It is no table.
        """
        found = self.table.get(name, {})
        if not isinstance(found, dict):
            raise CaseError(self._at(name), f"{show(found)} is no section; expected an object")
        return Parameters(found, self._at(name))

    def number(self, name: str) -> float | None:
        """A number; None where it is not stated.

        Raises:
            CaseError: It is none.
        """
        found = self.table.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
            raise CaseError(self._at(name), f"{show(found)} is not accepted; expected a number")
        return float(found)

    def needed(self, name: str) -> float:
        """A positive number.

        Raises:
            CaseError: It is missing or none.
        """
        found = self.number(name)
        if found is None:
            raise CaseError(self._at(name), "this key is missing")
        if found <= 0.0:
            raise CaseError(self._at(name), f"{found:g} is not accepted; expected more than 0")
        return found

    def text(self, name: str) -> str:
        """A text; an empty one where there is none."""
        found = self.table.get(name, "")
        return found if isinstance(found, str) else ""

    def function(self, name: str, least: float, most: float) -> float | Points:
        """A number, or points of a function of the stoichiometry.

        Args:
            name: Its key.
            least: Least stoichiometry that counts.
            most: The largest.

        Raises:
            CaseError: It is missing, or neither a number, an expression nor a table.
        """
        found = self.table.get(name)
        match found:
            case None:
                raise CaseError(self._at(name), "this key is missing")
            case str():
                x = np.asarray(np.linspace(max(least, _REST), min(most, 1.0 - _REST), _SAMPLES), dtype=np.float64)
                try:
                    return x, evaluate(found, x)
                except ValueError as error:
                    raise CaseError(self._at(name), str(error)) from error
            case {"x": list() as x, "y": list() as y, **others} if not others:
                return self._points(name, x, y)
        return self.needed(name)

    def _points(self, name: str, x: list[Any], y: list[Any]) -> Points:
        numbers = [value for value in (*x, *y) if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(x) != len(y) or not 2 < len(x) <= MOST_POINTS or len(numbers) < 2 * len(x):
            given = f"{len(x)} of x, {len(y)} of y"
            raise CaseError(self._at(name), f"a table of {given}; expected as many numbers of each, 3 to {MOST_POINTS}")
        places, values = np.array(x, dtype=float), np.array(y, dtype=float)
        if not np.isfinite(values).all() or not (np.diff(places) > 0.0).all():
            raise CaseError(self._at(name), "a table with x that do not increase, or values that are not finite")
        return places, values

    def _at(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def read_parameters(path: Path) -> Parameters:
    """The whole of a file.

    Raises:
        CaseError: It cannot be read, or is no BPX file of version 0 or 1.
    """
    try:
        found = json.loads(regular_file(path, LARGEST_FILE).read_text(encoding="utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise CaseError(str(path), f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CaseError(str(path), f"is no JSON: {quoted(str(error), 100)}") from error
    header = found.get("Header") if isinstance(found, dict) else None
    version = str(header.get("BPX", "")) if isinstance(header, dict) else ""
    if version.partition(".")[0] not in ("0", "1"):
        raise CaseError(str(path), f"'Header.BPX' is {quoted(version, 20)}; expected a BPX file of version 0 or 1")
    return Parameters(found)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
