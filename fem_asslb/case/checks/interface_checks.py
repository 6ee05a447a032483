"""Checks of a case between its interfaces, the regions that they join and the materials of these."""

from collections.abc import Sequence

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.texts import listed, one_of, show
from fem_asslb.base.units import format_quantity
from fem_asslb.case.checks.lithium_path import lithium_has_its_way
from fem_asslb.case.checks.roles import region_roles, roles_with_grains, touching_roles
from fem_asslb.case.sections.case import Cell
from fem_asslb.case.sections.interfaces import INTERFACE_LAWS, Interface, between_roles
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.geometry import Geometry, MeshFile
from fem_asslb.materials.material import Material


def interfaces_join_two_regions(
    geometry: Geometry, materials: dict[str, MaterialChoice], interfaces: dict[str, Interface]
) -> Errors:
    """Both sides of an interface exist, and no pair is named twice."""
    roles = region_roles(geometry) or tuple(materials)
    names: dict[frozenset[str], str] = {}
    for name, interface in between_roles(interfaces):
        key, pair = f"interfaces.{name}.between", frozenset(interface.roles)
        for role in interface.roles:
            if role not in roles:
                yield CaseError(key, f"there is no region '{role}'; regions: {listed(roles)}")
        if pair in names:
            yield CaseError(key, f"{listed(interface.roles)} are already joined by interfaces.{names[pair]}")
        names.setdefault(pair, name)


def surfaces_are_in_the_mesh(geometry: Geometry, interfaces: dict[str, Interface]) -> Errors:
    """What lies on a surface names one that a mesh file has, and no other interface names it."""
    names: dict[str, str] = {}
    surfaces = geometry.cut if isinstance(geometry, MeshFile) else ()
    for name, interface in interfaces.items():
        key, surface = f"interfaces.{name}.between", interface.surface
        if surface and surface not in surfaces:
            there = f"geometry.cut has: {listed(surfaces) or 'none'}"
            has_any = there if isinstance(geometry, MeshFile) else "only a mesh file has any"
            yield CaseError(key, f"there is no surface '{surface}'; {has_any}")
        elif surface in names:
            yield CaseError(key, f"surface '{surface}' is already that of interfaces.{names[surface]}")
        elif surface:
            names[surface] = name


def interfaces_have_facets(geometry: Geometry, interfaces: dict[str, Interface]) -> Errors:
    """The two sides of an interface touch, as far as that is known without the mesh."""
    if not isinstance(geometry, MeshFile):
        yield from regions_touch(region_roles(geometry) or (), touching_roles(geometry), interfaces)


def regions_touch(
    roles: tuple[str, ...], touching: Sequence[tuple[str, str]], interfaces: dict[str, Interface]
) -> Errors:
    """The two sides of an interface are among the roles that touch."""
    accepted = " or ".join(show(pair) for pair in touching) or "no interface"
    for name, interface in between_roles(interfaces):
        plus, minus = interface.roles
        if plus in roles and minus in roles and {plus, minus} not in map(set, touching):
            inside, apart = f"both sides are '{plus}', which has no grains", f"'{plus}' never touches '{minus}'"
            yield CaseError(f"interfaces.{name}.between", f"{inside if plus == minus else apart}; expected {accepted}")


def cracking_grains_leave_their_surface(geometry: Geometry, interfaces: dict[str, Interface]) -> Errors:
    """Grains that may part are not welded to what surrounds them, which would hold them together."""
    if isinstance(geometry, MeshFile):
        return
    welded = {frozenset(interface.roles): interface.WELDED for _, interface in between_roles(interfaces)}
    accepted = one_of(name for name, kind in INTERFACE_LAWS.items() if not kind.WELDED)
    grains = {(role, role) for role in roles_with_grains(geometry)}
    for name, interface in between_roles(interfaces):
        if interface.WELDED or interface.roles not in grains:
            continue
        role = interface.roles[0]
        for pair in touching_roles(geometry):
            if role in pair and pair not in grains and welded.get(frozenset(pair), True):
                around = pair[1] if pair[0] == role else pair[0]
                held = f"grains of '{role}' that may part are bonded to '{around}', which holds them"
                law = f"an interface between {listed(pair)} with law {accepted}"
                yield CaseError(f"interfaces.{name}.law", f"{show(interface.law)}: {held}; expected {law}")


def tables_of_gaps_can_be_read(geometry: Geometry, interfaces: dict[str, Interface]) -> Errors:
    """The table is there and has the columns of the dimension, which of a mesh file is known when it is read."""
    yield from gap_tables_fit(None if isinstance(geometry, MeshFile) else geometry.dimension, interfaces)


def gap_tables_fit(dimension: int | None, interfaces: dict[str, Interface]) -> Errors:
    """Tables of gaps can be read; of a dimension that is not known yet, that they are files."""
    for name, interface in interfaces.items():
        if (table := interface.gap_table) is None:
            continue
        try:
            if dimension is None:
                table.look_up()
            else:
                table.read(dimension)
        except ValueError as error:
            yield CaseError(f"interfaces.{name}.gap_table.path", str(error))


def conductances_join_two_hosts(known_materials: dict[str, Material], interfaces: dict[str, Interface]) -> Errors:
    """Lithium passes an interface from host to host, or by the reaction of the cell, which has no conductance."""
    for name, interface in between_roles(interfaces):
        roles = [role for role in dict.fromkeys(interface.roles) if role in known_materials]
        passive = [role for role in roles if known_materials[role].host is None]
        if interface.conductance is not None and passive:
            given = format_quantity(interface.conductance, "pA/(V*um^2)", "S/cm^2")
            reason = f"lithium passes from host to host, and there is none in {listed(passive)}"
            yield CaseError(f"interfaces.{name}.conductance", f"'{given}': {reason}; leave it out")


def resistances_cover_one_host(known_materials: dict[str, Material], interfaces: dict[str, Interface]) -> Errors:
    """Lithium loses potential in a coating where a host reacts through it, and there alone."""
    for name, interface in between_roles(interfaces):
        layer, roles = interface.build_coating(interface.roles[0]), interface.roles
        if layer is None or not layer.resistance or not set(roles) <= known_materials.keys():
            continue
        count = sum(known_materials[role].host is not None for role in roles)
        if count != 1:
            words = f"{'neither' if count == 0 else 'each'} of {listed(roles)} hosts lithium"
            reason = f"a coating resists lithium between a host and what hosts none, and {words}; leave it out"
            yield CaseError(f"interfaces.{name}.ionic_conductivity", reason)


def lithium_crosses_what_gates_it(
    geometry: Geometry, resolved: dict[str, Material], interfaces: dict[str, Interface], cell: Cell | None
) -> Errors:
    """What opens on the way of lithium has a host on one side, and the anode none: of a mesh file known when read."""
    if cell is not None and not isinstance(geometry, MeshFile):
        yield from lithium_has_its_way(touching_roles(geometry), resolved, interfaces, cell.anode)
