"""Straight grain boundaries of a particle in 2D, without the short edges that would force small elements."""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull

from meshes.bodies import Array
from meshes.power_diagram import Piece, PowerDiagram

GHOST_DISTANCE = 8.0
"""Distance, in radii, of the seeds outside that close the cells at the surface."""

CORNER, SURFACE, INSIDE = 0, 1, 2
"""Kinds of vertices, in the order in which they keep their place when they are merged."""


@dataclass(frozen=True)
class Edges:
    """Grain boundaries.

    Attributes:
        segments: Ends of each straight piece, shape (n, 2, 2) [um].
        merged: Number of edges that were shrunk to a point.
    """

    segments: Array
    merged: int


def grain_edges(piece: Piece, diagram: PowerDiagram, shortest: float) -> Edges:
    """Edges between the grains of a piece, clipped by its outline; their ends there lie on it.

    Args:
        piece: Disc, or what side walls leave of it.
        diagram: Its grains.
        shortest: No edge, and no piece of the outline between two edges, is shorter [um].
    """
    starts, ends = _unbounded_edges(piece, diagram)
    points, kinds, edges = _clipped(piece, starts, ends)
    points, edges, merged = _merge(points, kinds, edges, shortest)
    return Edges(points[edges], merged)


def _unbounded_edges(piece: Piece, diagram: PowerDiagram) -> tuple[Array, Array]:
    """Ends of all edges between two grains, in the whole plane: the dual of the lower hull of lifted seeds."""
    angles = 2 * np.pi * np.arange(12) / 12
    ghosts = GHOST_DISTANCE * piece.radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    count = len(diagram.seeds)
    seeds = np.concatenate([diagram.seeds - piece.centre, ghosts])
    heights = np.sum(seeds**2, axis=1) - np.concatenate([diagram.weights, np.full(12, diagram.weights.min())])
    hull = ConvexHull(np.column_stack([seeds, heights]))
    is_low = hull.equations[:, 2] < 0
    normals = hull.equations[is_low]
    vertices = -normals[:, :2] / (2 * normals[:, 2:3]) + piece.centre
    sides: dict[tuple[int, int], list[int]] = {}
    for face, corners in enumerate(hull.simplices[is_low]):
        for i, j in itertools.combinations(sorted(map(int, corners)), 2):
            if j < count:
                sides.setdefault((i, j), []).append(face)
    pairs = np.array([faces for faces in sides.values() if len(faces) == 2]).reshape(-1, 2)
    return vertices[pairs[:, 0]], vertices[pairs[:, 1]]


def _clipped(piece: Piece, starts: Array, ends: Array) -> tuple[Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Vertices, their kinds and the edges that join them, inside the piece; equal vertices are one."""
    # Where four grains meet in one point, the edge between two of them has no length.
    long = np.linalg.norm(ends - starts, axis=1) > 1e-9 * piece.radius
    starts, along = starts[long], (ends - starts)[long]
    low, high = _inside(piece, starts, along)
    kept = high > low
    low, high, starts, along = low[kept], high[kept], starts[kept], along[kept]
    ends_inside = np.concatenate([starts + low[:, None] * along, starts + high[:, None] * along])
    at_surface = np.concatenate([low > 0, high < 1])
    corners = _corners(piece)
    points = np.concatenate([corners, ends_inside])
    kinds = np.concatenate([np.full(len(corners), CORNER), np.where(at_surface, SURFACE, INSIDE)])
    _, first, number = np.unique(
        np.round(points / (1e-9 * piece.radius)), axis=0, return_index=True, return_inverse=True
    )
    edges = number.ravel()[len(corners) :].reshape(2, -1).T
    return points[first], kinds[first], edges


def _inside(piece: Piece, starts: Array, along: Array) -> tuple[Array, Array]:
    """Part of each line start + t along, 0 <= t <= 1, in the piece: from the first t to the second."""
    from_centre = starts - piece.centre
    a, b = np.sum(along**2, axis=1), np.sum(along * from_centre, axis=1)
    discriminant = b**2 - a * (np.sum(from_centre**2, axis=1) - piece.radius**2)
    root = np.sqrt(np.maximum(discriminant, 0.0))
    low = np.where(discriminant > 0, np.maximum((-b - root) / a, 0.0), 1.0)
    high = np.where(discriminant > 0, np.minimum((-b + root) / a, 1.0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        walls = np.sort(np.stack([(piece.low - starts) / along, (piece.high - starts) / along]), axis=0)
    return np.maximum(low, walls[0].max(axis=1)), np.minimum(high, walls[1].min(axis=1))


def _corners(piece: Piece) -> Array:
    """Where the outline has a corner: at walls that cut the disc, and where two walls meet inside it."""
    corners = []
    for axis, walls in enumerate(zip(piece.low, piece.high, strict=True)):
        for wall in walls:
            distance = wall - piece.centre[axis]
            if abs(distance) < piece.radius:
                for sign in (-1.0, 1.0):
                    corner = piece.centre.copy()
                    corner[axis] = wall
                    corner[1 - axis] += sign * np.sqrt(piece.radius**2 - distance**2)
                    corners.append(corner)
    corners += [np.array(corner) for corner in itertools.product(*zip(piece.low, piece.high, strict=True))]
    return np.array([corner for corner in corners if _contains(piece, corner)]).reshape(-1, 2)


def _contains(piece: Piece, point: Array) -> bool:
    slack = 1e-9 * piece.radius
    in_box = np.all(point > piece.low - slack) and np.all(point < piece.high + slack)
    return bool(in_box and np.linalg.norm(point - piece.centre) < piece.radius + slack)


def _merge(
    points: Array, kinds: npt.NDArray[np.int64], edges: npt.NDArray[np.int64], shortest: float
) -> tuple[Array, npt.NDArray[np.int64], int]:
    """Shrink edges and pieces of the outline that are too short, the shortest first, until none is left."""
    points, kinds, merged = points.copy(), kinds.copy(), 0
    inner = np.mean(points, axis=0)
    while True:
        outline = np.unique(np.concatenate([edges.ravel(), np.flatnonzero(kinds == CORNER)]))
        outline = outline[kinds[outline] < INSIDE]
        outline = outline[np.argsort(np.arctan2(*(points[outline] - inner).T[::-1]))]
        arcs = np.stack([outline, np.roll(outline, -1)], axis=1)
        arcs = arcs[~np.all(kinds[arcs] == CORNER, axis=1)]
        candidates = np.concatenate([edges, arcs])
        lengths = np.linalg.norm(points[candidates[:, 0]] - points[candidates[:, 1]], axis=1)
        short = candidates[np.argsort(lengths)][: np.count_nonzero(lengths < shortest)]
        short = short[short[:, 0] != short[:, 1]]
        target = np.arange(len(points))
        used: set[int] = set()
        for i, j in short:
            if i in used or j in used:
                continue
            used |= {int(i), int(j)}
            keep, drop = (i, j) if kinds[i] <= kinds[j] else (j, i)
            if kinds[keep] == kinds[drop] == INSIDE:
                points[keep] = (points[i] + points[j]) / 2
            target[drop] = keep
            merged += 1
        if not used:
            return points, edges, merged
        edges = np.unique(np.sort(target[edges], axis=1), axis=0)
        edges = edges[edges[:, 0] != edges[:, 1]]
        kinds[np.flatnonzero(target != np.arange(len(points)))] = INSIDE
