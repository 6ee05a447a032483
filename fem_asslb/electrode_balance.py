"""The potential at which a given current passes: its one equation is solved exactly, whatever the fields are."""

import math

from dolfinx import fem

from fem_asslb.forms.lithium import overpotential_scale
from fem_asslb.parallel import global_sum
from fem_asslb.problem import Problem
from fem_asslb.spaces.state import ELECTRODE


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
        self._problem, controls = problem, problem.controls
        exchanges = problem.currents.exchanges(problem.state, problem.previous)
        self._parts = [
            [problem.compile(density * at) for density in (out, into, controls.current_density)]
            for out, into, at in exchanges
        ]

    @property
    def is_given(self) -> bool:
        """Whether a current is given, rather than the potential or the stoichiometry."""
        controls = self._problem.controls
        return not (controls.forced.value or controls.potentiostatic.value)

    def potential(self) -> float:
        """Potential [V vs Li]; not finite where the present one is too far off to tell."""
        transfer, state = self._problem.model.charge_transfer, self._problem.state
        assert transfer is not None
        sums = [[fem.assemble_scalar(form) for form in part] for part in self._parts]
        out, into, current = global_sum(self._problem.domain.comm, [sum(column) for column in zip(*sums, strict=True)])
        if not 0.0 < out * into < math.inf:
            return math.nan
        jump = math.asinh(0.5 * current / math.sqrt(out * into)) - 0.5 * math.log(out / into)
        return state.number(ELECTRODE) + overpotential_scale(transfer.temperature) * jump
