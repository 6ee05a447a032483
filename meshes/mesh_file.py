"""A mesh from elsewhere, brought to the package's names, length unit and file format."""

from pathlib import Path

import gmsh
import meshio
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.errors import MeshError
from fem_asslb.geometry import MeshFile
from meshes.folds import require_no_folds
from meshes.mesh_reader import GMSH_KIND, TETRA10_FROM_VTK, read_mesh
from meshes.quality import Integers, Numbers, Report, measure
from meshes.session import gmsh_session, name_group, write

DIMENSION = {"vertex": 0, "line": 1, "line3": 1, "triangle": 2, "triangle6": 2, "tetra": 3, "tetra10": 3}

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
    dimension = max(DIMENSION[block.type] for block in mesh.cells)
    groups = _renamed(_groups(mesh), geometry.names)
    _check_cells(mesh, groups, dimension)
    points = mesh.points * geometry.length_unit
    if dimension == 2 and points.shape[1] == 3 and np.ptp(points[:, 2]) > 1e-9 * np.ptp(points[:, :2]):
        raise MeshError(
            f"'{geometry.path}' holds a surface in space; accepted: a mesh in the x-y plane, or of tetrahedra"
        )
    points = np.column_stack([points[:, :dimension], np.zeros((len(points), 3 - dimension))])
    cells = [block.data[:, : dimension + 1] for block in mesh.cells if DIMENSION[block.type] == dimension]
    require_no_folds(np.concatenate(cells).astype(np.int64), points)
    named: dict[str, tuple[str, Integers]] = {}
    for name, parts in groups.items():
        for kind, rows in _by_kind(mesh, parts, dimension).items():
            if DIMENSION[kind] == dimension:
                rows = _oriented(kind, rows, points)
            named |= _split(name, kind, rows, points) if name in geometry.split else {name: (kind, rows)}
    for name in geometry.split:
        if name not in groups:
            raise MeshError(f"no group '{name}' to split; there are: {', '.join(sorted(groups))}")
    with gmsh_session(path.stem):
        _fill_model(named, points)
        report = measure()
        if report.quality_min <= 0:
            raise MeshError(f"'{geometry.path}': {report.bad[0]}")
        write(path)
    return report


def _groups(mesh: meshio.Mesh) -> dict[str, list[Integers]]:
    """For each named group and each block of cells, the rows of the block in the group.

    Numbers of groups that another format took over from Gmsh are their names.
    """
    groups = {
        name: [np.asarray([] if rows is None else rows, dtype=np.int64) for rows in blocks]
        for name, blocks in mesh.cell_sets.items()
        if not name.startswith("gmsh:")
    }
    if groups or "gmsh:physical" not in mesh.cell_data:
        return groups
    empty: Integers = np.empty(0, dtype=np.int64)
    for number, tags in enumerate(mesh.cell_data["gmsh:physical"]):
        for tag in np.unique(tags[tags > 0]):
            groups.setdefault(str(tag), [empty] * len(mesh.cells))[number] = np.flatnonzero(tags == tag)
    return groups


def _renamed(groups: dict[str, list[Integers]], names: dict[str, str]) -> dict[str, list[Integers]]:
    """Groups under our names; groups that get the same name are joined."""
    for theirs in names:
        if theirs not in groups:
            raise MeshError(f"no group '{theirs}' in the mesh; there are: {', '.join(sorted(groups)) or 'none'}")
    result: dict[str, list[Integers]] = {}
    for theirs, blocks in groups.items():
        ours = names.get(theirs, theirs)
        old = result.get(ours, [np.empty(0, dtype=np.int64)] * len(blocks))
        result[ours] = [np.concatenate(pair) for pair in zip(old, blocks, strict=True)]
    return result


def _check_cells(mesh: meshio.Mesh, groups: dict[str, list[Integers]], dimension: int) -> None:
    """Every cell belongs to one group."""
    for number, block in enumerate(mesh.cells):
        if DIMENSION[block.type] != dimension:
            continue
        uses = np.bincount(
            np.concatenate([np.empty(0, dtype=np.int64), *(blocks[number] for blocks in groups.values())]),
            minlength=len(block.data),
        )
        for wrong, text in ((uses == 0, "no group"), (uses > 1, "several groups")):
            if wrong.any():
                first = np.flatnonzero(wrong)[0]
                place = ", ".join(f"{x:.4g}" for x in mesh.points[block.data[first]].mean(axis=0))
                names = ", ".join(f"'{name}'" for name, blocks in groups.items() if first in blocks[number])
                raise MeshError(
                    f"{np.count_nonzero(wrong)} cells in {text}, the first at ({place})" + (names and f" in {names}")
                )


def _by_kind(mesh: meshio.Mesh, parts: list[Integers], dimension: int) -> dict[str, Integers]:
    """Nodes of the group's cells or facets; lower dimensions are left out."""
    kinds: dict[str, list[Integers]] = {}
    for block, rows in zip(mesh.cells, parts, strict=True):
        if len(rows) and DIMENSION[block.type] >= dimension - 1:
            kinds.setdefault(block.type, []).append(block.data[rows].astype(np.int64))
    return {kind: np.concatenate(rows) for kind, rows in kinds.items()}


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
