"""Data of a function in a material, against a state from 0 to 1."""

from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, field_validator

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parameters import require
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.units import VOLTAGE
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.bibliography import SourceKeys
from fem_asslb.materials.fitted_line import fit_line

_Stoichiometry = Annotated[Number, Field(ge=0.0, le=1.0)]
LEAST_ROWS = 3
"""Of data that a law is fitted to."""


@checked(kw_only=True)
class DataTable:
    """Data against a state from 0 to 1, and where they come from; its keys are told by each table."""

    COLUMNS: ClassVar[tuple[str, ...]]

    x_min: _Stoichiometry | None = None
    x_max: _Stoichiometry | None = None
    source: SourceKeys = ""
    note: str = ""
    mark: str = ""
    table: dict[str, list[Number]] = field(default_factory=dict)

    @field_validator("table")
    @classmethod
    def _has_no_others(cls, table: dict[str, list[float]]) -> dict[str, list[float]]:
        known = ("x", *cls.COLUMNS)
        others = [name for name in table if name not in known]
        refuse(unless(not others, "", ", ".join(others), f"the columns {', '.join(known)}"))
        return table

    def columns(self, *names: str) -> dict[str, list[float]] | None:
        """Columns of the data that a law can be fitted to, ``x`` first; None where the data have others.

        Raises:
            MaterialError: Their lengths differ, they are few, or x does not increase.
        """
        if not all(name in self.table for name in ("x", *names)):
            return None
        found = {name: self.table[name] for name in ("x", *names)}
        lengths = {len(values) for values in found.values()}
        if len(lengths) > 1 or min(lengths) < LEAST_ROWS:
            given = ", ".join(f"{len(values)} of {name}" for name, values in found.items())
            raise MaterialError(f"table has {given}; accepted: as many of each, at least {LEAST_ROWS}")
        x = found["x"]
        if min(x) < 0.0 or max(x) > 1.0:
            raise MaterialError(f"table has x from {min(x):g} to {max(x):g}; accepted: from 0 to 1")
        steps = np.diff(x)
        if not np.all(steps > 0.0):
            after = x[int((steps <= 0.0).argmax())]
            raise MaterialError(f"table has x that do not increase after {after:g}; accepted: each once, increasing")
        return found

    def falling_line(self, name: str) -> BentLine | None:
        """The line through a column that falls; None where the data have it not.

        Raises:
            MaterialError: It rises somewhere, or no line can be fitted to the data.
        """
        if (data := self.columns(name)) is None:
            return None
        if (largest := max(map(abs, data[name]))) > VOLTAGE.largest:
            raise MaterialError(f"potential reaches {largest:g} V; accepted: at most {VOLTAGE.largest:g} V")
        rises = np.diff(data[name]) > 0.0
        if rises.any():
            at = data["x"][int(rises.argmax())]
            raise MaterialError(f"potential rises after x = {at:g}; accepted: data that fall, or do not change")
        return fit_line(data["x"], data[name], falls=True).line

    def span(self) -> tuple[float, float]:
        """Least and largest stoichiometry of the data: as stated, or those of the table.

        Raises:
            MaterialError: They are not in this order.
        """
        x = self.table.get("x") or [0.0, 1.0]
        least = x[0] if self.x_min is None else self.x_min
        most = x[-1] if self.x_max is None else self.x_max
        require("x_min", least, lambda value: value < most, f"below x_max, {most:g}")
        return least, most
