"""Voxel image of a packing of spheres, and the fractions and surfaces that it shows."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d

from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, Spheres
from meshes.bodies import Array

Image = npt.NDArray[np.int8]
"""Kind of each voxel, shape (x, y, z): ``ACTIVE``, ``ELECTROLYTE`` or ``PORE``."""

PORE = 2


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

    Args:
        image: The packing, periodic in all directions.
        voxel: Extents of a voxel [um].
    """
    electrolyte, pores = (_surface_beside(image, kind, voxel) for kind in (ELECTROLYTE, PORE))
    return electrolyte / (electrolyte + pores)


def _surface_beside(image: Image, kind: int, voxel: Array) -> float:
    """Area of the faces between active material and voxels of a kind [um^2]."""
    beside = (image == kind).astype(np.int8)
    faces = [correlate1d(beside, [1, 0, 1], axis, mode="wrap")[image == ACTIVE].sum() for axis in range(3)]
    return float(faces @ (voxel.prod() / voxel))
