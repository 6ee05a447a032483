"""Compaction of soft spheres in a periodic box, as in the calendering of a powder.

Spheres of two kinds start at random places in a tall box, are pushed apart, and are then pressed: the box becomes
lower in small steps, and after each step the energy of the Hertz contacts is minimised. There is no friction, so
the spheres rearrange as far as they can before they overlap (O'Hern et al., Phys. Rev. E 68, 011306, 2003). The
box is periodic in all directions: it is a piece of the inside of a layer, without its walls.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fem_asslb.errors import MeshError
from fem_asslb.geometry import EqualDiameters, LognormalDiameters, TableDiameters
from meshes.bodies import Array, Contacts, Law, minimise

Integers = npt.NDArray[np.int64]

ACTIVE, ELECTROLYTE = 0, 1
"""Kinds of spheres."""

LOOSE = 0.45
"""Volume of the spheres over that of the box at the start, below jamming."""

STEP = 0.02
"""Relative change of the height in one step of pressing."""

TAIL = 0.02275
"""Share of the spheres that a distribution leaves out at either end: beyond two standard deviations."""

POROSITY_TOLERANCE = 5e-4


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


@dataclass(frozen=True)
class Powder:
    """Spheres of one kind: their summed volume over that of the box, and their diameters by number [um]."""

    fill: float
    diameter: EqualDiameters | LognormalDiameters | TableDiameters


def scatter(active: Powder, electrolyte: Powder, box: Array, modulus: Array, seed: int) -> Spheres:
    """Loose spheres that, pressed to the height of ``box``, fill it as the powders say.

    Diameters are evenly spaced quantiles of the distributions without their tails, scaled by a factor near one so that
    a whole number of spheres has the exact volume.

    Args:
        active: Spheres of active material.
        electrolyte: Spheres of electrolyte.
        box: Extents of the pressed box [um].
        modulus: Effective contact moduli by the kinds of the two spheres, shape (2, 2).
        seed: Seed of the random numbers.
    """
    radii = [_radii(powder, float(np.prod(box))) for powder in (active, electrolyte)]
    kinds = np.repeat([ACTIVE, ELECTROLYTE], [len(each) for each in radii])
    tall = np.array([box[0], box[1], box[2] * (active.fill + electrolyte.fill) / LOOSE])
    all_radii = np.concatenate(radii)
    if 4 * all_radii.max() >= box.min():
        raise MeshError(f"spheres of {2 * all_radii.max():.4g} um need a box of more than twice their diameter")
    centres = np.random.default_rng(seed).uniform(0, tall, (len(kinds), 3))
    return settle(Spheres(centres, all_radii, kinds, tall), modulus)


def press(spheres: Spheres, height: float, modulus: Array) -> Spheres:
    """Spheres in the same box pressed to a height [um], in steps that end there."""
    ratio = height / spheres.box[2]
    steps = max(1, int(np.ceil(abs(np.log(ratio)) / STEP)))
    squeeze = np.array([1.0, 1.0, ratio ** (1 / steps)])
    for _ in range(steps):
        spheres = settle(replace(spheres, centres=spheres.centres * squeeze, box=spheres.box * squeeze), modulus)
    return spheres


def press_to(spheres: Spheres, porosity: Callable[[Spheres], float], wanted: float, modulus: Array) -> Spheres:
    """Spheres pressed until the ``porosity`` that the function measures is the one ``wanted`` within 0.05 %.

    Raises:
        MeshError: The porosity is not reached.
    """
    for _ in range(20):
        now = porosity(spheres)
        if abs(now - wanted) <= POROSITY_TOLERANCE:
            return spheres
        # Exact if the volume of the solid were kept; overlaps grow, so the height is approached from above.
        spheres = press(spheres, spheres.box[2] * (1 - now) / (1 - wanted), modulus)
    raise MeshError(f"a porosity of {wanted:.3f} is not reached by pressing (now {now:.3f})")


def settle(spheres: Spheres, modulus: Array) -> Spheres:
    """Spheres where the energy of their contacts is least, in an unchanged box."""
    law = hertz(spheres, modulus)
    centres = minimise(spheres.centres, _Neighbours(spheres).contacts, law, maxiter=200, ftol=1e-7, gtol=0.0)
    return replace(spheres, centres=_wrapped(centres, spheres.box))


def touching(spheres: Spheres) -> Contacts:
    """All contacts of the spheres."""
    return _Neighbours(spheres).contacts(spheres.centres)


def hertz(spheres: Spheres, modulus: Array) -> Law:
    """Hertz contacts: force 4/3 E sqrt(R) overlap^(3/2) with 1/R = 1/R1 + 1/R2, in units of the softest pair."""
    relative = modulus / modulus.min()

    def law(contacts: Contacts) -> tuple[float, Array]:
        first, second = contacts.pairs.T
        one, other = spheres.radii[first], spheres.radii[second]
        stiffness = relative[spheres.kinds[first], spheres.kinds[second]] * np.sqrt(one * other / (one + other))
        force = 4 / 3 * stiffness * contacts.overlap**1.5
        return 0.4 * float(force @ contacts.overlap), force

    return law


class _Neighbours:
    """Finds contacts from a list of near pairs, renewed when a sphere has moved by half of a skin."""

    def __init__(self, spheres: Spheres) -> None:
        self._spheres = spheres
        self._skin = 0.4 * float(np.median(spheres.radii))
        self._listed: Array | None = None
        self._pairs: Integers = np.empty((0, 2), dtype=np.int64)

    def contacts(self, centres: Array) -> Contacts:
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
    places = _wrapped(centres, box)
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


def _wrapped(centres: Array, box: Array) -> Array:
    places = np.mod(centres, box)
    return np.where(places >= box, 0.0, places)  # rounding can put a tiny negative number on the far face


def _radii(powder: Powder, volume: float) -> Array:
    """Radii [um] of the whole number of spheres nearest to the wanted volume, scaled to meet it."""

    def quantiles(count: int) -> Array:
        shares = TAIL + (1 - 2 * TAIL) * (np.arange(count) + 0.5) / count
        return np.array([powder.diameter.quantile(share) / 2 for share in shares])

    wanted = powder.fill * volume
    radii = quantiles(max(1, round(wanted / float(np.mean(4 / 3 * np.pi * quantiles(1000) ** 3)))))
    return radii * (wanted / (4 / 3 * np.pi * np.sum(radii**3))) ** (1 / 3)
