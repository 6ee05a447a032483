"""A mesh as it comes from elsewhere, and its way from the process that reads it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError

Integers: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.float64]
DIMENSION = {"vertex": 0, "line": 1, "line3": 1, "triangle": 2, "triangle6": 2, "tetra": 3, "tetra10": 3}
"""Dimensions of the kinds of cells that are accepted, in the names of meshio."""


@dataclass(frozen=True)
class ForeignMesh:
    """Points, cells and groups.

    Attributes:
        points: Shape (points, 2 or 3), in the file's own unit.
        cells: Nodes of the cells of each kind, in VTK's order.
        groups: For each named group and kind of cells, the rows of its cells.
    """

    points: Numbers
    cells: dict[str, Integers]
    groups: dict[str, dict[str, Integers]]

    def __post_init__(self) -> None:
        """Every cell is of an accepted kind and has nodes that are there.

        Raises:
            MeshError: One is not.
        """
        if not any(map(len, self.cells.values())):
            raise MeshError("there is no mesh in it")
        if self.points.ndim != 2 or self.points.shape[1] not in (2, 3):
            raise MeshError(f"its points have the shape {self.points.shape}; accepted: two or three coordinates each")
        for kind, nodes in self.cells.items():
            if kind not in DIMENSION:
                raise MeshError(f"it has cells of type '{kind}'; accepted: {', '.join(sorted(DIMENSION))}")
            if nodes.size and not 0 <= nodes.min() <= nodes.max() < len(self.points):
                raise MeshError(f"it has cells of type '{kind}' with nodes that are not in it")
        if not 2 <= max(DIMENSION[kind] for kind, nodes in self.cells.items() if len(nodes)) <= self.points.shape[1]:
            raise MeshError("it has neither triangles nor tetrahedra with coordinates enough")


def save(mesh: ForeignMesh, path: Path) -> None:
    """Write a mesh to a file of numpy."""
    kinds, names = list(mesh.cells), list(mesh.groups)
    members = [
        np.column_stack([np.full((len(rows), 2), (names.index(name), kinds.index(kind))), rows])
        for name, parts in mesh.groups.items()
        for kind, rows in parts.items()
    ]
    arrays: dict[str, Any] = {f"cells_{number}": mesh.cells[kind] for number, kind in enumerate(kinds)}
    np.savez(
        path,
        # Text of numpy would lose a NUL at its end.
        head=np.array(json.dumps({"kinds": kinds, "names": names})),
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
        groups: dict[str, dict[str, Integers]] = {name: {} for name in head["names"]}
        for (g, k), rows in zip(keys, np.split(row[order], first[1:]), strict=bool(len(keys))):
            groups[head["names"][g]][head["kinds"][k]] = rows
        return ForeignMesh(file["points"], cells, groups)
