"""Files of meshes from elsewhere, read by Gmsh or meshio, whichever knows the format."""

from collections import defaultdict
from pathlib import Path

import gmsh
import meshio
import numpy as np

from fem_asslb.errors import MeshError
from meshes.quality import Integers
from meshes.session import gmsh_session

GMSH_KIND = {"vertex": 15, "line": 1, "triangle": 2, "tetra": 4, "line3": 8, "triangle6": 9, "tetra10": 11}
"""Gmsh's numbers of the element types that are accepted."""

TETRA10_FROM_VTK = [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]
"""Order of Gmsh's nodes in VTK's convention, and the reverse."""


def read_mesh(path: Path) -> meshio.Mesh:
    """Points, cells, and named sets of cells.

    Raises:
        MeshError: There is no such file, neither Gmsh nor meshio can read it, or it has cells of another shape.
    """
    if not path.is_file():
        raise MeshError(f"no mesh file '{path}'")
    try:
        return _read_with_gmsh(path) if path.suffix == ".msh" else _read_with_meshio(path)
    except MeshError as error:
        raise MeshError(f"'{path}' cannot be read: {error}") from error


def _read_with_meshio(path: Path) -> meshio.Mesh:
    try:
        mesh = meshio.read(path)
    except (meshio.ReadError, SystemExit, ValueError, KeyError, IndexError):
        # meshio ends the process when no reader accepts the file.
        return _read_with_gmsh(path)
    for block in mesh.cells:
        _require_kind(block.type in GMSH_KIND, block.type)
    return mesh


def _read_with_gmsh(path: Path) -> meshio.Mesh:
    with gmsh_session(path.stem):
        gmsh.merge(str(path))
        return _model()


def _model() -> meshio.Mesh:
    """The mesh in the current Gmsh model; a group without a name is called by its number."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    if not len(tags):
        raise MeshError("there is no mesh in it")
    index = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    index[tags.astype(np.int64)] = np.arange(len(tags))
    kinds = {number: name for name, number in GMSH_KIND.items()}
    cells: dict[str, list[Integers]] = defaultdict(list)
    groups: dict[str, dict[str, list[Integers]]] = defaultdict(lambda: defaultdict(list))
    for dimension, entity in gmsh.model.getEntities():
        for number, _, nodes in zip(*gmsh.model.mesh.getElements(dimension, entity), strict=True):
            name, _, _, count, _, _ = gmsh.model.mesh.getElementProperties(number)
            _require_kind(number in kinds, name)
            kind = kinds[number]
            rows = index[nodes.astype(np.int64)].reshape(-1, count)
            first = sum(map(len, cells[kind]))
            cells[kind].append(rows[:, TETRA10_FROM_VTK] if kind == "tetra10" else rows)
            for group in gmsh.model.getPhysicalGroupsForEntity(dimension, entity):
                own = gmsh.model.getPhysicalName(dimension, group) or str(group)
                groups[own][kind].append(np.arange(first, first + len(rows)))
    nothing: Integers = np.empty(0, dtype=np.int64)
    return meshio.Mesh(
        coordinates.reshape(-1, 3),
        [(kind, np.concatenate(parts)) for kind, parts in cells.items()],
        cell_sets={name: [np.concatenate([nothing, *parts[kind]]) for kind in cells] for name, parts in groups.items()},
    )


def _require_kind(accepted: bool, kind: str) -> None:
    if not accepted:
        raise MeshError(f"it has cells of type '{kind}'; accepted: {', '.join(sorted(GMSH_KIND))}")
