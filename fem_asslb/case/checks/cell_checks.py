"""Checks of a case between its cell, the currents that it carries and the materials that take up lithium."""

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.units import format_quantity
from fem_asslb.case.estimates.layers import active_thickness
from fem_asslb.case.sections.amounts import OF_A_PLATE, OF_THE_WHOLE_CELL, Limit, Rate
from fem_asslb.case.sections.case import Cell
from fem_asslb.case.sections.fixture import Fixture
from fem_asslb.case.sections.interfaces import Interface
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.case.sections.steps import Current, Hold, SetStoichiometry, Step, currents
from fem_asslb.geometry import Geometry, LayeredStack
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import Material, anode_roles, hosts, positive_hosts

AGREE = 5e-3
"""Relative difference of what is stated twice that is told."""


def currents_have_a_cell(cell: Cell | None, steps: tuple[Step, ...]) -> Errors:
    """Charges and discharges need the section cell, and imposed stoichiometries exclude it."""
    for step in currents(steps):
        if cell is None:
            yield CaseError("protocol.steps", f"'{step}' needs the section cell (anode, one_c, ...)")
    for other in dict.fromkeys(steps):
        if isinstance(other, SetStoichiometry) and cell is not None:
            yield CaseError("protocol.steps", f"'{other}' imposes the stoichiometry; leave out the section cell")


def lithium_has_a_host(cell: Cell | None, steps: tuple[Step, ...], resolved: dict[str, Material]) -> Errors:
    """Lithium needs a material that takes it up."""
    if positive_hosts(resolved, None if cell is None else cell.anode):
        return
    for step in dict.fromkeys(steps):
        if isinstance(step, Current | SetStoichiometry):
            yield CaseError(
                "materials", f"'{step}' needs a material that hosts lithium, such as 'ncm85'; there is none"
            )
    if cell is not None:
        yield CaseError("cell", "there is no material that hosts lithium, such as 'ncm85'; leave out the section cell")


def lithium_has_a_surface(cell: Cell | None, resolved: dict[str, Material]) -> Errors:
    """A cell reacts where a host of lithium touches a region that hosts none."""
    if cell is not None and resolved and len(hosts(resolved)) == len(resolved):
        missing = "every region hosts lithium, which leaves no surface to react on"
        yield CaseError("materials", f"{missing}; expected one that does not, such as 'lpscl', or no section cell")


def _the_anode_is_a_host(cell: Cell) -> Errors:
    """What follows from the hosts of the anode is not stated."""
    if cell.n_to_p is not None:
        reason = f"'{cell.anode}' hosts lithium and has its own capacity"
        yield CaseError("cell.n_to_p", f"{cell.n_to_p:g}: {reason}; leave it out")
    if cell.side_reaction_share:
        reason = f"what '{cell.anode}' takes up, the positive electrode gives"
        yield CaseError("cell.side_reaction_share", f"{cell.side_reaction_share:g}: {reason}; expected 0")


def one_anode_is_stated(cell: Cell | None, materials: dict[str, MaterialChoice]) -> Errors:
    """A potential that a case states is that of its anode."""
    for role, choice in materials.items():
        if "anode" in choice.overrides and (cell is None or cell.anode != role):
            yield CaseError(f"materials.{role}.anode", f"nothing uses it; expected cell.anode = '{role}' with it")


def loadings_agree(geometry: Geometry, resolved: dict[str, Material], cell: Cell | None) -> Errors:
    """What a layer is to hold is what its thickness and its particles make."""
    if not isinstance(geometry, LayeredStack) or not {*geometry.layers, *geometry.particle_roles} <= resolved.keys():
        return
    for name, layer in geometry.layers.items():
        if layer.loading is None and layer.areal_capacity is None:
            continue
        try:
            held = active_thickness(geometry, resolved, (name,))
        except ValueError:
            # A table of particles that cannot be read, which is told where it is opened.
            continue
        loading = sum(volume * (resolved[role].density or 0.0) for role, volume in held.items())
        key, advice = f"geometry.layers.{name}", "leave out the thickness, or the volume fraction of particles, or this"
        if layer.loading is not None and abs(layer.loading / loading - 1.0 if loading else 1.0) > AGREE:
            given, found = (format_quantity(value, "pg/um^2", "mg/cm^2") for value in (layer.loading, loading))
            yield CaseError(f"{key}.loading", f"'{given}', but the layer holds {found}; {advice}")
        specific = cell.positive_reference_capacity if cell is not None else None
        if layer.areal_capacity is None:
            continue
        if specific is None:
            yield CaseError("cell.positive_reference_capacity", f"this key is missing; {key}.areal_capacity needs it")
        elif abs(loading * specific / layer.areal_capacity - 1.0) > AGREE:
            pair = layer.areal_capacity, loading * specific
            given, found = (format_quantity(value, "pC/um^2", "mAh/cm^2") for value in pair)
            yield CaseError(f"{key}.areal_capacity", f"'{given}', but the layer holds {found}; {advice}")


def surfaces_have_a_rate(cell: Cell | None, resolved: dict[str, Material]) -> Errors:
    """Each host has an exchange current density, of its own or that of the cell."""
    if cell is None or cell.exchange_current_density is not None:
        return
    for role, host in hosts(resolved).items():
        if host.exchange_current_density is None:
            reason = f"materials.{role} has none of its own"
            yield CaseError("cell.exchange_current_density", f"this key is missing; {reason}")


def the_anode_is_known_and_balanced(
    cell: Cell | None, materials: dict[str, MaterialChoice], known_materials: dict[str, Material]
) -> Errors:
    """The anode has a potential law, and a capacity where its potential changes with its state."""
    if cell is None or (cell.anode in materials and cell.anode not in known_materials):
        # What is wrong with the material of a role is told there.
        return
    if cell.anode in hosts(known_materials):
        yield from _the_anode_is_a_host(cell)
        return
    try:
        law = load_anode(cell.anode, "cell.anode", known_materials)
    except CaseError as error:
        yield error
        return
    for name in ("n_to_p", "positive_reference_capacity"):
        needed = law.CHANGES or cell.n_to_p is not None
        if needed and getattr(cell, name) is None:
            yield CaseError(f"cell.{name}", f"this key is missing; anode '{cell.anode}' needs it")


def one_layer_grows_with_the_charge(resolved: dict[str, Material]) -> Errors:
    """The charge goes into one anode, and a host of lithium swells by its lattice."""
    anodes = anode_roles(resolved)
    for role in anodes[1:]:
        reason = f"'{anodes[0]}' has one too, and each would grow with the whole charge; expected it in one region"
        given = format_quantity(resolved[role].reaction_volume or 0.0, "um^3/pmol", "cm^3/mol")
        yield CaseError(f"materials.{role}.reaction_volume", f"'{given}': {reason}, '0 cm^3/mol' in the other")
    for role in hosts(resolved):
        if resolved[role].reaction_volume:
            key = f"materials.{role}.reaction_volume"
            yield CaseError(key, "a host of lithium swells by its lattice; leave it out")


def areas_have_a_plate(fixture: Fixture, steps: tuple[Step, ...]) -> Errors:
    """Without a platen there is no plate area that currents and charges could refer to."""
    if fixture.kind != "pressure":
        return
    for step in currents(steps):
        kinds = {limit.kind for limit in step.limits} | ({step.rate.kind} if not isinstance(step, Hold) else set())
        if kinds & set(OF_A_PLATE):
            advice = "fixture.kind 'pressure' has no plate area; use '0.1C' and '150 mAh/g'"
            yield CaseError("protocol.steps", f"in step '{step}': {advice}")


def the_resistance_has_a_plate(fixture: Fixture, cell: Cell | None) -> Errors:
    """A resistance times plate area needs a plate."""
    if fixture.kind == "pressure" and cell is not None and cell.resistance.value:
        given = format_quantity(cell.resistance.value, "V*um^2/pA", "ohm*cm^2")
        yield CaseError("cell.resistance", f"'{given}': fixture.kind 'pressure' has no plate area; leave it out")


def amperes_have_an_area(cell: Cell | None, steps: tuple[Step, ...]) -> Errors:
    """Currents of the whole cell need its area, as the mesh is a piece of it."""
    if cell is None or cell.plate_area is not None:
        return
    for step in currents(steps):
        rates: list[Rate | Limit] = [] if isinstance(step, Hold) else [step.rate]
        for amount in (*rates, *step.limits):
            if amount.kind in OF_THE_WHOLE_CELL:
                yield CaseError("cell.plate_area", f"this key is missing; '{amount}' of '{step}' needs it")
                return


def what_opens_may_part(interfaces: dict[str, Interface], steps: tuple[Step, ...]) -> Errors:
    """A limit of what is open needs an interface that may open."""
    if any(interface.MAY_PART for interface in interfaces.values()):
        return
    for step in currents(steps):
        if any(limit.kind == "open" for limit in step.limits):
            yield CaseError("protocol.steps", f"in step '{step}': no interface may open; expected one in interfaces")
            return
