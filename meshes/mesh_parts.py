"""Cells and groups of a mesh as its reader finds them; cells that are no simplices are split."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.foreign_mesh import DIMENSION, ForeignMesh, Group, Integers, Numbers, Rows
from meshes.sides import SIDES_OF

_SPLIT = {"quad": ("triangle", 2), "pyramid": ("tetra", 2), "wedge": ("tetra", 3), "hexahedron": ("tetra", 6)}
"""Kind and number of the simplices that a cell is split into."""

_DIMENSION = DIMENSION | {kind: DIMENSION[simplex] for kind, (simplex, _) in _SPLIT.items()}

_CELLS = "cells"
"""Name of the group of all cells of a mesh that has no groups of cells."""


class MeshParts:
    """Collects cells of any accepted kind, and groups of them by name."""

    def __init__(self) -> None:
        self.cells: dict[str, list[Integers]] = defaultdict(list)
        self._counts: dict[str, int] = defaultdict(int)
        self._groups: dict[Group, dict[str, list[Integers]]] = defaultdict(lambda: defaultdict(list))

    def add_cells(self, kind: str, nodes: Integers) -> Integers:
        """Add cells of one kind.

        Args:
            kind: In meshio's words.
            nodes: Rows of their nodes in VTK's order, shape (cells, nodes of one).

        Returns:
            Rows of the cells among those of their kind.

        Raises:
            MeshError: The kind is not accepted.
        """
        if kind not in _DIMENSION:
            accepted = f"{', '.join(sorted(_DIMENSION))}; save it with elements of first order, or with simplices"
            raise MeshError(f"it has cells of type {quoted(kind, 30)}; accepted: {accepted}")
        first = self._counts[kind]
        self.cells[kind].append(np.asarray(nodes, dtype=np.int64))
        self._counts[kind] += len(nodes)
        return np.arange(first, first + len(nodes))

    def add_to_group(self, name: str, kind: str, rows: Integers) -> None:
        """Add cells, by their rows, to the group of a name and the dimension of their kind."""
        if len(rows):
            self._groups[Group(_DIMENSION[kind], name)][kind].append(np.asarray(rows, dtype=np.int64))

    def add_nodes(self, name: str, nodes: Iterable[int]) -> None:
        """Add a set of nodes, by their rows."""
        vertices = np.unique(np.asarray(nodes, dtype=np.int64)).reshape(-1, 1)
        self.add_to_group(name, "vertex", self.add_cells("vertex", vertices))

    def mesh(self, points: Numbers) -> ForeignMesh:
        """The mesh of simplices, without the points that no cell has.

        Raises:
            MeshError: It is none.
        """
        cells = {kind: np.concatenate(parts) for kind, parts in self.cells.items()}
        groups: dict[Group, Rows] = {
            group: {kind: np.unique(np.concatenate(rows)) for kind, rows in parts.items()}
            for group, parts in self._groups.items()
        }
        whole = ForeignMesh(np.asarray(points, dtype=np.float64), *_simplices(cells, groups))
        kind = max(DIMENSION[kind] for kind, nodes in whole.cells.items() if len(nodes))
        if not any(group.dimension == kind for group in whole.groups):
            everything: Rows = {of: np.arange(len(rows)) for of, rows in whole.cells.items() if DIMENSION[of] == kind}
            whole.groups[Group(kind, _CELLS)] = everything
        return _used(whole)


def _used(mesh: ForeignMesh) -> ForeignMesh:
    """The mesh without points and vertices that no cell of the highest dimension has, such as reference points."""
    dimension = max(DIMENSION[kind] for kind, nodes in mesh.cells.items() if len(nodes))
    solid = [nodes.ravel() for kind, nodes in mesh.cells.items() if DIMENSION[kind] == dimension]
    used = np.unique(np.concatenate(solid))
    if len(used) == len(mesh.points):
        return mesh
    number = np.full(len(mesh.points), -1)
    number[used] = np.arange(len(used))
    cells: dict[str, Integers] = {}
    groups: dict[Group, Rows] = {group: {} for group in mesh.groups}
    for kind, nodes in mesh.cells.items():
        kept = np.all(number[nodes] >= 0, axis=1)
        cells[kind] = number[nodes[kept]]
        row = np.cumsum(kept) - 1
        for group, parts in mesh.groups.items():
            if kind in parts:
                groups[group][kind] = row[parts[kind][kept[parts[kind]]]]
    return ForeignMesh(mesh.points[used], cells, groups)


def _simplices(cells: dict[str, Integers], groups: dict[Group, Rows]) -> tuple[dict[str, Integers], dict[Group, Rows]]:
    """Cells and groups with each cell that is no simplex split.

    The side of two cells is split alike in both: by the diagonal through its node of least number (Dompierre et al.,
    How to subdivide pyramids, prisms and hexahedra into tetrahedra, 8th International Meshing Roundtable 1999).
    """
    for kind, (simplex, count) in _SPLIT.items():
        if kind not in cells:
            continue
        old = cells.get(simplex)
        first = len(old) if old is not None else 0
        new = _cones(kind, cells[kind]) if len(cells[kind]) else np.empty((0, DIMENSION[simplex] + 1), dtype=np.int64)
        cells = {other: nodes for other, nodes in cells.items() if other != kind}
        cells[simplex] = new if old is None else np.concatenate([old, new])
        for group, parts in groups.items():
            if kind in parts:
                rows = (first + parts[kind][:, None] * count + np.arange(count)).ravel()
                rest = {other: of for other, of in parts.items() if other != kind}
                groups = groups | {group: rest | {simplex: np.concatenate([rest.get(simplex, rows[:0]), rows])}}
    return cells, groups


def _cones(kind: str, cells: Integers) -> Integers:
    """Simplices from the node of least number of each cell to the sides that it is not on, cell after cell."""
    if kind == "quad":
        turned = np.take_along_axis(cells, (cells.argmin(axis=1)[:, None] + np.arange(4)) % 4, axis=1)
        return turned[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    simplex, count = _SPLIT[kind]
    least = cells.argmin(axis=1)
    result = np.empty((len(cells), count, DIMENSION[simplex] + 1), dtype=np.int64)
    for apex in range(cells.shape[1]):
        chosen = cells[least == apex]
        opposite = [side for _, side in SIDES_OF[kind] if apex not in side]
        triangles = [
            chosen[:, side].reshape(-1, 1, 3) if len(side) == 3 else _cones("quad", chosen[:, side]).reshape(-1, 2, 3)
            for side in map(list, opposite)
        ]
        bases = np.concatenate(triangles, axis=1)
        tips = np.broadcast_to(chosen[:, apex, None, None], (*bases.shape[:2], 1))
        result[least == apex] = np.concatenate([bases, tips], axis=2)
    return result.reshape(-1, DIMENSION[simplex] + 1)
