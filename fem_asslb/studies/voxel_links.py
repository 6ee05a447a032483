"""Which voxels of a phase are neighbours, and which parts of it span the image; periodic at the sides.

A phase is a mask of shape (x, y, z), the stack direction last.
"""

from collections.abc import Sequence

import numpy as np
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
    first, second, _ = links(phase, ACROSS_FACES)
    count = int(phase.sum())
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), (count, count))
    part = connected_components(graph, directed=False)[1]
    bottom, top = ends(phase)
    kept = phase.copy()
    kept[phase] = np.isin(part, np.intersect1d(part[bottom], part[top]))
    return kept
