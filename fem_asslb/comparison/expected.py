"""What is expected of a case, from the ``expected.toml`` beside it, and whether its results are so.

Each entry names a column of the history, the protocol step (from 1) at whose end it is read, for a change the step
since which it is taken, the accepted range and the reason for it. An entry with ``disagrees`` is known to lie outside:
it says why, and which value came out, to be met within 2 %.
"""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.base.checked import Integer, Number, checked
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output.history import STAGE, read_history
from fem_asslb.output.record import open_step, read_record

FILE = "expected.toml"
"""File of a case directory."""

HOLDS, KNOWN = "holds", "disagrees, known"
"""Verdicts that are to be expected."""

OPEN = "the run has not come past its step"
"""Verdict where there is no value yet."""

Columns = Mapping[str, npt.NDArray[np.float64]]


@checked()
class Expected:
    """One expected value.

    Attributes:
        quantity: Column of history.csv.
        step: Protocol step at whose end it is read, from 1.
        least: Smallest accepted value.
        most: Largest accepted value.
        why: Where the range comes from.
        since: Step whose end is subtracted; 0 for the value itself.
        disagrees: Why the result is known to lie outside; empty where it should lie inside.
        came_out: Value that is known to lie outside.
    """

    quantity: str
    step: Integer
    least: Number
    most: Number
    why: str
    since: Integer = 0
    disagrees: str = ""
    came_out: float = math.nan

    @property
    def title(self) -> str:
        """What it is, in words."""
        change = f" since step {self.since}" if self.since else ""
        return f"{self.quantity} at the end of step {self.step}{change}"

    def read(self, history: Columns) -> float:
        """The value in a history.

        Raises:
            FemAsslbError: It has no such step or column.
        """
        value = _at_end(history, self.step, self.quantity)
        return value - _at_end(history, self.since, self.quantity) if self.since else value

    def verdict(self, value: float) -> str:
        """What to say of a value; in capitals what was not to be expected."""
        holds = self.least <= value <= self.most
        if not self.disagrees:
            return HOLDS if holds else "DISAGREES"
        if holds:
            return "HOLDS, though known to disagree"
        return KNOWN if math.isclose(value, self.came_out, rel_tol=0.02) else "DISAGREES ANOTHER WAY"


def read_expected(case: Path) -> list[Expected]:
    """Expected values of a case directory.

    Raises:
        FemAsslbError: The file cannot be read, or an entry has other keys.
    """
    path = case / FILE
    try:
        return [Expected(**entry) for entry in tomllib.loads(regular_file(path).read_text("utf-8"))["value"]]
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FemAsslbError(f"{quoted(path, 120)} is no list of expected values: {printable(error, 120)}") from error


def compare(case: Path, results: Path) -> list[tuple[Expected, float, str]]:
    """Each expected value of a case directory, what came out in a results folder, and the verdict.

    Raises:
        FemAsslbError: There are no results, or none for a step or a column.
    """
    history = read_history(results)
    stopped_in = open_step(read_record(results), history[STAGE])
    rows = []
    for expected in read_expected(case):
        if stopped_in is not None and expected.step >= stopped_in:
            rows.append((expected, math.nan, OPEN))
            continue
        value = expected.read(history)
        rows.append((expected, value, expected.verdict(value)))
    return rows


def _at_end(history: Columns, step: int, quantity: str) -> float:
    rows = np.flatnonzero(history[STAGE] == step)
    if not len(rows):
        raise FemAsslbError(f"no results for protocol step {step}")
    return float(history[quantity][rows[-1]])
