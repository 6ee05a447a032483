"""Integration measures with a fixed numbering, so that compiled forms serve every mesh."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import ufl

from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_facets import facets_between
from fem_asslb.mesh.place import Place

Int32Array = npt.NDArray[np.int32]


def cell_measure(domain: Domain, groups: Mapping[int, Sequence[str]]) -> ufl.Measure:
    """Measure whose subdomain ``number`` is the owned cells of the roles ``groups[number]``; groups may overlap."""
    region = domain.cell_region[: domain.num_owned_cells]
    data = [
        (number, np.flatnonzero(domain.regions_of(roles)[region]).astype(np.int32)) for number, roles in groups.items()
    ]
    return ufl.Measure("dx", domain=domain.mesh, subdomain_data=data)


def boundary_measure(domain: Domain, names: Sequence[str]) -> ufl.Measure:
    """Measure on outer facets whose subdomain k + 1 is the boundary ``names[k]``."""
    data = [(k + 1, _outer_entities(domain, domain.boundary(name))) for k, name in enumerate(names)]
    return ufl.Measure("ds", domain=domain.mesh, subdomain_data=data)


def interface_measure(domain: Domain, places: Sequence[Place]) -> ufl.Measure:
    """Measure on facets between regions whose subdomain k + 1 is ``places[k]``."""
    found = facets_between(domain, places)
    owned = found.facets < domain.mesh.topology.index_map(domain.dimension - 1).size_local
    data = []
    for number in range(len(places)):
        here = owned & (found.place == number)
        facets, cells = found.facets[here], found.cells[here]
        plus, minus = (_local_facet(domain, cells[:, side], facets) for side in (0, 1))
        entities = np.stack([cells[:, 0], plus, cells[:, 1], minus], axis=1).astype(np.int32)
        data.append((number + 1, entities.ravel()))
    return ufl.Measure("dS", domain=domain.mesh, subdomain_data=data)


def _outer_entities(domain: Domain, facets: Int32Array) -> Int32Array:
    """Outer facets whose cell is owned as (cell, its facet), flattened."""
    domain.mesh.topology.create_connectivity(domain.dimension - 1, domain.dimension)
    links = domain.mesh.topology.connectivity(domain.dimension - 1, domain.dimension)
    cells = links.array[links.offsets[facets]]
    owned = cells < domain.num_owned_cells
    return np.stack([cells[owned], _local_facet(domain, cells[owned], facets[owned])], axis=1).astype(np.int32).ravel()


def _local_facet(domain: Domain, cells: Int32Array, facets: Int32Array) -> Int32Array:
    domain.mesh.topology.create_connectivity(domain.dimension, domain.dimension - 1)
    of_cell = domain.mesh.topology.connectivity(domain.dimension, domain.dimension - 1)
    per_cell = of_cell.array.reshape(-1, domain.dimension + 1)[cells]
    return np.argmax(per_cell == facets[:, None], axis=1).astype(np.int32)
