"""Triangles on which a mesh is seen: all cells in 2D; in 3D the surfaces of its regions, and plane sections."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.rows import unique_rows
from fem_asslb.output.names import REGION
from fem_asslb.plotting.snapshots import Snapshot

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SHARP = np.cos(np.radians(45.0))
"""Cosine of the angle between two triangles of a region from which on the edge between them is drawn."""

FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
"""Corners of the faces of a tetrahedron of positive volume, seen from outside counterclockwise."""

_CROSSED = {
    1: [[(3, 0), (3, 1), (3, 2)]],
    2: [[(2, 0), (2, 1), (3, 1)], [(2, 0), (3, 1), (3, 0)]],
    3: [[(0, 1), (0, 2), (0, 3)]],
}
"""Triangles on edges of a tetrahedron, by its corners above the plane; corners below are numbered first."""


@dataclass(frozen=True)
class Patch:
    """Triangles, each in one cell, so that fields may jump between any two of them.

    Attributes:
        cells: Cell of each triangle, shape (n,).
        weights: Of the corners of the cell at the corners of the triangle, shape (n, 3, corners of a cell).
        places: Numbers of the corners of the triangles, the same for corners at the same place, shape (n, 3).
        normals: Unit normals, in the same sense for triangles that lie beside one another, shape (n, 3).
    """

    cells: IntArray
    weights: FloatArray
    places: IntArray
    normals: FloatArray

    def at(self, values: FloatArray) -> FloatArray:
        """Values at the corners of the triangles, shape (n, 3, ...), from those at the corners of all cells."""
        return np.asarray(np.einsum("nij,nj...->ni...", self.weights, values[self.cells]))

    def ordered(self, numbers: npt.NDArray[np.integer]) -> "Patch":
        """The same triangles in the order of a number of each cell."""
        order = np.argsort(numbers[self.cells], kind="stable")
        return Patch(self.cells[order], self.weights[order], self.places[order], self.normals[order])

    def borders(self, region: npt.NDArray[np.integer]) -> IntArray:
        """Edges where a region ends or has an edge of its own, each once for a region.

        Args:
            region: Number of the region of each cell.

        Returns:
            Numbers of both corners among the corners of all triangles, shape (m, 2).
        """
        corners = np.arange(self.places.size).reshape(-1, 3)
        edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        keys = np.column_stack([np.sort(self.places.ravel()[edges], axis=1), np.tile(region[self.cells], 3)])
        found, normals = unique_rows(keys), np.tile(self.normals, (3, 1))
        total = np.column_stack([np.bincount(found.number, weights=normals[:, axis]) for axis in range(3)])
        # The length of the sum of two unit vectors tells the angle between them.
        bends = (total**2).sum(axis=1) < 2.0 + 2.0 * SHARP
        return np.asarray(edges[found.first[(found.uses != 2) | bends]], dtype=np.int64)


def places_of(points: FloatArray) -> IntArray:
    """Numbers of the corners of cells, shape (num_cells, corners): the same for corners at the same place."""
    rounded = np.rint(points.reshape(-1, points.shape[-1]) * 1e6).astype(np.int64)
    return unique_rows(rounded).number.reshape(points.shape[:2])


def whole(snapshot: Snapshot) -> Patch:
    """All cells of a mesh in 2D."""
    count = snapshot.grid.n_cells
    weights = np.broadcast_to(np.eye(3), (count, 3, 3))
    upwards = np.broadcast_to([0.0, 0.0, 1.0], (count, 3))
    return Patch(np.arange(count), weights, places_of(snapshot.points()), upwards)


def surfaces(snapshot: Snapshot, numbers: IntArray) -> Patch:
    """Surface of each region of a mesh in 3D; where two regions meet, that of each.

    Args:
        snapshot: Fields.
        numbers: What `places_of` says of the corners of the cells.
    """
    points = snapshot.points()
    corners = np.tile(FACES, (len(points), 1))
    cells = np.repeat(np.arange(len(points)), len(FACES))
    mirrored = np.linalg.det(points[:, 1:] - points[:, :1])[cells] < 0.0
    corners[mirrored] = corners[mirrored][:, [0, 2, 1]]
    places = numbers[cells[:, None], corners]
    region = np.asarray(snapshot.grid.cell_data[REGION])[cells]
    keys = np.column_stack([np.sort(places, axis=1), region])
    found = unique_rows(keys)
    outer = np.sort(found.first[found.uses == 1])
    cells, corners = cells[outer], corners[outer]
    at = points[cells[:, None], corners]
    normals = np.cross(at[:, 1] - at[:, 0], at[:, 2] - at[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Patch(cells, np.eye(4)[corners], places[outer], normals)


def section(snapshot: Snapshot, numbers: IntArray, axis: int, height: float) -> Patch:
    """Where a plane cuts the cells of a mesh in 3D.

    Args:
        snapshot: Fields.
        numbers: What `places_of` says of the corners of the cells.
        axis: Normal of the plane.
        height: Of the plane along the axis [um].
    """
    points = snapshot.points()
    distance = points[:, :, axis] - height
    above = distance > 0.0
    count = above.sum(axis=1)
    # In each cell the corners below stand first.
    order = np.argsort(above, axis=1, kind="stable")
    found = []
    for corners_above, triangles in _CROSSED.items():
        cells = np.flatnonzero(count == corners_above)
        for triangle in triangles:
            found.append((cells, order[cells][:, np.array(triangle)]))
    cells = np.concatenate([cells for cells, _ in found])
    ends = np.concatenate([pairs for _, pairs in found])
    one, other = (distance[cells[:, None], ends[:, :, end]] for end in (0, 1))
    share = one / (one - other)
    weights = (1.0 - share)[..., None] * np.eye(4)[ends[:, :, 0]] + share[..., None] * np.eye(4)[ends[:, :, 1]]
    vertices = np.sort(numbers[cells[:, None, None], ends], axis=2)
    places = unique_rows(vertices.reshape(-1, 2)).number.reshape(-1, 3)
    return Patch(cells, weights, places, np.broadcast_to(np.eye(3)[axis], (len(cells), 3)))
