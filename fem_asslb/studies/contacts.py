"""What the contacts of a packing of soft spheres say: utilisation of active material and its covered surface."""

import numpy as np

from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, Integers, Mask, Spheres
from meshes.bodies import Array, Contacts

SURFACE_POINTS = 400
"""Points on each sphere of active material where its surroundings are looked up."""


def cap_area(radius: Array, other: Array, distance: Array) -> Array:
    """Area of the surface of a sphere inside another one [um^2]: a cap up to the plane of the common circle."""
    to_plane = (distance**2 + radius**2 - other**2) / (2 * distance)
    return 2 * np.pi * radius * np.clip(radius - to_plane, 0, 2 * radius)


def utilisation(spheres: Spheres, contacts: Contacts, least: float, conducting: Mask | None = None) -> float:
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


def _mixed(spheres: Spheres, contacts: Contacts) -> tuple[Integers, Integers, Integers]:
    """Active sphere, electrolyte sphere and row of each contact between the kinds."""
    row = np.flatnonzero(spheres.kinds[contacts.pairs].sum(axis=1) == ACTIVE + ELECTROLYTE)
    ordered = np.take_along_axis(contacts.pairs[row], np.argsort(spheres.kinds[contacts.pairs[row]], axis=1), axis=1)
    return ordered[:, 0], ordered[:, 1], row


def _both_ways(contacts: Contacts) -> list[tuple[Integers, Integers, Array]]:
    """Spheres, their neighbours, and the way from centre to centre."""
    first, second = contacts.pairs.T
    return [(first, second, -contacts.difference), (second, first, contacts.difference)]
