"""Structured meshes of simplices as arrays: boxes, and the part of a ball (disc in 2D) of non-negative coordinates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np

from fem_asslb.mesh.source import MeshSource

_EDGES = {1: [(0, 1)], 2: [(0, 1), (1, 2), (2, 0)], 3: [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]}
"""Edges that carry the middle nodes of a simplex of degree 2, in VTK order."""


def box(
    size: Sequence[float],
    cells: Sequence[int],
    region: Callable[[np.ndarray], np.ndarray] | None = None,
    rotation: np.ndarray | None = None,
) -> MeshSource:
    """Rectangle or box from the origin, with boundaries named as in a stack.

    Args:
        size: Extents [um].
        cells: Cells along each extent.
        region: Name of the region at given cell centres, shape (n, dimension); one particle if None.
        rotation: Matrix that turns the box about the origin.
    """
    dimension, scale = len(size), np.divide(size, cells)
    sides = (
        [("left", "right"), ("bottom", "top")]
        if dimension == 2
        else [("left", "right"), ("front", "back"), ("bottom", "top")]
    )
    boundaries = {
        name: (lambda lattice, axis=axis, level=level: lattice[:, axis] == level)
        for axis, names in enumerate(sides)
        for name, level in zip(names, (0, cells[axis]), strict=True)
    }
    turn = np.eye(dimension) if rotation is None else rotation
    region = region or (lambda centres: np.full(len(centres), "particle/0001"))
    return _source(
        _freudenthal(cells),
        1,
        lambda lattice: lattice * scale @ turn.T,
        lambda centres: region(centres * scale),
        boundaries,
    )


def periodic(source: MeshSource) -> MeshSource:
    """The same mesh with side walls that are one, and without names there."""
    kept = ~np.isin(np.array(source.boundaries)[source.facet_group], ["left", "right", "front", "back"])
    return replace(
        source,
        facets=source.facets[kept],
        facet_group=source.facet_group[kept],
        periodic=tuple(range(source.dimension - 1)),
    )


def renumbered(source: MeshSource, seed: int) -> MeshSource:
    """The same mesh with its points and cells in another order."""
    generator = np.random.default_rng(seed)
    points, cells = (generator.permutation(len(rows)) for rows in (source.points, source.cells))
    place = np.argsort(points)
    return replace(
        source,
        points=source.points[points],
        cells=place[source.cells[cells]],
        cell_region=source.cell_region[cells],
        facets=place[source.facets],
    )


def with_surfaces(source: MeshSource, **planes: tuple[int, float]) -> MeshSource:
    """The mesh with the facets in some planes across x or the stack as surfaces, by name: axis and coordinate."""
    corners = source.cells[:, : source.dimension + 1]
    sides = np.unique(np.sort(np.concatenate([np.delete(corners, k, axis=1) for k in range(corners.shape[1])])), axis=0)
    facets, group = [source.facets], [source.facet_group]
    for number, (axis, level) in enumerate(planes.values(), start=len(source.boundaries)):
        found = sides[np.isclose(source.points[sides][:, :, axis], level).all(axis=1)]
        facets.append(found)
        group.append(np.full(len(found), number))
    return replace(source, facets=np.concatenate(facets), facet_group=np.concatenate(group), surfaces=tuple(planes))


def ball(dimension: int, core: int, shell: int = 0, shell_radius: float = 1.0, degree: int = 2) -> MeshSource:
    """Octant of a ball (quadrant of a disc) of radius 1 um, in a shell whose layers grow with the radius.

    Boundaries: ``left`` (x = 0), ``front`` (y = 0, 3D), ``bottom`` (last coordinate = 0), ``outer``.

    Args:
        dimension: 2 or 3.
        core: Layers of cells in the core.
        shell: Layers of cells in the shell; 0 for none.
        shell_radius: Outer radius of the shell [um].
        degree: Degree of the geometry.
    """
    # The simplex t >= a >= b >= 0 of the lattice is the core, t being its layer; the shell repeats the last layer.
    cells = _freudenthal((core + shell, *[core] * (dimension - 1)))
    angle = np.minimum(cells[:, :, :1], core)
    inside = np.concatenate([angle, cells[:, :, 1:]], axis=2)
    cells = cells[(np.diff(inside, axis=2) <= 0).all(axis=(1, 2))]

    def directions(lattice: np.ndarray) -> np.ndarray:
        chain = np.concatenate([np.minimum(lattice[:, :1], core), lattice[:, 1:], np.zeros((len(lattice), 1))], axis=1)
        return -np.diff(chain, axis=1)

    def place(lattice: np.ndarray) -> np.ndarray:
        direction, layer = directions(lattice), lattice[:, :1]
        radius = np.where(layer <= core, layer / core, shell_radius ** ((layer - core) / max(shell, 1)))
        return radius * direction / np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-300)

    planes = ("left", "bottom") if dimension == 2 else ("left", "front", "bottom")
    boundaries = {name: (lambda lattice, k=k: directions(lattice)[:, k] == 0) for k, name in enumerate(planes)}
    boundaries["outer"] = lambda lattice: lattice[:, 0] == core + shell
    return _source(
        cells, degree, place, lambda centres: np.where(centres[:, 0] < core, "particle/0001", "electrolyte"), boundaries
    )


def _freudenthal(shape: Sequence[int]) -> np.ndarray:
    """Vertices of the simplices that a lattice of cubes splits into, shape (num_cells, dimension + 1, dimension)."""
    corners = np.array(list(product(*(range(n) for n in shape))))
    steps = [
        np.cumsum([np.zeros(len(shape), dtype=int), *np.eye(len(shape), dtype=int)[list(order)]], axis=0)
        for order in permutations(range(len(shape)))
    ]
    return np.concatenate([corners[:, None, :] + path for path in steps])


def _source(
    cells: np.ndarray,
    degree: int,
    place: Callable[[np.ndarray], np.ndarray],
    region: Callable[[np.ndarray], np.ndarray],
    boundaries: Mapping[str, Callable[[np.ndarray], np.ndarray]],
) -> MeshSource:
    """Mesh from the lattice vertices of its simplices; ``place`` maps the lattice to space."""
    dimension = cells.shape[2]
    facets = [[] for _ in boundaries]
    for corners in combinations(range(dimension + 1), dimension):
        for found, on in zip(facets, boundaries.values(), strict=True):
            vertices = cells[:, corners]
            flat = on(vertices.reshape(-1, dimension)).reshape(len(cells), dimension)
            found.append(vertices[flat.all(axis=1)])
    per_boundary = [np.concatenate(found) for found in facets]
    # Twice the lattice, so that middle nodes are integers too.
    cell_nodes, facet_nodes = (_nodes(2 * entities, degree) for entities in (cells, np.concatenate(per_boundary)))
    lattice, number = np.unique(cell_nodes.reshape(-1, dimension), axis=0, return_inverse=True)
    lookup = {tuple(node): k for k, node in enumerate(lattice.tolist())}
    names, cell_region = np.unique(region(cells.mean(axis=1)), return_inverse=True)
    return MeshSource(
        dimension=dimension,
        degree=degree,
        points=np.ascontiguousarray(place(0.5 * lattice)),
        cells=number.reshape(cell_nodes.shape[:2]),
        cell_region=cell_region,
        regions=tuple(str(name) for name in names),
        facets=np.array([[lookup[tuple(node)] for node in facet] for facet in facet_nodes.tolist()]),
        facet_group=np.repeat(np.arange(len(boundaries)), [len(found) for found in per_boundary]),
        boundaries=tuple(boundaries),
    )


def _nodes(entities: np.ndarray, degree: int) -> np.ndarray:
    if degree == 1:
        return entities
    middle = [(entities[:, i] + entities[:, j]) // 2 for i, j in _EDGES[entities.shape[1] - 1]]
    return np.concatenate([entities, np.stack(middle, axis=1)], axis=1)
