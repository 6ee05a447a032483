"""What came of a study: one tidy table, a row for each case, with units in its header."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fem_asslb.case.estimates.estimates import summary
from fem_asslb.case.sections.case import Case
from fem_asslb.convergence.headlines import COSTS
from fem_asslb.output.files import replace_text
from fem_asslb.sweep.reading import Study, axis_title
from fem_asslb.sweep.values import unit_of
from fem_asslb.sweep.variants import Variant, values_of

TABLE, PARQUET, COLUMNS = "table.csv", "table.parquet", "columns.json"
"""Files of a study: the table, the same for programs, and what its columns are."""

PRESSURE_CHANGE_CLOSED = "pressure change in closed form [MPa]"
"""Output beside that of the run: sum L f/(1/k + sum L/M) of `fem_asslb.case.estimates.pressure_estimates`."""

_CHANGES = ("pressure change, with fixture", "pressure change, clamped")

CASE, END = "case", "end"
"""First and last column: name of the folder, and how the run ended."""


@dataclass(frozen=True)
class Trial:
    """What came of a case.

    Attributes:
        variant: The case.
        end: How its run ended; empty without one.
        outputs: Headline outputs and further columns, by name with unit; none unless it came to its end.
        costs: What it took.
    """

    variant: Variant
    end: str
    outputs: Mapping[str, float]
    costs: Mapping[str, float]


def closed_form(case: Case) -> dict[str, float]:
    """Change of the pressure of an ideal elastic stack in the fixture of a case, where it has one."""
    rows = {row.name: row.value for row in summary(case)}
    name = next((name for name in _CHANGES if name in rows), None)
    return {PRESSURE_CHANGE_CLOSED: rows[name]} if name is not None else {}


def output_names(trials: Sequence[Trial]) -> list[str]:
    """Names of all outputs, in the order in which they appear."""
    return list(dict.fromkeys(name for trial in trials for name in trial.outputs))


def rows_of(study: Study, trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Rows of the table: None for what a case does not have."""
    titles = {name: axis_title(name, axis) for name, axis in study.table.axes.items()}
    names = [*output_names(trials), *COSTS]
    rows = []
    for trial in trials:
        axes = {titles[name]: value for name, value in values_of(trial.variant)}
        numbers = {name: _number({**trial.outputs, **trial.costs}.get(name)) for name in names}
        rows.append({CASE: trial.variant.name, **axes, **numbers, END: trial.end})
    return rows


def write_table(study: Study, trials: Sequence[Trial], folder: Path) -> list[str]:
    """Write the table; returns what is to be said.

    Raises:
        OSError: It cannot be written.
    """
    rows = rows_of(study, trials)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    replace_text(folder / TABLE, text.getvalue())
    replace_text(folder / COLUMNS, json.dumps(_meanings(study, rows), indent=1, ensure_ascii=False) + "\n")
    return [f"table in {folder / TABLE}", *_write_parquet(rows, folder / PARQUET)]


def _write_parquet(rows: list[dict[str, Any]], path: Path) -> list[str]:
    """The same table in Parquet, where a library for it is there; Debian 13 has none."""
    import pandas

    partial = path.with_name(f"{path.name}.partial")
    try:
        pandas.DataFrame(rows).to_parquet(partial, index=False)
    except ImportError:
        path.unlink(missing_ok=True)
        return [f"no {PARQUET}: it needs pyarrow, which 'scripts/environment parquet' fetches"]
    partial.replace(path)
    return [f"the same in {path}"]


def _meanings(study: Study, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Kind and unit of each column, and of an axis the keys of the case that it sets."""
    axes = {
        axis_title(name, axis): {
            "kind": "axis",
            "unit": unit_of(axis) or "-",
            "keys": ["all seeds"] if axis.seeds else list(axis.key),
            "text": axis.text,
        }
        for name, axis in study.table.axes.items()
    }
    found: dict[str, dict[str, Any]] = {}
    for name in rows[0]:
        if name in axes:
            found[name] = axes[name]
        elif name not in (CASE, END):
            kind = "cost" if name in COSTS else "outcome"
            found[name] = {"kind": kind, "unit": name.rpartition(" [")[2].removesuffix("]")}
    return found


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
