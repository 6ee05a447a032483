"""The potential at which a given current passes: its one equation is solved exactly, whatever the fields are."""

import math
from collections.abc import Sequence

import numpy as np
from dolfinx import fem

from fem_asslb.base.parallel import FloatArray, global_sum
from fem_asslb.equations.lithium import overpotential_scale
from fem_asslb.equations.problem import Problem
from fem_asslb.fields.state import ELECTRODE


class ElectrodeBalance:
    """Potential of the electrode at which the given current passes while all else stays as it is.

    With a = F/(2 R T) and the currents A exp(a dV) out of the hosts and B exp(-a dV) into them, summed over what
    conducts of the reacting surface, a current I passes at dV = (asinh(I/(2 sqrt(A B))) - ln(A/B)/2)/a.

    A tangent of these exponentials is worth little where the current jumps, or where the surface that conducts comes
    to nothing; no time step is short enough for it.

    Args:
        problem: A problem with charge transfer.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        exchanges = problem.currents.exchanges(problem.state, problem.previous)
        self._parts = [(problem.compile(out * at), problem.compile(into * at)) for out, into, at in exchanges]
        one = fem.Constant(problem.domain.mesh, 1.0)
        assert problem.model.charge_transfer is not None
        self._scale = overpotential_scale(problem.model.charge_transfer.temperature)
        (self._area,) = self._total([(problem.compile(one * at),) for _, _, at in exchanges])

    def mended(self, potential: float, before: float) -> float | None:
        """Potential at which the given current passes, where another one is far from it; None elsewhere.

        Where it is near, Newton's method does better with all unknowns at once, and ends with fewer iterations.

        Args:
            potential: That of a tangent or an extrapolation [V], which may be beyond all numbers.
            before: One that is not [V].
        """
        problem, controls = self._problem, self._problem.controls
        if controls.forced.value or controls.potentiostatic.value:
            return None
        problem.state.set_number(ELECTRODE, before)
        balanced = self.potential()
        problem.state.set_number(ELECTRODE, potential)
        is_near = abs(potential - balanced) <= self._scale
        return balanced if math.isfinite(balanced) and not is_near else None

    def potential(self) -> float:
        """Potential [V vs Li]; not finite where the present one is too far off to tell."""
        out, into = self._total(self._parts)
        current = float(self._problem.controls.current_density.value) * self._area
        if not 0.0 < out * into < math.inf:
            return math.nan
        jump = math.asinh(0.5 * current / math.sqrt(out * into)) - 0.5 * math.log(out / into)
        return self._problem.state.number(ELECTRODE) + self._scale * jump

    def _total(self, parts: Sequence[Sequence[fem.Form]]) -> FloatArray:
        """Sum over the surfaces of each integral that they have."""
        local = [[fem.assemble_scalar(form) for form in part] for part in parts]
        return global_sum(self._problem.domain.comm, np.sum(local, axis=0))
