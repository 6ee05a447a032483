"""Compaction of soft spheres in a periodic box, as in the calendering of a powder.

Spheres of two kinds start at random places in a tall box, are pushed apart, and are then pressed: the box becomes
lower in small steps, and after each step the energy of the Hertz contacts is minimised. There is no friction, so
the spheres rearrange as far as they can before they overlap (O'Hern et al., Phys. Rev. E 68, 011306, 2003). The
box is periodic in all directions: it is a piece of the inside of a layer, without its walls.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import EqualDiameters, LognormalDiameters, TableDiameters
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, Neighbours, Spheres, wrapped
from meshes.bodies import Array, Contacts, Law, minimise

LOOSE = 0.45
"""Volume of the spheres over that of the box at the start, below jamming."""

STEP = 0.02
"""Relative change of the height in one step of pressing."""

TAIL = 0.02275
"""Share of the spheres that a distribution leaves out at either end: beyond two standard deviations."""

POROSITY_TOLERANCE = 5e-4


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
    centres = minimise(spheres.centres, Neighbours(spheres).contacts, law, maxiter=200, ftol=1e-7, gtol=0.0)
    return replace(spheres, centres=wrapped(centres, spheres.box))


def hertz(spheres: Spheres, modulus: Array) -> Law:
    """Hertz contacts: force 4/3 E sqrt(R) overlap^(3/2) with 1/R = 1/R1 + 1/R2, in units of the softest pair."""
    relative = modulus / modulus.min()

    def law(contacts: Contacts) -> tuple[float, Array]:
        """Energy of the contacts, and the force of each (Hertz), over the least modulus."""
        first, second = contacts.pairs.T
        one, other = spheres.radii[first], spheres.radii[second]
        stiffness = relative[spheres.kinds[first], spheres.kinds[second]] * np.sqrt(one * other / (one + other))
        force = 4 / 3 * stiffness * contacts.overlap**1.5
        return 0.4 * float(force @ contacts.overlap), force

    return law


def _radii(powder: Powder, volume: float) -> Array:
    """Radii [um] of the whole number of spheres nearest to the wanted volume, scaled to meet it."""

    def quantiles(count: int) -> Array:
        """Radii [um] at even steps of the distribution, without its tails."""
        shares = TAIL + (1 - 2 * TAIL) * (np.arange(count) + 0.5) / count
        return np.array([powder.diameter.quantile(share) / 2 for share in shares])

    wanted = powder.fill * volume
    radii = quantiles(max(1, round(wanted / float(np.mean(4 / 3 * np.pi * quantiles(1000) ** 3)))))
    return radii * (wanted / (4 / 3 * np.pi * np.sum(radii**3))) ** (1 / 3)
