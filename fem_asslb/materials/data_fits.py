"""Data of a material beside the functions that stand for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.functions import NumberLike
from fem_asslb.materials.entry import DIFFUSIVITY_KEYS, EntryTable

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class DataFit:
    """Measured points and a function through them.

    Attributes:
        name: Key of the function in the material.
        symbol: Of the values, as in the header of a file.
        unit: Of the values; empty where only their ratios matter.
        x: Stoichiometry, or charge over capacity of an anode.
        values: Measured.
        function: What stands for them.
        is_fitted: Whether it was fitted to them when the material was read; otherwise it is stated beside them.
        falls_over_decades: Whether ratios say more than differences.
    """

    name: str
    symbol: str
    unit: str
    x: FloatArray
    values: FloatArray
    function: Callable[[NumberLike], NumberLike]
    is_fitted: bool = True
    falls_over_decades: bool = False

    @property
    def deviation(self) -> float:
        """Largest distance of the function from a point, over the largest size of the values."""
        return float(np.abs(self.function(self.x) - self.values).max() / np.abs(self.values).max())


def data_fits(entry: EntryTable) -> Iterator[DataFit]:
    """Everything in a material that has data, also those beside a stated function."""
    if entry.potential is not None and (data := entry.potential.columns("u")) is not None:
        fitted = entry.potential.line is None
        yield _fit("potential", "U", "V", data["x"], data["u"], entry.potential.law().potential, fitted)
    if entry.lattice is not None and (data := entry.lattice.columns("a", "c")) is not None:
        law, fitted = entry.lattice.law(), entry.lattice.a is None or entry.lattice.c is None
        for symbol, line in (("a", law.a), ("c", law.c)):
            yield _fit("lattice", symbol, "", data["x"], data[symbol], line, fitted)
    if entry.anode is not None and (data := entry.anode.columns("u")) is not None:
        yield _fit("anode", "U", "V", data["x"], data["u"], entry.anode.law().potential, True)
    yield from _functions(entry)


def _functions(entry: EntryTable) -> Iterator[DataFit]:
    for name in (*DIFFUSIVITY_KEYS, "exchange_current_density", "youngs_modulus"):
        table = getattr(entry, name)
        if table is not None and (data := table.columns(table.column)) is not None:
            symbol = table.column if name == "exchange_current_density" else table.column.upper()
            values, unit = table.converted(data[table.column]), table.UNIT.name
            yield _fit(name, symbol, unit, data["x"], values, table.function(), True, name != "youngs_modulus")
    if entry.stiffness is not None and (data := entry.stiffness.columns("stiffness")) is not None:
        yield _fit("stiffness", "stiffness", "", data["x"], data["stiffness"], entry.stiffness.function(), True)


def _fit(
    name: str,
    symbol: str,
    unit: str,
    x: list[float],
    values: list[float],
    function: Callable[[NumberLike], NumberLike],
    is_fitted: bool,
    falls_over_decades: bool = False,
) -> DataFit:
    return DataFit(
        name=name,
        symbol=symbol,
        unit=unit,
        x=np.array(x),
        values=np.array(values),
        function=function,
        is_fitted=is_fitted,
        falls_over_decades=falls_over_decades,
    )
