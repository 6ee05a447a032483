"""Which voxels of a phase are neighbours, and which parts of it span the image; periodic at the sides.

A phase is a mask of shape (x, y, z), the stack direction last.
"""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.studies.spheres import Integers, Mask

ACROSS_FACES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
"""Steps to neighbours, one of each pair of opposite ones."""

ACROSS_CORNERS = tuple((i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) > (0, 0, 0))
"""The same across faces, edges and corners."""


def links(phase: Mask, steps: Sequence[tuple[int, int, int]]) -> tuple[Integers, Integers, Integers]:
    """Numbers of both voxels, among those of the phase, and of the step between them, of each pair of neighbours."""
    number = np.full(phase.shape, -1)
    number[phase] = np.arange(phase.sum())
    found = []
    for index, (i, j, k) in enumerate(steps):
        other = np.roll(number, (-i, -j), axis=(0, 1))
        low, high = slice(max(0, -k), phase.shape[2] - max(0, k)), slice(max(0, k), phase.shape[2] + min(0, k))
        here, there = number[:, :, low], other[:, :, high]
        both = (here >= 0) & (there >= 0)
        found.append((here[both], there[both], np.full(int(both.sum()), index)))
    first, second, step = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, step


def ends(phase: Mask) -> tuple[Integers, Integers]:
    """Numbers, among the voxels of a phase, of those at the bottom and at the top."""
    height = np.nonzero(phase)[2]
    return np.flatnonzero(height == 0), np.flatnonzero(height == phase.shape[2] - 1)


def spanning(phase: Mask) -> Mask:
    """The parts of a phase, joined across faces of voxels, that connect bottom and top."""
    part, count = label(phase)
    # SciPy labels without periodicity: parts that meet across a side are one.
    sides = ((part[-1], part[0]), (part[:, -1], part[:, 0]))
    pairs = np.concatenate([np.stack([one.ravel(), other.ravel()]) for one, other in sides], axis=1)
    first, second = pairs[:, np.all(pairs > 0, axis=0)]
    graph = coo_array((np.ones(len(first)), (first, second)), (count + 1, count + 1))
    whole = connected_components(graph, directed=False)[1][part]
    both_ends = np.intersect1d(whole[:, :, 0][phase[:, :, 0]], whole[:, :, -1][phase[:, :, -1]])
    return phase & np.isin(whole, both_ends)
