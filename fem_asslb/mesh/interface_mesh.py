"""The interfaces that may open as a mesh of their own, one dimension lower, with the points where their laws act."""

from collections.abc import Sequence
from dataclasses import dataclass

import basix
import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh

from fem_asslb.base import compatibility
from fem_asslb.base.parallel import global_sum
from fem_asslb.mesh.adjacency import interior_facets
from fem_asslb.mesh.domain import Domain

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
    """Facets between pairs of roles.

    Attributes:
        mesh: Mesh of the facets, one per pair of regions that touch.
        cell_of_facet: Cell of ``mesh`` on each facet of the parent mesh, -1 where there is none.
        pair: Pair of roles that each cell lies between, an index.
        regions: Region on the plus and on the minus side of each cell, shape (num_cells, 2).
        rule: Where laws act.
    """

    mesh: dmesh.Mesh
    cell_of_facet: Int32Array
    pair: Int32Array
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


def mean_facet_size(domain: Domain, pair: tuple[str, str]) -> float:
    """Mean of the longest edges of the facets between two roles [um]; 0 if there are none."""
    facets, cells = interior_facets(domain.mesh)
    owned = facets < domain.mesh.topology.index_map(domain.dimension - 1).size_local
    region = domain.cell_region[cells]
    sides = [domain.regions_of([role])[region] for role in pair]
    between = (sides[0][:, 0] & sides[1][:, 1]) | (sides[0][:, 1] & sides[1][:, 0])
    chosen = facets[owned & between & (region[:, 0] != region[:, 1])]
    sizes = domain.mesh.h(domain.dimension - 1, chosen)
    total, number = global_sum(domain.comm, [sizes.sum(), len(sizes)])
    return float(total / number) if number else 0.0


def create_interface_mesh(domain: Domain, pairs: Sequence[tuple[str, str]], degree: int) -> InterfaceMesh:
    """Mesh of all facets between the pairs of roles (plus, minus).

    Args:
        domain: The mesh.
        pairs: Roles on the plus and on the minus side; between regions of one role, plus is the lower region number.
        degree: Of the displacement.
    """
    facets, cells = interior_facets(domain.mesh)
    region = domain.cell_region[cells]
    pair = np.full(len(facets), -1, dtype=np.int32)
    for number, (plus, minus) in enumerate(pairs):
        sides = [domain.regions_of([role])[region] for role in (plus, minus)]
        forward = sides[0][:, 0] & sides[1][:, 1]
        backward = sides[0][:, 1] & sides[1][:, 0]
        turned = (region[:, 0] > region[:, 1]) & forward if plus == minus else backward & ~forward
        region[turned] = region[turned][:, ::-1]
        pair[(forward | backward) & (region[:, 0] != region[:, 1])] = number
    chosen = pair >= 0
    submesh, parents = compatibility.create_submesh(domain.mesh, domain.dimension - 1, facets[chosen])
    index_map = domain.mesh.topology.index_map(domain.dimension - 1)
    cell_of_facet = np.full(index_map.size_local + index_map.num_ghosts, -1, dtype=np.int32)
    cell_of_facet[parents] = np.arange(len(parents))
    place = np.searchsorted(facets, parents)
    return InterfaceMesh(
        mesh=submesh,
        cell_of_facet=cell_of_facet,
        pair=pair[place],
        regions=region[place],
        rule=point_rule(domain.dimension, degree),
    )
