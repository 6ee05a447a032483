"""Checks of a case between its protocol and the settings and materials that carry it out."""

import math
from itertools import pairwise

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.bulk.bulk_law import locks_linear_elements
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.sections.amounts import temperature_text
from fem_asslb.case.sections.case import Cell, Initial, Output, Solver, Time, start_temperature
from fem_asslb.case.sections.fixture import Fixture
from fem_asslb.case.sections.interfaces import Interface, between_roles
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.case.sections.steps import (
    Charge,
    Current,
    Discharge,
    Heat,
    Press,
    Rest,
    SetStoichiometry,
    Step,
    currents,
    temperature_before,
)
from fem_asslb.materials.material import Material, hosts


def there_are_steps(protocol: Protocol) -> Errors:
    """A case does something."""
    if not protocol.steps:
        yield CaseError("protocol.steps", "there are no steps; expected at least one, such as 'rest 12 h'")


def voltages_make_a_window(protocol: Protocol) -> Errors:
    """Charges end above the discharges next to them."""
    messages: dict[str, None] = {}
    for pair in pairwise(step for step in protocol.steps if isinstance(step, Charge | Discharge)):
        charge, discharge = sorted(pair, key=lambda step: isinstance(step, Discharge))
        if isinstance(charge, Charge) and isinstance(discharge, Discharge) and _ends_below(charge, discharge):
            messages[f"'{charge}' ends at a voltage not above that of '{discharge}'"] = None
    for message in messages:
        yield CaseError("protocol.steps", message)


def _ends_below(charge: Charge, discharge: Discharge) -> bool:
    upper, lower = ([limit.value for limit in step.limits if limit.kind == "voltage"] for step in (charge, discharge))
    return min(upper, default=math.inf) <= max(lower, default=-math.inf)


def temperatures_go_the_way_that_is_said(cell: Cell | None, steps: tuple[Step, ...]) -> Errors:
    """What heats ends hotter, and what cools colder."""
    start = start_temperature(cell)
    for number, step in enumerate(steps):
        if not isinstance(step, Heat):
            continue
        before = temperature_before(steps, number, start)
        if (step.target - before) * (-1.0 if step.cools else 1.0) < 0.0:
            way, other = ("hotter", "'heat to'") if step.cools else ("colder", "'cool to'")
            reason = f"ends {way} than {temperature_text(before)}, where it starts; expected {other}"
            yield CaseError("protocol.steps", f"'{step}' {reason}")
            return


def pressures_go_the_way_that_is_said(steps: tuple[Step, ...]) -> Errors:
    """What unloads ends below the pressure where it starts, as far as that is known."""
    before: float | None = 0.0
    for step in steps:
        if isinstance(step, Press):
            if step.unloads and before is not None and step.pressure > before:
                reason = f"ends above {before:g} MPa, where it starts; expected 'press to'"
                yield CaseError("protocol.steps", f"'{step}' {reason}")
                return
            before = step.pressure
        elif not isinstance(step, Rest | Heat):
            before = None


def stoichiometries_are_in_the_table(
    known_materials: dict[str, Material], initial: Initial, steps: tuple[Step, ...], cell: Cell | None
) -> Errors:
    """Stated stoichiometries lie in the range of the lattice data of every host."""
    stated = [("initial.stoichiometry", f"'{initial.stoichiometry:g}'", initial.stoichiometry)]
    for step in dict.fromkeys(steps):
        if isinstance(step, SetStoichiometry):
            stated.append(("protocol.steps", f"in step '{step}'", step.stoichiometry))
    for current in currents(steps):
        limits = [limit.value for limit in current.limits if limit.kind == "stoichiometry"]
        stated += [("protocol.steps", f"in step '{current}'", value) for value in limits]
    anode = [("initial.anode_state", f"{initial.anode_state:g}", initial.anode_state)]
    for role, host in hosts(known_materials).items():
        low, high = host.lattice.x_min, host.lattice.x_max
        for key, text, value in anode if cell is not None and role == cell.anode else stated:
            if not low <= value <= high:
                table = f"the lattice data of materials.{role} go from {low:g} to {high:g}"
                yield CaseError(key, f"{text}: the stoichiometry is out of range; {table}")


def time_steps_are_ordered(time: Time) -> Errors:
    """smallest_step <= first_step <= largest_step."""
    if not time.smallest_step <= time.first_step <= time.largest_step:
        given = f"{time.first_step:g} s is not between smallest_step and largest_step"
        yield CaseError("time.first_step", f"{given}, {time.smallest_step:g} s to {time.largest_step:g} s")


def linear_elements_do_not_lock(solver: Solver, known_materials: dict[str, Material]) -> Errors:
    """Displacement of degree 1 locks in nearly incompressible materials, and where flow keeps the volume."""
    if solver.displacement_degree != 1:
        return
    for role, material in known_materials.items():
        law = material.elasticity
        if isinstance(law, IsotropicElasticity) and law.poisson_ratio > 0.45:
            locks = f"1 locks with the poisson_ratio {law.poisson_ratio:g} of materials.{role}; expected 2"
            yield CaseError("solver.displacement_degree", locks)
        if locks_linear_elements(material.law):
            yield CaseError("solver.displacement_degree", f"1 locks where materials.{role} flows; expected 2")


def a_cell_is_made_before_it_is_used(protocol: Protocol) -> Errors:
    """Nothing but presses, rests and ramps of the temperature comes before the last step that fabricates."""
    last = max((number for number, step in enumerate(protocol.steps) if _fabricates(step)), default=0)
    for step in protocol.steps[:last]:
        if not isinstance(step, Press | Rest | Heat):
            late = f"'{protocol.steps[last]}' comes after '{step}'; expected it before lithium moves"
            yield CaseError("protocol.steps", late)
            return


def _fabricates(step: Step) -> bool:
    return isinstance(step, Press) and step.fabricates


def bonds_are_born_whole(protocol: Protocol, interfaces: dict[str, Interface]) -> Errors:
    """Adhesion that begins under shear has a softening that does not begin with damage."""
    if not any(map(_fabricates, protocol.steps)):
        return
    for name, interface in between_roles(interfaces):
        plus, minus = interface.roles
        fault = interface.born_broken()
        if fault is not None and plus != minus:
            key, text = fault
            yield CaseError(f"interfaces.{name}.{key}", text)


def the_platen_presses(fixture: Fixture, protocol: Protocol) -> Errors:
    """A fixture that acts through its preload has one."""
    if any(isinstance(step, Press) for step in protocol.steps) or not protocol.steps:
        return
    if fixture.kind in ("constant-force", "pressure"):
        missing = "there is no step such as 'press to 81 MPa in 1 min'"
        yield CaseError("protocol.steps", f"{missing}; fixture.kind '{fixture.kind}' needs one")


def fields_are_written_within_the_protocol(output: Output, protocol: Protocol) -> Errors:
    """Times of output are not past the end where the end is known."""
    durations = [step.duration for step in protocol.steps if not isinstance(step, Current)]
    if len(durations) < len(protocol.steps):
        return
    end = math.fsum(durations)
    for moment in output.fields_at:
        if moment > end * (1.0 + 1e-12):
            yield CaseError("output.fields_at", f"{moment:g} s is past the end of the protocol at {end:g} s")
