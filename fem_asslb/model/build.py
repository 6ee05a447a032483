"""From a case and its mesh to the problem that is solved."""

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.checks.lithium_path import lithium_has_its_way
from fem_asslb.case.checks.mesh_checks import surfaces_fit_the_case
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import PressureFixture
from fem_asslb.case.sections.interfaces import with_sides
from fem_asslb.case.sections.materials import Axis
from fem_asslb.case.sections.steps import Press
from fem_asslb.geometry import ParticleInShell
from fem_asslb.mesh.adjacency import facet_neighbours
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_facets import surface_roles
from fem_asslb.mesh.region_names import RegionName, read_region_name
from fem_asslb.model import axes
from fem_asslb.model.interface_laws import build_interfaces
from fem_asslb.model.model import ChargeTransfer, Interface, Model, NegativeElectrode, Support


def build_model(case: Case, domain: Domain) -> Model:
    """The model that a case describes, on its mesh.

    Args:
        case: A checked case.
        domain: Its mesh.

    Raises:
        CaseError: An interface lies on a surface that the mesh has not.
        CaseErrors: What lies on a surface does not fit its sides; lithium must cross interfaces that open and cannot
            interrupt it; or a region beside a host swells as the anode.
    """
    materials = case.resolved_materials()
    touching = _touching_roles(domain)
    surfaces = {name: surface_roles(domain, name) for name in domain.surfaces}
    choices = with_sides(case.interfaces, surfaces)
    if refused := list(surfaces_fit_the_case(case, surfaces)):
        raise CaseErrors(refused)
    if case.cell is not None and (refused := list(lithium_has_its_way(touching, materials, choices, case.cell.anode))):
        raise CaseErrors(refused)
    hosts = sorted(role for role, material in materials.items() if material.host is not None)
    anode = case.cell.anode if case.cell is not None and case.cell.anode in hosts else None
    interfaces = build_interfaces(case, choices, materials, domain)
    return Model(
        materials=materials,
        axes=crystal_axes(case, domain, hosts),
        support=build_support(case, domain),
        interfaces=interfaces,
        adheres_later=_adheres_later(case, interfaces),
        fields=case.fields,
        charge_transfer=_charge_transfer(case, touching, hosts),
        negative=NegativeElectrode((anode,), case.initial.anode_state) if anode is not None else None,
        initial_stoichiometry=case.initial.stoichiometry,
        temperature=case.temperature,
        stress_driven_flux=case.cell.stress_driven_flux if case.cell else True,
        strain=case.solver.strain,
        displacement_degree=case.solver.displacement_degree,
    )


def _adheres_later(case: Case, interfaces: tuple[Interface, ...]) -> bool:
    """Whether a cell is made in the protocol, and something in it adheres then."""
    is_made = any(isinstance(step, Press) and step.fabricates for step in case.protocol.steps)
    return is_made and any(item.law.adheres for item in interfaces)


def build_support(case: Case, domain: Domain) -> Support:
    """Planes of symmetry, platen and outer pressure of a case.

    A stack stands on ``bottom``; ``left`` (and ``front`` in 3D) are planes of symmetry, the other walls only in a die.
    With free walls those two need not be there: a round pellet has none. Nor are there any where side walls are one.
    """
    stack = domain.dimension - 1
    generalised = case.fixture.out_of_plane == "generalised-plane-strain"
    across = {"left": 0, "right": 0, "front": 1, "back": 1}
    if isinstance(case.fixture, PressureFixture):
        planes = [
            ("bottom", stack),
            *((name, axis) for name, axis in across.items() if name in domain.boundaries),
        ]
        if "bottom" not in domain.boundaries:
            return Support((), pressure="outer", generalised_plane_strain=generalised, pinned=True)
        return Support(tuple(planes), pressure="outer", generalised_plane_strain=generalised)
    if case.fixture.walls == "free":
        held = [name for name in ("left", "front") if name in domain.boundaries]
    else:
        held = ["left", "right", "front", "back"]
    sides = [(name, across[name]) for name in held if across[name] < stack and across[name] not in domain.periods]
    axes = {axis for _, axis in sides}
    return Support(
        (("bottom", stack), *sides),
        platen=True,
        generalised_plane_strain=generalised,
        floating=tuple(axis for axis in range(stack) if axis not in axes),
    )


def crystal_axes(case: Case, domain: Domain, hosts: list[str]) -> npt.NDArray[np.float64]:
    """Crystal axis of each local cell, shape (num_cells, 3); along z where there is no choice to make."""
    kinds = {case.materials[role].axis.kind for role in hosts}
    radius = np.zeros((len(domain.regions), 3))
    if "tangential" in kinds:
        radius[:, : domain.dimension] = domain.nearest(axes.centres(domain) - _particle_centres(case, domain))
    per_region = np.tile([0.0, 0.0, 1.0], (len(domain.regions), 1))
    for region, name in enumerate(map(read_region_name, domain.regions)):
        if name.role in hosts:
            per_region[region] = _region_axis(case.materials[name.role].axis, name, radius[region])
    per_cell = per_region[domain.cell_region]
    if "radial" in kinds:
        cells = domain.cells_of(role for role in hosts if case.materials[role].axis.kind == "radial")
        per_cell[cells] = axes.radial_axes(domain, _particle_centres(case, domain))[cells]
    return per_cell


def _particle_centres(case: Case, domain: Domain) -> npt.NDArray[np.float64]:
    """Centre of each region's particle: the origin for a particle in a shell, of which the mesh may be a part only."""
    if isinstance(case.geometry, ParticleInShell):
        return np.zeros((len(domain.regions), domain.dimension))
    return axes.particle_centres(domain)


def _region_axis(choice: Axis, name: RegionName, radius: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    direction = np.asarray(choice.direction, dtype=float)
    crystal = axes.crystal_key(name)
    match choice.kind:
        case "random":
            return axes.random_axis(choice.seed, crystal)
        case "fibre":
            return axes.fibre_axis(choice.seed, crystal, direction, choice.sharpness)
        case "tangential":
            # A single crystal has no radius: its direction is random.
            return axes.tangential_axis(choice.seed, crystal, radius if name.grain else np.zeros(3))
        case _:
            return direction / np.linalg.norm(direction)


def _touching_roles(domain: Domain) -> set[tuple[str, str]]:
    """Ordered pairs of roles that share facets, each in both orders."""
    roles = domain.region_roles
    touching = {(roles[i], roles[j]) for i, j in facet_neighbours(domain.mesh, domain.cell_region)}
    return touching | {(b, a) for a, b in touching}


def _charge_transfer(case: Case, touching: set[tuple[str, str]], hosts: list[str]) -> ChargeTransfer | None:
    """Hosts react wherever they touch another role."""
    if case.cell is None:
        return None
    pairs = tuple(sorted((a, b) for a, b in touching if a in hosts and b not in hosts))
    stated = case.cell.exchange_current_density
    return ChargeTransfer(None if stated is None else stated.law(), interfaces=pairs)
