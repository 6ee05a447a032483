"""A mesh from elsewhere, brought to the package's names, length unit and file format."""

from pathlib import Path
from typing import TypeAlias

import gmsh
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.region_names import require_names
from fem_asslb.mesh.source_checks import check_points
from meshes.folds import require_no_folds
from meshes.foreign_mesh import DIMENSION, ForeignMesh
from meshes.mesh_reader import GMSH_KIND, TETRA10_FROM_VTK, read_mesh
from meshes.quality import Integers, Numbers, Report, measure
from meshes.session import gmsh_session, name_group, write

Rows: TypeAlias = dict[str, Integers]
"""Rows of the cells of each kind that a group has."""

MIRROR = {
    "triangle": [0, 2, 1],
    "triangle6": [0, 2, 1, 5, 4, 3],
    "tetra": [0, 1, 3, 2],
    "tetra10": [0, 1, 3, 2, 4, 8, 7, 6, 5, 9],
}
"""Node order, in VTK's convention, of the same cell seen from the other side."""


def build(geometry: MeshFile, path: Path) -> Report:
    """Read, rename, split, scale and write the mesh.

    Raises:
        MeshError: The file cannot be read, has cells without a group, inverted or of another shape, or lacks a
            named group.
    """
    mesh = read_mesh(geometry.path)
    dimension = max(DIMENSION[kind] for kind in mesh.cells)
    groups = _renamed(mesh.groups, geometry.names)
    _check_cells(mesh, groups, dimension)
    points = mesh.points * geometry.length_unit
    check_points(points)
    if dimension == 2 and points.shape[1] == 3 and np.ptp(points[:, 2]) > 1e-9 * np.ptp(points[:, :2]):
        given = quoted(geometry.path, 160)
        raise MeshError(f"{given} holds a surface in space; accepted: a mesh in the x-y plane, or of tetrahedra")
    points = np.column_stack([points[:, :dimension], np.zeros((len(points), 3 - dimension))])
    cells = [nodes[:, : dimension + 1] for kind, nodes in mesh.cells.items() if DIMENSION[kind] == dimension]
    require_no_folds(np.concatenate(cells), points)
    named: dict[str, tuple[str, Integers]] = {}
    for name, parts in groups.items():
        for kind, rows in _nodes(mesh, parts, dimension).items():
            if DIMENSION[kind] == dimension:
                rows = _oriented(kind, rows, points)
            named |= _split(name, kind, rows, points) if name in geometry.split else {name: (kind, rows)}
    for name in geometry.split:
        if name not in groups:
            raise MeshError(f"no group {quoted(name)} to split; there are: {_listed(groups)}")
    require_names(named)
    with gmsh_session(path.stem):
        _fill_model(named, points)
        report = measure()
        if report.quality_min <= 0:
            raise MeshError(f"{quoted(geometry.path, 160)}: {report.bad[0]}")
        write(path)
    return report


def _renamed(groups: dict[str, Rows], names: dict[str, str]) -> dict[str, Rows]:
    """Groups under our names; groups that get the same name are joined."""
    for theirs in names:
        if theirs not in groups:
            raise MeshError(f"no group {quoted(theirs)} in the mesh; there are: {_listed(groups)}")
    result: dict[str, Rows] = {}
    for theirs, parts in groups.items():
        ours = result.setdefault(names.get(theirs, theirs), {})
        for kind, rows in parts.items():
            ours[kind] = np.concatenate([ours[kind], rows]) if kind in ours else rows
    return result


def _listed(groups: dict[str, Rows]) -> str:
    return printable(", ".join(sorted(groups)) or "none", 120)


def _check_cells(mesh: ForeignMesh, groups: dict[str, Rows], dimension: int) -> None:
    """Every cell belongs to one group."""
    for kind, nodes in mesh.cells.items():
        if DIMENSION[kind] != dimension:
            continue
        nothing: Integers = np.empty(0, dtype=np.int64)
        rows = [parts.get(kind, nothing) for parts in groups.values()]
        uses = np.bincount(np.concatenate([nothing, *rows]), minlength=len(nodes))
        for wrong, text in ((uses == 0, "no group"), (uses > 1, "several groups")):
            if wrong.any():
                first = np.flatnonzero(wrong)[0]
                place = ", ".join(f"{x:.4g}" for x in mesh.points[nodes[first]].mean(axis=0))
                names = ", ".join(quoted(name, 40) for name, of in zip(groups, rows, strict=True) if first in of)
                raise MeshError(
                    f"{np.count_nonzero(wrong)} cells in {text}, the first at ({place})" + (names and f" in {names}")
                )


def _nodes(mesh: ForeignMesh, parts: Rows, dimension: int) -> dict[str, Integers]:
    """Nodes of the group's cells or facets; lower dimensions are left out."""
    return {
        kind: mesh.cells[kind][rows] for kind, rows in parts.items() if len(rows) and DIMENSION[kind] >= dimension - 1
    }


def _oriented(kind: str, rows: Integers, points: Numbers) -> Integers:
    """Cells with nodes in the order of positive volume."""
    dimension = DIMENSION[kind]
    sides = points[rows[:, 1 : dimension + 1], :dimension] - points[rows[:, :1], :dimension]
    return np.where((np.linalg.det(sides) < 0)[:, None], rows[:, MIRROR[kind]], rows)


def _split(name: str, kind: str, rows: Integers, points: Numbers) -> dict[str, tuple[str, Integers]]:
    """Regions connected through facets, numbered along the last coordinate of their centres, then across."""
    dimension = DIMENSION[kind]
    corners = np.sort(rows[:, : dimension + 1], axis=1)
    facets = np.concatenate([np.delete(corners, corner, axis=1) for corner in range(dimension + 1)])
    _, facet = np.unique(facets, axis=0, return_inverse=True)
    cell = np.tile(np.arange(len(rows)), dimension + 1)
    touching = coo_array((np.ones(len(cell)), (cell, facet))).tocsr()
    count, label = connected_components(touching @ touching.T, directed=False)
    centres = np.array([points[rows[label == region]].mean(axis=(0, 1)) for region in range(count)])[:, :dimension]
    order = np.lexsort((*centres.T[-2::-1], centres[:, -1]))
    return {f"{name}/{number:04d}": (kind, rows[label == region]) for number, region in enumerate(order, start=1)}


def _fill_model(groups: dict[str, tuple[str, Integers]], points: Numbers) -> None:
    """One discrete entity and one physical group for each of our groups; the first holds all nodes."""
    for number, (name, (kind, rows)) in enumerate(groups.items(), start=1):
        dimension = DIMENSION[kind]
        entity = gmsh.model.addDiscreteEntity(dimension, number)
        if number == 1:
            gmsh.model.mesh.addNodes(dimension, entity, np.arange(1, len(points) + 1), points.ravel())
        nodes = rows[:, TETRA10_FROM_VTK] if kind == "tetra10" else rows
        gmsh.model.mesh.addElementsByType(entity, GMSH_KIND[kind], [], (nodes + 1).ravel())
        name_group(dimension, [entity], name)
    gmsh.model.mesh.reclassifyNodes()
