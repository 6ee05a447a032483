"""Meshes whose parts touch without being joined, or lie over one another: named, with the place."""

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from meshes.touching import require_apart
from tests.grids import ball, box

pytestmark = pytest.mark.serial  # meshes are read on one process

# One square below, and two halves of a square above it, which have a node in the middle of its upper side.
HANGING = (
    [[0, 0], [2, 0], [2, 1], [0, 1], [1, 1], [0, 2], [2, 2]],
    [[0, 1, 2], [0, 2, 3], [3, 4, 5], [4, 2, 6], [4, 6, 5]],
)
# A strip of two triangles on a side of a square, turned round it so that it lies over the square.
FOLDED = ([[0, 0], [2, 0], [2, 2], [0, 2], [1.0, 0.5]], [[0, 1, 2], [0, 2, 3], [2, 1, 4]])
# Two tetrahedra over a third: the base of one has a node in the middle of an edge of the third.
HANGING_3D = (
    [[0, 0, 0], [2, 0, 0], [0, 2, 0], [0, 0, -1], [1, 1, 0], [0, 0, 1]],
    [[0, 2, 1, 3], [0, 1, 4, 5]],
)


@pytest.mark.parametrize(
    ("points", "cells", "message"),
    [
        (*HANGING, r"at 1 place, the first \(1, 1\) um, .* on an outer facet that it is no corner of"),
        (*FOLDED, r"at 1 place, the first \(1, 0.5\) um, .* inside of a cell: cells overlap"),
        (*HANGING_3D, r"at 1 place, the first \(1, 1, 0\) um, .* on an outer facet"),
    ],
)
@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e5])
def test_what_is_not_joined_is_named(points, cells, message, unit):
    place = np.array(points) * unit
    message = message if unit == 1.0 else message.split("first")[0]
    with pytest.raises(MeshError, match=message):
        require_apart(np.array(cells), place)


@pytest.mark.parametrize("miss", [1e-7, 0.0])
def test_seams_of_files_in_single_precision(miss):
    """Nodes that are nearly those of others lie on their facets; exact ones are found as nodes that are not merged."""
    points = np.array(
        [[0, 0], [1, 0], [1, 1], [0, 1], [1 + miss, 0], [1 + miss, 1], [2, 0], [2, 1], [1, 2], [0, 2], [2, 2]]
    )
    left, right = [[0, 1, 2], [0, 2, 3]], [[4, 6, 7], [4, 7, 5]]
    if miss:
        with pytest.raises(MeshError, match="at 4 places"):
            require_apart(np.array(left + right), points)
    else:
        require_apart(np.array(left + right), points)


@pytest.mark.parametrize(
    "source",
    [box((3.0, 2.0), (5, 3)), box((3.0, 1.0, 2.0), (3, 2, 4)), ball(2, 4, 3, 1.6), ball(3, 2, 2, 1.6)],
    ids=["2D", "3D", "disc", "ball"],
)
def test_whole_meshes_pass_and_one_without_a_cell_too(source):
    """The same with cells of all sizes, by a coordinate that is stretched, and with a hole."""
    corners = source.cells[:, : source.dimension + 1]
    for points in (source.points, source.points * np.exp(source.points[:, :1])):
        require_apart(corners, points)
        require_apart(np.delete(corners, len(corners) // 2, axis=0), points)


def test_cells_without_a_size_are_left_to_others():
    require_apart(np.array([[0, 1, 2], [0, 1, 3]]), np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0], [2.0, 0.0]]))
