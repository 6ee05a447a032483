"""From the interfaces of a case to their laws on its mesh."""

import logging
import math
from collections.abc import Mapping
from dataclasses import replace

from scipy.spatial import cKDTree

from fem_asslb.base.errors import CaseError, MaterialError, MeshError
from fem_asslb.base.parallel import FloatArray, on_root
from fem_asslb.case.estimates.interface_estimates import softer_modulus
from fem_asslb.case.sections import interfaces as choices
from fem_asslb.case.sections.interface_parts import Knee
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.gate import ConductionKnee, FullConduction, Gate
from fem_asslb.interfaces.law import ContactLaw, ElasticLaw
from fem_asslb.interfaces.softening import SOFTENINGS
from fem_asslb.interfaces.toughness import BenzeggaghKenane, PowerLaw
from fem_asslb.materials.material import Material
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import mean_facet_size
from fem_asslb.model.interface_stiffness import (
    friction_share,
    normal_stiffness,
    report,
    require_small_overlap,
    require_stiff_grains,
)
from fem_asslb.model.model import GapField, Interface, InterfaceStart

logger = logging.getLogger(__name__)

EQUIVALENT_LENGTH = 0.01
"""A boundary between two hosts conducts lithium by default like this length of the less conducting one [um]."""


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
        _build(name, choice, materials, domain, degree)
        for name, choice in section.items()
        if not isinstance(choice, choices.BondedInterface)
    )


def _build(
    name: str,
    choice: choices.ElasticInterface | choices.OpeningInterface,
    materials: Mapping[str, Material],
    domain: Domain,
    degree: int,
) -> Interface:
    key, (plus, minus) = f"interfaces.{name}", choice.between
    if materials[plus].host is None and materials[minus].host is not None:
        plus, minus = minus, plus
    size = mean_facet_size(domain, (plus, minus))
    if size == 0.0:
        raise MeshError(f"{key}: no facet of the mesh lies between '{plus}' and '{minus}'")
    conductance = choice.conductance or _default_conductance(materials[plus], materials[minus])
    modulus = softer_modulus(materials, choice.between)
    if isinstance(choice, choices.ElasticInterface):
        stiffness = normal_stiffness(choice, modulus, size)
        elastic = ElasticLaw(stiffness, choice.shear_stiffness or stiffness)
        require_small_overlap(key, choice, elastic, size)
        report(key, elastic, modulus, size)
        return Interface(plus, minus, elastic, conductance=conductance, name=name)
    try:
        if isinstance(choice, choices.CohesiveInterface):
            law, start = _cohesive(choice, modulus, size), _start(choice, _gap(key, choice, domain))
        else:
            stiffness = normal_stiffness(choice, modulus, size)
            share = friction_share(choice, modulus, size, stiffness)
            law = ContactLaw(stiffness, stiffness, choice.friction, gate=_gate(choice), friction_share=share)
            start = InterfaceStart(gap=_gap(key, choice, domain) or choice.initial_gap)
    except MaterialError as error:
        raise CaseError(key, str(error)) from error
    if plus == minus:
        require_stiff_grains(key, choice, law, modulus, domain)
    require_small_overlap(key, choice, law, size)
    report(key, law, modulus, size)
    if domain.dimension == 3 and degree == 2:
        logger.warning(
            "%s: contact pressures of quadratic displacement in 3D alternate from point to point; "
            "solver.displacement_degree = 1 gives smooth ones",
            key,
        )
    return Interface(plus, minus, law, start, conductance, name)


def _default_conductance(plus: Material, minus: Material) -> float | None:
    """Between two hosts, that of a thin layer of the less conducting one at half stoichiometry [pA/(um^2 V)]."""
    if plus.host is None or minus.host is None:
        return None
    conductivities = [
        min(host.diffusivity.conductivity(host.c_max, host.potential.slope(0.5))) for host in (plus.host, minus.host)
    ]
    return float(min(conductivities)) / EQUIVALENT_LENGTH


def _cohesive(choice: choices.CohesiveInterface, modulus: float, size: float) -> ContactLaw:
    (normal_strength, normal_toughness), (shear_strength, shear_toughness) = choice.modes
    mixed = PowerLaw if choice.mixed_mode.criterion == "power" else BenzeggaghKenane
    cohesion = Cohesion(
        normal_strength,
        shear_strength,
        normal_toughness,
        shear_toughness,
        normal_stiffness(choice, modulus, size),
        SOFTENINGS[choice.softening],
        mixed(choice.mixed_mode.exponent),
        choice.viscous_time,
        choice.healing_time or math.inf,
    )
    share = friction_share(choice, modulus, size, cohesion.shear_stiffness)
    return ContactLaw.cohesive(cohesion, choice.friction, _gate(choice), share)


def _start(choice: choices.CohesiveInterface, gap: GapField | None) -> InterfaceStart:
    share = choice.bonded_fraction if choice.bonded_fraction is not None else float(choice.initial_state == "bonded")
    start = InterfaceStart(share, gap or 0.0, seed=choice.seed)
    if choice.scatter is None:
        return start
    scatter = choice.scatter
    by_boundary = scatter.per == "boundary"
    return replace(start, weibull_modulus=scatter.modulus, scatter_by_boundary=by_boundary, scatter_seed=scatter.seed)


def _gap(key: str, choice: choices.OpeningInterface, domain: Domain) -> GapField | None:
    """Gap of the nearest row of a table as a function of points, shape (3, n); None without one."""
    table, dimension = choice.gap_table, domain.dimension
    if table is None:
        return None

    def read() -> tuple[FloatArray, FloatArray]:
        try:
            return table.read(dimension)
        except ValueError as error:
            raise CaseError(f"{key}.gap_table.path", str(error)) from error

    points, gaps = on_root(domain.comm, read)
    nearest = cKDTree(points)
    return lambda x: gaps[nearest.query(x[:dimension].T)[1]]


def _gate(choice: choices.OpeningInterface) -> Gate:
    closed: FullConduction | ConductionKnee = FullConduction()
    if isinstance(choice.closed_conduction, Knee):
        knee = choice.closed_conduction
        closed = ConductionKnee(knee.lowest, knee.knee, knee.width)
    return Gate(closed, choice.opening_width, choice.after_opening == "lost")
