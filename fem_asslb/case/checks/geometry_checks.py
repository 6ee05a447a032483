"""Checks of a case between its geometry and the sections that refer to it."""

import os

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.input_files import LARGEST_MESH
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import listed
from fem_asslb.case.checks.roles import region_roles, roles_with_grains
from fem_asslb.case.sections.case import Solver
from fem_asslb.case.sections.fixture import Fixture, PressureFixture
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.geometry import Geometry, LayeredStack, MeshFile, PackedParticles, ParticleInShell, Voids

LARGEST_FRACTION = {2: 0.80, 3: 0.60}
"""Volume fraction near random close packing (0.84 in 2D, 0.64 in 3D) that is refused at once."""


def every_role_has_a_material(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """Region roles of the geometry and roles with a material are the same."""
    roles = region_roles(geometry)
    if roles is not None:
        yield from roles_have_materials(roles, materials)


def roles_have_materials(roles: tuple[str, ...], materials: dict[str, MaterialChoice]) -> Errors:
    """Region roles of a mesh and roles with a material are the same."""
    for role in roles:
        if role not in materials:
            yield CaseError(
                f"materials.{role}", f"this region of the geometry has no material; regions: {listed(roles)}"
            )
    for role in materials:
        if role not in roles:
            yield CaseError(f"materials.{role}", f"the geometry has no region '{role}'; regions: {listed(roles)}")


def particles_can_be_packed(geometry: Geometry) -> Errors:
    """The volume fraction is one that a random packing reaches."""
    if not isinstance(geometry, LayeredStack):
        return
    limit = LARGEST_FRACTION[geometry.dimension]
    for name, layer in geometry.layers.items():
        packed = [bodies for bodies in (layer.particles, layer.voids) if isinstance(bodies, PackedParticles | Voids)]
        total = sum(bodies.volume_fraction for bodies in packed)
        if total > limit:
            key = f"geometry.layers.{name}.{'particles' if layer.particles else 'voids'}.volume_fraction"
            reach = f"a random packing in {geometry.dimension}D reaches at most {limit:g}"
            yield CaseError(key, f"{total:g} of the layer is particles and voids; {reach}")


def fixture_fits_the_geometry(geometry: Geometry, fixture: Fixture) -> Errors:
    """A particle in a shell is loaded by a pressure, a stack by a platen; out of plane exists in 2D only."""
    if isinstance(geometry, ParticleInShell) and not isinstance(fixture, PressureFixture):
        yield CaseError("fixture.kind", f"'{fixture.kind}' needs a stack; a particle in a shell takes 'pressure'")
    if isinstance(geometry, LayeredStack) and isinstance(fixture, PressureFixture):
        accepted = "'rigid', 'spring', 'constant-force'"
        yield CaseError("fixture.kind", f"'pressure' is for a particle in a shell; a layered stack takes {accepted}")
    if getattr(geometry, "dimension", 2) == 3 and fixture.out_of_plane is not None:
        yield CaseError("fixture.out_of_plane", f"'{fixture.out_of_plane}' is for 2D; the geometry is 3D, leave it out")


def periodic_walls_are_not_free(geometry: Geometry, fixture: Fixture) -> Errors:
    """A piece whose opposite walls are one cannot grow sideways: it stands for the inside of a large cell in a die."""
    if not geometry.is_periodic:
        return
    if isinstance(fixture, PressureFixture):
        accepted = "accepted: 'rigid', 'spring', 'constant-force'"
        yield CaseError("fixture.kind", f"'pressure', but periodic side walls are those of a stack; {accepted}")
    elif fixture.walls == "free":
        accepted = "accepted: 'symmetric', or geometry.side_walls = 'plane'"
        yield CaseError("fixture.walls", f"'free', but periodic side walls cannot move apart; {accepted}")


def curved_elements_have_a_curved_displacement(geometry: Geometry, solver: Solver) -> Errors:
    """Linear displacement on curved elements cannot even be a uniform strain."""
    if not isinstance(geometry, MeshFile) and geometry.order > solver.displacement_degree:
        reason = f"{geometry.order} needs a displacement of that degree; accepted: 1, or solver.displacement_degree = 2"
        yield CaseError("geometry.order", reason)


def axes_keep_the_symmetry(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """A quadrant or octant stands for the whole only if the crystal axis has its symmetry."""
    if not isinstance(geometry, ParticleInShell) or geometry.part == "full" or "particle" not in materials:
        return
    axis = materials["particle"].axis
    along_one = axis.kind == "fixed" and sum(component != 0.0 for component in axis.direction) == 1
    if axis.kind != "radial" and not along_one:
        accepted = "'radial' or a direction along x, y or z; or take geometry.part = 'full'"
        yield CaseError("materials.particle.axis", f"part 'symmetric' needs {accepted}")


def axes_about_a_centre_have_one(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """The centre of a particle that a side wall cuts is not the centre of the piece that is left."""
    if not isinstance(geometry, LayeredStack):
        return
    for name, layer in geometry.layers.items():
        for role in layer.particles.role_shares if layer.particles is not None else ():
            kind = materials[role].axis.kind if role in materials else None
            cut = layer.particles is not None and layer.particles.walls == "cut" and not geometry.is_periodic
            if kind in ("radial", "tangential") and cut:
                reason = f"'{kind}' needs whole particles; geometry.layers.{name}.particles.walls is 'cut'"
                yield CaseError(f"materials.{role}.axis", f"{reason}, expected 'inside' or another axis")


def tangential_axes_have_grains(geometry: Geometry, materials: dict[str, MaterialChoice]) -> Errors:
    """A direction perpendicular to the line from a particle's centre to a grain's needs grains."""
    if isinstance(geometry, MeshFile):
        return
    grainy = roles_with_grains(geometry)
    for role, choice in materials.items():
        if choice.axis.kind == "tangential" and role not in grainy:
            reason = f"'tangential' needs grains, and '{role}' has none in geometry"
            yield CaseError(f"materials.{role}.axis", f"{reason}; accepted: another axis, or particles with grains")


def the_mesh_file_exists(geometry: Geometry) -> Errors:
    """A mesh from elsewhere is there."""
    if isinstance(geometry, MeshFile) and not os.path.isfile(geometry.path):
        accepted = "expected a mesh file; in case.toml the path is relative to the case's folder"
        yield CaseError("geometry.path", f"'{geometry.path}' is no file; {accepted}")
    elif isinstance(geometry, MeshFile) and (size := os.path.getsize(geometry.path)) > LARGEST_MESH:
        yield CaseError("geometry.path", f"{quoted(geometry.path)} has {size} bytes; accepted: up to {LARGEST_MESH}")
