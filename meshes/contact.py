"""What the contacts of a packing of soft spheres say: utilisation, covered surface, paths from sphere to sphere."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from meshes.bodies import Array, Contacts
from meshes.spheres import ACTIVE, ELECTROLYTE, Integers, Spheres

SURFACE_POINTS = 400
"""Points on each sphere of active material where its surroundings are looked up."""


def cap_area(radius: Array, other: Array, distance: Array) -> Array:
    """Area of the surface of a sphere inside another one [um^2]: a cap up to the plane of the common circle."""
    to_plane = (distance**2 + radius**2 - other**2) / (2 * distance)
    return 2 * np.pi * radius * np.clip(radius - to_plane, 0, 2 * radius)


def utilisation(spheres: Spheres, contacts: Contacts, least: float, conducting: Array | None = None) -> float:
    """Share by number of the spheres of active material that touch electrolyte.

    Args:
        spheres: The packing.
        contacts: Its contacts.
        least: Smallest overlap, over the sum of the two radii, that counts.
        conducting: Which spheres may supply lithium, shape (spheres,); all of electrolyte by default.
    """
    supplying = spheres.kinds == ELECTROLYTE if conducting is None else conducting
    active, electrolyte, row = _mixed(spheres, contacts)
    counts = supplying[electrolyte] & (contacts.overlap[row] >= least * spheres.radii[contacts.pairs[row]].sum(axis=1))
    return len(np.unique(active[counts])) / int(np.sum(spheres.kinds == ACTIVE))


def percolating(spheres: Spheres, contacts: Contacts) -> Array:
    """Which spheres belong to electrolyte that goes on for ever in the stack direction, shape (spheres,).

    A cluster does if some way round through it returns to its start a period of the box higher: then heights
    cannot be given to its spheres so that all contacts agree.
    """
    graph, first, second, turns = _electrolyte_graph(spheres, contacts)
    clusters, cluster = connected_components(graph, directed=False)
    turn_of: dict[tuple[np.int64, np.int64], np.int64] = {}
    for here, there, turn in zip(first, second, turns, strict=True):
        turn_of[here, there], turn_of[there, here] = turn, -turn
    level = np.zeros(len(spheres.radii), dtype=np.int64)
    for root in np.unique(cluster[first], return_index=True)[1]:
        order, before = breadth_first_order(graph, first[root], directed=False)
        for sphere in order[1:]:
            level[sphere] = level[before[sphere]] + turn_of[before[sphere], sphere]
    endless = np.zeros(clusters, dtype=bool)
    endless[cluster[first[level[second] - level[first] != turns]]] = True
    return endless[cluster]


def covered(spheres: Spheres, contacts: Contacts) -> Array:
    """Share of each active sphere's surface inside electrolyte, of that not inside other active spheres.

    Looked up at points spread evenly over each sphere. A sphere wholly inside others has 0. Shape (active spheres,).
    """
    index = np.arange(SURFACE_POINTS) + 0.5
    height, angle = 1 - 2 * index / SURFACE_POINTS, np.pi * (1 + np.sqrt(5)) * index
    across = np.sqrt(1 - height**2)
    points = np.stack([across * np.cos(angle), across * np.sin(angle), height], axis=1)
    inside = np.zeros((2, len(spheres.radii), SURFACE_POINTS), dtype=bool)
    for sphere, other, offset in _both_ways(contacts):
        for part in np.array_split(np.arange(len(sphere)), 1 + len(sphere) // 5000):
            here, there = sphere[part], other[part]
            radius, reach = spheres.radii[here], spheres.radii[there]
            # |R n - offset| < reach, multiplied out
            limit = (np.sum(offset[part] ** 2, axis=1) + radius**2 - reach**2) / (2 * radius)
            hit = offset[part] @ points.T > limit[:, None]
            np.logical_or.at(inside, (spheres.kinds[there], here), hit)
    active = spheres.kinds == ACTIVE
    free = ~inside[ACTIVE, active]
    return np.sum(inside[ELECTROLYTE, active] & free, axis=1) / np.maximum(np.sum(free, axis=1), 1)


def cap_share(spheres: Spheres, contacts: Contacts) -> float:
    """Summed caps of active spheres inside electrolyte over their whole surface; caps that overlap count twice."""
    active, electrolyte, row = _mixed(spheres, contacts)
    distance = np.linalg.norm(contacts.difference[row], axis=1)
    caps = cap_area(spheres.radii[active], spheres.radii[electrolyte], distance)
    return float(caps.sum() / (4 * np.pi * np.sum(spheres.radii[spheres.kinds == ACTIVE] ** 2)))


def path_over_centres(spheres: Spheres, contacts: Contacts) -> float:
    """Median length of the shortest paths from bottom to top through centres of touching electrolyte, over the height.

    A path starts straight above the bottom plane in a sphere that the plane cuts and ends likewise; one path for each
    sphere that the top plane cuts. Infinite where there is none.
    """
    _, first, second, turns = _electrolyte_graph(spheres, contacts)
    here = turns == 0
    length = np.linalg.norm(_electrolyte_contacts(spheres, contacts)[1][here], axis=1)
    height, top = spheres.centres[:, 2], spheres.box[2]
    electrolyte = spheres.kinds == ELECTROLYTE
    starts = np.flatnonzero(electrolyte & (height < spheres.radii))
    ends = electrolyte & (height > top - spheres.radii)
    count = len(height)
    rows = np.concatenate([first[here], np.full(len(starts), count)])
    columns = np.concatenate([second[here], starts])
    weights = np.concatenate([length, np.maximum(height[starts], 1e-9)])
    graph = coo_array((weights, (rows, columns)), (count + 1, count + 1)).tocsr()
    path = dijkstra(graph, directed=False, indices=count)[:count][ends] + top - height[ends]
    path = path[np.isfinite(path)]
    return float(np.median(path) / top) if len(path) else float("inf")


def discs(spheres: Spheres, y: float) -> tuple[Array, Array, Integers]:
    """Section at a height of the second coordinate: centres (x, z), radii [um] and kinds."""
    away = spheres.centres[:, 1] - y
    away -= spheres.box[1] * np.round(away / spheres.box[1])
    cut = np.abs(away) < spheres.radii
    radii = np.sqrt(spheres.radii[cut] ** 2 - away[cut] ** 2)
    return spheres.centres[cut][:, [0, 2]], radii, spheres.kinds[cut]


def _mixed(spheres: Spheres, contacts: Contacts) -> tuple[Integers, Integers, Integers]:
    """Active sphere, electrolyte sphere and row of each contact between the kinds."""
    row = np.flatnonzero(spheres.kinds[contacts.pairs].sum(axis=1) == ACTIVE + ELECTROLYTE)
    ordered = np.take_along_axis(contacts.pairs[row], np.argsort(spheres.kinds[contacts.pairs[row]], axis=1), axis=1)
    return ordered[:, 0], ordered[:, 1], row


def _both_ways(contacts: Contacts) -> list[tuple[Integers, Integers, Array]]:
    """Spheres, their neighbours, and the way from centre to centre."""
    first, second = contacts.pairs.T
    return [(first, second, -contacts.difference), (second, first, contacts.difference)]


def _electrolyte_contacts(spheres: Spheres, contacts: Contacts) -> tuple[Integers, Array]:
    between = np.all(spheres.kinds[contacts.pairs] == ELECTROLYTE, axis=1)
    return contacts.pairs[between], contacts.difference[between]


def _electrolyte_graph(spheres: Spheres, contacts: Contacts) -> tuple[coo_array, Integers, Integers, Integers]:
    """Graph of touching electrolyte, both ends of each contact, and how many periods the second end lies higher."""
    pairs, difference = _electrolyte_contacts(spheres, contacts)
    first, second = pairs.T
    rise = spheres.centres[first, 2] - difference[:, 2] - spheres.centres[second, 2]
    count = len(spheres.radii)
    graph = coo_array((np.ones(len(first)), (first, second)), (count, count)).tocsr()
    return graph, first, second, np.round(rise / spheres.box[2]).astype(np.int64)
