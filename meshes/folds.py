"""Cells on the same side of the facet they share: inverted elements, however their nodes are numbered."""

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.rows import unique_rows
from meshes.quality import Integers, Numbers


def require_no_folds(corners: Integers, points: Numbers) -> None:
    """Two cells that share a facet lie on either side of it.

    Args:
        corners: Nodes at the corners of all cells, shape (cells, dimension + 1).
        points: Shape (points, at least dimension).

    Raises:
        MeshError: They do not, or more than two share one; says how many and where.
    """
    dimension = corners.shape[1] - 1
    sides = [np.sort(np.delete(corners, corner, axis=1), axis=1) for corner in range(dimension + 1)]
    facets, opposite = np.concatenate(sides), corners.T.ravel()
    base = points[facets[:, 0], :dimension]
    edges = points[np.column_stack([facets[:, 1:], opposite]), :dimension] - base[:, None]
    with np.errstate(divide="ignore"):  # numpy divides by a pivot that underflows
        side = np.sign(np.linalg.det(edges))
    unique = unique_rows(facets)
    facet, cells = unique.number, unique.uses
    folded = (cells[facet] > 2) | (np.abs(np.bincount(facet, side))[facet] == cells[facet]) & (cells[facet] > 1)
    if folded.any():
        first = points[facets[np.flatnonzero(folded)[0]], :dimension].mean(axis=0)
        place = ", ".join(f"{x:.4g}" for x in first)
        number = len(np.unique(facet[folded]))
        raise MeshError(f"cells overlap at {number} facets, as inverted elements do, the first at ({place}) um")
