"""What interfaces ask of the mesh, before there is one."""

from collections.abc import Mapping

from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.sections.interfaces import Interface
from fem_asslb.materials.material import Material

ZONE_FACETS = 3
"""Facets that a cohesive zone should hold for debonding not to depend on the mesh."""


def interface_rows(interfaces: Mapping[str, Interface], materials: Mapping[str, Material]) -> list[Row]:
    """Largest facets that resolve the zone in which each interface lets go."""
    note = f"1/{ZONE_FACETS} of the cohesive zone E G/T^2"
    return [
        row(f"facets of {name}, at most", zone / ZONE_FACETS, "um", "um", note)
        for name, choice in interfaces.items()
        for zone in [choice.zone_length(softer_modulus(materials, choice.between))]
        if zone is not None
    ]


def softer_modulus(materials: Mapping[str, Material], roles: tuple[str, str]) -> float:
    """Young's modulus of the softer of two materials, of a crystal that of its isotropic average [MPa]."""
    return min(float(materials[role].elasticity.isotropic_average().youngs_modulus) for role in roles)
