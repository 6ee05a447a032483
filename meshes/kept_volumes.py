"""Particles of straight elements with the volume of their disc or sphere: nodes of the surface move outwards.

Each moves by a multiple of what the facets around it cut off, one multiple for a particle, so that it hardly moves
where elements are small, as in the gap to a neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import gmsh
import numpy as np
import numpy.typing as npt

from fem_asslb.base.rows import unique_rows
from meshes.bodies import Array
from meshes.periodic_walls import ROUNDING, images_of_nodes

Integers = npt.NDArray[np.int64]

LEAST_SHARE = 0.3
"""Volume of an element after its nodes have moved over that before; where it is less they move half as far."""

HALVINGS = 6
"""How often other nodes make up for that; where as many more do not help, the particle stays a little smaller."""

ROUNDS = 5
"""In which the multiple is found; the volume is nearly linear in it."""


@dataclass(frozen=True, kw_only=True)
class Ball:
    """A particle of the model as it should be.

    Attributes:
        groups: Names of its groups of cells.
        centre: Shape (dimension,) [um].
        radius: [um].
        volume: Of what lies inside the side walls [um^dimension].
    """

    groups: Sequence[str]
    centre: Array
    radius: float
    volume: float


def keep_volumes(dimension: int, balls: Sequence[Ball], periods: Sequence[float] = ()) -> None:
    """Move nodes of the current model, which has straight elements; those of walls stay on them.

    Args:
        dimension: Of the model.
        balls: The particles; they do not touch.
        periods: Extents [um] between side walls that are one; a particle that one cuts reaches in on the other side.
    """
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    points = coordinates.reshape(-1, 3)[:, :dimension].copy()
    row = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    row[tags.astype(np.int64)] = np.arange(len(tags))
    groups = {
        gmsh.model.getPhysicalName(dimension, tag): _upright(points, row[_cells(dimension, tag)])
        for _, tag in gmsh.model.getPhysicalGroups(dimension)
    }
    cells = np.concatenate(list(groups.values()))
    low, high = points[cells].min(axis=(0, 1)), points[cells].max(axis=(0, 1))
    walls = np.minimum(abs(points - low), abs(points - high)) < ROUNDING * np.max(high - low)
    own = [np.concatenate([groups[name] for name in ball.groups]) for ball in balls]
    ways = np.zeros_like(points)
    for ball, part in zip(balls, own, strict=True):
        ways += _ways(ball, points, part, walls, periods)
    ways[walls] = 0.0
    joined = [row[[node, *(other for other, _ in others)]] for node, others in images_of_nodes(dimension).items()]
    for rows in joined:
        ways[rows] = ways[rows].mean(axis=0)
    for attempt in range(2 * HALVINGS):
        if attempt < HALVINGS:
            ways = _scaled(balls, points, own, ways)
        folded = cells[_volumes(points + ways, cells) < LEAST_SHARE * _volumes(points, cells)]
        if not folded.size:
            break
        share = np.ones((len(points), 1))
        share[np.unique(folded)] = 0.5 if attempt < 2 * HALVINGS - 1 else 0.0
        for rows in joined:
            share[rows] = share[rows].min()
        ways *= share
    moved = points + ways
    for node in np.flatnonzero(ways.any(axis=1)):
        gmsh.model.mesh.setNode(tags[node], [*moved[node], 0.0][:3], [])


def _cells(dimension: int, group: int) -> Integers:
    """Nodes of the cells of a group."""
    found = []
    for entity in gmsh.model.getEntitiesForPhysicalGroup(dimension, group):
        for nodes in gmsh.model.mesh.getElements(dimension, entity)[2]:
            found.append(nodes.astype(np.int64).reshape(-1, dimension + 1))
    return np.concatenate(found)


def _upright(points: Array, cells: Integers) -> Integers:
    """Cells with nodes in the order of positive volume."""
    turned = _volumes(points, cells) < 0.0
    cells[turned, :2] = cells[turned, 1::-1]
    return cells


def _ways(ball: Ball, points: Array, cells: Integers, walls: npt.NDArray[np.bool_], periods: Sequence[float]) -> Array:
    """Outward from the centre for each node of the round surface, as long as the mean of what its facets cut off."""
    dimension = points.shape[1]
    facets = np.concatenate([np.delete(cells, corner, axis=1) for corner in range(dimension + 1)])
    unique = unique_rows(np.sort(facets, axis=1))
    facets = facets[unique.first[unique.uses == 1]]
    # A facet of a wall may have all its corners on the sphere.
    facets = facets[~walls[facets].all(axis=1).any(axis=1)]
    shifts = np.array(list(product(*((0.0, period, -period) for period in periods))), dtype=float)
    centres = ball.centre + np.pad(shifts, ((0, 0), (0, dimension - len(periods))))
    distance = np.linalg.norm(points[facets][:, :, None] - centres, axis=3)
    image = np.argmin(np.abs(distance - ball.radius).max(axis=1), axis=1)
    away = np.take_along_axis(distance, image[:, None, None], axis=2)[:, :, 0]
    is_round = (np.abs(away - ball.radius) < 1e-3 * ball.radius).all(axis=1)
    facets, centre = facets[is_round], centres[image[is_round]]
    cut = ball.radius - np.linalg.norm(points[facets].mean(axis=1) - centre, axis=1)
    outward = (points[facets] - centre[:, None]) / ball.radius
    total, number = np.zeros_like(points), np.zeros(len(points))
    np.add.at(total, facets, cut[:, None, None] * outward)
    np.add.at(number, facets, 1.0)
    return total / np.maximum(number, 1.0)[:, None]


def _scaled(balls: Sequence[Ball], points: Array, own: Sequence[Integers], ways: Array) -> Array:
    """The ways of each particle times the number that gives it its volume."""
    scaled = np.zeros_like(ways)
    for ball, cells in zip(balls, own, strict=True):
        nodes = np.unique(cells)
        before, number = _volumes(points, cells).sum(), 1.0
        for _ in range(ROUNDS):
            scaled[nodes] = number * ways[nodes]
            gained = _volumes(points + scaled, cells).sum() - before
            number *= (ball.volume - before) / gained if gained > 0.0 else 0.0
        scaled[nodes] = number * ways[nodes]
    return scaled


def _volumes(points: Array, cells: Integers) -> Array:
    corners = points[cells]
    edges = corners[:, 1:] - corners[:, :1]
    return np.asarray(np.linalg.det(edges) / (2.0 if points.shape[1] == 2 else 6.0))
