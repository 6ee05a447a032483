"""Crystal axes of particles and grains, drawn by their numbers in the mesh file, never by their place on a rank."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh

from fem_asslb.base.parallel import global_sum
from fem_asslb.mesh.domain import Domain, region_particles
from fem_asslb.mesh.region_names import RegionName
from fem_asslb.mesh.volumes import cell_volumes

FloatArray = npt.NDArray[np.float64]


def crystal_key(name: RegionName) -> list[int]:
    """Numbers that seed the random numbers of a crystal: its particle, and its grain if it is one of many."""
    return [name.particle, name.grain] if name.grain else [name.particle]


def random_axis(seed: int, crystal: Sequence[int]) -> FloatArray:
    """Unit vector uniform on the sphere, shape (3,)."""
    vector = np.random.default_rng([seed, *crystal]).normal(size=3)
    return vector / np.linalg.norm(vector)


def fibre_axis(seed: int, crystal: Sequence[int], direction: FloatArray, sharpness: float) -> FloatArray:
    """Unit vector scattered about a direction by the Watson distribution, density ~ exp(sharpness cos^2).

    Args:
        seed: Seed of the case.
        crystal: Key of the crystal.
        direction: Mean direction, shape (3,), any length.
        sharpness: Concentration, not negative; zero is random.
    """
    rng = np.random.default_rng([seed, *crystal])
    pole = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    while True:
        vector = rng.normal(size=3)
        vector /= np.linalg.norm(vector)
        if rng.random() <= np.exp(sharpness * ((vector @ pole) ** 2 - 1.0)):
            return vector


def tangential_axis(seed: int, crystal: Sequence[int], radius: FloatArray) -> FloatArray:
    """Unit vector uniform on the circle perpendicular to a radius, shape (3,).

    Args:
        seed: Seed of the case.
        crystal: Key of the crystal.
        radius: From the centre of the particle to that of the grain, shape (3,) [um]; zero leaves all directions.
    """
    vector = np.random.default_rng([seed, *crystal]).normal(size=3)
    length = np.linalg.norm(radius)
    if length > 0.0:
        # What is left of an isotropic vector in a plane is isotropic there.
        vector -= (vector @ radius) / length**2 * radius
    return vector / np.linalg.norm(vector)


def centres(domain: Domain) -> FloatArray:
    """Centre of mass of each region, shape (num_regions, dimension) [um]."""
    return _centres(domain, np.arange(len(domain.regions)))


def particle_centres(domain: Domain) -> FloatArray:
    """Centre of mass of the particle of each region, all its grains together, shape (num_regions, dimension) [um].

    A region that is no particle stands for itself.
    """
    particle = region_particles(domain)
    return _centres(domain, np.where(particle > 0, particle, -1 - np.arange(len(particle))))


def _centres(domain: Domain, body: npt.NDArray[np.integer]) -> FloatArray:
    """Centre of mass of the body of each region, shape (num_regions, dimension) [um].

    One that crosses side walls which are one hangs together there: its mean direction on the circle that an axis
    closes to says near which place it lies, and its cells count at their images nearest to that.
    """
    body = np.unique(body, return_inverse=True)[1]
    cells = np.arange(domain.num_owned_cells, dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)[:, : domain.dimension]
    volume, of_cell = cell_volumes(domain)[cells], body[domain.cell_region[cells]]

    def mean(values: FloatArray) -> FloatArray:
        """Of values of the cells, shape (num_cells, n), by volume in each body."""
        sums = np.zeros((body.max() + 1, values.shape[1] + 1))
        np.add.at(sums, of_cell, np.column_stack([values * volume[:, None], volume]))
        sums = global_sum(domain.comm, sums)
        return sums[:, :-1] / sums[:, -1:]

    near = np.zeros((body.max() + 1, domain.dimension))
    for axis, period in domain.periods.items():
        angle = 2 * np.pi * middle[:, axis] / period
        cosine, sine = mean(np.column_stack([np.cos(angle), np.sin(angle)])).T
        near[:, axis] = np.arctan2(sine, cosine) / (2 * np.pi) * period
    return (near + mean(domain.nearest(middle - near[of_cell])))[body]


def radial_axes(domain: Domain, centre: FloatArray) -> FloatArray:
    """Direction of each local cell from a centre, shape (num_cells, 3).

    Args:
        domain: The mesh.
        centre: Centre of the particle of each region, shape (num_regions, dimension) [um].
    """
    cells = np.arange(len(domain.cell_region), dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)
    middle[:, : domain.dimension] = domain.nearest(middle[:, : domain.dimension] - centre[domain.cell_region])
    middle[:, domain.dimension :] = 0.0
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    return np.where(length > 0, middle / np.maximum(length, 1e-300), [0.0, 0.0, 1.0])
