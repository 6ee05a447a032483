"""From the rows of a mesh that ranks have in hand to a mesh of which each has its cells and their neighbours."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from mpi4py import MPI

from fem_asslb.base import compatibility
from fem_asslb.base.errors import FemAsslbError, MeshError
from fem_asslb.base.parallel import global_sum
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.part import MeshPart, whole
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.unfolded import unfolded

Read = TypeVar("Read")


def distribute(comm: MPI.Comm, source: MeshSource | None) -> Domain:
    """Distribute a mesh that rank 0 has alone; collective.

    Args:
        comm: Communicator of the mesh.
        source: The mesh on rank 0; ignored elsewhere.

    Raises:
        MeshError: A tagged facet is not a facet of the mesh, or side walls that are one do not match.
    """
    return distribute_parts(comm, _everywhere(comm, source))


def distribute_parts(comm: MPI.Comm, part: MeshPart) -> Domain:
    """Distribute a mesh of which each rank has some rows; collective.

    Args:
        comm: Communicator of the mesh.
        part: Those of this rank.

    Raises:
        MeshError: A tagged facet is not a facet of the mesh.
    """
    head = part.head
    cells = compatibility.from_vtk(part.joined_cells, head.dimension)
    facets = compatibility.from_vtk(part.facets, head.dimension - 1)
    mesh = compatibility.create_mesh(comm, head.dimension, head.degree, part.points, cells)
    if head.periods:
        mesh = unfolded(mesh, part.points, compatibility.from_vtk(part.cells, head.dimension), cells)
    cell_region = compatibility.distribute_to_cells(mesh, cells, part.cell_region)
    tagged, values = compatibility.distribute_to_facets(mesh, facets, part.facet_group)
    owned = np.count_nonzero(tagged < mesh.topology.index_map(head.dimension - 1).size_local)
    if (missing := int(global_sum(comm, len(facets) - owned)[0])) > 0:
        raise MeshError(f"{missing} facets with names are none of the mesh")
    found = [np.sort(tagged[values == group]) for group in range(len(head.boundaries) + len(head.surfaces))]
    count = len(head.boundaries)
    boundaries = dict(zip(head.boundaries, found[:count], strict=True))
    surfaces = dict(zip(head.surfaces, found[count:], strict=True))
    return Domain(mesh, head.regions, cell_region, boundaries, head.periods, surfaces)


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


def _everywhere(comm: MPI.Comm, source: MeshSource | None) -> MeshPart:
    """All rows of a mesh on rank 0, and none elsewhere."""
    part = read_on_root(comm, lambda: whole(source) if source is not None else None)
    head = comm.bcast(part.head if part is not None else None)
    if part is not None:
        return part
    none = np.zeros(0, dtype=np.int64)
    cells = none.reshape(0, compatibility.nodes_per_entity(head.dimension, head.degree))
    return MeshPart(
        head=head,
        points=np.empty((0, head.dimension)),
        cells=cells,
        joined_cells=cells,
        cell_region=none.astype(np.int32),
        facets=none.reshape(0, compatibility.nodes_per_entity(head.dimension - 1, head.degree)),
        facet_group=none.astype(np.int32),
    )
