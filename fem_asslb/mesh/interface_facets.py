"""Facets between regions, by the place of an interface: two roles, or a surface that has a name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.mesh.adjacency import facet_neighbours, interior_facets
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.place import Place

Int32Array = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class FacetsBetween:
    """Local facets between two regions each, owned and ghost.

    Attributes:
        facets: Shape (n,).
        cells: On their plus and minus side, shape (n, 2).
        regions: The same, shape (n, 2).
        place: Index of the place of each, -1 where it is in none, shape (n,).
    """

    facets: Int32Array
    cells: Int32Array
    regions: Int32Array
    place: Int32Array


def facets_between(domain: Domain, places: Sequence[Place]) -> FacetsBetween:
    """All facets between regions, and the place of each.

    Args:
        domain: The mesh.
        places: Of interfaces; no two have the same facets.
    """
    facets, cells = interior_facets(domain.mesh)
    region = domain.cell_region[cells]
    between = region[:, 0] != region[:, 1]
    facets, cells, region = facets[between], cells[between], region[between]
    taken = np.zeros(len(facets), dtype=bool)
    place = np.full(len(facets), -1, dtype=np.int32)
    for number in sorted(range(len(places)), key=lambda number: not places[number].surface):
        at = places[number]
        is_plus, is_minus = (domain.regions_of([role])[region] for role in (at.plus, at.minus))
        forward, backward = is_plus[:, 0] & is_minus[:, 1], is_plus[:, 1] & is_minus[:, 0]
        here = (forward | backward) & ~taken
        if at.surface:
            here &= np.isin(facets, domain.surfaces[at.surface])
        turned = here & (region[:, 0] > region[:, 1] if at.plus == at.minus else backward)
        cells[turned], region[turned] = cells[turned][:, ::-1], region[turned][:, ::-1]
        place[here] = number
        taken |= here
    return FacetsBetween(facets=facets, cells=cells, regions=region, place=place)


def surface_roles(domain: Domain, surface: str) -> tuple[str, str]:
    """Roles between which a surface lies, in the order of their names; the checks of a mesh let no others pass."""
    pairs = facet_neighbours(domain.mesh, domain.cell_region, domain.surfaces[surface])
    first, second = sorted(domain.region_roles[region] for region in pairs[0])
    return first, second
