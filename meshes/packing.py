"""Random packing of discs or spheres in a box to a stated volume fraction.

Bodies start at random places with small radii. Radii grow in stages, and after each stage the overlaps are
removed by minimising their summed squares (soft discs or spheres; O'Hern et al., Phys. Rev. E 68, 011306,
2003). This reaches fractions close to random close packing, where random sequential addition stops at about
0.55 (discs) and 0.38 (spheres).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import EqualDiameters, LognormalDiameters, TableDiameters
from meshes.bodies import Array, nearest_sides, separate, volume_inside, wrapped

FRACTION_TOLERANCE = 1e-3
"""Relative error of the fraction; it differs from zero only where walls cut bodies."""

STAGES = (0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.97, 1.0)
"""Sizes, over the final one, at which overlaps are removed while bodies grow."""

ANNEALING = (0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995, 1.0)
"""The same for one attempt to rearrange a jammed packing."""

SPREAD_FRACTION = {2: 0.80, 3: 0.60}
"""Fraction by dimension, a little below random close packing, at which bodies push each other apart before they take
their final size. Removing overlaps alone would leave the density fluctuations of random points: clusters, and regions
as wide as the layer without a body."""

ATTEMPTS = 40

OVERLAP_LEFT = 0.01
"""Largest overlap, over the gap, at which bodies count as apart; they are moved for a gap 2 % wider."""


@dataclass(frozen=True)
class Population:
    """Bodies of one kind: the fraction of the box that they fill and their diameters [um]."""

    volume_fraction: float
    diameter: EqualDiameters | LognormalDiameters | TableDiameters


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Placed bodies, ordered along the last coordinate, then along the others.

    Attributes:
        centres: Shape (bodies, dimension) [um].
        radii: Shape (bodies,) [um].
        population: Index of each body's population, shape (bodies,).
        scales: For each population, the factor on all its diameters that makes the fraction exact for a whole
            number of bodies.
        fractions: For each population, the part of the box inside its bodies.
        displacements: Distance of each body from its place in a table, shape (bodies,) [um]; None without a table.
    """

    centres: Array
    radii: Array
    population: npt.NDArray[np.int64]
    scales: tuple[float, ...]
    fractions: tuple[float, ...]
    displacements: Array | None = None


def order_along_stack(centres: Array) -> npt.NDArray[np.int64]:
    """Order of bodies along the last coordinate, then along the others."""
    return np.lexsort((*centres.T[-2::-1], centres[:, -1]))


def pack(
    box: Sequence[float], populations: Sequence[Population], gap: float, cut: bool, seed: int, periodic: bool = False
) -> Packing:
    """Place bodies in the box [0, box] without overlap.

    Diameters are the evenly spaced quantiles of the distribution, so that a few bodies already represent it.
    The number of bodies is the nearest to the wanted fraction; all diameters of a population are then scaled
    by a common factor to reach the fraction within 0.1 %.

    Args:
        box: Extents of the box [um]; the last one is the stack direction.
        populations: What to place.
        gap: Smallest distance between bodies, and between a body and a wall that it does not cut [um].
        cut: Whether the side walls (not the last coordinate's) may cut bodies.
        seed: Seed of the random numbers.
        periodic: Whether what a side wall cuts off comes back at the opposite one.

    Raises:
        MeshError: A body is larger than the box, or the fraction cannot be reached.
    """
    generator = np.random.default_rng(seed)
    extents, periodic = np.asarray(box, dtype=float), periodic and cut
    kept: Array = np.ones(len(populations))
    counts: list[int] = []
    centres: Array = np.empty((0, len(extents)))
    for trial in itertools.count():
        # The count follows the kept share twice; after that only the scale does, so that the loop ends.
        wanted = [_number(population, extents, share) for population, share in zip(populations, kept, strict=True)]
        if trial < 3 and wanted != counts:
            counts, centres = wanted, np.empty((0, len(extents)))
            population_of = np.repeat(np.arange(len(counts)), counts)
            nominal = np.concatenate([_radii(p.diameter, n) for p, n in zip(populations, counts, strict=True)])
        full = np.bincount(population_of, _volume(nominal, len(extents)), len(counts))
        target = np.array([p.volume_fraction for p in populations]) * extents.prod()
        scales = (target / (kept * full)) ** (1 / len(extents))
        radii = nominal * scales[population_of]
        centres = _place(centres, radii, extents, gap, cut, generator, periodic)
        inside = np.bincount(population_of, _inside(centres, radii, extents, periodic), len(counts))
        if np.all(np.abs(inside / target - 1) <= FRACTION_TOLERANCE) or trial == 20:
            break
        kept = inside / np.bincount(population_of, _volume(radii, len(extents)), len(counts))
    order = order_along_stack(centres)
    return Packing(
        centres=centres[order],
        radii=radii[order],
        population=population_of[order],
        scales=tuple(map(float, scales)),
        fractions=tuple(map(float, inside / extents.prod())),
    )


def _volume(radii: Array, dimension: int) -> Array:
    return np.pi * radii**2 if dimension == 2 else 4 / 3 * np.pi * radii**3


def _inside(centres: Array, radii: Array, extents: Array, periodic: bool) -> Array:
    """Part of each body in the box; what comes back at the opposite side counts."""
    return _volume(radii, len(extents)) if periodic else volume_inside(centres, radii, extents)


def _radii(diameter: EqualDiameters | LognormalDiameters | TableDiameters, count: int) -> Array:
    return np.array([diameter.quantile((i + 0.5) / count) / 2 for i in range(count)])


def _number(population: Population, extents: Array, kept: float) -> int:
    """Number of bodies whose volume, with the share ``kept`` inside the box, is nearest to the one wanted."""
    mean = _volume(_radii(population.diameter, 1000), len(extents)).mean()
    number = population.volume_fraction * extents.prod() / (mean * kept)
    if number < 0.5:
        raise MeshError(
            f"volume fraction {population.volume_fraction:g} of the box {_text(extents)} um is less than "
            f"half a body of mean size; make the box larger or the bodies smaller"
        )
    return max(1, round(number))


def _text(extents: Array) -> str:
    return " x ".join(f"{extent:g}" for extent in extents)


def _place(
    centres: Array,
    radii: Array,
    extents: Array,
    gap: float,
    cut: bool,
    generator: np.random.Generator,
    periodic: bool,
) -> Array:
    """Centres without overlap, from ``centres`` if there are any, else from random places."""
    if 2 * (radii.max() + gap) > extents.min():
        raise MeshError(
            f"a body of diameter {2 * radii.max():.4g} um with a gap of {gap:g} um on each side does not "
            f"fit into the box {_text(extents)} um"
        )
    stages = STAGES if len(centres) == 0 else STAGES[-3:]
    if len(centres) == 0:
        centres = generator.uniform(0, extents, (len(radii), len(extents)))
    # Chosen with the final radii: small ones would leave fewer bodies to the walls.
    centres = wrapped(centres, radii, extents, gap) if periodic else centres
    sides = nearest_sides(centres, radii, extents, gap, cut)

    def apart(points: Array, stage: float, spread: float = 1.0) -> tuple[Array, float]:
        """Bodies of a share of their size without overlap."""
        return separate(points, stage * radii, extents, stage * gap, sides, spread, beyond=periodic, periodic=periodic)

    for stage in stages[:-1]:
        centres, _ = apart(centres, stage)
    fraction = _volume(radii, len(extents)).sum() / extents.prod()
    spread = (SPREAD_FRACTION[len(extents)] / fraction) ** (1 / len(extents))
    if spread > 1.0 and len(stages) == len(STAGES):
        centres, _ = apart(centres, 1.0, spread)
    centres, overlap = apart(centres, 1.0)
    for _attempt in range(ATTEMPTS):
        if overlap <= OVERLAP_LEFT * gap:
            return centres
        # A jammed packing rearranges when it is shrunk, shaken and grown again slowly, still being shaken
        # (annealing).
        for stage in ANNEALING:
            strength = 4 * (1 - stage) if stage < 1 else 0.01
            centres = centres + generator.normal(0, strength, centres.shape) * radii[:, None]
            centres = wrapped(centres, radii, extents, gap) if periodic else centres
            sides = nearest_sides(centres, radii, extents, gap, cut)
            centres, overlap = apart(centres, stage)
    fraction = _inside(centres, radii, extents, periodic).sum() / extents.prod()
    possible = fraction * (1 - overlap / (2 * radii.min())) ** len(extents)
    raise MeshError(
        f"bodies cannot be packed to a volume fraction of {fraction:.3f} with a gap of {gap:g} um in the box "
        f"{_text(extents)} um (at least {possible:.3f} is possible): lower it or the gap, or widen the box"
    )
