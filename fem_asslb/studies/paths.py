"""Shortest paths through the electrolyte from the bottom of a packing to its top, over voxels and over spheres."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from fem_asslb.studies.percolation import electrolyte_steps
from fem_asslb.studies.spheres import ELECTROLYTE, Integers, Mask, Spheres
from fem_asslb.studies.voxel_links import ACROSS_CORNERS, ends, links
from meshes.bodies import Array, Contacts


def path_over_voxels(phase: Mask, voxel: Array) -> float:
    """Median length of the shortest paths in a phase from the bottom to each voxel of the top, over the height.

    Paths go from voxel to voxel across faces, edges and corners, so that between these directions they come out up to
    8 % (in a plane) or 13 % too long.

    Args:
        phase: True inside, shape (x, y, z).
        voxel: Extents of a voxel [um].

    Returns:
        Infinite if nothing connects bottom and top.
    """
    first, second, step = links(phase, ACROSS_CORNERS)
    length = np.linalg.norm(np.array(ACROSS_CORNERS) * voxel, axis=1)[step]
    bottom, top = ends(phase)
    below = np.full(len(bottom), voxel[2] / 2)
    path = _shortest(int(phase.sum()), (first, second, length), (bottom, below))[top] + voxel[2] / 2
    return _median(path) / float(voxel[2] * phase.shape[2])


def path_over_centres(spheres: Spheres, contacts: Contacts) -> float:
    """Median length of the shortest paths from bottom to top through centres of touching electrolyte, over the height.

    A path starts straight above the bottom plane in a sphere that the plane cuts and ends likewise; one path for each
    sphere that the top plane cuts. Infinite where there is none.
    """
    first, second, turns, length = electrolyte_steps(spheres, contacts)
    inside = turns == 0
    height, top = spheres.centres[:, 2], spheres.box[2]
    electrolyte = spheres.kinds == ELECTROLYTE
    cut_below = np.flatnonzero(electrolyte & (height < spheres.radii))
    cut_above = np.flatnonzero(electrolyte & (height > top - spheres.radii))
    below = np.maximum(height[cut_below], 1e-9)  # a length of zero would be no link
    steps = first[inside], second[inside], length[inside]
    path = _shortest(len(height), steps, (cut_below, below))[cut_above] + top - height[cut_above]
    return _median(path) / float(top)


def _shortest(count: int, steps: tuple[Integers, Integers, Array], starts: tuple[Integers, Array]) -> Array:
    """Length of the shortest path to each of the nodes from one more node below the bottom, shape (count,) [um].

    Args:
        count: Number of nodes.
        steps: Both ends and the length of each step, which may be gone both ways.
        starts: Nodes at the bottom, and how far each lies above where all paths start.
    """
    first, second, length = steps
    nodes, below = starts
    rows, columns = np.concatenate([first, np.full(len(nodes), count)]), np.concatenate([second, nodes])
    graph = coo_array((np.concatenate([length, below]), (rows, columns)), (count + 1, count + 1)).tocsr()
    return dijkstra(graph, directed=False, indices=count)[:count]


def _median(lengths: Array) -> float:
    """Median of the finite ones, infinite if there is none."""
    finite = lengths[np.isfinite(lengths)]
    return float(np.median(finite)) if len(finite) else float("inf")
