"""Checks of a case against the mesh file that it names, once that was opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.texts import listed
from fem_asslb.case.checks.geometry_checks import roles_have_materials
from fem_asslb.case.checks.interface_checks import conductances_join_two_hosts, gap_tables_fit, regions_touch
from fem_asslb.case.checks.lithium_path import lithium_has_its_way
from fem_asslb.case.checks.protocol_checks import bonds_are_born_whole
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import PressureFixture
from fem_asslb.case.sections.interfaces import Interface, between_roles, with_sides

MESH = "geometry.path"
"""Key of what is said of a mesh file."""


@dataclass(frozen=True, kw_only=True)
class MeshFacts:
    """What is asked of a mesh.

    Attributes:
        roles: Of its regions.
        touching: Pairs of them that share facets; one twice where two regions of it do.
        unnamed: The same, but for facets of surfaces that interfaces have by name.
        surfaces: Roles on both sides of each surface.
        boundaries: Their names.
        dimension: Of the mesh.
        order: Of its elements.
    """

    roles: tuple[str, ...]
    touching: Sequence[tuple[str, str]]
    unnamed: Sequence[tuple[str, str]]
    surfaces: Mapping[str, tuple[str, str]]
    boundaries: Sequence[str]
    dimension: int
    order: int


def mesh_fits_the_case(case: Case, mesh: MeshFacts) -> Errors:
    """Regions have materials, interfaces have facets, what the fixture holds is there, and degrees fit.

    Args:
        case: The case.
        mesh: What its mesh is like.
    """
    yield from roles_have_materials(mesh.roles, case.materials)
    yield from regions_touch(mesh.roles, mesh.touching, case.interfaces)
    yield from _facets_are_left(mesh, case.interfaces)
    yield from gap_tables_fit(mesh.dimension, case.interfaces)
    if set(mesh.roles) <= set(case.materials):
        yield from surfaces_fit_the_case(case, mesh.surfaces)
        if case.cell is not None:
            located = with_sides(case.interfaces, mesh.surfaces)
            yield from lithium_has_its_way(mesh.touching, case.resolved_materials(), located, case.cell.anode)
    for name in _needed(case, mesh.dimension):
        if name not in mesh.boundaries:
            ways = "a name in geometry.names, geometry.boundaries = 'box'"
            ways += "" if name in ("bottom", "top", "outer") else ", or fixture.walls = 'free'"
            there = listed(mesh.boundaries) or "none"
            yield CaseError(
                MESH,
                f"the mesh has no boundary '{name}', which the fixture holds; there are: {there}; accepted: {ways}",
            )
    if mesh.dimension == 3 and case.fixture.out_of_plane is not None:
        yield CaseError(
            "fixture.out_of_plane", f"'{case.fixture.out_of_plane}' is for 2D; the mesh is 3D, leave it out"
        )
    if mesh.order > case.solver.displacement_degree:
        accepted = f"{mesh.order}, or a mesh of order {case.solver.displacement_degree}"
        yield CaseError("solver.displacement_degree", f"the elements are of order {mesh.order}; accepted: {accepted}")


def _facets_are_left(mesh: MeshFacts, interfaces: dict[str, Interface]) -> Errors:
    for name, choice in between_roles(interfaces):
        both = set(choice.roles)
        if any(both == set(pair) for pair in mesh.touching) and not any(both == set(pair) for pair in mesh.unnamed):
            told = f"all facets between {listed(choice.roles)} are those of surfaces that other interfaces have"
            yield CaseError(f"interfaces.{name}.between", f"{told}; leave it out")


def surfaces_fit_the_case(case: Case, surfaces: Mapping[str, tuple[str, str]]) -> Errors:
    """What is asked of interfaces between two roles is asked of those on surfaces when the sides are known.

    Args:
        case: The case.
        surfaces: Roles on both sides of each surface of the mesh.
    """
    located = with_sides({name: item for name, item in case.interfaces.items() if item.surface}, surfaces)
    yield from conductances_join_two_hosts(case.resolved_materials(), located)
    yield from bonds_are_born_whole(case.protocol, located)


def _needed(case: Case, dimension: int) -> list[str]:
    """Boundaries that a fixture holds or loads."""
    if isinstance(case.fixture, PressureFixture):
        return ["outer"]
    sides = [] if case.fixture.walls == "free" or case.geometry.is_periodic else ["left", "right", "front", "back"]
    return ["bottom", "top", *sides[: 2 * (dimension - 1)]]
