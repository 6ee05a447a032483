"""Checks across the sections of a case; each runs when all sections that it takes are valid in themselves."""

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

from fem_asslb.case.fixture import Fixture, PressureFixture
from fem_asslb.case.interfaces import Interface
from fem_asslb.case.materials import MaterialChoice
from fem_asslb.case.protocol import Protocol
from fem_asslb.case.schema import Cell, Initial, Output, Solver, Time, region_roles
from fem_asslb.case.steps import Charge, Discharge, Limit, LimitKind, Press, SetStoichiometry
from fem_asslb.errors import CaseError, CaseErrors
from fem_asslb.geometry import Geometry, LayeredStack, ParticleInShell
from fem_asslb.materials.anode import TailedPlateauPotential
from fem_asslb.materials.elasticity import IsotropicElasticity
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import LithiumHost, Material

Errors = Iterator[CaseError]

LARGEST_FRACTION = {2: 0.80, 3: 0.60}
"""Volume fraction near random close packing (0.84 in 2D, 0.64 in 3D) that is refused at once."""


def cross_check(sections: dict[str, Any]) -> list[CaseError]:
    """Errors between sections.

    Args:
        sections: Valid sections by name; where one is left out, the checks that need it do not run.
    """
    errors: list[CaseError] = []
    if "materials" in sections:
        resolved, errors = _resolve_all(sections["materials"])
        if not errors:
            sections = {**sections, "resolved": resolved}
    for check in CHECKS:
        names = inspect.signature(check).parameters
        if all(name in sections for name in names):
            errors += check(**{name: sections[name] for name in names})
    return errors


def _resolve_all(materials: dict[str, MaterialChoice]) -> tuple[dict[str, Material], list[CaseError]]:
    resolved, errors = {}, []
    for role, choice in materials.items():
        key = f"materials.{role}"
        try:
            resolved[role] = choice.resolve(key)
        except CaseErrors as error:
            errors += error.errors
        except CaseError as error:
            errors.append(error)
    return resolved, errors


def _hosts(resolved: dict[str, Material]) -> dict[str, LithiumHost]:
    return {role: material.host for role, material in resolved.items() if material.host is not None}


def _currents(protocol: Protocol) -> list[Charge | Discharge]:
    return [step for step in dict.fromkeys(protocol.steps) if isinstance(step, Charge | Discharge)]


def _limits(protocol: Protocol, kind: LimitKind) -> list[tuple[Charge | Discharge, Limit]]:
    return [(step, limit) for step in _currents(protocol) for limit in step.limits if limit.kind == kind]


def every_role_has_a_material(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """Region roles of the geometry and roles with a material are the same."""
    roles = region_roles(geometry)
    if roles is None:
        return
    for role in roles:
        if role not in materials:
            yield CaseError(
                f"materials.{role}", f"this region of the geometry has no material; regions: {_list(roles)}"
            )
    for role in materials:
        if role not in roles:
            yield CaseError(f"materials.{role}", f"the geometry has no region '{role}'; regions: {_list(roles)}")


def interfaces_join_two_regions(
    geometry: Geometry, materials: dict[str, MaterialChoice], interfaces: dict[str, Interface]
) -> Errors:
    """Both sides of an interface exist and differ, and no pair is named twice."""
    roles = region_roles(geometry) or tuple(materials)
    names: dict[frozenset[str], str] = {}
    for name, interface in interfaces.items():
        key, pair = f"interfaces.{name}.between", frozenset(interface.between)
        for role in interface.between:
            if role not in roles:
                yield CaseError(key, f"there is no region '{role}'; regions: {_list(roles)}")
        if len(pair) == 1 and interface.between[0] in getattr(geometry, "layers", ()):
            yield CaseError(key, f"both sides are '{interface.between[0]}'; expected two different regions")
        if pair in names:
            yield CaseError(key, f"{_list(interface.between)} are already joined by interfaces.{names[pair]}")
        names.setdefault(pair, name)


def particles_can_be_packed(geometry: Geometry) -> Errors:
    """The volume fraction is one that a random packing reaches."""
    if not isinstance(geometry, LayeredStack):
        return
    limit = LARGEST_FRACTION[geometry.dimension]
    for name, layer in geometry.layers.items():
        bodies = {"particles": layer.particles, "voids": layer.voids}
        total = sum(body.volume_fraction for body in bodies.values() if body)
        if total > limit:
            key = f"geometry.layers.{name}.{'particles' if layer.particles else 'voids'}.volume_fraction"
            reach = f"a random packing in {geometry.dimension}D reaches at most {limit:g}"
            yield CaseError(key, f"{total:g} of the layer is particles and voids; {reach}")


def fixture_fits_the_geometry(geometry: Geometry, fixture: Fixture) -> Errors:
    """A particle in a shell is loaded by a pressure, a stack by a platen; out of plane exists in 2D only."""
    if isinstance(geometry, ParticleInShell) and not isinstance(fixture, PressureFixture):
        yield CaseError("fixture.kind", f"'{fixture.kind}' needs a stack; a particle in a shell takes 'pressure'")
    if isinstance(geometry, LayeredStack) and isinstance(fixture, PressureFixture):
        accepted = "'rigid', 'spring', 'constant-force'"
        yield CaseError("fixture.kind", f"'pressure' is for a particle in a shell; a layered stack takes {accepted}")
    if getattr(geometry, "dimension", 2) == 3 and fixture.out_of_plane is not None:
        yield CaseError("fixture.out_of_plane", f"'{fixture.out_of_plane}' is for 2D; the geometry is 3D, leave it out")


def axes_keep_the_symmetry(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """A quadrant or octant stands for the whole only if the crystal axis has its symmetry."""
    if not isinstance(geometry, ParticleInShell) or geometry.part == "full" or "particle" not in materials:
        return
    axis = materials["particle"].axis
    along_one = axis.kind == "fixed" and sum(component != 0.0 for component in axis.direction) == 1
    if axis.kind != "radial" and not along_one:
        accepted = "'radial' or a direction along x, y or z; or take geometry.part = 'full'"
        yield CaseError("materials.particle.axis", f"part 'symmetric' needs {accepted}")


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


CHECKS: tuple[Callable[..., Errors], ...] = (
    every_role_has_a_material,
    interfaces_join_two_regions,
    particles_can_be_packed,
    fixture_fits_the_geometry,
    axes_keep_the_symmetry,
    currents_have_a_cell,
    lithium_has_a_host,
    steps_are_possible,
    the_anode_is_known_and_balanced,
    voltages_make_a_window,
    stoichiometries_are_in_the_table,
    time_steps_are_ordered,
    linear_elements_do_not_lock,
    the_platen_presses,
    fields_are_written_within_the_protocol,
)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
