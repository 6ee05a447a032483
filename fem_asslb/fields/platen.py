"""The platen: its position, and the pressure with which it touches the stack."""

import ufl
from ufl.core.expr import Expr

from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.platen import PlatenControls, contact_law, platen_pressure
from fem_asslb.equations.supports import TOP
from fem_asslb.fields import names
from fem_asslb.fields.scalars import Scalar
from fem_asslb.spaces.state import State

POSITION = "platen position"
"""Of the platen along the stack, outwards [um]."""

PRESSURE = "contact pressure"
"""Of a platen that is fixed; of any other the given one [MPa]."""


def declare(formulation: Formulation) -> tuple[Scalar, Scalar]:
    """Both numbers of a platen on the boundary ``top``."""
    controls, top = formulation.controls.platen, formulation.measures.boundary(TOP)

    def balance(now: State, before: State, test: Expr) -> ufl.Form:
        """Virtual work of the platen [pJ]."""
        return platen_pressure(controls, now.scalar(POSITION), now.scalar(PRESSURE)) * test * top

    def law(now: State, before: State, test: Expr) -> ufl.Form:
        """Zero where the pressure is that of the contact, or the given one."""
        return contact_law(controls, now.scalar(POSITION), now.scalar(PRESSURE)) * test * top

    return (
        Scalar(name=POSITION, symbol="w", unit="um", row=balance, column=names.PLATEN_DISPLACEMENT),
        Scalar(name=PRESSURE, symbol="p", unit="MPa", row=law),
    )


def pressure(formulation: Formulation, state: State) -> float:
    """Pressure of the platen on the stack [MPa], never negative."""
    law = formulation.controls.platen.values()
    return float(platen_pressure(law, state.number(POSITION), state.number(PRESSURE)))


def position(state: State) -> float:
    """Position of the platen [um], outwards."""
    return state.number(POSITION)


def clamp(controls: PlatenControls, contact_pressure: float, *states: State) -> None:
    """Let the platen stand still at its reference position.

    Args:
        controls: Numbers of its law.
        contact_pressure: Unknown from now on; what the search for it starts from [MPa].
        states: In which it is unknown.
    """
    controls.clamped.value = 1.0
    for state in states:
        state.set_number(PRESSURE, contact_pressure)
