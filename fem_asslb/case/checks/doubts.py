"""What `check` warns of: a case that can run as written, and hardly means it."""

import itertools

from fem_asslb.case.estimates.figures import states_at_equilibrium
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Charge, Discharge, Press


def doubts(case: Case) -> list[str]:
    """Lines about a case that has been checked, each with the key it is about."""
    return [*_limits_outside_the_data(case), *_a_stack_without_pressure(case)]


def _limits_outside_the_data(case: Case) -> list[str]:
    """Currents that at equilibrium pass the end of the lattice data before a limit is met."""
    states = states_at_equilibrium(case, case.resolved_materials()) or []
    lines = {
        str(
            step
        ): f"'{step}' meets none of its limits within the lattice data, which end at x = {state.stoichiometry:.4g}"
        for step, state in zip(case.protocol.steps, states, strict=False)
        if state.off_the_table
    }
    return [f"protocol.steps: {line}" for line in lines.values()]


def _a_stack_without_pressure(case: Case) -> list[str]:
    """A platen that nothing presses before the first current."""
    before = itertools.takewhile(lambda step: not isinstance(step, Charge | Discharge), case.protocol.steps)
    if any(isinstance(step, Press) and step.pressure > 0.0 for step in before):
        return []
    press = "no step presses before the first current, such as 'press to 81 MPa in 1 min'"
    return [f"protocol.steps: {press}; the stack starts without pressure"]
