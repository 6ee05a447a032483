"""Crystal axes of particles, drawn by the number of the particle in the mesh file, never by its place on a rank."""

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh

from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.volumes import cell_volumes
from fem_asslb.parallel import global_sum

FloatArray = npt.NDArray[np.float64]


def random_axis(seed: int, number: int) -> FloatArray:
    """Unit vector uniform on the sphere, shape (3,)."""
    vector = np.random.default_rng([seed, number]).normal(size=3)
    return vector / np.linalg.norm(vector)


def fibre_axis(seed: int, number: int, direction: FloatArray, sharpness: float) -> FloatArray:
    """Unit vector scattered about a direction by the Watson distribution, density ~ exp(sharpness cos^2).

    Args:
        seed: Seed of the case.
        number: Number of the particle.
        direction: Mean direction, shape (3,), any length.
        sharpness: Concentration, not negative; zero is random.
    """
    rng = np.random.default_rng([seed, number])
    pole = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    while True:
        vector = rng.normal(size=3)
        vector /= np.linalg.norm(vector)
        if rng.random() <= np.exp(sharpness * ((vector @ pole) ** 2 - 1.0)):
            return vector


def region_numbers(domain: Domain) -> list[int]:
    """Number after the slash of each region's name, 0 without one."""
    return [int(name.partition("/")[2] or 0) for name in domain.regions]


def centres(domain: Domain) -> FloatArray:
    """Centre of mass of each region, shape (num_regions, dimension) [um]."""
    cells = np.arange(domain.num_owned_cells, dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)[:, : domain.dimension]
    volume = cell_volumes(domain)[cells]
    region = domain.cell_region[cells]
    local = np.zeros((len(domain.regions), domain.dimension + 1))
    np.add.at(local, region, np.column_stack([middle * volume[:, None], volume]))
    moments = global_sum(domain.comm, local)
    return moments[:, :-1] / moments[:, -1:]


def radial_axes(domain: Domain, centre: FloatArray) -> FloatArray:
    """Direction of each local cell from the centre of its region, shape (num_cells, 3).

    Args:
        domain: The mesh.
        centre: Centre of each region, shape (num_regions, dimension) [um].
    """
    cells = np.arange(len(domain.cell_region), dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)
    middle[:, : domain.dimension] -= centre[domain.cell_region]
    middle[:, domain.dimension :] = 0.0
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    return np.where(length > 0, middle / np.maximum(length, 1e-300), [0.0, 0.0, 1.0])
