"""Voxel image of a packing of spheres: porosity, and how well one phase conducts along the stack direction."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.sparse.linalg import cg

from meshes.bodies import Array
from meshes.spheres import ACTIVE, ELECTROLYTE, Integers, Spheres

Image = npt.NDArray[np.int8]
"""Kind of each voxel, shape (x, y, z): ``ACTIVE``, ``ELECTROLYTE`` or ``PORE``."""

Mask = npt.NDArray[np.bool_]

PORE = 2

RESIDUAL = 1e-6
"""Relative residual at which Laplace's problem counts as solved."""

NEIGHBOURS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
"""Steps to the neighbours across faces, one of each pair of opposite ones."""

ALL_NEIGHBOURS = tuple((i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) > (0, 0, 0))
"""The same across faces, edges and corners."""


def draw(spheres: Spheres, size: float) -> Image:
    """Image with voxels of about ``size`` [um]; where spheres of both kinds overlap it shows active material.

    Electrolyte is much the softer of the two and gives way.
    """
    shape = np.maximum(np.round(spheres.box / size), 1).astype(int)
    voxel = spheres.box / shape
    image = np.full(shape, PORE, dtype=np.int8)
    for kind in (ELECTROLYTE, ACTIVE):
        for centre, radius in zip(
            spheres.centres[spheres.kinds == kind], spheres.radii[spheres.kinds == kind], strict=True
        ):
            low = np.ceil((centre - radius) / voxel - 0.5).astype(int)
            high = np.floor((centre + radius) / voxel - 0.5).astype(int)
            axes = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
            x, y, z = (((axis + 0.5) * width - at) ** 2 for axis, width, at in zip(axes, voxel, centre, strict=True))
            inside = x[:, None, None] + y[:, None] + z < radius**2
            place = np.ix_(*(axis % count for axis, count in zip(axes, shape, strict=True)))
            image[place] = np.where(inside, kind, image[place])
    return image


def fraction(image: Image, kind: int) -> float:
    """Share of the voxels of a kind."""
    return float(np.mean(image == kind))


def covered_share(image: Image, voxel: Array) -> float:
    """Share of the surface of active material, counted in faces of voxels, that is next to electrolyte.

    Gaps narrower than a voxel count as closed in part, so it depends on the size of the voxels.
    """
    area = {ELECTROLYTE: 0.0, PORE: 0.0}
    for axis in range(3):
        for step in (-1, 1):
            beside = np.roll(image, step, axis)[image == ACTIVE]
            for kind in area:
                area[kind] += float(np.sum(beside == kind) * voxel.prod() / voxel[axis])
    return area[ELECTROLYTE] / sum(area.values())


def conduction_tortuosity(phase: Mask, voxel: Array) -> float:
    """Tortuosity tau of a phase along the last axis: tau^2 = fraction x conductivity / effective conductivity.

    Laplace's equation with potential 1 at the bottom, 0 at the top, periodic at the sides; voxels are finite volumes.

    Args:
        phase: True where it conducts, shape (x, y, z).
        voxel: Extents of a voxel [um].

    Returns:
        Infinite if nothing connects bottom and top.
    """
    spanning = _spanning(phase)
    if not spanning.any():
        return float("inf")
    height, area = voxel[2] * phase.shape[2], voxel[0] * voxel[1] * phase.shape[0] * phase.shape[1]
    effective = _conductance(spanning, voxel) * height / area
    return float(np.sqrt(np.mean(phase) / effective))


def path_tortuosity(phase: Mask, voxel: Array) -> float:
    """Median length of the shortest paths in a phase from the bottom to each voxel of the top, over the height.

    Paths go from voxel to voxel across faces, edges and corners, so that between these directions they come out up to
    8 % (in a plane) or 13 % too long.

    Args:
        phase: True inside, shape (x, y, z).
        voxel: Extents of a voxel [um].

    Returns:
        Infinite if nothing connects bottom and top.
    """
    first, second, step = _links(phase, ALL_NEIGHBOURS)
    lengths = np.linalg.norm(np.array(ALL_NEIGHBOURS) * voxel, axis=1)[step]
    bottom, top = _ends(phase)
    count = int(phase.sum())
    # One more node, half a voxel below the bottom, is the start of all paths.
    rows, columns = np.concatenate([first, np.full(len(bottom), count)]), np.concatenate([second, bottom])
    weights = np.concatenate([lengths, np.full(len(bottom), voxel[2] / 2)])
    graph = coo_array((weights, (rows, columns)), (count + 1, count + 1)).tocsr()
    path = dijkstra(graph, directed=False, indices=count)[top] + voxel[2] / 2
    path = path[np.isfinite(path)]
    return float(np.median(path) / (voxel[2] * phase.shape[2])) if len(path) else float("inf")


def _conductance(phase: Mask, voxel: Array) -> float:
    """Flux from bottom to top [um] for unit conductivity and unit difference of potential."""
    first, second, axis = _links(phase, NEIGHBOURS)
    bottom, top = _ends(phase)
    count = int(phase.sum())
    across = voxel.prod() / voxel**2
    weights, face = across[axis], 2 * across[2]
    links = coo_array((weights, (first, second)), (count, count)).tocsr()
    ends = np.concatenate([first, second]), np.concatenate([weights, weights])
    total = np.bincount(*ends, count) + face * np.bincount(np.concatenate([bottom, top]), minlength=count)
    source = face * np.bincount(bottom, minlength=count)
    # Scaled by the diagonal; the start is the potential of a straight channel.
    scale = 1 / np.sqrt(total)
    scaling = diags_array(scale, format="csr")
    matrix = scaling @ (diags_array(total, format="csr") - links - links.T) @ scaling
    start = 1 - (np.nonzero(phase)[2] + 0.5) / phase.shape[2]
    answer, failed = cg(matrix, scale * source, x0=start / scale, rtol=RESIDUAL, maxiter=20000)
    if failed:
        raise ArithmeticError("the potential in the voxel image did not converge")
    return float(face * np.sum(1 - (scale * answer)[bottom]))


def _spanning(phase: Mask) -> Mask:
    """The parts of a phase that connect bottom and top; the others would make the problem singular."""
    first, second, _ = _links(phase, NEIGHBOURS)
    count = int(phase.sum())
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), (count, count))
    part = connected_components(graph, directed=False)[1]
    bottom, top = _ends(phase)
    kept = phase.copy()
    kept[phase] = np.isin(part, np.intersect1d(part[bottom], part[top]))
    return kept


def _links(phase: Mask, steps: Sequence[tuple[int, int, int]]) -> tuple[Integers, Integers, Integers]:
    """Both ends and the number of the step of each pair of neighbours in a phase, which is periodic but at the ends."""
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


def _ends(phase: Mask) -> tuple[Integers, Integers]:
    """Numbers, among the voxels of a phase, of those at the bottom and at the top."""
    height = np.nonzero(phase)[2]
    return np.flatnonzero(height == 0), np.flatnonzero(height == phase.shape[2] - 1)
