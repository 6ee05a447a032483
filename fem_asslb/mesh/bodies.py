"""Bodies: regions joined by welded interfaces share their displacement, and grains of one host their lithium."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.base.errors import MeshError
from fem_asslb.mesh.adjacency import facet_neighbours
from fem_asslb.mesh.domain import Domain


def welded_bodies(domain: Domain, broken: Sequence[tuple[str, str]]) -> npt.NDArray[np.int32]:
    """Body of each region, shape (num_regions,).

    Args:
        domain: The mesh.
        broken: Pairs of roles whose interfaces may open; all others are welded.

    Raises:
        MeshError: Two regions with an interface that may open are welded to each other around it.
    """
    pairs, may_open = _neighbours(domain, broken)
    body = _connected(domain, pairs[~may_open])
    for i, j in pairs[may_open]:
        if body[i] == body[j]:
            names = f"'{domain.regions[i]}' and '{domain.regions[j]}'"
            raise MeshError(
                f"the interface between {names} may open, but both are bonded to one body around it; "
                f"expected a law for their interfaces with it too, such as 'elastic'"
            )
    return body


def lithium_bodies(domain: Domain, broken: Sequence[tuple[str, str]], hosts: Sequence[str]) -> npt.NDArray[np.int32]:
    """Lithium body of each region, shape (num_regions,): welded grains of one host share their lithium.

    Args:
        domain: The mesh.
        broken: Pairs of roles whose interfaces may open, and that pass lithium by a law of their own.
        hosts: Roles with lithium.
    """
    pairs, may_open = _neighbours(domain, broken)
    roles = domain.region_roles
    shared = np.array([roles[i] == roles[j] and roles[i] in hosts for i, j in pairs], dtype=bool)
    return _connected(domain, pairs[shared & ~may_open])


def _neighbours(
    domain: Domain, broken: Sequence[tuple[str, str]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Pairs of regions that share a facet, and whether their interface may open."""
    roles = domain.region_roles
    opens = {frozenset(pair) for pair in broken}
    pairs = facet_neighbours(domain.mesh, domain.cell_region)
    return pairs, np.array([frozenset((roles[i], roles[j])) in opens for i, j in pairs], dtype=bool)


def _connected(domain: Domain, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    size = len(domain.regions)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
