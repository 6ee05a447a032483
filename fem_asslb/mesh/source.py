"""A mesh file as arrays on one process: any file that meshio reads, with named groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.errors import MeshError

_CELLS = {2: {"triangle": 1, "triangle6": 2}, 3: {"tetra": 1, "tetra10": 2}}
_FACETS = {2: ("line", "line3"), 3: ("triangle", "triangle6")}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeshSource:
    """Cells, facets and their named groups, in the order of the file.

    Attributes:
        dimension: Topological dimension, 2 or 3.
        degree: Degree of the geometry, 1 or 2.
        points: Node coordinates [um], shape (num_nodes, dimension).
        cells: Nodes of each cell in VTK order, shape (num_cells, nodes_per_cell).
        cell_region: Index into ``regions`` of each cell, shape (num_cells,).
        regions: Names of the regions, ``"role"`` or ``"role/number"``.
        facets: Nodes of each tagged facet in VTK order, shape (num_facets, nodes_per_facet).
        facet_boundary: Index into ``boundaries`` of each facet, shape (num_facets,).
        boundaries: Names of the boundaries.
    """

    dimension: int
    degree: int
    points: FloatArray
    cells: IntArray
    cell_region: IntArray
    regions: tuple[str, ...]
    facets: IntArray
    facet_boundary: IntArray
    boundaries: tuple[str, ...]


def read_source(
    path: Path, names: Mapping[str, str] | None = None, split: Sequence[str] = (), scale: float = 1.0
) -> MeshSource:
    """Read a mesh file.

    Args:
        path: Any file that meshio reads and that has named groups.
        names: Our name for each of the file's group names; groups not listed keep theirs.
        split: Groups to split into connected regions, each numbered in the order of the file.
        scale: Length of the file's unit [um].

    Raises:
        MeshError: The file cannot be read, has no cells of one kind, or cells without a group.
    """
    import meshio

    try:
        mesh = meshio.read(path)
    except (meshio.ReadError, OSError) as error:
        raise MeshError(f"mesh file '{path}' cannot be read: {error}") from error
    dimension = 3 if any(block.type in _CELLS[3] for block in mesh.cells) else 2
    kinds = {block.type for block in mesh.cells} & set(_CELLS[dimension])
    if len(kinds) != 1:
        accepted = ", ".join(_CELLS[dimension])
        raise MeshError(f"mesh file '{path}' must hold cells of one kind out of {accepted}; found {sorted(kinds)}")
    kind = kinds.pop()
    degree = _CELLS[dimension][kind]
    cells, cell_names = _group(mesh, kind, names or {}, path)
    facets, facet_names = _group(mesh, _FACETS[dimension][degree - 1], names or {}, path)
    if missing := int(np.count_nonzero(cell_names == "")):
        where = mesh.points[cells[cell_names == ""][0]].mean(axis=0) * scale
        raise MeshError(f"{missing} cells belong to no named group, the first near {np.round(where, 3).tolist()} um")
    for name in split:
        cell_names = _split(cells, cell_names, name)
    tagged = facet_names != ""
    regions, cell_region = np.unique(cell_names, return_inverse=True)
    boundaries, facet_boundary = np.unique(facet_names[tagged], return_inverse=True)
    used, local = np.unique(cells, return_inverse=True)
    number = np.full(len(mesh.points), -1)
    number[used] = np.arange(len(used))
    return MeshSource(
        dimension=dimension,
        degree=degree,
        points=np.ascontiguousarray(mesh.points[used, :dimension] * scale),
        cells=local.reshape(cells.shape),
        cell_region=cell_region,
        regions=tuple(str(name) for name in regions),
        facets=number[facets[tagged]],
        facet_boundary=facet_boundary,
        boundaries=tuple(str(name) for name in boundaries),
    )


def _group(mesh: "meshio.Mesh", kind: str, names: Mapping[str, str], path: Path) -> tuple[IntArray, npt.NDArray]:
    """Nodes and group name ("" for none) of all cells of one kind."""
    blocks = [k for k, block in enumerate(mesh.cells) if block.type == kind]
    if not blocks:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(0, dtype=str)
    cells = np.concatenate([mesh.cells[k].data for k in blocks]).astype(np.int64)
    if "gmsh:physical" in mesh.cell_data:
        dimension = 3 if kind.startswith("tetra") else 2 if kind.startswith("triangle") else 1
        known = {int(v[0]): names.get(k, k) for k, v in mesh.field_data.items() if int(v[1]) == dimension}
        tags = np.concatenate([mesh.cell_data["gmsh:physical"][k] for k in blocks])
        values, inverse = np.unique(tags, return_inverse=True)
        return cells, np.array([known.get(int(tag), "") for tag in values])[inverse]
    found = [np.full(len(mesh.cells[k].data), "", dtype=object) for k in blocks]
    for name, members in mesh.cell_sets.items():
        for position, k in enumerate(blocks):
            if members[k] is not None and len(members[k]):
                found[position][members[k]] = names.get(name, name)
    if not mesh.cell_sets:
        raise MeshError(f"mesh file '{path}' has no named groups; expected Gmsh physical names or meshio cell sets")
    return cells, np.concatenate(found).astype(str)


def _split(cells: IntArray, cell_names: npt.NDArray, name: str) -> npt.NDArray:
    """Rename the cells of one group to ``name/0001``, ... by connected component."""
    members = np.flatnonzero(cell_names == name)
    if not len(members):
        raise MeshError(f"group '{name}' to split is not in the mesh; it has {sorted(set(cell_names))}")
    nodes = cells[members]
    rows = np.repeat(np.arange(len(members)), nodes.shape[1])
    graph = coo_array((np.ones(nodes.size), (rows, nodes.ravel())), shape=(len(members), int(cells.max()) + 1)).tocsr()
    _, label = connected_components(graph @ graph.T, directed=False)
    renamed = cell_names.astype(object)
    renamed[members] = [f"{name}/{k + 1:04d}" for k in label]
    return renamed.astype(str)
