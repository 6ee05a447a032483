"""A mesh from elsewhere under our names and in our coordinates."""

from dataclasses import dataclass, field

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.region_names import read_region_name, require_names
from fem_asslb.mesh.side_walls import joined
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.source_checks import check_points
from meshes.division import cut_facets, divided
from meshes.folds import require_no_folds
from meshes.foreign_mesh import DIMENSION, ForeignMesh, Group, Integers, Numbers, Rows
from meshes.group_names import choose
from meshes.mesh_reader import read_mesh
from meshes.outside import facets_by_place, facets_of_nodes, outer_facets, without
from meshes.sides import NODES, SIDES_OF
from meshes.touching import require_apart
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
        is_periodic: Whether opposite side walls are one.
        surfaces: Nodes of the facets of each surface between regions that has a name.
    """

    kind: str
    points: Numbers
    regions: dict[str, Integers]
    boundaries: dict[str, Integers]
    is_periodic: bool = False
    surfaces: dict[str, Integers] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Of its cells."""
        return DIMENSION[self.kind]

    def source(self) -> MeshSource:
        """The mesh as arrays of numbers of names."""
        cells, cell_region = _stacked(list(self.regions.values()), NODES[self.kind])
        named = [*self.boundaries.values(), *self.surfaces.values()]
        facets, facet_group = _stacked(named, NODES[SIDES_OF[self.kind][0][0]])
        return MeshSource(
            dimension=self.dimension,
            degree=1 if self.kind in ("triangle", "tetra") else 2,
            points=self.points,
            cells=cells,
            cell_region=cell_region,
            regions=tuple(self.regions),
            facets=facets,
            facet_group=facet_group,
            boundaries=tuple(self.boundaries),
            periodic=tuple(range(self.dimension - 1)) if self.is_periodic else (),
            surfaces=tuple(self.surfaces),
        )


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
    cells_of = {group.name: parts[kind] for group, parts in rows.items() if kind in parts}
    _check_cells(mesh, cells_of)
    check_points(mesh.points * geometry.length_unit)
    points = turned(mesh.points * geometry.length_unit, dimension, geometry.stack_axis)
    cells = mesh.cells[kind]
    require_no_folds(cells[:, : dimension + 1], points)
    require_apart(cells[:, : dimension + 1], points)
    nodes = {name: _oriented(kind, cells[of], points) for name, of in cells_of.items()}
    require_names(nodes)
    boundaries = _boundaries(mesh, rows, points, geometry)
    surfaces = cut_facets(boundaries, geometry.cut)
    parts = _divided(nodes, surfaces, points, geometry)
    require_names((*boundaries, *surfaces))
    for name in boundaries:
        if name in nodes:
            raise MeshError(
                f"a region and a boundary are called {quoted(name, 60)}; geometry.names renames one of them"
            )
    return ArrangedMesh(kind, points, _named(parts), boundaries, geometry.is_periodic, surfaces)


def _divided(
    regions: dict[str, Integers], surfaces: dict[str, Integers], points: Numbers, geometry: MeshFile
) -> list[tuple[str, Integers]]:
    """Regions by name, those that are split, or cut by surfaces, in their parts."""
    for name in geometry.split:
        if name not in regions:
            raise MeshError(f"no group {quoted(name)} to split; there are: {printable(', '.join(regions), 120)}")
    dimension = points.shape[1]
    cut = np.concatenate([np.empty((0, dimension), dtype=np.int64), *(of[:, :dimension] for of in surfaces.values())])
    first = joined(points, range(dimension - 1 if geometry.is_periodic else 0))
    parts = [divided(name, of, points, cut, name in geometry.split, first) for name, of in regions.items()]
    return [item for part in parts for item in part.items()]


def _named(parts: list[tuple[str, Integers]]) -> dict[str, Integers]:
    """Cells of each region, whose name has numbers of four digits or more.

    Raises:
        MeshError: Two are the same region.
    """
    regions: dict[str, Integers] = {}
    names: dict[str, str] = {}
    for name, of in parts:
        region = str(read_region_name(name))
        if region in regions:
            both = " and ".join(quoted(each, 40) for each in (names[region], name))
            raise MeshError(f"{both} are both the region '{region}'; geometry.names renames one of them")
        regions[region], names[region] = of, name
    return regions


def _stacked(groups: list[Integers], count: int) -> tuple[Integers, Integers]:
    """Rows of all groups, of so many nodes, and the number of the group of each."""
    nodes = np.concatenate([np.empty((0, count), dtype=np.int64), *groups])
    return nodes, np.repeat(np.arange(len(groups)), [len(rows) for rows in groups])


def _joined(groups: dict[Group, Rows], names: dict[Group, str]) -> dict[Group, Rows]:
    """Groups under our names; groups of one dimension that get the same name are joined."""
    result: dict[Group, Rows] = {}
    for group, parts in groups.items():
        ours = result.setdefault(Group(group.dimension, names[group]), {})
        for kind, rows in parts.items():
            ours[kind] = np.concatenate([ours[kind], rows]) if kind in ours else rows
    return result


def _boundaries(
    mesh: ForeignMesh, groups: dict[Group, Rows], points: Numbers, geometry: MeshFile
) -> dict[str, Integers]:
    """Nodes of the facets of each boundary: of groups of facets, of sets of nodes, and by place."""
    kind, facet_kind, which = mesh.kind, SIDES_OF[mesh.kind][0][0], geometry.boundaries
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
        more.append(facets_by_place(bare, points, kind, which == "ends", geometry.is_periodic))
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
