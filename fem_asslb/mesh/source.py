"""A mesh as arrays on one process: cells, facets, and the names of their groups."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.texts import SURFACE

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class MeshSource:
    """Cells, facets and their named groups, in the order of the file.

    Attributes:
        dimension: Topological dimension, 2 or 3.
        degree: Degree of the geometry, 1 or 2.
        points: Node coordinates [um], shape (num_nodes, dimension).
        cells: Nodes of each cell in VTK order, shape (num_cells, nodes_per_cell).
        cell_region: Index into ``regions`` of each cell, shape (num_cells,).
        regions: Names of the regions, see `fem_asslb.mesh.region_names`, sorted.
        facets: Nodes of each tagged facet in VTK order, shape (num_facets, nodes_per_facet).
        facet_group: Index into ``boundaries``, and on into ``surfaces``, of each facet, shape (num_facets,).
        boundaries: Names of the boundaries, sorted.
        periodic: Axes at whose two ends nodes and facets are one; facets there have no name.
        surfaces: Names of the surfaces between regions that go by a name of their own, sorted.
    """

    dimension: int
    degree: int
    points: FloatArray
    cells: IntArray
    cell_region: IntArray
    regions: tuple[str, ...]
    facets: IntArray
    facet_group: IntArray
    boundaries: tuple[str, ...]
    periodic: tuple[int, ...] = ()
    surfaces: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of boundaries and surfaces, in the order of ``facet_group``."""
        return (*self.boundaries, *self.surfaces)

    @property
    def periods(self) -> dict[int, float]:
        """Distance [um] of the ends that are one, by their axis."""
        return {axis: float(np.ptp(self.points[:, axis])) for axis in self.periodic}

    def digest(self) -> str:
        """Hash of the content: the same mesh has the same, whatever file it came from."""
        names = "\n".join([*self.regions, "", *self.boundaries, *(SURFACE + name for name in self.surfaces)]).encode()
        arrays = (self.points, self.cells, self.cell_region, self.facets, self.facet_group)
        whole = hashlib.sha256(names + bytes(self.periodic))
        for array in arrays:
            exact = np.ascontiguousarray(array, dtype=np.float64 if array.dtype.kind == "f" else np.int64)
            whole.update(repr(exact.shape).encode() + exact.tobytes())
        return whole.hexdigest()[:16]
