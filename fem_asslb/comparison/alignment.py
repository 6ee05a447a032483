"""Places at which two histories can be compared: the ends of protocol steps, and common states within them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.comparison import CAPACITY, LITHIUM, ROWS, TIME_OF_STEP
from fem_asslb.diagnostics.columns import SPECIFIC_CAPACITY
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import LENGTH, STAGE, TIME

FloatArray = npt.NDArray[np.float64]
Columns = Mapping[str, FloatArray]
Pair = tuple[Columns, Columns]

_COORDINATES = {TIME_OF_STEP: TIME, LITHIUM: MEAN_STOICHIOMETRY, CAPACITY: SPECIFIC_CAPACITY}


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Columns that two histories share, at the same places.

    Attributes:
        first: Columns of the first history, shape (num_places,).
        second: Those of the second.
        unpaired: Protocol steps that only one of them has.
        cut: Those whose end only one of them has come to.
        apart: Those whose end a run has not come to, and in which they share no place.
    """

    first: Columns
    second: Columns
    unpaired: tuple[int, ...]
    cut: tuple[int, ...]
    apart: tuple[int, ...]


def pair(
    first: Columns, second: Columns, way: str = TIME_OF_STEP, open_steps: tuple[int | None, int | None] = (None, None)
) -> Pairing:
    """Both histories at the last row of each protocol step and, linear between rows, at all rows of both within it.

    A step within which the coordinate turns or stands still in a run is compared at its end alone; one whose end a run
    has not come to, as far as both have come.

    Args:
        first: A history.
        second: Another one.
        way: One of `fem_asslb.comparison.WAYS`.
        open_steps: Protocol step within which each of them stands; None where it came to its end.

    Raises:
        FemAsslbError: A history lacks the coordinate, no state is common, or rows are not as many.
    """
    names = [name for name in first if name in second]
    if way != ROWS and _COORDINATES[way] not in names:
        raise FemAsslbError(f"--against {way}: a history has no '{_COORDINATES[way]}'; accepted: time or rows")
    here, there = np.unique(first[STAGE]), np.unique(second[STAGE])
    common = np.intersect1d(here, there)
    if not len(common):
        raise FemAsslbError("the two runs have no protocol step in common")
    parts: list[Pair] = []
    apart = []
    for stage in common:
        mine, theirs = _rows(first, names, stage), _rows(second, names, stage)
        is_open = int(stage) in open_steps
        found = list(_same_rows(mine, theirs, is_open) if way == ROWS else _common_places(mine, theirs, way, is_open))
        if not any(len(part[STAGE]) for part, _ in found):
            apart.append(int(stage))
        parts += found
    if not any(len(part[STAGE]) for part, _ in parts):
        raise FemAsslbError("the two runs have no state in common")
    joined = [{name: np.concatenate([part[side][name] for part in parts]) for name in names} for side in (0, 1)]
    unpaired = tuple(int(stage) for stage in np.setxor1d(here, there))
    cut = {step for step in open_steps if step is not None and step in common and open_steps[0] != open_steps[1]}
    steps = {"unpaired": unpaired, "cut": tuple(sorted(cut - {*apart})), "apart": tuple(apart)}
    return Pairing(first=joined[0], second=joined[1], **steps)


def _rows(columns: Columns, names: list[str], stage: float) -> Columns:
    return {name: columns[name][columns[STAGE] == stage] for name in names}


def _same_rows(first: Columns, second: Columns, is_open: bool) -> Iterator[Pair]:
    counts = [len(columns[STAGE]) for columns in (first, second)]
    if is_open:
        first, second = ({name: values[: min(counts)] for name, values in item.items()} for item in (first, second))
    elif counts[0] != counts[1]:
        step = f"protocol step {first[STAGE][0]:.0f}"
        raise FemAsslbError(f"--against rows: {step} has {counts[0]} rows and {counts[1]}; use --against time")
    yield first, second


def _common_places(first: Columns, second: Columns, way: str, is_open: bool) -> Iterator[Pair]:
    """Both histories of one protocol step at all places that both have reached in it, and at its end if it has one."""
    here, there = _coordinate(first, way), _coordinate(second, way)
    if is_open and np.array_equal(here, there):
        yield first, second
    elif all(_is_monotonic(item) or (is_open and len(item) == 1) for item in (here, there)):
        places = np.unique(np.concatenate([here, there]))
        reached = (places >= max(here.min(), there.min())) & (places <= min(here.max(), there.max()))
        yield _at(places[reached], first, here), _at(places[reached], second, there)
    if not is_open:
        yield _last(first), _last(second)


def _coordinate(columns: Columns, way: str) -> FloatArray:
    values = columns[_COORDINATES[way]]
    return values - (values[0] - columns[LENGTH][0]) if way == TIME_OF_STEP else values


def _is_monotonic(values: FloatArray) -> bool:
    steps = np.diff(values)
    return len(steps) > 0 and bool(np.all(steps > 0.0) or np.all(steps < 0.0))


def _at(places: FloatArray, columns: Columns, known: FloatArray) -> Columns:
    order = np.argsort(known)
    return {name: np.interp(places, known[order], values[order]) for name, values in columns.items()}


def _last(columns: Columns) -> Columns:
    return {name: values[-1:] for name, values in columns.items()}
