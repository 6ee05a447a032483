"""A mesh as it comes from elsewhere, and its way from the process that reads it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError

Integers: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.float64]
DIMENSION = {"vertex": 0, "line": 1, "line3": 1, "triangle": 2, "triangle6": 2, "tetra": 3, "tetra10": 3}
"""Dimensions of the kinds of cells that are accepted, in the names of meshio."""

Rows: TypeAlias = dict[str, Integers]
"""Rows of the cells of each kind that a group has."""

KINDS_OF_GROUPS = {"nodes": 0, "curve": 1, "surface": 2, "volume": 3}
"""Dimensions of groups, in the words of a case."""


class Group(NamedTuple):
    """A group of a file: a surface 1 and a volume 1 are two.

    Attributes:
        dimension: Of its cells; 0 for a set of nodes.
        name: Its name there, or its number if it has none.
    """

    dimension: int
    name: str

    @property
    def kind(self) -> str:
        """Its dimension in a word."""
        return list(KINDS_OF_GROUPS)[self.dimension]


@dataclass(frozen=True)
class ForeignMesh:
    """Points, cells of simplices and groups.

    Attributes:
        points: Shape (points, 2 or 3), in the file's own unit.
        cells: Nodes of the cells of each kind, in VTK's order.
        groups: For each group and kind of cells, the rows of its cells; a set of nodes is a group of vertices.
    """

    points: Numbers
    cells: dict[str, Integers]
    groups: dict[Group, Rows]

    def __post_init__(self) -> None:
        """Every cell is of an accepted kind and has nodes that are there.

        Raises:
            MeshError: One is not.
        """
        if not any(len(nodes) for kind, nodes in self.cells.items() if kind != "vertex"):
            raise MeshError("there is no mesh in it")
        if self.points.ndim != 2 or self.points.shape[1] not in (2, 3):
            raise MeshError(f"its points have the shape {self.points.shape}; accepted: two or three coordinates each")
        for kind, nodes in self.cells.items():
            if nodes.size and not 0 <= nodes.min() <= nodes.max() < len(self.points):
                raise MeshError(f"it has cells of type '{kind}' with nodes that are not in it")
        if not 2 <= max(DIMENSION[kind] for kind, nodes in self.cells.items() if len(nodes)) <= self.points.shape[1]:
            raise MeshError("it has neither triangles nor tetrahedra with coordinates enough")

    @property
    def kind(self) -> str:
        """Of its cells of highest dimension.

        Raises:
            MeshError: They are of several kinds.
        """
        dimension = max(DIMENSION[kind] for kind, nodes in self.cells.items() if len(nodes))
        kinds = sorted(kind for kind, nodes in self.cells.items() if len(nodes) and DIMENSION[kind] == dimension)
        if len(kinds) > 1:
            raise MeshError(f"it has cells of the types {' and '.join(kinds)}; accepted: one of them")
        return kinds[0]


def save(mesh: ForeignMesh, path: Path) -> None:
    """Write a mesh to a file of numpy."""
    kinds, groups = list(mesh.cells), list(mesh.groups)
    members = [
        np.column_stack([np.full((len(rows), 2), (number, kinds.index(kind))), rows])
        for number, parts in enumerate(mesh.groups.values())
        for kind, rows in parts.items()
    ]
    arrays: dict[str, Any] = {f"cells_{number}": mesh.cells[kind] for number, kind in enumerate(kinds)}
    np.savez(
        path,
        # Text of numpy would lose a NUL at its end.
        head=np.array(json.dumps({"kinds": kinds, "groups": groups})),
        points=mesh.points,
        members=np.concatenate([np.empty((0, 3), dtype=np.int64), *members]),
        **arrays,
    )


def load(path: Path) -> ForeignMesh:
    """Read what `save` wrote."""
    with np.load(path) as file:
        head = json.loads(str(file["head"]))
        cells = {kind: file[f"cells_{number}"] for number, kind in enumerate(head["kinds"])}
        group, kind, row = file["members"].T
        order = np.lexsort((kind, group))
        keys, first = np.unique(np.column_stack([group, kind])[order], axis=0, return_index=True)
        named = [Group(dimension, name) for dimension, name in head["groups"]]
        groups: dict[Group, Rows] = {each: {} for each in named}
        for (g, k), rows in zip(keys, np.split(row[order], first[1:]), strict=bool(len(keys))):
            groups[named[g]][head["kinds"][k]] = rows
        return ForeignMesh(file["points"], cells, groups)
