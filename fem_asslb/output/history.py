"""``history.csv``: every scalar of every accepted step, one row per step."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output.files import read_json, replace_text, writing
from fem_asslb.output.names import LAST_STEP, RECORD

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

LARGEST = 1e100
"""Numbers of a history are smaller."""

FILE = "history.csv"
"""File of a results folder."""

STEP, TIME, STAGE, LENGTH = "step [-]", "time [s]", "protocol step [-]", "step size [s]"
ITERATIONS, REJECTED = "Newton iterations [-]", "rejected attempts [-]"


class HistoryWriter:
    """Observer that appends a row to ``history.csv`` after every accepted step, on rank 0.

    Args:
        folder: Results folder.
        resume_from: Number of the step whose checkpoint the run goes on from; later rows are dropped.
    """

    def __init__(self, folder: Path, resume_from: int | None = None) -> None:
        self._path, self._resume_from = folder / FILE, resume_from
        self._names: list[str] = []
        self._writes = False

    def start(self, simulation: "Simulation") -> None:
        """Begin the file; drop the rows after the checkpoint, and one that a kill left half written."""
        self._writes = simulation.problem.domain.comm.rank == 0
        if not self._writes:
            return
        if self._resume_from is not None and self._path.exists():
            self._names, rows = rows_until(self._path, self._resume_from)
            _write_rows(self._path, self._names, rows)
        else:
            self._path.unlink(missing_ok=True)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Write the row of a step; it is in the file when this returns."""
        if not self._writes:
            return
        values = row(record)
        if new := [name for name in values if name not in self._names]:
            self._add_columns(new)
        # Opened for each row, so that nothing stays open when a run is interrupted.
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(",".join(_text(values.get(name, float("nan"))) for name in self._names) + "\n")

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Nothing is left to write."""

    def _add_columns(self, names: list[str]) -> None:
        """Add columns that appear for the first time; they are nan in the rows so far."""
        rows = _read_rows(self._path)[1] if self._names else []
        self._names += names
        _write_rows(self._path, self._names, [values + ["nan"] * len(names) for values in rows])


def row(record: "StepRecord") -> dict[str, float]:
    """Columns of a step by name, the unit in brackets; protocol steps are counted from 1."""
    clock = {
        STEP: record.index,
        TIME: record.time,
        STAGE: record.stage + 1,
        LENGTH: record.duration,
        ITERATIONS: record.iterations,
        REJECTED: record.rejected,
    }
    return clock | record.scalars


def read_history(folder: Path) -> dict[str, npt.NDArray[np.float64]]:
    """Columns of a history by name, shape (num_steps,); a row that is not complete is left out.

    Raises:
        FemAsslbError: No history, one without a step, one that cannot be read, or one of a run that has come to its
            end that has lost rows there.
    """
    path = folder / FILE
    if not path.is_file():
        raise FemAsslbError(f"no results: there is no {quoted(path, 160)}")
    columns = read_columns(path)
    if not any(len(values) for values in columns.values()):
        raise FemAsslbError(f"{quoted(path, 160)} has no step yet")
    last = _last_step(folder)
    if STEP in columns and last is not None and columns[STEP][-1] < last:
        given = f"ends with step {columns[STEP][-1]:g}, and the run with {last}"
        raise FemAsslbError(f"{quoted(path, 160)} has lost rows: it {given} by {RECORD}; run the case again")
    return columns


def _last_step(folder: Path) -> int | None:
    """Number of the last step of a run that has ended; None where its record does not say."""
    try:
        runs = read_json(folder / RECORD, {"runs"}, "")["runs"]
        last = runs[-1].get(LAST_STEP)
    except (FemAsslbError, LookupError, TypeError, AttributeError):
        return None
    return last if isinstance(last, int) else None


def read_columns(path: Path) -> "Columns":
    """Columns of a table of numbers by name, shape (num_rows,); a row that is not complete is left out.

    Raises:
        FemAsslbError: It cannot be read.
    """
    with _table(path) as (names, rows):
        found = [np.array(row, dtype=float) for row in rows]  # as numbers at once: their texts take ten times the room
    values = np.array(found).reshape(len(found), len(names))
    for name, column in zip(names, values.T, strict=True):
        wrong = np.abs(column) > LARGEST if name not in (STEP, TIME, STAGE) else ~(np.abs(column) <= LARGEST)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise FemAsslbError(f"{quoted(path, 160)} has {column[row]:g} as {quoted(name, 60)} in row {row + 1}")
    return Columns(path, zip(names, values.T, strict=True))


class Columns(dict[str, npt.NDArray[np.float64]]):
    """Columns of a table by name; one that is not there is an error of the file."""

    def __init__(self, path: Path, columns: Iterable[tuple[str, npt.NDArray[np.float64]]]) -> None:
        super().__init__(columns)
        self._path = path

    def __missing__(self, name: str) -> npt.NDArray[np.float64]:
        """Say so.

        Raises:
            FemAsslbError: In any case.
        """
        raise FemAsslbError(f"{quoted(self._path, 160)} has no column {quoted(name)}")


def rows_until(path: Path, index: int) -> tuple[list[str], list[list[str]]]:
    """Names, and rows of the steps up to ``index``.

    Raises:
        FemAsslbError: The history cannot be read, or lacks a column that every one has.
    """
    names, rows = _read_rows(path)
    if rows and (missing := [name for name in (STEP, TIME, STAGE) if name not in names]):
        raise FemAsslbError(f"{quoted(path, 160)} has no column '{missing[0]}'")
    return names, [values for values in rows if float(values[names.index(STEP)]) <= index]


def _read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names and complete rows as text of numbers."""
    with _table(path) as (names, rows):
        found = list(rows)
        np.array(found, dtype=float)
    return names, found


@contextmanager
def _table(path: Path) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """Names and complete rows as text, and errors of what is done with them; a last line without its end is no row."""
    try:
        reader = csv.reader(regular_file(path).read_text(encoding="utf-8").split("\n")[:-1])
        names = next(reader, [])
        yield names, (line for line in reader if len(line) == len(names))
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise FemAsslbError(f"{quoted(path, 160)} is no table of numbers: {printable(error)}") from error


def _write_rows(path: Path, names: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(line for line in [names, *rows] if line)
    replace_text(path, text.getvalue())


def _text(value: float) -> str:
    """Shortest text that gives the same number when it is read."""
    return repr(value) if isinstance(value, int) else repr(float(value))
