"""The distributed mesh of a whole stack, with names for its regions and boundaries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

from fem_asslb.base.errors import MeshError
from fem_asslb.base.parallel import global_max, global_min
from fem_asslb.base.texts import listed
from fem_asslb.mesh.region_names import read_region_name

Int32Array = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Domain:
    """One conforming mesh of many regions.

    Attributes:
        mesh: Mesh with shared-facet ghosts, coordinates in um.
        regions: Name of each region, see `fem_asslb.mesh.region_names`; the number of a region is its index.
        cell_region: Region of each cell, owned and ghost, shape (num_cells,).
        boundaries: Facets of each named boundary, owned and ghost, local indices.
        periods: Distance of the side walls that are one [um], by the axis across them; empty where none are.
        surfaces: Facets of each surface between regions that has a name, owned and ghost, local indices.
    """

    mesh: dmesh.Mesh
    regions: tuple[str, ...]
    cell_region: Int32Array
    boundaries: dict[str, Int32Array]
    periods: Mapping[int, float] = MappingProxyType({})
    surfaces: Mapping[str, Int32Array] = MappingProxyType({})

    @property
    def comm(self) -> MPI.Intracomm:
        """Communicator of the mesh."""
        return self.mesh.comm

    @property
    def dimension(self) -> int:
        """Topological dimension; the stack direction is the last coordinate."""
        return self.mesh.topology.dim

    @property
    def region_roles(self) -> tuple[str, ...]:
        """Role of each region: its name up to the first slash."""
        return tuple(name.partition("/")[0] for name in self.regions)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles in the mesh, sorted."""
        return tuple(sorted(set(self.region_roles)))

    @property
    def num_owned_cells(self) -> int:
        """Cells owned by this process."""
        return self.mesh.topology.index_map(self.dimension).size_local

    @property
    def region_role(self) -> Int32Array:
        """Index into ``roles`` of each region, shape (num_regions,)."""
        return np.unique(np.array(self.region_roles), return_inverse=True)[1].astype(np.int32)

    def regions_of(self, roles: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which regions have one of the roles, shape (num_regions,)."""
        wanted = set(roles)
        return np.array([role in wanted for role in self.region_roles])

    def cells_of(self, roles: Iterable[str]) -> Int32Array:
        """Local cells, owned and ghost, of the regions with one of the roles."""
        return np.flatnonzero(self.regions_of(roles)[self.cell_region]).astype(np.int32)

    def owned_cells_of(self, roles: Iterable[str]) -> Int32Array:
        """Those of `cells_of` that this process owns."""
        cells = self.cells_of(roles)
        return cells[cells < self.num_owned_cells]

    def boundary(self, name: str) -> Int32Array:
        """Local facets of a boundary.

        Raises:
            MeshError: No boundary of that name.
        """
        if name not in self.boundaries:
            raise MeshError(f"the mesh has no boundary '{name}'; it has {listed(sorted(self.boundaries))}")
        return self.boundaries[name]

    def extent(self, axis: int) -> tuple[float, float]:
        """Smallest and largest coordinate [um] along an axis."""
        x = self.mesh.geometry.x[:, axis]
        low, high = (
            global_min(self.comm, x.min(initial=np.inf)),
            global_max(self.comm, x.max(initial=-np.inf)),
        )
        return float(low[0]), float(high[0])

    def nearest(self, vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Vectors from a place to the nearest image of another, shape (n, dimension) [um]."""
        vectors = vectors.copy()
        for axis, period in self.periods.items():
            vectors[:, axis] -= period * np.rint(vectors[:, axis] / period)
        return vectors


def region_particles(domain: Domain) -> Int32Array:
    """Number of the particle that each region is, or is a grain of, shape (num_regions,); 0 for other regions."""
    return np.array([read_region_name(name).particle for name in domain.regions], dtype=np.int32)


def check_roles(domain: Domain, wanted: Iterable[str]) -> None:
    """Every region has a material and every material a region.

    Args:
        domain: The mesh.
        wanted: Roles that have a material.

    Raises:
        MeshError: Names the roles without material, or the materials without region.
    """
    wanted = set(wanted)
    if without := sorted(set(domain.roles) - wanted):
        raise MeshError(f"no material for {listed(without)}; there are materials for {listed(sorted(wanted))}")
    if unused := sorted(wanted - set(domain.roles)):
        raise MeshError(f"no region for the materials {listed(unused)}; the mesh has {listed(domain.roles)}")


def check_degree(domain: Domain, displacement_degree: int) -> None:
    """No field of less degree than the geometry: linear displacement in a curved element has no uniform strain.

    Raises:
        MeshError: The elements are curved and the displacement is linear.
    """
    degree = domain.mesh.geometry.cmap.degree
    if degree > displacement_degree:
        expected = f"a mesh of order {displacement_degree}, or solver.displacement_degree = {degree}"
        raise MeshError(
            f"displacement of degree {displacement_degree} on a mesh of order {degree}; expected {expected}"
        )
