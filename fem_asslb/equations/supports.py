"""Dirichlet conditions of a support, and the shape of the platen's motion."""

import numpy as np
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.base.errors import MeshError
from fem_asslb.base.parallel import global_min
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Support

TOP = "top"
"""Boundary under the platen."""


def create_conditions(
    domain: Domain, space: fem.FunctionSpace, support: Support, prescribed: fem.Function
) -> list[fem.DirichletBC]:
    """Conditions on the displacement.

    Args:
        domain: The mesh.
        space: Displacement space.
        support: What holds the body.
        prescribed: Displacement on ``support.prescribed``.
    """
    facet = domain.dimension - 1
    conditions = [_plane(space, axis, facet, domain.boundary(name)) for name, axis in support.planes]
    if support.platen:
        conditions.append(_plane(space, domain.dimension - 1, facet, domain.boundary(TOP)))
    if support.pinned:
        return conditions + _pins(domain, space)
    if support.floating:
        return conditions + _floating_pins(domain, space, support.floating)
    if support.prescribed is not None:
        dofs = fem.locate_dofs_topological(space, facet, domain.boundary(support.prescribed))
        conditions.append(fem.dirichletbc(prescribed, dofs))
    elif domain.dimension == 2:
        conditions += _hold(domain, space, _corner(domain), (2,))
    return conditions


def platen_shape(domain: Domain, space: fem.FunctionSpace) -> fem.Function:
    """Displacement that follows the platen: one along the stack at the nodes under it, zero at all others.

    It is continuous, so that the platen opens no interface: also a body that reaches the platen in a mere vertex or
    edge has it there, where nothing holds that body to the platen.
    """
    axis, facet = domain.dimension - 1, domain.dimension - 1
    continuous = fem.Function(fem.functionspace(domain.mesh, space.ufl_element()))
    dofs = fem.locate_dofs_topological(continuous.function_space.sub(axis), facet, domain.boundary(TOP))
    continuous.x.array[dofs] = 1.0
    continuous.x.scatter_forward()
    shape = fem.Function(space, name="platen")
    shape.interpolate(continuous)
    shape.x.scatter_forward()
    return shape


def _plane(space: fem.FunctionSpace, axis: int, facet: int, facets: np.ndarray) -> fem.DirichletBC:
    """No motion along an axis of the bodies that have facets on a plane; one that meets it in a vertex is not held."""
    dofs = fem.locate_dofs_topological(space.sub(axis), facet, facets)
    return fem.dirichletbc(np.float64(0.0), dofs, space.sub(axis))


def _hold(
    domain: Domain, space: fem.FunctionSpace, vertices: np.ndarray, components: tuple[int, ...]
) -> list[fem.DirichletBC]:
    """No motion of one body at a vertex that several may share, the same one on every rank.

    Args:
        domain: The mesh.
        space: Displacement space.
        vertices: The local copy of the vertex, or none; of a seam, some ranks may know it at the other side only.
        components: Those that are held.
    """
    topology = domain.mesh.topology
    topology.create_connectivity(domain.dimension, 0)
    corners = topology.connectivity(domain.dimension, 0).array.reshape(-1, domain.dimension + 1)
    # The first dofs of a Lagrange element are those of its corners.
    dofs = space.dofmap.list[: len(corners), : domain.dimension + 1].astype(np.int32)
    numbers = space.dofmap.index_map.local_to_global(dofs.ravel()).reshape(dofs.shape)
    least = numbers[np.isin(corners, vertices)].min(initial=np.iinfo(np.int64).max)
    held = np.unique(dofs[numbers == int(global_min(domain.comm, least)[0])])
    return [fem.dirichletbc(np.float64(0.0), 3 * held + axis, space.sub(axis)) for axis in components]


def _pins(domain: Domain, space: fem.FunctionSpace) -> list[fem.DirichletBC]:
    """All components at the vertex of least x, those across x at that of largest x, in 3D the last at the largest y.

    In 2D the third component is held at the first vertex too, which removes the motion across the plane.
    """
    dimension = domain.dimension
    held = [((1, 1, 1), (0, 1, 2)), ((-1, 1, 1), tuple(range(1, dimension)))]
    if dimension == 3:
        held.append(((1, -1, 1), (2,)))
    conditions = []
    for turn, (signs, components) in enumerate(held):
        vertices = _outermost(domain, 1 if turn == 2 else 0, np.array(signs))
        conditions += _hold(domain, space, vertices, components)
    return conditions


def _floating_pins(domain: Domain, space: fem.FunctionSpace, axes: tuple[int, ...]) -> list[fem.DirichletBC]:
    """Motion along each of the axes at the vertex of ``bottom`` of least x, in 2D across the plane too.

    In 3D without any plane, y at that of largest x as well, which removes the turn about the stack; a body with side
    walls that are one cannot turn.
    """
    facets, dimension = domain.boundary("bottom"), domain.dimension
    domain.mesh.topology.create_connectivity(dimension - 1, 0)
    vertices = dmesh.compute_incident_entities(domain.mesh.topology, facets, dimension - 1, 0)
    first = _outermost(domain, 0, np.array((1, 1, 1)), vertices)
    conditions = _hold(domain, space, first, (*axes, 2) if dimension == 2 else axes)
    if len(axes) == 2 and not domain.periods:
        conditions += _hold(domain, space, _outermost(domain, 0, np.array((-1, 1, 1)), vertices), (1,))
    return conditions


def _outermost(domain: Domain, axis: int, signs: np.ndarray, vertices: np.ndarray | None = None) -> np.ndarray:
    """The vertex of least ``signs`` times x along an axis, of equal ones that of least other coordinates."""
    topology, geometry = domain.mesh.topology, domain.mesh.geometry
    topology.create_connectivity(domain.dimension, 0)
    # The corners of a cell come first; a curved one has nodes between them, where nothing could be held.
    corners = topology.connectivity(domain.dimension, 0).array
    places = geometry.x[geometry.dofmap[:, : domain.dimension + 1]].reshape(-1, 3)
    if vertices is not None:
        chosen = np.isin(corners, vertices)
        corners, places = corners[chosen], places[chosen]
    points = np.roll(signs * np.round(places, 9), -axis, axis=1)
    first = np.lexsort(points.T[::-1])[:1]
    least = min(domain.comm.allgather(tuple(points[first].ravel()) or (np.inf,) * 3))
    place = np.roll(np.array(least), axis) * signs
    return np.unique(corners[np.linalg.norm(places - place, axis=1) < 1e-6 * (1 + np.abs(place).max())])


def _corner(domain: Domain) -> np.ndarray:
    """The vertex at the smallest coordinates: holding u_z there removes the rigid motion across a 2D plane, freely."""
    corner = [domain.extent(axis)[0] for axis in range(domain.dimension)]
    size = max(domain.extent(axis)[1] - corner[axis] for axis in range(domain.dimension))

    def at_corner(x: np.ndarray) -> np.ndarray:
        """Which of the points, shape (3, n), lie there."""
        return np.all([np.abs(x[k] - corner[k]) < 1e-9 * size for k in range(domain.dimension)], axis=0)

    domain.mesh.topology.create_connectivity(0, domain.dimension)
    vertices = dmesh.locate_entities(domain.mesh, 0, at_corner)
    if domain.comm.allreduce(len(vertices)) == 0:
        raise MeshError(f"the mesh has no corner at {corner} um, where the motion across the plane is held")
    return vertices
