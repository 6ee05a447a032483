"""Stiffnesses of interfaces on a mesh: what is refused, and what the mesh resolves."""

import logging
import math

import numpy as np

from fem_asslb.base.errors import CaseError
from fem_asslb.case.estimates.interface_estimates import ZONE_FACETS
from fem_asslb.case.sections.interfaces import InterfaceSchema
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.region_names import read_region_name
from fem_asslb.mesh.volumes import region_volumes

logger = logging.getLogger(__name__)

LARGEST_OVERLAP = 0.05
"""Overlap at 100 MPa over the size of the facets, at the most: beyond, it would not be small against the elements."""

LEAST_GRAIN_STIFFNESS = 50.0
"""Stiffness of the boundaries between grains times the diameter of the grains over Young's modulus, at the least."""


def require_small_overlap(key: str, choice: InterfaceSchema, law: InterfaceLaw, size: float) -> None:
    """Refuse an interface that gives way by more than 5 % of the facets at 100 MPa.

    Args:
        key: Of the interface in the case.
        choice: Of the case.
        law: What follows from it.
        size: Mean size of the facets [um].

    Raises:
        CaseError: It does.
    """
    normal, least = law.stiffnesses.get("normal", math.inf), 100.0 / (LARGEST_OVERLAP * size)
    if normal < least:
        overlap = f"{1e5 / normal:.3g} nm at 100 MPa"
        raise _too_soft(key, choice, normal, f"lets facets of {size:.3g} um overlap by {overlap}", least)


def has_grains(domain: Domain, role: str) -> bool:
    """Whether regions of a role are grains of particles."""
    names = map(read_region_name, domain.regions)
    return any(name.role == role and name.grain > 0 for name in names)


def require_stiff_grains(key: str, choice: InterfaceSchema, law: InterfaceLaw, modulus: float, domain: Domain) -> None:
    """Refuse boundaries between grains that soften the polycrystal.

    Args:
        key: Of the interface in the case.
        choice: Of the case, between the grains of one role.
        law: What follows from it.
        modulus: Young's modulus of the grains [MPa].
        domain: The mesh.

    Raises:
        CaseError: A stiffness times the mean diameter of the grains is less than 50 Young's moduli.
    """
    names = [read_region_name(name) for name in domain.regions]
    grain = np.array([name.grain if name.role == choice.roles[0] else -1 for name in names])
    # A mesh of another's may hold crystals that touch and are no grains.
    mean = float(region_volumes(domain)[grain > 0 if np.any(grain > 0) else grain == 0].mean())
    diameter = math.sqrt(4.0 * mean / math.pi) if domain.dimension == 2 else (6.0 * mean / math.pi) ** (1.0 / 3.0)
    least = LEAST_GRAIN_STIFFNESS * modulus / diameter
    normal = law.stiffnesses.get("normal", math.inf)
    shear = min(1.0, law.stiffnesses.get("shear", normal) / normal)
    if shear * normal < least:
        reason = f"softens grains of {diameter:.3g} um"
        if shear < 1.0:
            reason = f"{reason}, as that of shear is {shear:.3g} times as much"
        raise _too_soft(key, choice, normal, reason, least / shear)


def _too_soft(key: str, choice: InterfaceSchema, normal: float, reason: str, least: float) -> CaseError:
    name, text = choice.too_soft(f"{normal:.4g} MPa/um", reason, f"at least {least:.4g} MPa/um")
    return CaseError(f"{key}.{name}", text)


def report(key: str, choice: InterfaceSchema, law: InterfaceLaw, modulus: float, size: float) -> None:
    """Say what was chosen, and whether the mesh resolves the zone in which the interface lets go.

    Args:
        key: Of the interface in the case.
        choice: Of the case.
        law: What follows from it.
        modulus: Young's modulus of the softer side [MPa].
        size: Mean size of the facets [um].
    """
    if law.stiffnesses:
        listed = ", ".join(f"{name} {stiffness:.3g} MPa/um" for name, stiffness in law.stiffnesses.items())
        logger.info("%s: stiffness %s", key, listed)
    if "normal" in law.stiffnesses:
        normal = law.stiffnesses["normal"]
        logger.info("%s: normal %.3g E/h, overlap %.2g nm at 100 MPa", key, normal * size / modulus, 1e5 / normal)
    zone = choice.zone_length(modulus)
    if zone is None:
        return
    text = f"{key}: {zone / size:.2g} facets per cohesive zone E G/T^2"
    if zone / size < ZONE_FACETS:
        logger.warning("%s, at least %d are needed for debonding not to depend on the mesh", text, ZONE_FACETS)
    else:
        logger.info(text)
