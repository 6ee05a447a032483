"""Results of the cases that have been run to their end: histories, and the charges and discharges in them."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.steps import Charge, Step
from fem_asslb.diagnostics.columns import STACK_PRESSURE
from fem_asslb.output.history import STAGE, read_history
from scripts.adhesion import has_ended

ROOT = Path(__file__).parents[1]


class NotRunError(Exception):
    """A case has no results that go to its end."""


@cache
def history(case: str) -> dict[str, np.ndarray]:
    """History of a case.

    Raises:
        NotRunError: It has not been run to its end.
    """
    folder = ROOT / "cases" / case / "results"
    if not has_ended(folder):
        raise NotRunError(case)
    return read_history(folder)


def swings(case: str, kind: type[Step]) -> Iterator[dict[str, np.ndarray]]:
    """History of each step of a kind, with the row before it."""
    rows = history(case)
    for number, step in enumerate(read_case(ROOT / "cases" / case).protocol.steps, start=1):
        if isinstance(step, kind):
            places = np.flatnonzero(rows[STAGE] == number)
            yield {name: values[places[0] - 1 : places[-1] + 1] for name, values in rows.items()}


def changes(case: str, kind: type[Step], column: str = STACK_PRESSURE) -> list[float]:
    """Change of a column over each step of a kind."""
    return [float(swing[column][-1] - swing[column][0]) for swing in swings(case, kind)]


def first_charge(case: str) -> dict[str, np.ndarray]:
    """History of the first charge."""
    return next(swings(case, Charge))


def update_table(path: Path, kind: type[Any], records: Iterable[Any]) -> None:
    """Write what cases did to a table; cases without results here keep their rows, which may be older than they are.

    Args:
        path: Of the table; its columns are the fields of ``kind``.
        kind: A dataclass of numbers, the first of which is the name of the case.
        records: Of the cases that have results, in the order of the table.
    """
    names = [item.name for item in fields(kind)]
    rows: dict[str, list[str]] = {}
    if path.exists():
        with path.open(newline="") as file:
            rows = {row[names[0]]: list(row.values()) for row in csv.DictReader(file) if list(row) == names}
    for record in records:
        case, *values = astuple(record)
        rows[case] = [case, *(f"{value:.4g}" for value in values)]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *rows.values()])
