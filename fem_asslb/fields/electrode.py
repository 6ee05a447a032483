"""The potential of the positive electrode, at which the given current passes."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.equations.currents import Currents
from fem_asslb.fields import names
from fem_asslb.fields.electrode_balance import ElectrodeBalance
from fem_asslb.fields.scalars import Scalar
from fem_asslb.spaces.state import State

POTENTIAL = "electrode potential"
"""Of the positive electrode [V vs Li]."""


def potential(state: State) -> float:
    """Of the positive electrode [V vs Li]."""
    return state.number(POTENTIAL)


def declare(currents: Currents, initial: float) -> Scalar:
    """The potential of an electrode with a reacting surface.

    Args:
        currents: Of lithium through surfaces.
        initial: Potential at assembly [V].
    """
    controls = currents.formulation.controls

    def row(now: State, before: State, test: Expr) -> ufl.Form:
        """Total current, given or that of a kept voltage, or the given potential, spread over the surfaces."""
        moves = (1 - controls.forced) * (1 - controls.potentiostatic)
        total = 0
        for current, surface, side in currents.reactions(now, before):
            value, variation = now.scalar(POTENTIAL), test
            if side:
                value, variation = value(side), variation(side)
            drawn = controls.current_density + controls.conductance * (controls.voltage - value)
            given = moves * controls.time_step * (drawn - current)
            total += (given + (1 - moves) * (value - controls.voltage)) * variation * surface
        return total

    return Scalar(
        name=POTENTIAL,
        symbol="V",
        unit="V",
        row=row,
        column=names.CATHODE_POTENTIAL,
        initial=initial,
        mender=lambda now, before: ElectrodeBalance(currents, now, before, POTENTIAL).mended,
    )
