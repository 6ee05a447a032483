"""Stiffnesses of interfaces: defaults from the neighbours, what is refused, and what the mesh resolves."""

import logging
import math

import numpy as np

from fem_asslb.base.errors import CaseError, MaterialError
from fem_asslb.case.estimates.interface_estimates import ZONE_FACETS
from fem_asslb.case.sections.interfaces import CohesiveInterface, ElasticInterface, OpeningInterface
from fem_asslb.interfaces.cohesion import least_stiffness, smooth_stiffness, zone_length
from fem_asslb.interfaces.law import ContactLaw, ElasticLaw
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.region_names import read_region_name
from fem_asslb.mesh.volumes import region_volumes

logger = logging.getLogger(__name__)

STIFFNESS_FACTOR = 100.0
"""Default stiffness of an interface over E/h of the softer side: bonded or closed, it then adds about 1 % to the
compliance of one layer of elements."""

FRICTION_FACTOR = 1.0
"""Default stiffness of what friction holds over E/h of the softer side: no stiffer than what it acts on, or Newton
jumps from slip one way to slip the other way."""

LARGEST_OVERLAP = 0.05
"""Overlap at 100 MPa over the size of the facets, at the most: beyond, it would not be small against the elements."""

LEAST_GRAIN_STIFFNESS = 50.0
"""Stiffness of the boundaries between grains times the diameter of the grains over Young's modulus, at the least."""


def normal_stiffness(choice: ElasticInterface | OpeningInterface, modulus: float, size: float) -> float:
    """Normal stiffness, of contact and of adhesion before damage [MPa/um].

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


def require_small_overlap(
    key: str, choice: ElasticInterface | OpeningInterface, law: ElasticLaw | ContactLaw, size: float
) -> None:
    """Refuse an interface that gives way by more than 5 % of the facets at 100 MPa.

    Args:
        key: Of the interface in the case.
        choice: Of the case.
        law: What follows from it.
        size: Mean size of the facets [um].

    Raises:
        CaseError: It does.
    """
    least = 100.0 / (LARGEST_OVERLAP * size)
    if law.normal_stiffness < least:
        overlap = f"{1e5 / law.normal_stiffness:.3g} nm at 100 MPa"
        raise _too_soft(key, choice, law, f"lets facets of {size:.3g} um overlap by {overlap}", least)


def require_stiff_grains(key: str, choice: OpeningInterface, law: ContactLaw, modulus: float, domain: Domain) -> None:
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
    grain = np.array([name.grain if name.role == choice.between[0] else -1 for name in names])
    # A mesh of another's may hold crystals that touch and are no grains.
    mean = float(region_volumes(domain)[grain > 0 if np.any(grain > 0) else grain == 0].mean())
    diameter = math.sqrt(4.0 * mean / math.pi) if domain.dimension == 2 else (6.0 * mean / math.pi) ** (1.0 / 3.0)
    least = LEAST_GRAIN_STIFFNESS * modulus / diameter
    shear = min(1.0, law.shear_stiffness / law.normal_stiffness)
    if shear * law.normal_stiffness < least:
        reason = f"softens grains of {diameter:.3g} um"
        if shear < 1.0:
            reason = f"{reason}, as that of shear is {shear:.3g} times as much"
        raise _too_soft(key, choice, law, reason, least / shear)


def _too_soft(
    key: str, choice: ElasticInterface | OpeningInterface, law: ElasticLaw | ContactLaw, reason: str, least: float
) -> CaseError:
    given, expected = f"{law.normal_stiffness:.4g} MPa/um", f"at least {least:.4g} MPa/um"
    if isinstance(choice, CohesiveInterface) and choice.softening == "smooth-exponential":
        text = f"'smooth-exponential' has a normal stiffness of {given}, which {reason}; expected {expected}"
        return CaseError(f"{key}.softening", f"{text}: take 'exponential', whose stiffness is free")
    return CaseError(f"{key}.normal_stiffness", f"{given} {reason}; expected {expected}")


def report(key: str, law: ElasticLaw | ContactLaw, modulus: float, size: float) -> None:
    """Say what was chosen, and whether the mesh resolves the zone in which the interface lets go.

    Args:
        key: Of the interface in the case.
        law: What was chosen.
        modulus: Young's modulus of the softer side [MPa].
        size: Mean size of the facets [um].
    """
    normal, relative = law.normal_stiffness, law.normal_stiffness * size / modulus
    friction = f", friction {law.friction_stiffness:.3g} MPa/um" if isinstance(law, ContactLaw) else ""
    stiffness = f"normal stiffness {normal:.3g} MPa/um ({relative:.3g} E/h), shear {law.shear_stiffness:.3g}{friction}"
    logger.info("%s: %s, overlap %.2g nm at 100 MPa", key, stiffness, 1e5 / normal)
    if isinstance(law, ElasticLaw) or law.cohesion is None:
        return
    cohesion = law.cohesion
    opening, sliding = (
        (cohesion.normal_strength, cohesion.normal_toughness),
        (cohesion.shear_strength, cohesion.shear_toughness),
    )
    elements = zone_length(modulus, (opening, sliding)) / size
    text = f"{key}: {elements:.2g} facets per cohesive zone E G/T^2"
    if elements < ZONE_FACETS:
        logger.warning("%s, at least %d are needed for debonding not to depend on the mesh", text, ZONE_FACETS)
    else:
        logger.info(text)
