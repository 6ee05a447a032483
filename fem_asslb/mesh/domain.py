"""The distributed mesh of a whole stack, with names for its regions and boundaries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

from fem_asslb.base import compatibility
from fem_asslb.base.errors import FemAsslbError, MeshError
from fem_asslb.base.parallel import global_max, global_min
from fem_asslb.mesh.region_names import read_region_name
from fem_asslb.mesh.side_walls import images
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.unfolded import unfolded

Int32Array = npt.NDArray[np.int32]

Read = TypeVar("Read")


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
            raise MeshError(f"the mesh has no boundary '{name}'; it has {sorted(self.boundaries)}")
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


def read_on_root(comm: MPI.Comm, read: Callable[[], Read]) -> Read | None:
    """Read on rank 0 and let every rank know the outcome: all raise, or none.

    The other ranks wait in a sleeping poll, so that a long meshing does not burn their cores.

    Returns:
        What was read on rank 0, None elsewhere.
    """
    source: Read | None = None
    error: FemAsslbError | OSError = MeshError("rank 0 failed and says why")
    try:
        source = read() if comm.rank == 0 else None
    except (FemAsslbError, OSError) as caught:
        error = caught
    finally:
        compatibility.wait_without_spinning(comm)
        is_read, error = comm.bcast((source is not None, error))
    if not is_read:
        raise error
    return source


def distribute(comm: MPI.Comm, source: MeshSource | None) -> Domain:
    """Distribute a mesh held by rank 0.

    Args:
        comm: Communicator of the mesh.
        source: The mesh on rank 0; ignored elsewhere.

    Raises:
        MeshError: A tagged facet is not a facet of the mesh, or side walls that are one do not match.
    """
    given = source if comm.rank == 0 else None
    first = read_on_root(comm, lambda: images(given) if given is not None else None)
    source = _everywhere(comm, given)
    dimension, periods = source.dimension, comm.bcast(source.periods if given is not None else None)
    named = source.facets.reshape(-1, compatibility.nodes_per_entity(dimension - 1, source.degree))
    cells, facets = compatibility.from_vtk(source.cells, dimension), compatibility.from_vtk(named, dimension - 1)
    first = first if first is not None else np.zeros(0, dtype=np.int64)
    mesh = compatibility.create_mesh(comm, dimension, source.degree, source.points, first[cells])
    if periods:
        mesh = unfolded(mesh, source.points, cells, first)
    cell_region = compatibility.distribute_to_cells(mesh, first[cells], source.cell_region.astype(np.int32))
    tagged, values = compatibility.distribute_to_facets(mesh, first[facets], source.facet_group.astype(np.int32))
    found = [np.sort(tagged[values == group]) for group in range(len(source.groups))]
    count = len(source.boundaries)
    boundaries = dict(zip(source.boundaries, found[:count], strict=True))
    surfaces = dict(zip(source.surfaces, found[count:], strict=True))
    return Domain(mesh, source.regions, cell_region, boundaries, periods, surfaces)


def _everywhere(comm: MPI.Comm, source: MeshSource | None) -> MeshSource:
    """The mesh of rank 0, and elsewhere one of its kind without nodes and cells."""
    head = (source.dimension, source.degree, source.regions, source.boundaries, source.surfaces) if source else None
    dimension, degree, regions, boundaries, surfaces = comm.bcast(head)
    if source is not None:
        return source
    none = np.zeros(0, dtype=np.int64)
    return MeshSource(
        dimension=dimension,
        degree=degree,
        points=np.empty((0, dimension)),
        cells=none.reshape(0, compatibility.nodes_per_entity(dimension, degree)),
        cell_region=none,
        regions=tuple(regions),
        facets=none.reshape(0, compatibility.nodes_per_entity(dimension - 1, degree)),
        facet_group=none,
        boundaries=tuple(boundaries),
        surfaces=tuple(surfaces),
    )


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
        raise MeshError(f"regions {without} have no material; materials are given for {sorted(wanted)}")
    if unused := sorted(wanted - set(domain.roles)):
        raise MeshError(f"materials {unused} have no region; the mesh has {list(domain.roles)}")


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
