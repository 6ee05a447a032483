"""The interfaces of a model on a mesh: their facets, what they remember, and how they start."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.errors import MaterialError
from fem_asslb.interfaces.cohesion import NEVER_BONDED, least_stiffness
from fem_asslb.interfaces.law import ContactLaw, ElasticLaw
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import InterfaceMesh, create_interface_mesh
from fem_asslb.model import Interface, Model
from fem_asslb.parallel import global_max
from fem_asslb.spaces.fields import with_constants
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
    laws: list[ElasticLaw | ContactLaw]
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
    keys, points = _facet_keys(domain, mesh), _points(mesh, model, measure)
    boundaries = _boundary_keys(domain, mesh)
    for number, item in enumerate(model.interfaces):
        facets = np.flatnonzero(mesh.pair == number)
        gaps = _gaps(item, points[facets])
        adheres = _adheres(item, keys[facets])[:, None] & (gaps <= 0.0)
        history[dofs[facets], 0] = np.where(adheres, 0.0, NEVER_BONDED)
        strengths = _strengths(item, boundaries[facets], keys[facets])
        _require_stiff(item, float(global_max(domain.comm, np.max(strengths, initial=0.0))[0]))
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


def _uniform(purpose: int, seed: int, keys: npt.NDArray) -> FloatArray:
    """Number between 0 and 1 of each row of keys, shape (n,); whatever the seeds, two purposes draw independently."""
    return np.array([np.random.default_rng([purpose, seed, *row]).random() for row in keys.tolist()])


def _adheres(item: Interface, keys: npt.NDArray) -> npt.NDArray[np.bool_]:
    share = item.start.bonded_share
    if share in (0.0, 1.0):
        return np.full(len(keys), share == 1.0)
    return _uniform(0, item.start.seed, keys) < share


def _strengths(item: Interface, boundaries: npt.NDArray, keys: npt.NDArray) -> FloatArray:
    """Factors on the strength of a Weibull distribution of scale 1."""
    modulus = item.start.weibull_modulus
    if np.isinf(modulus):
        return np.ones(len(keys))
    chance = _uniform(1, item.start.scatter_seed, boundaries if item.start.scatter_by_boundary else keys)
    return (-np.log1p(-chance)) ** (1.0 / modulus)


def _require_stiff(item: Interface, largest: float) -> None:
    """Refuse a stiffness that softens the undamaged interface where its strength is the largest factor times T."""
    cohesion = item.law.cohesion if isinstance(item.law, ContactLaw) else None
    if cohesion is None or np.isinf(item.start.weibull_modulus):
        return
    strength = largest * float(cohesion.normal_strength)
    least = least_stiffness(strength, float(cohesion.normal_toughness))
    if cohesion.normal_stiffness < least:
        raise MaterialError(
            f"{item.plus}|{item.minus}: normal_stiffness = {cohesion.normal_stiffness:g} MPa/um is too soft for the "
            f"strength of {strength:g} MPa that the scatter draws; accepted: at least 10 T^2/(2 G) = {least:g} MPa/um"
        )


def _gaps(item: Interface, points: FloatArray) -> FloatArray:
    """Initial gap at points of shape (num_facets, num_points, 3); what has one does not adhere."""
    if not callable(item.start.gap):
        return np.full(points.shape[:2], float(item.start.gap))
    return np.asarray(item.start.gap(points.reshape(-1, 3).T)).reshape(points.shape[:2])


def _points(mesh: InterfaceMesh, model: Model, measure: Callable[[tuple[str, str]], ufl.Measure]) -> FloatArray:
    """Where the laws act, shape (num_facets, num_points, 3) [um]."""
    x = ufl.SpatialCoordinate(measure(model.interfaces[0].pair).ufl_domain())("+")
    coordinates = [x[k] if k < x.ufl_shape[0] else 0.0 * x[0] for k in range(3)]
    found = PointEvaluator(mesh, [(coordinates, measure(item.pair)) for item in model.interfaces]).evaluate()
    return found.x.array.reshape(-1, 3)[found.function_space.dofmap.list]
