"""When Newton's method has converged, and when it will not: by the update that would follow."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from mpi4py import MPI
from petsc4py import PETSc

from fem_asslb.base.parallel import global_max, global_sum
from fem_asslb.fields.field import Field, component_entries

logger = logging.getLogger(__name__)

TOLERANCE = 1e-8
"""Largest entry of the update that would follow, in each component of a field, over its scale."""

_ROUNDING = 1e-12
"""Residual over that before the update, where one iteration solves a linear step."""

_PUSHED = 1e3
"""Residual over that before the first update, above which the update has pushed a field out of balance; rounding stays
far below it."""

_PATIENCE = 12
"""Iterations after which fields with kinks must still come nearer: by a factor of ten in three iterations."""


@dataclass(frozen=True)
class SolveReport:
    """How a solve went.

    Attributes:
        iterations: Newton iterations.
        updates: Largest entry of the last update of each component, over its scale.
        residuals: Norm of each component's residual.
    """

    iterations: int
    updates: dict[str, float] = field(default_factory=dict)
    residuals: dict[str, float] = field(default_factory=dict)


class ConvergenceTest:
    """Judges the iterations of one solve after the other.

    Args:
        comm: All ranks.
        fields: Of the problem, in the order of the monolithic system.

    Attributes:
        report: The last iteration.
    """

    def __init__(self, comm: MPI.Comm, fields: Sequence[Field]) -> None:
        self._comm, self._entries = comm, component_entries(fields)
        self._scales = np.array([part.scale for field in fields for part in field.components])
        self._with_kinks = [part.name for field in fields for part in field.components if part.has_kinks]
        self._sizes: list[float] = []
        self.report = SolveReport(0)

    def judge(
        self, iteration: int, residual: npt.NDArray[np.float64], update: npt.NDArray[np.float64]
    ) -> PETSc.SNES.ConvergedReason:
        """Reason to stop after an iteration, or to go on.

        Args:
            iteration: Its number; 0 before the first, which starts a new solve.
            residual: Owned entries after it.
            update: Owned entries of its full step, also where only a share of it was taken; not used before the first.
        """
        reason = PETSc.SNES.ConvergedReason
        squares = [np.sum(residual[part] ** 2) for part in self._entries.values()]
        residuals = self._named(np.sqrt(global_sum(self._comm, squares)))
        if not np.all(np.isfinite(list(residuals.values()))):
            return reason.DIVERGED_FNORM_NAN
        if iteration == 0:
            self.report, self._sizes = SolveReport(0, {}, residuals), []
            return reason.ITERATING
        largest = [np.max(np.abs(update[part]), initial=0.0) for part in self._entries.values()]
        updates = self._named(global_max(self._comm, largest) / self._scales)
        before, self.report = self.report, SolveReport(iteration, updates, residuals)
        logger.debug("Newton %d: %s", iteration, _listed(self.report))
        self._sizes.append(max((updates[name] for name in self._with_kinks), default=0.0))
        if iteration >= _PATIENCE and self._sizes[-1] > 0.1 * min(self._sizes[:-3]):
            return reason.DIVERGED_DTOL
        return reason.CONVERGED_FNORM_RELATIVE if _to_come(self.report, before) <= TOLERANCE else reason.ITERATING

    def _named(self, values: npt.NDArray[np.float64]) -> dict[str, float]:
        return dict(zip(self._entries, (float(value) for value in values), strict=True))


def _to_come(now: SolveReport, before: SolveReport) -> float:
    """Largest entry of the next update.

    It is to the residual as the last update was to that before it, unless that was one of a few stiff contacts:
    then the square of the ratio of the updates says more. The worse of both counts; the first iteration says nothing
    unless the step is linear, and nothing at all if it pushes a field out of balance: a Krylov space that looks at the
    larger residual of another field leaves that one where it was.
    """
    largest = 0.0
    for name, size in now.updates.items():
        ratio = _over(now.residuals[name], before.residuals[name])
        if before.updates:
            ratio = max(ratio, _over(size, before.updates[name]) ** 2)
        elif now.residuals[name] > _PUSHED * before.residuals[name]:
            return math.inf
        elif ratio > _ROUNDING:
            ratio = 1.0
        largest = max(largest, ratio * size)
    return largest


def _over(value: float, before: float) -> float:
    return value / before if before > 0.0 else 1.0


def _listed(report: SolveReport) -> str:
    return ", ".join(
        f"{name} update {size:.1e} residual {report.residuals[name]:.1e}" for name, size in report.updates.items()
    )
