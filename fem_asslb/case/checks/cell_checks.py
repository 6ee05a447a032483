"""Checks of a case between its cell, the currents that it carries and the materials that take up lithium."""

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.units import format_quantity
from fem_asslb.case.sections.amounts import Limit, Rate
from fem_asslb.case.sections.case import Cell
from fem_asslb.case.sections.fixture import Fixture
from fem_asslb.case.sections.interfaces import Interface
from fem_asslb.case.sections.steps import Current, Hold, SetStoichiometry, Step, currents
from fem_asslb.materials.anode import TailedPlateauPotential
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import Material, anode_roles, hosts


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
    if hosts(resolved):
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
        if kinds & {"areal_capacity", "current_density", "current"}:
            advice = "fixture.kind 'pressure' has no plate area; use '0.1C' and '150 mAh/g'"
            yield CaseError("protocol.steps", f"in step '{step}': {advice}")


def the_resistance_has_a_plate(fixture: Fixture, cell: Cell | None) -> Errors:
    """A resistance times plate area needs a plate."""
    if fixture.kind == "pressure" and cell is not None and cell.resistance != 0.0:
        given = format_quantity(cell.resistance, "V*um^2/pA", "ohm*cm^2")
        yield CaseError("cell.resistance", f"'{given}': fixture.kind 'pressure' has no plate area; leave it out")


def amperes_have_an_area(cell: Cell | None, steps: tuple[Step, ...]) -> Errors:
    """Currents of the whole cell need its area, as the mesh is a piece of it."""
    if cell is None or cell.plate_area is not None:
        return
    for step in currents(steps):
        rates: list[Rate | Limit] = [] if isinstance(step, Hold) else [step.rate]
        for amount in (*rates, *step.limits):
            if amount.kind == "current":
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
