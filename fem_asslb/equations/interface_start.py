"""How interfaces start: which facets adhere, how strong they are, which gaps they have. No partition changes it."""

import logging

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parallel import global_sum
from fem_asslb.model.model import Interface

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]

_BISECTIONS = 60
"""Halvings of [0, 1) that tell any two drawn numbers apart."""

_ROUNDING = 1e-12
"""Relative error of a sum of areas, whose order depends on the partition."""


def bonded_facets(comm: MPI.Comm, item: Interface, keys: npt.NDArray, areas: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether each facet is drawn to adhere: in a random order, as many as fit into the stated share of the area.

    Args:
        comm: All ranks.
        item: The interface.
        keys: Of the facets of this rank, a row each; the same on every rank that knows a facet.
        areas: Of the facets that this rank owns, zero for others [um^2; um in 2D].
    """
    share = item.start.bonded_share
    if share in (0.0, 1.0):
        return np.full(len(keys), share == 1.0)
    drawn = _uniform(0, item.start.seed, keys)

    def area_below(limit: float) -> float:
        """Area of the facets whose number is drawn below a limit [um^2; um in 2D]."""
        return float(global_sum(comm, areas[drawn < limit].sum())[0])

    total, least, largest = area_below(1.0), 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (least + largest)
        if area_below(middle) <= share * total * (1.0 + _ROUNDING):
            least = middle
        else:
            largest = middle
    text = "%s: %.4g of the area is drawn to be bonded, %.4g is stated"
    logger.info(text, item.place, area_below(least) / total, share)
    return drawn < least


def strength_factors(item: Interface, boundaries: npt.NDArray, keys: npt.NDArray) -> FloatArray:
    """Factors on the strength of each facet, of a Weibull distribution of scale 1.

    Args:
        item: The interface.
        boundaries: Keys of the boundaries on which the facets lie.
        keys: Of the facets.
    """
    modulus = item.start.weibull_modulus
    if np.isinf(modulus):
        return np.ones(len(keys))
    chance = _uniform(1, item.start.scatter_seed, boundaries if item.start.scatter_by_boundary else keys)
    return (-np.log1p(-chance)) ** (1.0 / modulus)


def require_stiff(item: Interface, largest: float) -> None:
    """Refuse a law that does not suit the largest strength that was drawn.

    Args:
        item: The interface.
        largest: Of all factors that were drawn.

    Raises:
        MaterialError: It does not.
    """
    if np.isinf(item.start.weibull_modulus):
        return
    try:
        item.law.require_strength(largest)
    except MaterialError as error:
        raise MaterialError(f"{item.place}: {error}") from error


def initial_gaps(item: Interface, points: FloatArray) -> FloatArray:
    """Initial gap at points of shape (num_facets, num_points, 3) [um]; what has one does not adhere."""
    if not callable(item.start.gap):
        return np.full(points.shape[:2], float(item.start.gap))
    return np.asarray(item.start.gap(points.reshape(-1, 3).T)).reshape(points.shape[:2])


def _uniform(purpose: int, seed: int, keys: npt.NDArray) -> FloatArray:
    """Number in [0, 1) of each row of keys, shape (n,); whatever the seeds, two purposes draw independently."""
    bits: npt.NDArray[np.uint64] = np.zeros(len(keys), dtype=np.uint64)
    for column in (purpose, seed, *keys.T):
        bits = _scrambled(bits ^ np.asarray(column, dtype=np.uint64))
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _scrambled(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """One step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): counting numbers become random ones.

    A stream of its own for each of a million facets would take longer to set up than the facets take to read.
    """
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))
