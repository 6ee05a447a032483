"""Bodies: regions joined by welded interfaces share their displacement, and grains of one host their lithium."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.errors import MeshError
from fem_asslb.mesh.adjacency import facet_neighbours
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_facets import facets_between
from fem_asslb.mesh.place import Place


def welded_bodies(domain: Domain, broken: Sequence[Place]) -> npt.NDArray[np.int32]:
    """Body of each region, shape (num_regions,).

    Args:
        domain: The mesh.
        broken: Where interfaces may open; all others are welded.

    Raises:
        MeshError: Two regions with an interface that may open are welded to each other around it.
    """
    welded, parting = _neighbours(domain, broken)
    body = _connected(domain, welded)
    for i, j in parting:
        if body[i] == body[j]:
            names = f"'{domain.regions[i]}' and '{domain.regions[j]}'"
            raise MeshError(
                f"the interface between {names} may open, but both are bonded to one body around it; "
                f"expected a law for their interfaces with it too, such as 'elastic'"
            )
    return body


def lithium_bodies(domain: Domain, broken: Sequence[Place], hosts: Sequence[str]) -> npt.NDArray[np.int32]:
    """Lithium body of each region, shape (num_regions,): welded grains of one host share their lithium.

    Args:
        domain: The mesh.
        broken: Where interfaces may open, and pass lithium by a law of their own.
        hosts: Roles with lithium.
    """
    welded, _ = _neighbours(domain, broken)
    roles = domain.region_roles
    shared = np.array([roles[i] == roles[j] and roles[i] in hosts for i, j in welded], dtype=bool)
    return _connected(domain, welded[shared])


def _neighbours(domain: Domain, broken: Sequence[Place]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of regions that share welded facets, and those that share facets that may open, the same on every rank."""
    found = facets_between(domain, broken)
    welded, parting = (found.facets[chosen] for chosen in (found.place < 0, found.place >= 0))
    region = domain.cell_region
    return facet_neighbours(domain.mesh, region, welded), facet_neighbours(domain.mesh, region, parting)


def _connected(domain: Domain, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    size = len(domain.regions)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
