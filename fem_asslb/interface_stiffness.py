"""Stiffnesses of interfaces: defaults from the neighbours, what is refused, and what the mesh resolves."""

import logging
import math

from fem_asslb.case.interfaces import CohesiveInterface, OpeningInterface
from fem_asslb.errors import CaseError, MaterialError
from fem_asslb.interfaces.cohesion import Cohesion, least_stiffness, smooth_stiffness
from fem_asslb.interfaces.law import ContactLaw
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.volumes import role_volumes

logger = logging.getLogger(__name__)

STIFFNESS_FACTOR = 100.0
"""Default stiffness of an interface over E/h of the softer side: bonded or closed, it then adds about 1 % to the
compliance of one layer of elements."""

FRICTION_FACTOR = 1.0
"""Default stiffness of what friction holds over E/h of the softer side: no stiffer than what it acts on, or Newton
jumps from slip one way to slip the other way."""

LEAST_GRAIN_STIFFNESS = 50.0
"""Stiffness of the boundaries between grains times the diameter of the grains over Young's modulus, at the least."""

ZONE_ELEMENTS = 3
"""Facets that a cohesive zone should hold for debonding not to depend on the mesh."""


def contact_stiffness(choice: OpeningInterface, modulus: float, size: float) -> float:
    """Normal stiffness of contact, and of adhesion before damage [MPa/um].

    Args:
        choice: Of the case.
        modulus: Young's modulus of the softer side [MPa].
        size: Mean size of the facets [um].
    """
    if choice.normal_stiffness is not None:
        return choice.normal_stiffness
    stiffness = STIFFNESS_FACTOR * modulus / size
    if not isinstance(choice, CohesiveInterface):
        return stiffness
    strength, toughness = choice.normal_strength, choice.normal_toughness
    if choice.softening == "smooth-exponential":
        return smooth_stiffness(strength, toughness)
    return max(stiffness, least_stiffness(strength, toughness))


def friction_share(choice: OpeningInterface, modulus: float, size: float, shear_stiffness: float) -> float:
    """Stiffness of what friction holds over the shear stiffness.

    Args:
        choice: Of the case.
        modulus: Young's modulus of the softer side [MPa].
        size: Mean size of the facets [um].
        shear_stiffness: [MPa/um].

    Raises:
        MaterialError: A given stiffness larger than that.
    """
    if choice.friction_stiffness is None:
        return min(1.0, FRICTION_FACTOR * modulus / (size * shear_stiffness))
    if choice.friction_stiffness > shear_stiffness:
        raise MaterialError(
            f"friction_stiffness = {choice.friction_stiffness:g} MPa/um; accepted: up to the shear stiffness, "
            f"{shear_stiffness:g} MPa/um"
        )
    return choice.friction_stiffness / shear_stiffness


def require_stiff_grains(key: str, law: ContactLaw, modulus: float, domain: Domain, role: str) -> None:
    """Refuse boundaries between grains that soften the polycrystal.

    Args:
        key: Of the interface in the case.
        law: Of the boundaries.
        modulus: Young's modulus of the grains [MPa].
        domain: The mesh.
        role: Of the grains.

    Raises:
        CaseError: A stiffness times the mean diameter of the grains is less than 50 Young's moduli.
    """
    number = domain.region_roles.count(role)
    mean = role_volumes(domain)[role] / number
    diameter = math.sqrt(4.0 * mean / math.pi) if domain.dimension == 2 else (6.0 * mean / math.pi) ** (1.0 / 3.0)
    least = LEAST_GRAIN_STIFFNESS * modulus / diameter
    shear = law.shear_stiffness / law.normal_stiffness
    if min(1.0, shear) * law.normal_stiffness < least:
        given = f"{law.normal_stiffness:.4g} MPa/um" + (f", {shear:.3g} times as much in shear," if shear < 1.0 else "")
        expected = f"expected at least {least / min(1.0, shear):.4g} MPa/um"
        raise CaseError(f"{key}.normal_stiffness", f"{given} softens grains of {diameter:.3g} um; {expected}")


def report_stiffness(key: str, law: ContactLaw, modulus: float, size: float) -> None:
    """Say what was chosen, and whether the mesh resolves the zone in which the interface lets go.

    Args:
        key: Of the interface in the case.
        law: What was chosen.
        modulus: Young's modulus of the softer side [MPa].
        size: Mean size of the facets [um].
    """
    overlap = 1e3 * 100.0 / law.normal_stiffness
    logger.info(
        "%s: normal stiffness %.3g MPa/um (%.3g E/h), shear %.3g, friction %.3g MPa/um, overlap %.2g nm at 100 MPa",
        key,
        law.normal_stiffness,
        law.normal_stiffness * size / modulus,
        law.shear_stiffness,
        law.friction_stiffness,
        overlap,
    )
    if law.cohesion is None:
        return
    elements = cohesive_zone(law.cohesion, modulus) / size
    text = f"{key}: {elements:.2g} facets per cohesive zone E G/T^2"
    if elements < ZONE_ELEMENTS:
        logger.warning("%s, at least %d are needed for debonding not to depend on the mesh", text, ZONE_ELEMENTS)
    else:
        logger.info(text)


def cohesive_zone(cohesion: Cohesion, modulus: float) -> float:
    """Length of the zone in which an interface lets go, E G/T^2, the smaller of both modes [um].

    Args:
        cohesion: Its adhesion.
        modulus: Young's modulus of the softer side [MPa].
    """
    return modulus * min(
        cohesion.normal_toughness / cohesion.normal_strength**2, cohesion.shear_toughness / cohesion.shear_strength**2
    )
