"""What one rank has in hand of a mesh before its cells are distributed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base import compatibility
from fem_asslb.mesh.side_walls import images
from fem_asslb.mesh.source import FloatArray, IntArray, MeshSource


@dataclass(frozen=True, kw_only=True)
class MeshHead:
    """What every rank knows of a mesh, however large it is.

    Attributes:
        dimension: Topological dimension, 2 or 3.
        degree: Degree of the geometry, 1 or 2.
        regions: Names of the regions.
        boundaries: Names of the boundaries.
        surfaces: Names of the surfaces between regions.
        periods: Distance of the side walls that are one [um], by the axis across them.
        digest: Hash of the content of the mesh.
    """

    dimension: int
    degree: int
    regions: tuple[str, ...]
    boundaries: tuple[str, ...]
    surfaces: tuple[str, ...]
    periods: dict[int, float]
    digest: str


@dataclass(frozen=True, kw_only=True)
class MeshPart:
    """Rows of a mesh on one rank; those of all ranks, one after the other, are the mesh.

    Attributes:
        head: What every rank knows.
        points: Node coordinates [um], shape (num_points, dimension).
        cells: Nodes of each cell in VTK order, numbers of the whole mesh, shape (num_cells, nodes_per_cell).
        joined_cells: The same with one node for all that are one at periodic side walls; elsewhere ``cells`` itself.
        cell_region: Index into ``head.regions`` of each cell.
        facets: Joined nodes of each tagged facet in VTK order, shape (num_facets, nodes_per_facet).
        facet_group: Index into ``head.boundaries``, and on into ``head.surfaces``, of each facet.
    """

    head: MeshHead
    points: FloatArray
    cells: IntArray
    joined_cells: IntArray
    cell_region: npt.NDArray[np.int32]
    facets: IntArray
    facet_group: npt.NDArray[np.int32]


def whole(source: MeshSource) -> MeshPart:
    """A mesh that one rank has alone.

    Raises:
        MeshError: Side walls that are one do not match.
    """
    first = images(source)
    nodes = compatibility.nodes_per_entity(source.dimension - 1, source.degree)
    head = MeshHead(
        dimension=source.dimension,
        degree=source.degree,
        regions=source.regions,
        boundaries=source.boundaries,
        surfaces=source.surfaces,
        periods=source.periods,
        digest=source.digest(),
    )
    return MeshPart(
        head=head,
        points=source.points,
        cells=source.cells,
        joined_cells=first[source.cells] if source.periodic else source.cells,
        cell_region=source.cell_region.astype(np.int32),
        facets=first[source.facets].reshape(-1, nodes),
        facet_group=source.facet_group.astype(np.int32),
    )
