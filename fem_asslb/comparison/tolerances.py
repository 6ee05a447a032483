"""How much of a difference between two runs does not count, and which columns do."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import readable, unit_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.texts import NUMBER, show
from fem_asslb.base.units import parse
from fem_asslb.output.history import ITERATIONS, LENGTH, REJECTED, STEP

FloatArray = npt.NDArray[np.float64]

DEFAULT = 1e-3
"""Share of the size of a column."""

LEAST_SIZE = 1e-6
"""Size of a column over the largest value of those with its unit: what is smaller is rounding beside it."""

_OF_THE_SOLUTION = (STEP, LENGTH, ITERATIONS, REJECTED)
_ENDINGS = (" error [-]", "remainder of the step [pJ]")


def is_of_the_cell(name: str) -> bool:
    """Whether a column is about the cell rather than about how its equations were solved."""
    return name not in _OF_THE_SOLUTION and not name.endswith(_ENDINGS)


@dataclass(frozen=True)
class Tolerance:
    """What does not count in some columns.

    Attributes:
        columns: Pattern of their names.
        text: A share of their size, ``"1e-3"``, or a quantity, ``"0.1 MPa"``.
    """

    columns: str
    text: str

    @classmethod
    def of(cls, text: str) -> "Tolerance":
        """Tolerance written as ``COLUMNS=VALUE``, or as a share for all.

        Raises:
            FemAsslbError: It cannot be read.
        """
        columns, _, value = text.rpartition("=")
        if _share(value) is None and (not columns or not re.match(NUMBER, value)):
            accepted = "expected a share such as 1e-3, or COLUMNS=1e-3, or COLUMNS='0.1 MPa'"
            raise FemAsslbError(f"--tolerance: {show(text)} is not accepted; {accepted}")
        return cls(columns or "*", value)

    def of_column(self, name: str, size: FloatArray) -> FloatArray:
        """Largest difference that does not count, in the unit of a column.

        Args:
            name: Of the column.
            size: Of its values, shape (num_places,).

        Raises:
            UnitError: The quantity is of another dimension than the column.
        """
        share = _share(self.text)
        if share is not None:
            return share * size
        # A difference: 1 K is 1 degC, whatever the zero of either scale.
        unit, zero = readable(unit_of(name)), re.sub(f"^{NUMBER}", "0", self.text)
        return np.full_like(size, abs(parse(self.text, unit) - parse(zero, unit)))


def _share(text: str) -> float | None:
    return float(text) if re.fullmatch(NUMBER, text) and 0.0 <= float(text) < np.inf else None
