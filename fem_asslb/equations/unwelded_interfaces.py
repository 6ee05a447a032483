"""The interfaces of a model on a mesh, all that are not welded: their facets, and what they remember."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import mesh as dmesh

from fem_asslb.base import compatibility
from fem_asslb.base.parallel import global_max
from fem_asslb.equations.interface_start import bonded_facets, initial_gaps, require_stiff, strength_factors
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import InterfaceMesh, create_interface_mesh
from fem_asslb.mesh.place import Place
from fem_asslb.model.model import Interface, Model
from fem_asslb.spaces.facet_points import FacetEvaluator, point_function
from fem_asslb.spaces.point_variables import Layout, PointVariables

FloatArray = npt.NDArray[np.float64]

STRENGTH, GAP, DRAWN = "strength", "gap", "drawn"
"""Factor on the strengths, initial gap [um] and whether a point may adhere: what points have besides what they
remember."""

ORIGIN = "origin"
"""Sliding at which what adhered at the end of fabrication bears no shear [um]; remembered like the history of laws."""


@dataclass(frozen=True, kw_only=True)
class UnweldedInterfaces:
    """All interfaces of a model: those whose sides have displacements of their own.

    Attributes:
        mesh: Their facets.
        history: What they remember; None where no law remembers anything.
        local: Factor on the strength, and initial gap [um], at each point.
        keys: Nodes of each facet, sorted by their numbers in the mesh file, shape (num_facets, num_nodes).
        points: Where the laws act, shape (num_facets, num_points, 3) [um].
    """

    mesh: InterfaceMesh
    history: PointVariables | None
    local: PointVariables
    keys: npt.NDArray[np.int64]
    points: FloatArray


def create_interfaces(
    domain: Domain, model: Model, measure: Callable[[Place], ufl.Measure]
) -> UnweldedInterfaces | None:
    """Interfaces of a model in their state at assembly; None if all are welded.

    Args:
        domain: The mesh.
        model: What is solved.
        measure: Measure of the facets of an interface, with the points where laws act.

    Raises:
        MaterialError: An interface is too soft for the largest strength that was drawn.
    """
    if not model.interfaces:
        return None
    mesh = create_interface_mesh(domain, [item.place for item in model.interfaces], model.displacement_degree)
    layout = Layout(*(item.law.HISTORY for item in model.interfaces), {ORIGIN: (3,)} if model.adheres_later else {})
    history, local = _remembered(mesh, layout), _remembered(mesh, Layout({STRENGTH: (), GAP: (), DRAWN: ()}))
    assert local is not None
    dofs = local.function.function_space.dofmap.list
    keys, boundaries = _facet_keys(domain, mesh), _boundary_keys(domain, mesh)
    points, areas = _points(mesh, model, measure)
    for number, item in enumerate(model.interfaces):
        facets = np.flatnonzero(mesh.interface == number)
        gaps = initial_gaps(item, points[facets])
        drawn = bonded_facets(domain.comm, item, keys[facets], areas[facets])
        adheres = drawn[:, None] & (gaps <= 0.0)
        local.arrays[DRAWN][dofs[facets]] = adheres
        for name, values in item.law.at_assembly(adheres & (not waits(model, item))).items():
            assert history is not None
            history.arrays[name][dofs[facets]] = values
        strengths = strength_factors(item, boundaries[facets], keys[facets])
        require_stiff(item, float(global_max(domain.comm, np.max(strengths, initial=0.0))[0]))
        local.arrays[STRENGTH][dofs[facets]] = strengths[:, None]
        local.arrays[GAP][dofs[facets]] = gaps
    return UnweldedInterfaces(mesh=mesh, history=history, local=local, keys=keys, points=points)


def waits(model: Model, item: Interface) -> bool:
    """Whether an interface adheres at the end of fabrication only; grains are sintered before."""
    return model.adheres_later and item.law.adheres and item.plus != item.minus


def _remembered(mesh: InterfaceMesh, layout: Layout) -> PointVariables | None:
    return PointVariables(layout, point_function(mesh, layout.size), "+") if layout.size else None


def _facet_keys(domain: Domain, mesh: InterfaceMesh) -> npt.NDArray[np.int64]:
    """Nodes of each facet, sorted by their numbers in the mesh file: no partition changes them."""
    parent = np.flatnonzero(mesh.cell_of_facet >= 0)
    parent = parent[np.argsort(mesh.cell_of_facet[parent])].astype(np.int32)
    if len(parent) == 0:
        # DOLFINx divides by the number of entities.
        nodes = compatibility.nodes_per_entity(domain.dimension - 1, domain.mesh.geometry.cmap.degree)
        return np.zeros((0, nodes), dtype=np.int64)
    nodes = dmesh.entities_to_geometry(domain.mesh, domain.dimension - 1, parent)
    return np.sort(domain.mesh.geometry.input_global_indices[nodes], axis=1)


def _boundary_keys(domain: Domain, mesh: InterfaceMesh) -> npt.NDArray[np.int64]:
    """Both regions of each facet by their places among the sorted names: no order of the regions changes them."""
    place = np.argsort(np.argsort(domain.regions))
    return np.sort(place[mesh.regions], axis=1)


def _points(
    mesh: InterfaceMesh, model: Model, measure: Callable[[Place], ufl.Measure]
) -> tuple[FloatArray, FloatArray]:
    """Where the laws act, shape (num_facets, num_points, 3) [um], and the area of each facet that this rank owns.

    The area of a facet of another rank is zero.
    """
    x = ufl.SpatialCoordinate(measure(model.interfaces[0].place).ufl_domain())("+")
    place = {"place": tuple(x[k] if k < x.ufl_shape[0] else 0.0 * x[0] for k in range(3))}
    terms = [(place, measure(item.place)) for item in model.interfaces]
    evaluator = FacetEvaluator(mesh, Layout({"place": (3,)}), terms)
    found = evaluator.evaluate()
    points = found.x.array.reshape(-1, 3)[found.function_space.dofmap.list]
    areas = np.zeros(len(points))
    areas[: mesh.num_owned] = evaluator.weights().sum(axis=1)
    return points, areas
