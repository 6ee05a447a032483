"""The interfaces of a model on a mesh: their facets, and what they remember."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.base.parallel import global_max
from fem_asslb.equations.interface_start import bonded_facets, initial_gaps, require_stiff, strength_factors
from fem_asslb.interfaces.cohesion import NEVER_BONDED
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import InterfaceMesh, create_interface_mesh
from fem_asslb.model.model import Model
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.interface_state import HISTORY_SIZE, InterfaceState, PointEvaluator, create_interface_state

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OpeningInterfaces:
    """All interfaces of a model that may open.

    Attributes:
        mesh: Their facets.
        state: What they remember.
        laws: Law of each, with constants for numbers.
        conductances: Of each, a constant; None where lithium does not pass from host to host.
        keys: Vertices of each facet, sorted by their numbers in the mesh file, shape (num_facets, dimension).
        points: Where the laws act, shape (num_facets, num_points, 3) [um].
    """

    mesh: InterfaceMesh
    state: InterfaceState
    laws: list[InterfaceLaw]
    conductances: list[fem.Constant | None]
    keys: npt.NDArray[np.int64]
    points: FloatArray


def create_interfaces(
    domain: Domain, model: Model, measure: Callable[[tuple[str, str]], ufl.Measure]
) -> OpeningInterfaces | None:
    """Interfaces of a model in their state at assembly; None if all are welded.

    Args:
        domain: The mesh.
        model: What is solved.
        measure: Measure of the facets of a pair of roles, with the points where laws act.

    Raises:
        MaterialError: An interface is too soft for the largest strength that was drawn.
    """
    if not model.interfaces:
        return None
    mesh = create_interface_mesh(domain, [item.pair for item in model.interfaces], model.displacement_degree)
    state = create_interface_state(mesh)
    dofs = state.local.function_space.dofmap.list
    history, local = state.history.x.array.reshape(-1, HISTORY_SIZE), state.local.x.array.reshape(-1, 2)
    keys, boundaries = _facet_keys(domain, mesh), _boundary_keys(domain, mesh)
    points, areas = _points(mesh, model, measure)
    for number, item in enumerate(model.interfaces):
        facets = np.flatnonzero(mesh.pair == number)
        gaps = initial_gaps(item, points[facets])
        drawn = bonded_facets(domain.comm, item, keys[facets], areas[facets])
        history[dofs[facets], 0] = np.where(drawn[:, None] & (gaps <= 0.0), 0.0, NEVER_BONDED)
        strengths = strength_factors(item, boundaries[facets], keys[facets])
        require_stiff(item, float(global_max(domain.comm, np.max(strengths, initial=0.0))[0]))
        local[dofs[facets], 0] = strengths[:, None]
        local[dofs[facets], 1] = gaps
    conductances = [
        fem.Constant(domain.mesh, item.conductance)
        if item.conductance is not None and set(item.pair) <= set(model.hosts)
        else None
        for item in model.interfaces
    ]
    laws = [with_constants(domain, item.law) for item in model.interfaces]
    return OpeningInterfaces(mesh, state, laws, conductances, keys, points)


def _facet_keys(domain: Domain, mesh: InterfaceMesh) -> npt.NDArray[np.int64]:
    """Vertices of each facet, sorted by their numbers in the mesh file: no partition changes them."""
    parent = np.flatnonzero(mesh.cell_of_facet >= 0)
    parent = parent[np.argsort(mesh.cell_of_facet[parent])].astype(np.int32)
    if len(parent) == 0:
        # DOLFINx divides by the number of entities.
        return np.zeros((0, domain.dimension), dtype=np.int64)
    nodes = dmesh.entities_to_geometry(domain.mesh, domain.dimension - 1, parent)
    return np.sort(domain.mesh.geometry.input_global_indices[nodes], axis=1)


def _boundary_keys(domain: Domain, mesh: InterfaceMesh) -> npt.NDArray[np.int64]:
    """Both regions of each facet by their places among the sorted names: no order of the regions changes them."""
    place = np.argsort(np.argsort(domain.regions))
    return np.sort(place[mesh.regions], axis=1)


def _points(
    mesh: InterfaceMesh, model: Model, measure: Callable[[tuple[str, str]], ufl.Measure]
) -> tuple[FloatArray, FloatArray]:
    """Where the laws act, shape (num_facets, num_points, 3) [um], and the area of each facet that this rank owns.

    The area of a facet of another rank is zero.
    """
    x = ufl.SpatialCoordinate(measure(model.interfaces[0].pair).ufl_domain())("+")
    coordinates = [x[k] if k < x.ufl_shape[0] else 0.0 * x[0] for k in range(3)]
    evaluator = PointEvaluator(mesh, [(coordinates, measure(item.pair)) for item in model.interfaces])
    found = evaluator.evaluate()
    points = found.x.array.reshape(-1, 3)[found.function_space.dofmap.list]
    areas = np.zeros(len(points))
    areas[: mesh.num_owned] = evaluator.weights().sum(axis=1)
    return points, areas
