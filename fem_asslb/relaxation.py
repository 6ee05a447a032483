"""Shorter Newton steps where iterates jump to and fro over a kink, such as that of contact or of friction."""

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.parallel import global_sum

_WHOLE = 3
"""Steps of a solve that are taken whole: the first ones differ because they find out what opens and slides."""

_SMALLEST = 0.2
"""Least share of a step that is taken."""


class AitkenRelaxation:
    """Share of each Newton step that is taken, from how it relates to the step before (Irons and Tuck, 1969).

    Two steps that undo each other give a half; steps that shrink give the whole, so that convergence stays quadratic.

    Attributes:
        share: Of the latest step.

    Args:
        comm: Communicator of the steps.
    """

    def __init__(self, comm: MPI.Comm) -> None:
        self._comm = comm
        self.restart()

    def restart(self) -> None:
        """Forget the steps of an earlier solve."""
        self.share, self._taken = 1.0, 0
        self._last: npt.NDArray[np.float64] | None = None

    def next_share(self, step: npt.NDArray[np.float64]) -> float:
        """Share of a full Newton step that is to be taken.

        Args:
            step: Owned entries of the step.
        """
        self._taken += 1
        if self._last is not None and self._taken > _WHOLE:
            change = step - self._last
            along, size = global_sum(self._comm, [self._last @ change, change @ change])
            self.share = float(np.clip(-self.share * along / size, _SMALLEST, 1.0)) if size > 0.0 else 1.0
        self._last = step.copy()
        return self.share
