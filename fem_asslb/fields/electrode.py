"""The potentials of the electrodes, at which the given current passes."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.equations.currents import Currents
from fem_asslb.fields import names
from fem_asslb.fields.electrode_balance import ElectrodeBalance
from fem_asslb.fields.scalars import Scalar
from fem_asslb.spaces.state import State

POTENTIAL = "electrode potential"
"""Of the positive electrode [V vs Li]."""

NEGATIVE = "negative electrode potential"
"""Of a negative electrode of hosts [V vs Li]."""


def potential(state: State) -> float:
    """Of the positive electrode [V vs Li]."""
    return state.number(POTENTIAL)


def declare(currents: Currents, initial: float) -> Scalar:
    """The potential of an electrode with a reacting surface.

    Args:
        currents: Of lithium through surfaces.
        initial: Potential at assembly [V].
    """
    controls, negative = currents.formulation.controls, currents.formulation.quantities.negative
    roles = currents.formulation.model.positive_hosts

    def row(now: State, before: State, test: Expr) -> ufl.Form:
        """Total current, given or that of a kept voltage, or the given potential, spread over the surfaces."""
        moves = (1 - controls.forced) * (1 - controls.potentiostatic)
        total = 0
        for current, surface, side in currents.reactions(now, before, roles):
            value, opposite, variation = now.scalar(POTENTIAL), negative(now) if negative else None, test
            if side:
                value, variation = value(side), variation(side)
                opposite = opposite(side) if opposite is not None else None
            kept = controls.voltage if opposite is None else controls.voltage + opposite
            drawn = controls.current_density + controls.conductance * (kept - value)
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


def negative_potential(state: State) -> float:
    """Of a negative electrode of hosts [V vs Li]."""
    return state.number(NEGATIVE)


def declare_negative(currents: Currents, initial: float) -> Scalar:
    """The potential of a negative electrode of hosts: what leaves the hosts of one electrode enters those of the other.

    Args:
        currents: Of lithium through surfaces.
        initial: Potential at assembly [V].
    """
    controls = currents.formulation.controls

    def row(now: State, before: State, test: Expr) -> ufl.Form:
        """Sum of the currents out of all hosts, which is nothing."""
        return sum(
            -controls.time_step * current * (test(side) if side else test) * surface
            for current, surface, side in currents.reactions(now, before)
        )

    return Scalar(
        name=NEGATIVE,
        symbol="V_n",
        unit="V",
        row=row,
        initial=initial,
        mender=lambda now, before: ElectrodeBalance(currents, now, before, NEGATIVE, is_negative=True).mended,
    )
