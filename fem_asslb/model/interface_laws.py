"""From the interfaces of a case to their laws on its mesh."""

import logging
from collections.abc import Mapping

from scipy.spatial import cKDTree

from fem_asslb.base.errors import CaseError, MaterialError, MeshError
from fem_asslb.base.parallel import FloatArray, on_root
from fem_asslb.case.estimates.interface_estimates import softer_modulus
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces import InterfaceSchema
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.interfaces.start import GapField
from fem_asslb.materials.material import Material
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import mean_facet_sizes
from fem_asslb.mesh.place import Place
from fem_asslb.model.interface_stiffness import has_grains, report, require_small_overlap, require_stiff_grains
from fem_asslb.model.model import Interface

logger = logging.getLogger(__name__)

EQUIVALENT_LENGTH = 0.01
"""A boundary between two hosts conducts lithium by default like this length of the less conducting one [um]."""


def build_interfaces(
    case: Case, choices: Mapping[str, InterfaceSchema], materials: Mapping[str, Material], domain: Domain
) -> tuple[Interface, ...]:
    """Interfaces that may open, host first where one side stores lithium.

    Args:
        case: A case.
        choices: Its interfaces, with the sides that they have on the mesh.
        materials: Material of each role.
        domain: The mesh.

    Raises:
        CaseError: Numbers that do not go together, by the name of the interface.
        MeshError: An interface without a facet.
    """
    places = {
        name: _place(choice, case.interfaces[name].surface, materials)
        for name, choice in choices.items()
        if not choice.WELDED
    }
    sizes = mean_facet_sizes(domain, list(places.values()))
    return tuple(
        _build(name, case, choices[name], place, size, materials, domain)
        for (name, place), size in zip(places.items(), sizes, strict=True)
    )


def _place(choice: InterfaceSchema, surface: str, materials: Mapping[str, Material]) -> Place:
    plus, minus = choice.roles
    if materials[plus].host is None and materials[minus].host is not None:
        plus, minus = minus, plus
    return Place(plus, minus, surface)


def _build(
    name: str,
    case: Case,
    choice: InterfaceSchema,
    place: Place,
    size: float,
    materials: Mapping[str, Material],
    domain: Domain,
) -> Interface:
    key, plus, minus = f"interfaces.{name}", place.plus, place.minus
    if size == 0.0:
        others = "" if place.surface else ", but for those of named surfaces"
        raise MeshError(f"{key}: no facet of the mesh lies between '{plus}' and '{minus}'{others}")
    conductance = choice.conductance or _default_conductance(materials[plus], materials[minus], case.temperature)
    modulus = softer_modulus(materials, choice.roles)
    try:
        law = choice.build_law(modulus, size)
    except MaterialError as error:
        raise CaseError(key, str(error)) from error
    if law is None:
        raise CaseError(f"{key}.law", f"'{choice.law}' builds no law although its sides are not welded")
    start = choice.build_start(_gaps(key, choice.gap_table, domain))
    if choice.MAY_PART and plus == minus and (not place.surface or has_grains(domain, plus)):
        require_stiff_grains(key, choice, law, modulus, domain)
    require_small_overlap(key, choice, law, size)
    report(key, choice, law, modulus, size)
    if choice.MAY_PART and law.HISTORY and domain.dimension == 3 and case.solver.displacement_degree == 2:
        logger.warning(
            "%s: contact pressures of quadratic displacement in 3D alternate from point to point; "
            "solver.displacement_degree = 1 gives smooth ones",
            key,
        )
    return Interface(
        plus=plus,
        minus=minus,
        law=law,
        start=start,
        conductance=conductance,
        coating=choice.build_coating(plus),
        name=name,
        surface=place.surface,
    )


def _default_conductance(plus: Material, minus: Material, temperature: float) -> float | None:
    """Between two hosts, that of a thin layer of the less conducting one at half stoichiometry [pA/(um^2 V)]."""
    if plus.host is None or minus.host is None:
        return None
    found = [value for host in (plus.host, minus.host) for value in host.conductivity(0.5, temperature)]
    return float(min(found)) / EQUIVALENT_LENGTH


def _gaps(key: str, table: GapTable | None, domain: Domain) -> GapField | None:
    """Gap of the nearest row of a table as a function of points, shape (3, n); None without one."""
    dimension = domain.dimension
    if table is None:
        return None

    def read() -> tuple[FloatArray, FloatArray]:
        """Points and gaps of the table, on one rank."""
        try:
            return table.read(dimension)
        except ValueError as error:
            raise CaseError(f"{key}.gap_table.path", str(error)) from error

    points, gaps = on_root(domain.comm, read)
    nearest = cKDTree(points)
    return lambda x: gaps[nearest.query(x[:dimension].T)[1]]
