"""A study as text for a terminal, and as tables of text."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

from fem_asslb.convergence import ELEMENT, TIME
from fem_asslb.convergence.extrapolation import NEGLIGIBLE
from fem_asslb.convergence.headlines import COSTS
from fem_asslb.convergence.study import Spread, Study, Trial, Verdict
from fem_asslb.convergence.variants import BASE

TABLE, SEEDS = "converge.csv", "seeds.csv"
"""Files of a study."""


def lines(study: Study) -> list[str]:
    """The study in lines: outputs with their changes, extrapolation and limit, costs, and the spread over seeds."""
    done = [trial for trial in study.refined if not trial.fault]
    found = []
    if study.refined:
        found += _aligned([_heading(done), *(_row(item, done) for item in study.verdicts())])
        found += ["", *_aligned([["", *(trial.variant.title for trial in (study.base, *done))], *_costs(study, done)])]
    if spreads := study.spreads():
        count = len(spreads[0].values)
        heading = [f"over {count} seeds", "mean", "standard deviation", "lowest", "highest"]
        found += [*([""] if found else []), *_aligned([heading, *map(_spread, spreads)])]
    found += [f"not there: {trial.variant.name}, {trial.fault}" for trial in study.refined + study.cells if trial.fault]
    return [*found, *study.doubts()]


def table(study: Study) -> str:
    """Text of a table with a row for each output and each cost: values, extrapolation, observed orders, limit."""
    done = [study.base, *(trial for trial in study.refined if not trial.fault)]
    heading = ["output", *(trial.variant.title for trial in done), "extrapolated", "uncertainty"]
    heading += ["order in the element size", "order in the time step", "limited by"]
    rows: list[list[object]] = [list(heading)]
    for item in study.verdicts():
        orders = [item.estimates[key].order if key in item.estimates else None for key in (ELEMENT, TIME)]
        values = [item.values[trial.variant.name] for trial in done]
        rows.append([item.name, *map(_full, [*values, item.limit, item.uncertainty, *orders]), item.limited_by])
    rows += [[name, *(_full(trial.costs[name]) for trial in done), *[""] * 5] for name in COSTS]
    return _text(rows)


def table_of_seeds(study: Study) -> str:
    """Text of a table with a row for each output: its value for each seed, mean and standard deviation."""
    cells = [trial for trial in study.cells if not trial.fault]
    rows: list[list[object]] = [["output", *(trial.variant.title for trial in cells), "mean", "standard deviation"]]
    rows += [[item.name, *map(_full, [*item.values, item.mean, item.deviation])] for item in study.spreads()]
    return _text(rows)


def _heading(done: Sequence[Trial]) -> list[str]:
    titles = [trial.variant.title for trial in done]
    return ["", "as stated", *titles, "extrapolated", "limited by"]


def _row(item: Verdict, done: Sequence[Trial]) -> list[str]:
    base = item.values[BASE.name]
    changes = [_change(item.values[trial.variant.name] - base, base) for trial in done]
    limit = "-" if math.isnan(item.limit) else f"{_rounded(item.limit, item.uncertainty)} +- {item.uncertainty:.2g}"
    return [item.name, f"{base:.6g}", *changes, limit, item.limited_by]


def _costs(study: Study, done: Sequence[Trial]) -> list[list[str]]:
    return [[name, *(f"{trial.costs[name]:.6g}" for trial in (study.base, *done))] for name in COSTS]


def _spread(item: Spread) -> list[str]:
    values = (item.mean, item.deviation, min(item.values), max(item.values))
    return [item.name, *(f"{value:.4g}" for value in values)]


def _change(change: float, base: float) -> str:
    """A change, and its share of the value."""
    if math.isnan(change):
        return "-"
    if abs(change) <= NEGLIGIBLE * abs(base):
        return "0"
    share = f" ({100.0 * change / abs(base):+.2g} %)" if base else ""
    return f"{change:+.2g}{share}"


def _rounded(value: float, uncertainty: float) -> str:
    """A value to one digit more than its uncertainty has."""
    if value == 0.0 or not uncertainty or not math.isfinite(uncertainty):
        return f"{value:.6g}"
    digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(uncertainty)) + 2
    return f"{value:.{min(max(digits, 2), 8)}g}"


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]


def _full(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(float(value))


def _text(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
