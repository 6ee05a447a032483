"""Two folders of results compared: what differs in their cases, protocols and histories, as lines for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fem_asslb.base.column_names import is_named
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.case.sections.steps import PRESSES
from fem_asslb.comparison import TIME_OF_STEP
from fem_asslb.comparison.alignment import pair
from fem_asslb.comparison.differences import Difference, differences
from fem_asslb.comparison.tolerances import Tolerance, is_of_the_cell
from fem_asslb.output import resolved
from fem_asslb.output.history import STAGE, read_history
from fem_asslb.output.record import open_step, read_record

MOST_KEYS = 12
"""Keys of the cases that a line names."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a comparison finds.

    Attributes:
        columns: Differences of the columns that both have.
        places: Number of states at which they were compared.
        alone: Columns that one run alone has, in the first and in the second.
        unpaired: Protocol steps that one run alone has.
        cut: Those to whose end one run alone has come.
        apart: Those that could not be compared, as a run has not come to their end.
        keys: Dotted keys in which the cases differ.
        steps: Text of each protocol step of the first run.
    """

    columns: Sequence[Difference]
    places: int
    alone: tuple[Sequence[str], Sequence[str]]
    unpaired: Sequence[int]
    cut: Sequence[int]
    apart: Sequence[int]
    keys: Sequence[str]
    steps: Sequence[str]

    @property
    def is_same(self) -> bool:
        """Whether both runs have the same columns and protocol steps, and no difference counts."""
        steps = (*self.unpaired, *self.cut, *self.apart)
        return not (any(self.alone) or steps or any(item.counts for item in self.columns))


def compare(
    first: Path,
    second: Path,
    way: str = TIME_OF_STEP,
    tolerances: Sequence[Tolerance] = (),
    chosen: Sequence[str] = (),
) -> Verdict:
    """Compare two folders of results.

    Args:
        first: A folder.
        second: Another one.
        way: What is the same in both within a protocol step, see `fem_asslb.comparison.WAYS`.
        tolerances: See `differences`.
        chosen: Patterns of the columns that are compared; by default all that are about the cell.

    Raises:
        FemAsslbError: No results, results that cannot be compared, or a pattern of no column.
    """
    here, there = read_history(first), read_history(second)
    for pattern in (*chosen, *(item.columns for item in tolerances)):
        if not any(is_named(name, pattern) for columns in (here, there) for name in columns):
            known = next(iter(here))
            raise FemAsslbError(f"no column {quoted(pattern)}; expected names or patterns of columns such as '{known}'")
    wanted = [[name for name in columns if _is_wanted(name, chosen)] for columns in (here, there)]
    records = [read_record(folder) for folder in (first, second)]
    open_steps = open_step(records[0], here[STAGE]), open_step(records[1], there[STAGE])
    pairing = pair(here, there, way, open_steps)
    common = [name for name in wanted[0] if name in wanted[1]]
    cases = [found["case"] for found in records]
    steps = _steps(cases[0])
    closed = max((number for number, text in enumerate(steps, 1) if text.partition(" ")[0] in PRESSES), default=0)
    return Verdict(
        columns=differences(pairing, common, tolerances, closed),
        places=len(next(iter(pairing.first.values()))),
        alone=(_others(wanted[0], common), _others(wanted[1], common)),
        unpaired=pairing.unpaired,
        cut=pairing.cut,
        apart=pairing.apart,
        keys=resolved.differences(*cases),
        steps=steps,
    )


def _is_wanted(name: str, chosen: Sequence[str]) -> bool:
    return any(is_named(name, pattern) for pattern in chosen) if chosen else is_of_the_cell(name)


def _others(names: Sequence[str], common: Sequence[str]) -> list[str]:
    return [name for name in names if name not in common]


def _steps(case: dict[str, Any]) -> list[str]:
    match case:
        case {"protocol": {"steps": [*steps]}}:
            return list(map(str, steps))
    return []


def lines(verdict: Verdict, everything: bool = False) -> Iterator[str]:
    """Lines that say it.

    Args:
        verdict: What a comparison has found.
        everything: Whether columns without a difference that counts are listed too.
    """
    if verdict.keys:
        more = f" and {len(verdict.keys) - MOST_KEYS} more" if len(verdict.keys) > MOST_KEYS else ""
        yield f"the cases differ in {', '.join(map(printable, verdict.keys[:MOST_KEYS]))}{more}"
    for word, names in zip(("first", "second"), verdict.alone, strict=True):
        if names:
            yield f"only in the {word}: {', '.join(map(printable, names))}"
    if verdict.unpaired:
        yield f"only one has come to protocol step {', '.join(map(str, verdict.unpaired))}"
    if verdict.cut:
        steps = ", ".join(map(str, verdict.cut))
        yield f"only one has come to the end of protocol step {steps}, which is compared as far as both have come"
    if verdict.apart:
        yield f"not compared, as a run stopped in it: protocol step {', '.join(map(str, verdict.apart))}"
    shown = [item for item in verdict.columns if everything or item.counts]
    if shown:
        width = max(len(printable(item.name)) for item in shown)
        headings = f"{'difference':>11} {'of its size':>11} {'first':>12} {'second':>12}"
        yield f"{'column':<{width}} {headings}  where it is largest"
        for item in shown:
            share = item.largest / item.size if item.size else 0.0
            values = f"{item.largest:>11.3g} {share:>11.2g} {item.first:>12.6g} {item.second:>12.6g}"
            yield f"{printable(item.name):<{width}} {values}  {_place(item, verdict.steps)}"
    count = sum(item.counts for item in verdict.columns)
    yield f"{count} of {len(verdict.columns)} columns differ at {verdict.places} states"


def _place(item: Difference, steps: Sequence[str]) -> str:
    text = f" ({printable(steps[item.stage - 1], 40)})" if 0 < item.stage <= len(steps) else ""
    return f"{item.time / 3600.0:.4g} h, step {item.stage}{text}"
