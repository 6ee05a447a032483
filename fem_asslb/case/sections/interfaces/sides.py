"""Sides of interfaces: those between roles have them, those on surfaces get them from a mesh."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fem_asslb.base.errors import CaseError
from fem_asslb.base.texts import listed
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema


def between_roles(interfaces: Mapping[str, InterfaceSchema]) -> Iterator[tuple[str, InterfaceSchema]]:
    """Interfaces whose sides are known without a mesh, with their names."""
    for name, choice in interfaces.items():
        if not choice.surface:
            yield name, choice


def with_sides(
    interfaces: Mapping[str, InterfaceSchema], surfaces: Mapping[str, tuple[str, str]]
) -> dict[str, InterfaceSchema]:
    """All interfaces, those on surfaces between the roles that these have on a mesh.

    Args:
        interfaces: By name.
        surfaces: Roles on both sides of each surface of the mesh.

    Raises:
        CaseError: The mesh has not the surface.
    """
    found = {}
    for name, choice in interfaces.items():
        if choice.surface and choice.surface not in surfaces:
            there = listed(surfaces) or "none"
            raise CaseError(f"interfaces.{name}.between", f"no surface '{choice.surface}' in the mesh; it has: {there}")
        found[name] = replace(choice, between=surfaces[choice.surface]) if choice.surface else choice
    return found
