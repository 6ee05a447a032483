"""Where the potential of the electrode jumps to when the current does: no time step is short enough to follow that."""

import math

from dolfinx import fem

from fem_asslb.forms.lithium import overpotential_scale
from fem_asslb.parallel import global_sum
from fem_asslb.problem import Problem
from fem_asslb.spaces.state import ELECTRODE


class ElectrodeJump:
    """Potential of the electrode at which a current passes while all else stays as it is.

    With a = F/(2 R T) and the currents A exp(a dV) out of the hosts and B exp(-a dV) into them, summed over what
    conducts of the reacting surface, a current I passes at dV = (asinh(I/(2 sqrt(A B))) - ln(A/B)/2)/a.

    Args:
        problem: A problem with charge transfer.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        exchanges = problem.currents.exchanges(problem.state, problem.previous)
        self._parts = [(problem.compile(out * at), problem.compile(into * at)) for out, into, at in exchanges]

    def potential(self, current: float) -> float:
        """Potential [V vs Li] for a current through all reacting surfaces [pA], positive on charge."""
        transfer, state = self._problem.model.charge_transfer, self._problem.state
        assert transfer is not None
        sums = [[fem.assemble_scalar(form) for form in part] for part in self._parts]
        out, into = global_sum(self._problem.domain.comm, [sum(column) for column in zip(*sums, strict=True)])
        jump = math.asinh(0.5 * current / math.sqrt(out * into)) - 0.5 * math.log(out / into)
        return state.number(ELECTRODE) + overpotential_scale(transfer.temperature) * jump
