"""Layers of a case as the closed forms see them: homogeneous, isotropic, with a free strain."""

from collections.abc import Iterable
from typing import Literal

from fem_asslb.base.constants import FARADAY
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.estimates.closed_forms import SwellingLayer
from fem_asslb.case.sections.case import Case
from fem_asslb.geometry import LayeredStack
from fem_asslb.materials import mixing
from fem_asslb.materials.material import Material


def active_thickness(
    geometry: LayeredStack, materials: dict[str, Material], names: Iterable[str] | None = None
) -> dict[str, float]:
    """Volume of each lithium host per plate area [um], by role.

    Args:
        geometry: A stack.
        materials: Materials by role.
        names: Of the layers that count; by default all.
    """
    volumes: dict[str, float] = {}
    for name, layer in geometry.layers.items():
        if names is not None and name not in names:
            continue
        shares = particle_fractions(geometry, name)
        voids = layer.voids.volume_fraction if layer.voids else 0.0
        shares[name] = 1.0 - sum(shares.values()) - voids
        for role, share in shares.items():
            if share > 0.0 and materials[role].host is not None:
                volumes[role] = volumes.get(role, 0.0) + share * layer.thickness
    return volumes


def particle_fractions(geometry: LayeredStack, name: str) -> dict[str, float]:
    """Expected part of a layer's volume in particles of each role; roles are drawn whatever the particle's size."""
    particles = geometry.layers[name].particles
    if particles is None:
        return {}
    fraction = geometry.particle_fraction(name)
    return {role: share * fraction for role, share in particles.role_shares.items()}


def swelling_layers(
    case: Case, geometry: LayeredStack, materials: dict[str, Material], x: float, charge: float
) -> list[SwellingLayer]:
    """Layers with their free strains since assembly.

    Composites: particles of the mean strain (2 e_a + e_c)/3 in the layer's material, Levin's relation with
    the lower Hashin-Shtrikman bound. A homogeneous host with a fixed axis along the stack keeps both strains.

    Args:
        case: The case.
        geometry: Its stack.
        materials: Its materials by role.
        x: Stoichiometry of the hosts.
        charge: Passed since assembly per plate area [pC/um^2], which swells the anode.
    """
    return [_swelling_layer(case, geometry, materials, name, x, charge) for name in geometry.layers]


def _swelling_layer(
    case: Case, geometry: LayeredStack, materials: dict[str, Material], name: str, x: float, charge: float
) -> SwellingLayer:
    layer, material = geometry.layers[name], materials[name]
    elasticity = material.elasticity.isotropic_average()
    if layer.particles is not None:
        voids = layer.voids.volume_fraction if layer.voids else 0.0
        particle, strain = _mean_particle(case, materials, layer.particles.role_shares, x)
        solid = geometry.particle_fraction(name) / (1.0 - voids)
        free = mixing.effective_free_strain(solid, particle, elasticity, strain)
        return SwellingLayer(layer.thickness, _composite(solid, particle, elasticity, voids), free, free)
    if material.host is not None:
        across, _, along = host_strains(material, case.initial.stoichiometry, x)
        axis = case.materials[name].axis
        if axis.kind != "fixed" or any(axis.direction[:-1] if case.dimension == 3 else axis.direction[::2]):
            across = along = (2.0 * across + along) / 3.0
        return SwellingLayer(layer.thickness, elasticity, along, across)
    if material.reaction_volume is not None:
        strain = charge / FARADAY * material.reaction_volume / layer.thickness
        if material.swelling_kind == "stack":
            return SwellingLayer(layer.thickness, elasticity, strain, 0.0)
        return SwellingLayer(layer.thickness, elasticity, strain / 3.0, strain / 3.0)
    return SwellingLayer(layer.thickness, elasticity)


def _mean_particle(
    case: Case, materials: dict[str, Material], shares: dict[str, float], x: float
) -> tuple[IsotropicElasticity, float]:
    """Stiffness and free strain of particles of several roles in the mean; a role without a host keeps its size."""
    moduli = {role: materials[role].elasticity.isotropic_average() for role in shares}
    bulk = sum(share * moduli[role].bulk_modulus for role, share in shares.items())
    shear = sum(share * moduli[role].shear_modulus for role, share in shares.items())
    strain = sum(
        share * sum(host_strains(materials[role], case.initial.stoichiometry, x)) / 3.0
        for role, share in shares.items()
        if materials[role].host is not None
    )
    return IsotropicElasticity.from_bulk_and_shear(bulk, shear), strain


def _composite(
    fraction: float, particle: IsotropicElasticity, matrix: IsotropicElasticity, voids: float
) -> IsotropicElasticity:
    fractions = (fraction, 1.0 - fraction)
    if voids > 0.0:
        return mixing.self_consistent(fractions, (particle, matrix), voids)
    return mixing.hashin_shtrikman_bounds(fractions, (particle, matrix))[0]


def host_strains(material: Material, x_ref: float, x: float) -> tuple[float, float, float]:
    """Free strains of a host across its axis (twice) and along it, zero at ``x_ref``."""
    assert material.host is not None
    law = material.host.lattice
    return float(law.strain_a(x, x_ref)), float(law.strain_a(x, x_ref)), float(law.strain_c(x, x_ref))


def held_directions(case: Case) -> tuple[Literal[0, 1, 2], str]:
    """Number of lateral directions without strain, and how to say it."""
    walls = getattr(case.fixture, "walls", "symmetric") == "symmetric"
    plane_strain = case.fixture.out_of_plane != "generalised-plane-strain"
    if case.dimension == 3:
        return (2, "confined") if walls else (0, "laterally free")
    if walls and plane_strain:
        return 2, "confined"
    return (1, "confined in one direction") if walls or plane_strain else (0, "laterally free")
