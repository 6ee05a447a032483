"""A mesh file as arrays on one process. Any other mesh is first brought to this form by ``meshes.build``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.errors import MeshError

_CELLS = {2: {"triangle": 1, "triangle6": 2}, 3: {"tetra": 1, "tetra10": 2}}
_FACETS = {2: ("line", "line3"), 3: ("triangle", "triangle6")}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
NameArray = npt.NDArray[np.str_]


@dataclass(frozen=True)
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
        facet_boundary: Index into ``boundaries`` of each facet, shape (num_facets,).
        boundaries: Names of the boundaries, sorted.
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


def read_source(path: Path) -> MeshSource:
    """Read a Gmsh file whose physical groups have names.

    Args:
        path: The file, lengths in um.

    Raises:
        MeshError: The file cannot be read, has no simplices of one kind, or cells or outer facets without a name.
    """
    import meshio

    try:
        mesh = meshio.read(path, file_format="gmsh")
    except (meshio.ReadError, OSError) as error:
        raise MeshError(f"mesh file '{path}' cannot be read: {error}") from error
    dimension = 3 if any(block.type in _CELLS[3] for block in mesh.cells) else 2
    kinds = sorted({block.type for block in mesh.cells} & set(_CELLS[dimension]))
    if len(kinds) != 1:
        raise MeshError(f"mesh file '{path}' holds cells {kinds}; accepted: one of {', '.join(_CELLS[dimension])}")
    degree = _CELLS[dimension][kinds[0]]
    cells, cell_names = _named(mesh, kinds[0], dimension)
    facets, facet_names = _named(mesh, _FACETS[dimension][degree - 1], dimension - 1)
    if nameless := int(np.count_nonzero(cell_names == "")):
        place = np.round(mesh.points[cells[cell_names == ""][0]].mean(axis=0), 3).tolist()
        raise MeshError(f"{nameless} cells belong to no named group, the first near {place} um")
    tagged = facet_names != ""
    if len(bare := _untagged(cells[:, : dimension + 1], facets[tagged][:, :dimension])):
        place = np.round(mesh.points[bare[0]].mean(axis=0), 3).tolist()
        raise MeshError(f"{len(bare)} outer facets belong to no named boundary, the first near {place} um")
    regions, cell_region = np.unique(cell_names, return_inverse=True)
    boundaries, facet_boundary = np.unique(facet_names[tagged], return_inverse=True)
    used, local = np.unique(cells, return_inverse=True)
    number = np.full(len(mesh.points), -1)
    number[used] = np.arange(len(used))
    return MeshSource(
        dimension=dimension,
        degree=degree,
        points=np.ascontiguousarray(mesh.points[used, :dimension]),
        cells=local.reshape(cells.shape),
        cell_region=cell_region,
        regions=tuple(map(str, regions)),
        facets=number[facets[tagged]],
        facet_boundary=facet_boundary,
        boundaries=tuple(map(str, boundaries)),
    )


def _untagged(cells: IntArray, tagged: IntArray) -> IntArray:
    """Outer facets that are not tagged, shape (n, dimension), from the corners of cells and of tagged facets."""
    corners = cells.shape[1]
    sides = np.concatenate([np.delete(cells, k, axis=1) for k in range(corners)])
    outer, count = np.unique(np.sort(sides, axis=1), axis=0, return_counts=True)
    outer = outer[count == 1]
    if not len(tagged):
        return outer
    both = np.concatenate([outer, np.unique(np.sort(tagged, axis=1), axis=0)])
    _, inverse, count = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    return outer[count[inverse.ravel()[: len(outer)]] == 1]


def _named(mesh: Any, kind: str, dimension: int) -> tuple[IntArray, NameArray]:
    """Nodes and group name ("" for none) of all entities of one kind."""
    blocks = [k for k, block in enumerate(mesh.cells) if block.type == kind]
    if not blocks:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(0, dtype=str)
    entities = np.concatenate([mesh.cells[k].data for k in blocks]).astype(np.int64)
    names = {int(tag): name for name, (tag, of_dimension) in mesh.field_data.items() if of_dimension == dimension}
    tags = np.concatenate([mesh.cell_data["gmsh:physical"][k] for k in blocks])
    values, inverse = np.unique(tags, return_inverse=True)
    return entities, np.array([names.get(int(tag), "") for tag in values], dtype=str)[inverse]
