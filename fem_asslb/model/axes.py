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
    moments = _moments(domain)
    return moments[:, :-1] / moments[:, -1:]


def particle_centres(domain: Domain) -> FloatArray:
    """Centre of mass of the particle of each region, all its grains together, shape (num_regions, dimension) [um].

    A region that is no particle stands for itself.
    """
    moments, particle = _moments(domain), region_particles(domain)
    of_particle = np.zeros((particle.max(initial=0) + 1, domain.dimension + 1))
    np.add.at(of_particle, particle, moments)
    moments = np.where(particle[:, None] > 0, of_particle[particle], moments)
    return moments[:, :-1] / moments[:, -1:]


def _moments(domain: Domain) -> FloatArray:
    """First moments and volume of each region, shape (num_regions, dimension + 1)."""
    cells = np.arange(domain.num_owned_cells, dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)[:, : domain.dimension]
    volume = cell_volumes(domain)[cells]
    local = np.zeros((len(domain.regions), domain.dimension + 1))
    np.add.at(local, domain.cell_region[cells], np.column_stack([middle * volume[:, None], volume]))
    return global_sum(domain.comm, local)


def radial_axes(domain: Domain, centre: FloatArray) -> FloatArray:
    """Direction of each local cell from a centre, shape (num_cells, 3).

    Args:
        domain: The mesh.
        centre: Centre of the particle of each region, shape (num_regions, dimension) [um].
    """
    cells = np.arange(len(domain.cell_region), dtype=np.int32)
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)
    middle[:, : domain.dimension] -= centre[domain.cell_region]
    middle[:, domain.dimension :] = 0.0
    length = np.linalg.norm(middle, axis=1, keepdims=True)
    return np.where(length > 0, middle / np.maximum(length, 1e-300), [0.0, 0.0, 1.0])
