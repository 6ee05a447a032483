"""What interfaces ask of the mesh, before there is one."""

from collections.abc import Mapping

from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.sections.interfaces import Interface, between_roles
from fem_asslb.materials.material import Material

ZONE_FACETS = 3
"""Facets that a cohesive zone should hold for debonding not to depend on the mesh."""


def interface_rows(interfaces: Mapping[str, Interface], materials: Mapping[str, Material]) -> list[Row]:
    """Largest facets that resolve the zone in which each interface lets go, and what coatings resist."""
    note = f"1/{ZONE_FACETS} of the cohesive zone E G/T^2"
    rows = [
        row(f"facets of {name}, at most", zone / ZONE_FACETS, "um", "um", note)
        for name, choice in between_roles(interfaces)
        for zone in [choice.zone_length(softer_modulus(materials, choice.roles))]
        if zone is not None
    ]
    for name, choice in between_roles(interfaces):
        layer = choice.build_coating(choice.roles[0])
        if layer is not None:
            stiffness = float(layer.membrane_stiffness)
            rows.append(row(f"membrane of {name}", stiffness, "MPa*um", "N/m", "t E/(1-nu^2)"))
        if layer is not None and layer.resistance:
            resistance = float(layer.resistance)
            rows.append(row(f"resistance of {name}", resistance, "V*um^2/pA", "ohm*cm^2", "t/kappa, of its own area"))
    return rows


def softer_modulus(materials: Mapping[str, Material], roles: tuple[str, str]) -> float:
    """Young's modulus of the softer of two materials, of a crystal that of its isotropic average [MPa]."""
    return min(float(materials[role].elasticity.isotropic_average().youngs_modulus) for role in roles)
