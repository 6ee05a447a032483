"""Nodes and elements by the numbers that a file gives them."""

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError
from meshes.foreign_mesh import Integers


class Numbering:
    """Rows of nodes or elements by their numbers.

    Args:
        numbers: All of them, in the order of the file.
        what: They are, in a word.

    Raises:
        MeshError: Two have one number.
    """

    def __init__(self, numbers: Integers, what: str) -> None:
        self._what = what
        self._order = np.argsort(numbers, kind="stable")
        self._sorted = numbers[self._order]
        twice = np.flatnonzero(np.diff(self._sorted) == 0)
        if len(twice):
            raise MeshError(
                f"it has {what} {self._sorted[twice[0]]} twice; accepted: one part, each {what} with its number"
            )

    def has(self, numbers: Integers) -> npt.NDArray[np.bool_]:
        """Which of the numbers there are."""
        return np.isin(numbers, self._sorted)

    def rows(self, numbers: Integers) -> Integers:
        """Rows of what has these numbers.

        Raises:
            MeshError: Nothing has one of them.
        """
        if not self.has(numbers).all():
            missing = numbers[~self.has(numbers)].ravel()[0]
            raise MeshError(f"it has no {self._what} {missing}, which an element or a surface names")
        return self._order[np.searchsorted(self._sorted, numbers)]
