"""From the interfaces of a case to their laws on its mesh, with stiffnesses from the neighbours."""

import logging
import math
from collections.abc import Mapping

from fem_asslb.case import interfaces as choices
from fem_asslb.errors import CaseError, MaterialError, MeshError
from fem_asslb.interfaces.cohesion import Cohesion, least_stiffness, smooth_stiffness
from fem_asslb.interfaces.gate import ConductionKnee, FullConduction, Gate
from fem_asslb.interfaces.law import ContactLaw, ElasticLaw
from fem_asslb.interfaces.softening import SOFTENINGS
from fem_asslb.interfaces.toughness import BenzeggaghKenane, PowerLaw
from fem_asslb.materials.material import Material
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import mean_facet_size
from fem_asslb.mesh.volumes import role_volumes
from fem_asslb.model import Interface, InterfaceStart

logger = logging.getLogger(__name__)

STIFFNESS_FACTOR = 100.0
"""Default stiffness of an interface over E/h of the softer side: bonded or closed, it then adds about 1 % to the
compliance of one layer of elements."""

FRICTION_FACTOR = 1.0
"""Default stiffness of what friction holds over E/h of the softer side: no stiffer than what it acts on, or Newton
jumps from slip one way to slip the other way."""

EQUIVALENT_LENGTH = 0.01
"""A boundary between two hosts conducts lithium by default like this length of the less conducting one [um]."""

LEAST_GRAIN_STIFFNESS = 50.0
"""Stiffness of the boundaries between grains times the diameter of the grains over Young's modulus, at the least."""

ZONE_ELEMENTS = 3
"""Facets that a cohesive zone should hold for debonding not to depend on the mesh."""


def build_interfaces(
    section: Mapping[str, choices.Interface], materials: Mapping[str, Material], domain: Domain, degree: int
) -> tuple[Interface, ...]:
    """Interfaces that may open, host first where one side stores lithium.

    Args:
        section: Interfaces of a case by name.
        materials: Material of each role.
        domain: The mesh.
        degree: Of the displacement.

    Raises:
        CaseError: Numbers that do not go together, by the name of the interface.
        MeshError: An interface without a facet.
    """
    return tuple(
        _build(f"interfaces.{name}", choice, materials, domain, degree)
        for name, choice in section.items()
        if not isinstance(choice, choices.BondedInterface)
    )


def _build(
    key: str,
    choice: choices.ElasticInterface | choices.OpeningInterface,
    materials: Mapping[str, Material],
    domain: Domain,
    degree: int,
) -> Interface:
    plus, minus = choice.between
    if materials[plus].host is None and materials[minus].host is not None:
        plus, minus = minus, plus
    size = mean_facet_size(domain, (plus, minus))
    if size == 0.0:
        raise MeshError(f"{key}: no facet of the mesh lies between '{plus}' and '{minus}'")
    conductance = choice.conductance or _default_conductance(materials[plus], materials[minus])
    if isinstance(choice, choices.ElasticInterface):
        law: ElasticLaw | ContactLaw = ElasticLaw(choice.normal_stiffness, choice.shear_stiffness)
        return Interface(plus, minus, law, conductance=conductance)
    modulus = min(_modulus(materials[role]) for role in (plus, minus))
    start = InterfaceStart(gap=choice.initial_gap)
    try:
        if isinstance(choice, choices.CohesiveInterface):
            law, start = _cohesive(choice, modulus, size), _start(choice)
        else:
            stiffness = choice.normal_stiffness or STIFFNESS_FACTOR * modulus / size
            share = _friction_share(choice, modulus, size, stiffness)
            law = ContactLaw(stiffness, stiffness, choice.friction, gate=_gate(choice), friction_share=share)
    except MaterialError as error:
        raise CaseError(key, str(error)) from error
    if plus == minus:
        _require_stiff_grains(key, law, modulus, domain, plus)
    _report(key, law, modulus, size)
    if domain.dimension == 3 and degree == 2:
        logger.warning(
            "%s: contact pressures of quadratic displacement in 3D alternate from point to point; "
            "solver.displacement_degree = 1 gives smooth ones",
            key,
        )
    return Interface(plus, minus, law, start, conductance)


def _modulus(material: Material) -> float:
    """Young's modulus, of a crystal that of its isotropic average [MPa]."""
    return float(material.elasticity.isotropic_average().youngs_modulus)


def _default_conductance(plus: Material, minus: Material) -> float | None:
    """Between two hosts, that of a thin layer of the less conducting one at half stoichiometry [pA/(um^2 V)]."""
    if plus.host is None or minus.host is None:
        return None
    conductivities = [
        min(host.diffusivity.conductivity(host.c_max, host.potential.slope(0.5))) for host in (plus.host, minus.host)
    ]
    return float(min(conductivities)) / EQUIVALENT_LENGTH


def _cohesive(choice: choices.CohesiveInterface, modulus: float, size: float) -> ContactLaw:
    strength, toughness = choice.normal_strength, choice.normal_toughness
    softening = SOFTENINGS[choice.softening]
    stiffness = max(STIFFNESS_FACTOR * modulus / size, least_stiffness(strength, toughness))
    if choice.softening == "smooth-exponential":
        stiffness = smooth_stiffness(strength, toughness)
    mixed = PowerLaw if choice.mixed_mode.criterion == "power" else BenzeggaghKenane
    cohesion = Cohesion(
        strength,
        choice.shear_strength or strength,
        toughness,
        choice.shear_toughness or toughness,
        choice.normal_stiffness or stiffness,
        softening,
        mixed(choice.mixed_mode.exponent),
        choice.viscous_time,
        choice.healing_time or math.inf,
    )
    share = _friction_share(choice, modulus, size, cohesion.shear_stiffness)
    return ContactLaw.cohesive(cohesion, choice.friction, _gate(choice), share)


def _friction_share(choice: choices.OpeningInterface, modulus: float, size: float, shear_stiffness: float) -> float:
    """Stiffness of what friction holds over the shear stiffness."""
    if choice.friction_stiffness is None:
        return min(1.0, FRICTION_FACTOR * modulus / (size * shear_stiffness))
    if choice.friction_stiffness > shear_stiffness:
        raise MaterialError(
            f"friction_stiffness = {choice.friction_stiffness:g} MPa/um; accepted: up to the shear stiffness, "
            f"{shear_stiffness:g} MPa/um"
        )
    return choice.friction_stiffness / shear_stiffness


def _start(choice: choices.CohesiveInterface) -> InterfaceStart:
    share = choice.bonded_fraction if choice.initial_state == "bonded" else 0.0
    if choice.scatter is None:
        return InterfaceStart(share, choice.initial_gap, seed=choice.seed)
    scatter = choice.scatter
    by_boundary = scatter.per == "boundary"
    return InterfaceStart(share, choice.initial_gap, scatter.modulus, by_boundary, choice.seed, scatter.seed)


def _gate(choice: choices.OpeningInterface) -> Gate:
    closed: FullConduction | ConductionKnee = FullConduction()
    if isinstance(choice.closed_conduction, choices.Knee):
        knee = choice.closed_conduction
        closed = ConductionKnee(knee.lowest, knee.knee, knee.width)
    return Gate(closed, choice.opening_width, choice.after_opening == "lost")


def _require_stiff_grains(key: str, law: ContactLaw, modulus: float, domain: Domain, role: str) -> None:
    """Refuse boundaries between grains that soften the polycrystal.

    Raises:
        CaseError: The stiffness times the mean diameter of the grains is less than 50 Young's moduli.
    """
    number = domain.region_roles.count(role)
    mean = role_volumes(domain)[role] / number
    diameter = math.sqrt(4.0 * mean / math.pi) if domain.dimension == 2 else (6.0 * mean / math.pi) ** (1.0 / 3.0)
    least = LEAST_GRAIN_STIFFNESS * modulus / diameter
    if law.normal_stiffness < least:
        softens = f"{law.normal_stiffness:.4g} MPa/um softens grains of {diameter:.3g} um"
        raise CaseError(f"{key}.normal_stiffness", f"{softens}; expected at least {least:.4g} MPa/um")


def _report(key: str, law: ContactLaw, modulus: float, size: float) -> None:
    """Say what was chosen, and whether the mesh resolves the zone in which the interface lets go."""
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
    """Length of the zone in which an interface lets go, E G/T^2, the smaller of both modes [um]."""
    return modulus * min(
        cohesion.normal_toughness / cohesion.normal_strength**2, cohesion.shear_toughness / cohesion.shear_strength**2
    )
