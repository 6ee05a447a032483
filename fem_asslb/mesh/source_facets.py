"""Facets of the cells of a mesh on one process: which are outside, and which regions they are between."""

from collections.abc import Collection
from functools import cached_property

import numpy as np

from fem_asslb.base.rows import unique_rows
from fem_asslb.mesh.side_walls import images
from fem_asslb.mesh.source import IntArray, MeshSource


class SourceFacets:
    """Facets of all cells; those of walls that are one are one.

    Args:
        source: The mesh.

    Attributes:
        nodes: Corners of each facet, of one of its cells, shape (num_facets, dimension).
        of_cell: Facets of the cells, one row for each corner that they are opposite to, shape (dimension + 1, cells).
        is_outer: Whether one cell alone has the facet.
        outer: Corners of the outer facets.
    """

    def __init__(self, source: MeshSource) -> None:
        corners, first = source.cells[:, : source.dimension + 1], images(source)
        count = corners.shape[1]
        self._cell_region = source.cell_region
        sides = np.concatenate([np.delete(corners, corner, axis=1) for corner in range(count)])
        self._first = first
        found = unique_rows(np.sort(first[sides], axis=1))
        self._keys = found.rows
        self.nodes = sides[found.first]
        self.of_cell = found.number.reshape(count, -1)
        self.is_outer = found.uses == 1
        self.outer = self.nodes[self.is_outer]

    @cached_property
    def regions(self) -> IntArray:
        """Regions on both sides of each facet, the lower first, shape (num_facets, 2); outside it is that inside."""
        low, high = np.full(len(self.nodes), np.iinfo(np.int64).max), np.full(len(self.nodes), -1)
        for facets in self.of_cell:
            np.minimum.at(low, facets, self._cell_region)
            np.maximum.at(high, facets, self._cell_region)
        return np.column_stack([low, high])

    def find(self, facets: IntArray) -> IntArray:
        """Numbers of facets that are given by their corners; -1 for what is no facet of a cell."""
        both = unique_rows(np.concatenate([self._keys, np.sort(self._first[facets], axis=1)]))
        found = both.first[both.number[len(self._keys) :]]
        return np.where(found < len(self._keys), found, -1)


def touching_roles(source: MeshSource, sides: SourceFacets, but_at: Collection[str] = ()) -> list[tuple[str, str]]:
    """Roles whose regions share facets, each two in the order of their names; one twice where two of its regions do.

    Args:
        source: The mesh.
        sides: Facets of its cells.
        but_at: Surfaces whose facets do not count.
    """
    counts = np.ones(len(sides.nodes), dtype=bool)
    left_out = np.isin(source.facet_group, [source.groups.index(name, len(source.boundaries)) for name in but_at])
    counts[sides.find(source.facets[left_out, : source.dimension])] = False
    return _role_pairs(source, sides.regions[counts])


def surface_roles(source: MeshSource, sides: SourceFacets) -> dict[str, list[tuple[str, str]]]:
    """Roles between which each surface lies, as those of `touching_roles`."""
    corners = source.facets[:, : source.dimension]
    return {
        name: _role_pairs(source, sides.regions[sides.find(corners[source.facet_group == group])])
        for group, name in enumerate(source.surfaces, start=len(source.boundaries))
    }


def _role_pairs(source: MeshSource, regions: IntArray) -> list[tuple[str, str]]:
    pairs = np.unique(regions[regions[:, 0] != regions[:, 1]], axis=0)
    named = [sorted(source.regions[region].partition("/")[0] for region in pair) for pair in pairs]
    return list(dict.fromkeys((first, second) for first, second in named))
