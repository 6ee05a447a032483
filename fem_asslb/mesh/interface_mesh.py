"""The interfaces that may open as a mesh of their own, one dimension lower, with the points where their laws act."""

from collections.abc import Sequence
from dataclasses import dataclass

import basix
import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh

from fem_asslb.base import compatibility
from fem_asslb.base.parallel import global_sum
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_facets import facets_between
from fem_asslb.mesh.place import Place

Int32Array = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PointRule:
    """Quadrature points on a facet of the reference cell.

    Attributes:
        points: Shape (num_points, dimension of the facet).
        weights: Shape (num_points,).
    """

    points: FloatArray
    weights: FloatArray

    @property
    def metadata(self) -> dict[str, object]:
        """The same for a measure, in types that UFL can sign."""
        return {
            "quadrature_rule": "custom",
            "quadrature_points": tuple(tuple(float(value) for value in point) for point in self.points),
            "quadrature_weights": tuple(float(value) for value in self.weights),
        }


def point_rule(dimension: int, degree: int) -> PointRule:
    """Points where interface laws act for a displacement of a degree on a mesh of a dimension.

    They are the nodes of the facet wherever those have positive weights, so that each pair of nodes has a law of its
    own and stiff interfaces do not oscillate: vertices for degree 1, Lobatto's points for degree 2 in 2D. Facets of
    degree 2 in 3D have no such rule; six Gauss points control their six nodes.
    """
    facet = basix.CellType.interval if dimension == 2 else basix.CellType.triangle
    if degree == 1:
        vertices = np.asarray(basix.geometry(facet))
        return PointRule(vertices, np.full(len(vertices), basix.cell.volume(facet) / len(vertices)))
    if dimension == 2:
        return PointRule(np.array([[0.0], [0.5], [1.0]]), np.array([1.0, 4.0, 1.0]) / 6.0)
    points, weights = basix.make_quadrature(facet, 4)
    return PointRule(np.asarray(points), np.asarray(weights))


@dataclass(frozen=True, kw_only=True)
class InterfaceMesh:
    """Facets of the interfaces that may open.

    Attributes:
        mesh: Mesh of the facets.
        cell_of_facet: Cell of ``mesh`` on each facet of the parent mesh, -1 where there is none.
        interface: Of each cell, an index.
        regions: Region on the plus and on the minus side of each cell, shape (num_cells, 2).
        rule: Where laws act.
    """

    mesh: dmesh.Mesh
    cell_of_facet: Int32Array
    interface: Int32Array
    regions: Int32Array
    rule: PointRule

    @property
    def submeshes(self) -> dict[dmesh.Mesh, Int32Array]:
        """This mesh and its cell on every facet of the parent mesh, -1 where there is none."""
        return {self.mesh: self.cell_of_facet}

    @property
    def num_owned(self) -> int:
        """Facets owned by this process."""
        return self.mesh.topology.index_map(self.mesh.topology.dim).size_local


def mean_facet_sizes(domain: Domain, places: Sequence[Place]) -> list[float]:
    """Mean of the longest edges of the facets of each place [um]; 0 where there are none."""
    found = facets_between(domain, places)
    owned = found.facets < domain.mesh.topology.index_map(domain.dimension - 1).size_local
    chosen = owned & (found.place >= 0)
    sizes, place = domain.mesh.h(domain.dimension - 1, found.facets[chosen]), found.place[chosen]
    local = [np.bincount(place, weights, minlength=len(places)) for weights in (sizes, np.ones_like(sizes))]
    total, number = global_sum(domain.comm, np.concatenate(local)).reshape(2, -1)
    return [float(size) for size in total / np.maximum(number, 1.0)]


def create_interface_mesh(domain: Domain, places: Sequence[Place], degree: int) -> InterfaceMesh:
    """Mesh of all facets of some places.

    Args:
        domain: The mesh.
        places: Of the interfaces.
        degree: Of the displacement.
    """
    found = facets_between(domain, places)
    chosen = found.place >= 0
    submesh, parents = compatibility.create_submesh(domain.mesh, domain.dimension - 1, found.facets[chosen])
    index_map = domain.mesh.topology.index_map(domain.dimension - 1)
    cell_of_facet = np.full(index_map.size_local + index_map.num_ghosts, -1, dtype=np.int32)
    cell_of_facet[parents] = np.arange(len(parents))
    row = np.searchsorted(found.facets, parents)
    return InterfaceMesh(
        mesh=submesh,
        cell_of_facet=cell_of_facet,
        interface=found.place[row],
        regions=found.regions[row],
        rule=point_rule(domain.dimension, degree),
    )
