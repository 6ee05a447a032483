"""Spheres of two kinds in a periodic box, and how their contacts are found."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from meshes.bodies import Array, Contacts

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ACTIVE, ELECTROLYTE = 0, 1
"""Kinds of spheres."""


@dataclass(frozen=True)
class Spheres:
    """Spheres in a periodic box.

    Attributes:
        centres: Shape (spheres, 3), inside [0, box) [um].
        radii: Shape (spheres,) [um].
        kinds: ``ACTIVE`` or ``ELECTROLYTE``, shape (spheres,).
        box: Extents, the stack direction last, shape (3,) [um].
    """

    centres: Array
    radii: Array
    kinds: Integers
    box: Array

    @property
    def fill(self) -> float:
        """Summed volume of the spheres over that of the box; overlaps count twice."""
        return float(4 / 3 * np.pi * np.sum(self.radii**3) / self.box.prod())


def touching(spheres: Spheres) -> Contacts:
    """All contacts of the spheres."""
    return Neighbours(spheres).contacts(spheres.centres)


def wrapped(centres: Array, box: Array) -> Array:
    """The same places inside [0, box)."""
    places = np.mod(centres, box)
    return np.where(places >= box, 0.0, places)  # rounding can put a tiny negative number on the far face


class Neighbours:
    """Finds contacts from a list of near pairs, renewed when a sphere has moved by half of a skin.

    Args:
        spheres: What moves; where it is comes with each question.
    """

    def __init__(self, spheres: Spheres) -> None:
        self._spheres = spheres
        self._skin = 0.4 * float(np.median(spheres.radii))
        self._listed: Array | None = None
        self._pairs: Integers = np.empty((0, 2), dtype=np.int64)

    def contacts(self, centres: Array) -> Contacts:
        """Contacts of the spheres at other centres, which may lie outside the box."""
        radii, box = self._spheres.radii, self._spheres.box
        if self._listed is None or np.max(np.sum((centres - self._listed) ** 2, axis=1)) > (self._skin / 2) ** 2:
            self._pairs, self._listed = _near(centres, radii, box, self._skin), centres.copy()
        first, second = self._pairs.T
        difference = centres[first] - centres[second]
        difference -= box * np.round(difference / box)
        overlap = radii[first] + radii[second] - np.sqrt(np.einsum("ij,ij->i", difference, difference))
        active = overlap > 0
        return Contacts(self._pairs[active], difference[active], overlap[active])


def _near(centres: Array, radii: Array, box: Array, skin: float) -> Integers:
    """Pairs of spheres whose surfaces are closer than ``skin``, shape (pairs, 2).

    Trees of spheres of like size keep the search short where sizes differ much.
    """
    places = wrapped(centres, box)
    size = np.floor(np.log2(radii / radii.min()) * 2).astype(int)
    members = [np.flatnonzero(size == each) for each in np.unique(size)]
    trees = [cKDTree(places[index], boxsize=box) for index in members]
    found = []
    for i, (tree, index) in enumerate(zip(trees, members, strict=True)):
        found.append(index[tree.query_pairs(2 * radii[index].max() + skin, output_type="ndarray")])
        for other, others in zip(trees[:i], members[:i], strict=True):
            reach = radii[index].max() + radii[others].max() + skin
            near = tree.sparse_distance_matrix(other, reach, output_type="coo_matrix")
            found.append(np.stack([index[near.row], others[near.col]], axis=1))
    pairs = np.concatenate(found).astype(np.int64)
    difference = places[pairs[:, 0]] - places[pairs[:, 1]]
    difference -= box * np.round(difference / box)
    return pairs[np.sum(difference**2, axis=1) < (radii[pairs].sum(axis=1) + skin) ** 2]
