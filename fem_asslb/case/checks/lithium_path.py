"""The way of lithium from the surfaces of its hosts to the anode, through regions that host none."""

from collections.abc import Collection, Iterable, Iterator

from fem_asslb.base.errors import CaseError
from fem_asslb.base.texts import listed, one_of, show
from fem_asslb.base.units import format_quantity
from fem_asslb.case.sections.interfaces import INTERFACE_LAWS, Interface, between_roles
from fem_asslb.materials.material import Material, anode_roles, hosts


def lithium_has_its_way(
    touching: Collection[tuple[str, str]], materials: dict[str, Material], interfaces: dict[str, Interface], anode: str
) -> Iterator[CaseError]:
    """All that stands in the way of lithium, or makes a way that it has not.

    Args:
        touching: Pairs of roles that share facets.
        materials: Material of each role.
        interfaces: Of the case, by name; those on surfaces with their sides.
        anode: As of ``cell.anode``.

    Yields:
        One error for each place.
    """
    yield from ungated_interfaces(touching, materials, interfaces)
    yield from anodes_beside_hosts(touching, materials)
    yield from electrodes_that_touch(touching, materials, anode)


def ungated_interfaces(
    touching: Iterable[tuple[str, str]], materials: dict[str, Material], interfaces: dict[str, Interface]
) -> Iterator[CaseError]:
    """Interfaces that lithium must cross and that may open, without a host of lithium on either side.

    The current of a host knows of its own surface alone: one that opens behind a coating, or between two layers of
    electrolyte, would let it pass. Without a layer that swells as an anode any way out may be the one.

    Args:
        touching: Pairs of roles that share facets.
        materials: Material of each role.
        interfaces: Of the case, by name.

    Yields:
        One error for each.
    """
    parting = {
        frozenset(item.roles): name for name, item in between_roles(interfaces) if INTERFACE_LAWS[item.law].MAY_PART
    }
    sources = set(hosts(materials))
    anodes = set(anode_roles(materials))
    links = {frozenset(pair) for pair in touching}
    reached = {role for pair in links if pair & sources for role in pair - sources}
    passive = {pair for pair in links if len(pair) == 2 and not pair & sources}
    refused = set()
    for start in sorted(reached):
        body = _connected(start, passive - set(parting))
        if not body & anodes:
            refused |= {pair for pair in passive & set(parting) if len(pair & body) == 1}
        # Bodies of one role, such as the grains of an electrolyte.
        refused |= {pair for pair in parting if len(pair) == 1 and pair <= _connected(start, passive)}
    closed = one_of(name for name, kind in INTERFACE_LAWS.items() if not kind.MAY_PART)
    for pair in sorted(refused, key=lambda pair: parting[pair]):
        name = parting[pair]
        reason = f"lithium would pass between {listed(interfaces[name].roles)} also where they part"
        accepted = f"{closed}; or give the surface of the host such a law instead, or leave out the cell"
        yield CaseError(f"interfaces.{name}.law", f"{show(interfaces[name].law)}: {reason}; expected {accepted}")


def anodes_beside_hosts(touching: Iterable[tuple[str, str]], materials: dict[str, Material]) -> Iterator[CaseError]:
    """Regions that swell with the charge of the anode and touch a host of lithium: no anode does.

    Args:
        touching: Pairs of roles that share facets.
        materials: Material of each role.

    Yields:
        One error for each.
    """
    links = {frozenset(pair) for pair in touching}
    # A role may have no material, which is told elsewhere.
    known = set(hosts(materials))
    for role in anode_roles(materials):
        if beside := {other for pair in links if role in pair for other in pair} & known:
            given = format_quantity(materials[role].reaction_volume or 0.0, "um^3/pmol", "cm^3/mol")
            reason = f"it touches {listed(sorted(beside))}, which hosts lithium, and would swell as the anode"
            key = f"materials.{role}.reaction_volume"
            yield CaseError(key, f"'{given}': {reason}; expected '0 cm^3/mol', or no section cell")


def electrodes_that_touch(
    touching: Iterable[tuple[str, str]], materials: dict[str, Material], anode: str
) -> Iterator[CaseError]:
    """Hosts of the anode beside hosts of the positive electrode, which would exchange lithium at once.

    Args:
        touching: Pairs of roles that share facets.
        materials: Material of each role.
        anode: As of ``cell.anode``.

    Yields:
        One error for each of the latter.
    """
    beside = {other for role, other in touching if role == anode and role != other}
    for role in sorted(beside & set(hosts(materials)) if anode in hosts(materials) else ()):
        yield CaseError("cell.anode", f"'{anode}' touches '{role}'; expected an electrolyte between the two electrodes")


def _connected(start: str, links: set[frozenset[str]]) -> set[str]:
    """Roles that can be reached from one."""
    found, added = {start}, {start}
    while added:
        added = {role for pair in links if pair & added for role in pair} - found
        found |= added
    return found
