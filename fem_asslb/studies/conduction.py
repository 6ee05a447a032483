"""How well one phase of a voxel image conducts along the stack direction."""

import numpy as np
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import cg

from fem_asslb.studies.spheres import Mask
from fem_asslb.studies.voxel_links import ACROSS_FACES, ends, links, spanning
from meshes.bodies import Array

RESIDUAL = 1e-6
"""Relative residual at which Laplace's problem counts as solved."""


def conduction_tortuosity(phase: Mask, voxel: Array) -> float:
    """Tortuosity tau of a phase along the last axis: tau^2 = fraction x conductivity / effective conductivity.

    Laplace's equation with potential 1 at the bottom, 0 at the top, periodic at the sides; voxels are finite volumes.

    Args:
        phase: True where it conducts, shape (x, y, z).
        voxel: Extents of a voxel [um].

    Returns:
        Infinite if nothing connects bottom and top.

    Raises:
        ArithmeticError: The potential did not converge.
    """
    through = spanning(phase)
    if not through.any():
        return float("inf")
    height, area = voxel[2] * phase.shape[2], voxel[0] * voxel[1] * phase.shape[0] * phase.shape[1]
    effective = _conductance(through, voxel) * height / area
    return float(np.sqrt(np.mean(phase) / effective))


def _conductance(phase: Mask, voxel: Array) -> float:
    """Flux from bottom to top [um] for unit conductivity and unit difference of potential.

    All parts of the phase must touch an end; others would make the problem singular.
    """
    first, second, axis = links(phase, ACROSS_FACES)
    bottom, top = ends(phase)
    count = int(phase.sum())
    across = voxel.prod() / voxel**2
    weights, face = across[axis], 2 * across[2]
    neighbours = coo_array((weights, (first, second)), (count, count)).tocsr()
    both_ways = np.concatenate([first, second]), np.concatenate([weights, weights])
    total = np.bincount(*both_ways, count) + face * np.bincount(np.concatenate([bottom, top]), minlength=count)
    source = face * np.bincount(bottom, minlength=count)
    # Scaled by the diagonal; the start is the potential of a straight channel.
    scale = 1 / np.sqrt(total)
    scaling = diags_array(scale, format="csr")
    matrix = scaling @ (diags_array(total, format="csr") - neighbours - neighbours.T) @ scaling
    start = 1 - (np.nonzero(phase)[2] + 0.5) / phase.shape[2]
    answer, failed = cg(matrix, scale * source, x0=start / scale, rtol=RESIDUAL, maxiter=20000)
    if failed:
        raise ArithmeticError("the potential in the voxel image did not converge")
    return float(face * np.sum(1 - (scale * answer)[bottom]))
