"""Discs and spheres in a box: their volume inside it, and how overlaps between them are removed."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.spatial import cKDTree

Array: TypeAlias = npt.NDArray[np.float64]

Sides: TypeAlias = npt.NDArray[np.int64]
"""Walls that cut each body, shape (bodies, dimension): -1 at the low end of an axis, 1 at its high end, 0 neither."""

CUT_LIMIT = 0.6
"""A cut body's centre lies at most this many radii from the wall. Tangency with a wall (1) and with the edge
of two walls (0.6 sqrt(2) = 0.85 at most) is then far enough for well-shaped elements."""


def volume_inside(centres: Array, radii: Array, extents: Array) -> Array:
    """Area (2D) or volume (3D) of each body inside the side walls, shape (bodies,).

    The bodies lie between the walls of the last coordinate. In 3D the integral over x is a midpoint rule in
    the polar angle with a relative error of about 1e-5.
    """
    low = np.clip(-centres / radii[:, None], -1, 1)
    high = np.clip((extents - centres) / radii[:, None], -1, 1)
    if centres.shape[1] == 2:
        return radii**2 * (_half_disc(high[:, 0], 1.0) - _half_disc(low[:, 0], 1.0))
    start, end = np.arcsin(low[:, :1]), np.arcsin(high[:, :1])
    steps = 400
    angle = start + (end - start) * (np.arange(steps) + 0.5) / steps
    section = np.cos(angle)
    area = _half_disc(np.clip(high[:, 1:2], -section, section), section)
    area -= _half_disc(np.clip(low[:, 1:2], -section, section), section)
    return radii**3 * np.sum(area * section, axis=1) * (end - start)[:, 0] / steps


def _half_disc(x: Array, radius: Array | float) -> Array:
    """Integral of the chord 2 sqrt(radius^2 - x^2) from 0 to x."""
    return x * np.sqrt(np.maximum(radius**2 - x**2, 0)) + radius**2 * np.arcsin(np.clip(x / radius, -1, 1))


class Contacts(NamedTuple):
    """Bodies that overlap.

    Attributes:
        pairs: Indices of the two bodies, shape (contacts, 2).
        difference: Centre of the first less that of the second, shape (contacts, dimension) [um].
        overlap: Sum of the two radii less the distance of the centres, shape (contacts,) [um].
    """

    pairs: npt.NDArray[np.int64]
    difference: Array
    overlap: Array


Law: TypeAlias = Callable[[Contacts], tuple[float, Array]]
"""Energy of all contacts, and the force of each, its derivative in the overlap, shape (contacts,)."""


def squares(contacts: Contacts) -> tuple[float, Array]:
    """Half the summed squares of the overlaps."""
    return 0.5 * float(contacts.overlap @ contacts.overlap), contacts.overlap


def minimise(
    centres: Array,
    find: Callable[[Array], Contacts],
    law: Law,
    bounds: Array | None = None,
    spring: float = 0.0,
    **options: float,
) -> Array:
    """Centres at which the energy of the contacts is least, by the limited-memory BFGS method.

    Args:
        centres: Where to start, shape (bodies, dimension) [um].
        find: The contacts of bodies at given centres.
        law: Their energy and forces.
        bounds: Least and greatest value of each coordinate, shape (bodies * dimension, 2).
        spring: Stiffness of springs that pull the centres back to where they start.
        options: Limits of the method, as of SciPy's L-BFGS-B.
    """
    shape = centres.shape

    def energy(flat: Array) -> tuple[float, Array]:
        """Energy of the bodies at their centres in a row, and its gradient."""
        contacts = find(flat.reshape(shape))
        value, force = law(contacts)
        distance = np.linalg.norm(contacts.difference, axis=1)
        push = contacts.difference * (force / np.maximum(distance, 1e-12))[:, None]
        bodies = contacts.pairs.T.ravel()
        gradient = np.empty(shape)
        for axis, part in enumerate(push.T):
            gradient[:, axis] = np.bincount(bodies, np.concatenate([-part, part]), shape[0])
        away = flat - centres.ravel()
        return value + 0.5 * spring * float(away @ away), gradient.ravel() + spring * away

    found = minimize(energy, centres.ravel(), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return found.x.reshape(shape)


def nearest_sides(centres: Array, radii: Array, extents: Array, gap: float, cut: bool) -> Sides:
    """With ``cut``, a side wall cuts each body that is nearer to being cut by it than to keeping its gap."""
    middle = _between_cut_and_clear(radii, gap)[:, None]
    at_low, at_high = centres < middle, centres > extents - middle
    sides = np.where(at_low, -1, np.where(at_high, 1, 0))
    return sides * (cut & (np.arange(len(extents)) < len(extents) - 1))


def wrapped(centres: Array, radii: Array, extents: Array, gap: float) -> Array:
    """Centres at those of their images, one period of the sides apart, that `separate` takes.

    A body that is nearer to being cut by a side than to keeping its gap is at the low one, others are inside.
    """
    inside, period = centres.copy(), extents[:-1]
    inside[:, :-1] %= period
    inside[:, :-1] -= period * (inside[:, :-1] > period - _between_cut_and_clear(radii, gap)[:, None])
    return inside


def with_images(centres: Array, radii: Array, sides: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """Centres of bodies and of their images that reach in at the high sides, and the body of each."""
    bodies = np.arange(len(centres))
    for axis, period in enumerate(sides):
        cut = np.flatnonzero(centres[:, axis] < radii[bodies])
        centres = np.concatenate([centres, centres[cut] + period * np.eye(centres.shape[1])[axis]])
        bodies = np.concatenate([bodies, bodies[cut]])
    return centres, bodies


def _turns(extents: Array) -> Array:
    """Shifts to the images of a body, one of each two that are opposite, shape (shifts, dimension)."""
    signs = [[0, 1]] if len(extents) == 2 else [[0, 1], [1, 0], [1, 1], [1, -1]]
    return np.array([[*sign, 0][-len(extents) :] for sign in signs]) * extents


def separate(
    centres: Array,
    radii: Array,
    extents: Array,
    gap: float,
    sides: Sides,
    spread: float = 1.0,
    beyond: bool = False,
    spring: float = 0.0,
    periodic: bool = False,
) -> tuple[Array, float]:
    """Minimise the summed squares of overlaps; returns the centres and the largest overlap left [um].

    Bodies are cut by the walls that ``sides`` says and keep their gap from the others. A ``spread`` above one lets
    bodies push each other, but not the walls, as if they were larger by that factor. With ``beyond`` centres of cut
    bodies may lie outside; a small ``spring`` keeps bodies near their places. With ``periodic`` bodies meet the images
    of others too.
    """
    low, high = _allowed(radii, extents, gap, sides, beyond)
    # A margin of 2 % on the gap lets the minimisation stop at a small overlap.
    reach = spread * (radii + 0.51 * gap)
    turns = _turns(extents) if periodic else extents[:0]

    def find(points: Array) -> Contacts:
        """Bodies whose reaches overlap."""
        images = np.concatenate([points, *(points + turn for turn in turns)])
        pairs = cKDTree(images).query_pairs(2 * reach.max(), output_type="ndarray")
        pairs = pairs[pairs[:, 0] < len(points)]
        difference = images[pairs[:, 0]] - images[pairs[:, 1]]
        pairs = pairs % len(points)
        overlap = reach[pairs].sum(axis=1) - np.linalg.norm(difference, axis=1)
        active = overlap > 0
        return Contacts(pairs[active], difference[active], overlap[active])

    bounds = np.stack([low.ravel(), high.ravel()], axis=1)
    limits = {"maxiter": 400, "ftol": 1e-12, "gtol": 1e-5 * gap}
    apart = minimise(np.clip(centres, low, high), find, squares, bounds, spring, **limits)
    return apart, float(find(apart).overlap.max(initial=0.0))


def mostly_outside(centres: Array, radii: Array, extents: Array, gap: float) -> npt.NDArray[np.bool_]:
    """Bodies nearer to a place off a side wall, outside, than to one where the wall cuts them, shape (bodies,)."""
    limit = _between_cut_and_clear(radii, gap)[:, None]
    return np.any((centres < -limit)[:, :-1] | (centres > extents + limit)[:, :-1], axis=1)


def _between_cut_and_clear(radii: Array, gap: float) -> Array:
    """Distance from a wall half way between where the wall may cut a body and where the body keeps its gap."""
    return 0.5 * (radii + gap + CUT_LIMIT * radii)


def _allowed(radii: Array, extents: Array, gap: float, sides: Sides, beyond: bool) -> tuple[Array, Array]:
    """Bounds of each coordinate: off the walls, or, where a wall cuts the body, near it."""
    low = np.repeat((radii + gap)[:, None], len(extents), axis=1)
    high = extents - low
    limit = CUT_LIMIT * radii[:, None]
    outside = limit if beyond else 0.0
    return (
        np.select([sides < 0, sides > 0], [-outside, extents - limit], low),
        np.select([sides < 0, sides > 0], [limit, extents + outside], high),
    )
