"""A mesh from elsewhere, brought to the package's names, length unit and file format."""

from dataclasses import dataclass
from pathlib import Path

import gmsh
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.region_names import read_region_name, require_names
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.source_checks import check_points
from meshes.folds import require_no_folds
from meshes.foreign_mesh import DIMENSION, ForeignMesh, Group, Rows
from meshes.gmsh_reader import GMSH_KIND, TETRA10_FROM_VTK
from meshes.group_names import choose
from meshes.mesh_reader import read_mesh
from meshes.outside import facets_by_place, facets_of_nodes, outer_facets, without
from meshes.quality import Integers, Numbers, Report, measure
from meshes.session import gmsh_session, name_group, write
from meshes.sides import NODES, SIDES_OF
from meshes.turning import turned

MIRROR = {
    "triangle": [0, 2, 1],
    "triangle6": [0, 2, 1, 5, 4, 3],
    "tetra": [0, 1, 3, 2],
    "tetra10": [0, 1, 3, 2, 4, 8, 7, 6, 5, 9],
}
"""Node order, in VTK's convention, of the same cell seen from the other side."""


@dataclass(frozen=True)
class ArrangedMesh:
    """A mesh under our names and in our coordinates.

    Attributes:
        kind: Of its cells.
        points: Shape (points, dimension) [um].
        regions: Nodes of the cells of each region, in VTK's order.
        boundaries: Nodes of the facets of each boundary.
    """

    kind: str
    points: Numbers
    regions: dict[str, Integers]
    boundaries: dict[str, Integers]

    @property
    def dimension(self) -> int:
        """Of its cells."""
        return DIMENSION[self.kind]

    def source(self) -> MeshSource:
        """The mesh as arrays of numbers of names."""
        cells, cell_region = _stacked(self.regions, NODES[self.kind])
        facets, facet_boundary = _stacked(self.boundaries, NODES[SIDES_OF[self.kind][0][0]])
        return MeshSource(
            dimension=self.dimension,
            degree=1 if self.kind in ("triangle", "tetra") else 2,
            points=self.points,
            cells=cells,
            cell_region=cell_region,
            regions=tuple(self.regions),
            facets=facets,
            facet_boundary=facet_boundary,
            boundaries=tuple(self.boundaries),
        )


def build(geometry: MeshFile, path: Path) -> Report:
    """Read, rename, split, turn, scale and write the mesh.

    Raises:
        MeshError: The file cannot be read, has cells without a group, inverted or of another shape, or lacks a
            named group.
    """
    mesh = arrange(geometry)
    with gmsh_session(path.stem):
        _fill_model(mesh)
        report = measure()
        if report.quality_min <= 0:
            raise MeshError(f"{quoted(geometry.path, 160)}: {report.bad[0]}")
        write(path)
    return report


def arrange(geometry: MeshFile) -> ArrangedMesh:
    """Read, rename, split, turn and scale a mesh.

    Raises:
        MeshError: As `build`; elements are not looked at one by one.
    """
    return arranged(read_mesh(geometry.path, geometry.cell_data), geometry)


def arranged(mesh: ForeignMesh, geometry: MeshFile) -> ArrangedMesh:
    """A mesh that was read, as `arrange` gives it."""
    kind, dimension = mesh.kind, DIMENSION[mesh.kind]
    filled = {group: parts for group, parts in mesh.groups.items() if any(map(len, parts.values()))}
    ours = choose(filled, dimension, geometry.names, geometry.ignore)
    rows = _joined({group: filled[group] for group in ours}, ours)
    regions = {group.name: parts[kind] for group, parts in rows.items() if kind in parts}
    _check_cells(mesh, regions)
    check_points(mesh.points * geometry.length_unit)
    points = turned(mesh.points * geometry.length_unit, dimension, geometry.stack_axis)
    cells = mesh.cells[kind]
    require_no_folds(cells[:, : dimension + 1], points)
    nodes = {name: _oriented(kind, cells[of], points) for name, of in regions.items()}
    for name in geometry.split:
        if name not in nodes:
            raise MeshError(f"no group {quoted(name)} to split; there are: {printable(', '.join(nodes), 120)}")
    require_names(nodes)
    parts = [_split(name, kind, of, points) if name in geometry.split else {name: of} for name, of in nodes.items()]
    boundaries = _boundaries(mesh, rows, points, geometry.boundaries)
    require_names(boundaries)
    for name in boundaries:
        if name in nodes:
            raise MeshError(
                f"a region and a boundary are called {quoted(name, 60)}; geometry.names renames one of them"
            )
    return ArrangedMesh(
        kind, points, {str(read_region_name(k)): of for part in parts for k, of in part.items()}, boundaries
    )


def _stacked(groups: dict[str, Integers], count: int) -> tuple[Integers, Integers]:
    """Rows of all groups, of so many nodes, and the number of the group of each."""
    nodes = np.concatenate([np.empty((0, count), dtype=np.int64), *groups.values()])
    return nodes, np.repeat(np.arange(len(groups)), [len(rows) for rows in groups.values()])


def _joined(groups: dict[Group, Rows], names: dict[Group, str]) -> dict[Group, Rows]:
    """Groups under our names; groups of one dimension that get the same name are joined."""
    result: dict[Group, Rows] = {}
    for group, parts in groups.items():
        ours = result.setdefault(Group(group.dimension, names[group]), {})
        for kind, rows in parts.items():
            ours[kind] = np.concatenate([ours[kind], rows]) if kind in ours else rows
    return result


def _boundaries(mesh: ForeignMesh, groups: dict[Group, Rows], points: Numbers, which: str) -> dict[str, Integers]:
    """Nodes of the facets of each boundary: of groups of facets, of sets of nodes, and by place."""
    kind, facet_kind = mesh.kind, SIDES_OF[mesh.kind][0][0]
    found = {
        group.name: mesh.cells[facet_kind][parts[facet_kind]] for group, parts in groups.items() if facet_kind in parts
    }
    sets = {group.name: mesh.cells["vertex"][parts["vertex"]] for group, parts in groups.items() if "vertex" in parts}
    if not sets and which == "named":
        return found
    bare = without(outer_facets(kind, mesh.cells[kind]), found.values(), kind)
    more = [facets_of_nodes(bare, sets, kind)]
    if which != "named":
        bare = without(bare, more[0].values(), kind)
        more.append(facets_by_place(bare, points, kind, which == "ends"))
    for facets in more:
        for name, of in facets.items():
            if len(of):
                found[name] = np.concatenate([found[name], of]) if name in found else of
    return found


def _check_cells(mesh: ForeignMesh, regions: dict[str, Integers]) -> None:
    """Every cell belongs to one group."""
    nodes = mesh.cells[mesh.kind]
    nothing: Integers = np.empty(0, dtype=np.int64)
    uses = np.bincount(np.concatenate([nothing, *regions.values()]), minlength=len(nodes))
    for wrong, text in ((uses == 0, "no group"), (uses > 1, "several groups")):
        if wrong.any():
            first = np.flatnonzero(wrong)[0]
            place = ", ".join(f"{x:.4g}" for x in mesh.points[nodes[first]].mean(axis=0))
            names = ", ".join(quoted(name, 40) for name, of in regions.items() if first in of)
            raise MeshError(
                f"{np.count_nonzero(wrong)} cells in {text}, the first at ({place})"
                + (names and f" in {printable(names, 160)}; geometry.ignore drops a group")
            )


def _oriented(kind: str, rows: Integers, points: Numbers) -> Integers:
    """Cells with nodes in the order of positive volume."""
    dimension = DIMENSION[kind]
    sides = points[rows[:, 1 : dimension + 1], :dimension] - points[rows[:, :1], :dimension]
    return np.where((np.linalg.det(sides) < 0)[:, None], rows[:, MIRROR[kind]], rows)


def _split(name: str, kind: str, rows: Integers, points: Numbers) -> dict[str, Integers]:
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
    return {f"{name}/{number:04d}": rows[label == region] for number, region in enumerate(order, start=1)}


def _fill_model(mesh: ArrangedMesh) -> None:
    """One discrete entity and one physical group for each region and boundary; the first holds all nodes."""
    coordinates = np.column_stack([mesh.points, np.zeros((len(mesh.points), 3 - mesh.dimension))])
    facet_kind = SIDES_OF[mesh.kind][0][0]
    groups = [(mesh.kind, mesh.regions), (facet_kind, mesh.boundaries)]
    named = [(kind, name, rows) for kind, of in groups for name, rows in of.items()]
    for number, (kind, name, rows) in enumerate(named, start=1):
        dimension = DIMENSION[kind]
        entity = gmsh.model.addDiscreteEntity(dimension, number)
        if number == 1:
            gmsh.model.mesh.addNodes(dimension, entity, np.arange(1, len(coordinates) + 1), coordinates.ravel())
        nodes = rows[:, TETRA10_FROM_VTK] if kind == "tetra10" else rows
        gmsh.model.mesh.addElementsByType(entity, GMSH_KIND[kind], [], (nodes + 1).ravel())
        name_group(dimension, [entity], name)
    gmsh.model.mesh.reclassifyNodes()
