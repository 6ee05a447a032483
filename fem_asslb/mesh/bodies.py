"""Bodies: regions joined by welded interfaces share their displacement."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fem_asslb.errors import MeshError
from fem_asslb.mesh.domain import Domain
from fem_asslb.spaces.adjacency import facet_neighbours


def welded_bodies(domain: Domain, broken: Sequence[tuple[str, str]]) -> npt.NDArray[np.int32]:
    """Body of each region, shape (num_regions,).

    Args:
        domain: The mesh.
        broken: Pairs of roles whose interfaces may open; all others are welded.

    Raises:
        MeshError: Two regions with an interface that may open are welded to each other around it.
    """
    roles = domain.region_roles
    opens = {frozenset(pair) for pair in broken}
    pairs = facet_neighbours(domain.mesh, domain.cell_region)
    may_open = np.array([frozenset((roles[i], roles[j])) in opens for i, j in pairs], dtype=bool)
    welded = pairs[~may_open]
    size = len(domain.regions)
    graph = coo_array((np.ones(len(welded)), (welded[:, 0], welded[:, 1])), shape=(size, size))
    _, body = connected_components(graph, directed=False)
    for i, j in pairs[may_open]:
        if body[i] == body[j]:
            names = f"'{domain.regions[i]}' and '{domain.regions[j]}'"
            raise MeshError(f"the interface between {names} may open, but both are bonded to one body around it")
    return body.astype(np.int32)
