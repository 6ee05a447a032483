"""Checks of a case between its protocol and the cell, materials and settings that carry it out."""

import math
from collections.abc import Iterator

from fem_asslb.case.fixture import Fixture
from fem_asslb.case.protocol import Protocol
from fem_asslb.case.schema import Cell, Initial, Output, Solver, Time
from fem_asslb.case.steps import Charge, Discharge, Limit, LimitKind, Press, SetStoichiometry
from fem_asslb.errors import CaseError
from fem_asslb.geometry import Geometry, ParticleInShell
from fem_asslb.materials.anode import TailedPlateauPotential
from fem_asslb.materials.elasticity import IsotropicElasticity
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import LithiumHost, Material

Errors = Iterator[CaseError]


def currents_have_a_cell(cell: Cell | None, protocol: Protocol) -> Errors:
    """Charges and discharges need the section cell, and imposed stoichiometries exclude it."""
    for step in _currents(protocol):
        if cell is None:
            yield CaseError("protocol.steps", f"'{step}' needs the section cell (anode, one_c, ...)")
    for other in dict.fromkeys(protocol.steps):
        if isinstance(other, SetStoichiometry) and cell is not None:
            yield CaseError("protocol.steps", f"'{other}' imposes the stoichiometry; leave out the section cell")


def lithium_has_a_host(cell: Cell | None, protocol: Protocol, resolved: dict[str, Material]) -> Errors:
    """Lithium needs a material that takes it up."""
    if _hosts(resolved):
        return
    for step in dict.fromkeys(protocol.steps):
        if isinstance(step, Charge | Discharge | SetStoichiometry):
            yield CaseError(
                "materials", f"'{step}' needs a material that hosts lithium, such as 'ncm85'; there is none"
            )
    if cell is not None:
        yield CaseError("cell", "there is no material that hosts lithium, such as 'ncm85'; leave out the section cell")


def steps_are_possible(geometry: Geometry, protocol: Protocol) -> Errors:
    """There are steps, and a particle in a shell has no plate area to refer to."""
    if not protocol.steps:
        yield CaseError("protocol.steps", "there are no steps; expected at least one, such as 'rest 12 h'")
    if not isinstance(geometry, ParticleInShell):
        return
    for step in _currents(protocol):
        per_area = [limit for limit in step.limits if limit.kind == "areal_capacity"]
        if step.rate.kind == "current_density" or per_area:
            advice = "a particle in a shell has no plate area; use '0.1C' and '150 mAh/g'"
            yield CaseError("protocol.steps", f"in step '{step}': {advice}")


def the_anode_is_known_and_balanced(cell: Cell | None) -> Errors:
    """The anode has a potential law, and a capacity where its potential changes with its state."""
    if cell is None:
        return
    try:
        law = load_anode(cell.anode, "cell.anode")
    except CaseError as error:
        yield error
        return
    for name in ("n_to_p", "positive_reference_capacity"):
        needed = isinstance(law, TailedPlateauPotential) or cell.n_to_p is not None
        if needed and getattr(cell, name) is None:
            yield CaseError(f"cell.{name}", f"this key is missing; anode '{cell.anode}' needs it")


def voltages_make_a_window(protocol: Protocol) -> Errors:
    """Charges end above discharges, both at voltages that a lithium cell has."""
    limits = _limits(protocol, "voltage")
    for step, limit in limits:
        if not limit.value < 6.0:
            yield CaseError("protocol.steps", f"in step '{step}': '{limit}' is out of range; expected less than 6 V")
    for charge, upper in limits:
        for discharge, lower in limits:
            crossed = isinstance(charge, Charge) and isinstance(discharge, Discharge) and upper.value <= lower.value
            if crossed:
                yield CaseError("protocol.steps", f"'{charge}' ends at a voltage not above that of '{discharge}'")


def stoichiometries_are_in_the_table(resolved: dict[str, Material], initial: Initial, protocol: Protocol) -> Errors:
    """Stated stoichiometries lie in the range of the lattice data of every host."""
    stated = [("initial.stoichiometry", f"'{initial.stoichiometry:g}'", initial.stoichiometry)]
    for step in dict.fromkeys(protocol.steps):
        if isinstance(step, SetStoichiometry):
            stated.append(("protocol.steps", f"in step '{step}'", step.stoichiometry))
    stated += [
        ("protocol.steps", f"in step '{step}'", limit.value) for step, limit in _limits(protocol, "stoichiometry")
    ]
    for role, host in _hosts(resolved).items():
        low, high = host.lattice.x_min, host.lattice.x_max
        for key, text, value in stated:
            if not low <= value <= high:
                table = f"the lattice data of materials.{role} go from {low:g} to {high:g}"
                yield CaseError(key, f"{text}: the stoichiometry is out of range; {table}")


def time_steps_are_ordered(time: Time) -> Errors:
    """smallest_step <= first_step <= largest_step."""
    if not time.smallest_step <= time.first_step <= time.largest_step:
        given = f"{time.first_step:g} s is not between smallest_step and largest_step"
        yield CaseError("time.first_step", f"{given}, {time.smallest_step:g} s to {time.largest_step:g} s")


def linear_elements_do_not_lock(solver: Solver, resolved: dict[str, Material]) -> Errors:
    """Displacement of degree 1 locks in nearly incompressible materials."""
    if solver.displacement_degree != 1:
        return
    for role, material in resolved.items():
        law = material.elasticity
        if isinstance(law, IsotropicElasticity) and law.poisson_ratio > 0.45:
            locks = f"1 locks with the poisson_ratio {law.poisson_ratio:g} of materials.{role}; expected 2"
            yield CaseError("solver.displacement_degree", locks)


def the_platen_presses(fixture: Fixture, protocol: Protocol) -> Errors:
    """A fixture that acts through its preload has one."""
    if any(isinstance(step, Press) for step in protocol.steps) or not protocol.steps:
        return
    if fixture.kind in ("constant-force", "pressure"):
        missing = "there is no step such as 'press to 81 MPa in 1 min'"
        yield CaseError("protocol.steps", f"{missing}; fixture.kind '{fixture.kind}' needs one")


def fields_are_written_within_the_protocol(output: Output, protocol: Protocol) -> Errors:
    """Times of output are not past the end where the end is known."""
    durations = [step.duration for step in protocol.steps if not isinstance(step, Charge | Discharge)]
    if len(durations) < len(protocol.steps):
        return
    end = math.fsum(durations)
    for moment in output.fields_at:
        if moment > end * (1.0 + 1e-12):
            yield CaseError("output.fields_at", f"{moment:g} s is past the end of the protocol at {end:g} s")


def _hosts(resolved: dict[str, Material]) -> dict[str, LithiumHost]:
    return {role: material.host for role, material in resolved.items() if material.host is not None}


def _currents(protocol: Protocol) -> list[Charge | Discharge]:
    return [step for step in dict.fromkeys(protocol.steps) if isinstance(step, Charge | Discharge)]


def _limits(protocol: Protocol, kind: LimitKind) -> list[tuple[Charge | Discharge, Limit]]:
    return [(step, limit) for step in _currents(protocol) for limit in step.limits if limit.kind == kind]
