"""By how much two histories differ, column by column, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import is_named, unit_of
from fem_asslb.comparison.alignment import FloatArray, Pairing
from fem_asslb.comparison.tolerances import DEFAULT, LEAST_SIZE, Tolerance
from fem_asslb.output.history import STAGE, TIME


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How a column differs.

    Attributes:
        name: Of the column.
        largest: Difference where it is largest over its tolerance, in the unit of the column; infinite where only one
            run has a value.
        size: Of the column there.
        excess: Difference over its tolerance there.
        first: Value of the first run there.
        second: Value of the second one.
        stage: Protocol step there, from 1.
        time: There, in the first run [s].
    """

    name: str
    largest: float
    size: float
    excess: float
    first: float
    second: float
    stage: int
    time: float

    @property
    def counts(self) -> bool:
        """Whether it is larger than the tolerance."""
        return self.excess > 1.0


def differences(
    pairing: Pairing, names: Sequence[str], tolerances: Sequence[Tolerance] = (), closed: int = 0
) -> list[Difference]:
    """Differences of columns, the one that is farthest beyond its tolerance first.

    The size of a column is its range over both runs, after the fixture is closed that from there on, for a press of
    hundreds of MPa would hide what comes after. It is at least a millionth of the largest value of those with its unit.

    Args:
        pairing: The two histories.
        names: Columns that both have.
        tolerances: The last one that names a column holds; by default a share for all.
        closed: Protocol step that closes the fixture, from 1.

    Raises:
        UnitError: A tolerance is of another dimension than its column.
    """
    largest: dict[str, float] = {}
    for name in names:
        largest[unit_of(name)] = max(_largest(pairing, name), largest.get(unit_of(name), 0.0))
    everywhere, after = pairing.first[STAGE] >= 0, pairing.first[STAGE] > closed
    found = []
    for name in names:
        size = np.where(after, _range(pairing, name, after), _range(pairing, name, everywhere))
        size = np.maximum(size, LEAST_SIZE * largest[unit_of(name)])
        chosen = [item for item in (Tolerance("*", str(DEFAULT)), *tolerances) if is_named(name, item.columns)]
        found.append(_difference(pairing, name, size, chosen[-1].of_column(name, size)))
    return sorted(found, key=lambda item: item.excess, reverse=True)


def _difference(pairing: Pairing, name: str, size: FloatArray, tolerance: FloatArray) -> Difference:
    first, second = pairing.first[name], pairing.second[name]
    apart = _apart(first, second)
    with np.errstate(divide="ignore"):
        excess = np.divide(apart, tolerance, out=np.zeros_like(apart), where=apart > 0.0)
    place = int(np.argmax(excess))
    return Difference(
        name=name,
        largest=float(apart[place]),
        size=float(size[place]),
        excess=float(excess[place]),
        first=float(first[place]),
        second=float(second[place]),
        stage=int(pairing.first[STAGE][place]),
        time=float(pairing.first[TIME][place]),
    )


def _apart(first: FloatArray, second: FloatArray) -> FloatArray:
    """Size of the difference at each place: nothing where neither run has a value, infinite where one has none."""
    apart = np.abs(first - second)
    apart[np.isnan(first) & np.isnan(second)] = 0.0
    return np.where(np.isnan(apart), np.inf, apart)


def _largest(pairing: Pairing, name: str) -> float:
    values = _values(pairing, name, pairing.first[STAGE] >= 0)
    return float(np.max(np.abs(values), initial=0.0))


def _range(pairing: Pairing, name: str, where: npt.NDArray[np.bool_]) -> float:
    values = _values(pairing, name, where)
    return float(np.ptp(values)) if len(values) else 0.0


def _values(pairing: Pairing, name: str, where: npt.NDArray[np.bool_]) -> FloatArray:
    """What either run has at some places, without those that have no value."""
    values = np.concatenate([pairing.first[name][where], pairing.second[name][where]])
    return values[np.isfinite(values)]
