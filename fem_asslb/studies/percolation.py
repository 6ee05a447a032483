"""How the electrolyte of a packing hangs together from sphere to sphere, through the periods of the box."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from fem_asslb.studies.spheres import ELECTROLYTE, Integers, Mask, Spheres
from meshes.bodies import Array, Contacts


class Steps(NamedTuple):
    """Steps between touching spheres of electrolyte.

    Attributes:
        first: Where each one starts, shape (steps,).
        second: Where it ends, shape (steps,).
        turns: How many periods of the box the second end lies higher, shape (steps,).
        length: Distance of the centres, shape (steps,) [um].
    """

    first: Integers
    second: Integers
    turns: Integers
    length: Array


def electrolyte_steps(spheres: Spheres, contacts: Contacts) -> Steps:
    """All contacts of electrolyte with electrolyte, as steps one way."""
    between = np.all(spheres.kinds[contacts.pairs] == ELECTROLYTE, axis=1)
    difference = contacts.difference[between]
    first, second = contacts.pairs[between].T
    rise = spheres.centres[first, 2] - difference[:, 2] - spheres.centres[second, 2]
    turns = np.round(rise / spheres.box[2]).astype(np.int64)
    return Steps(first, second, turns, np.linalg.norm(difference, axis=1))


def percolating(spheres: Spheres, contacts: Contacts) -> Mask:
    """Which spheres belong to electrolyte that goes on for ever in the stack direction, shape (spheres,).

    A cluster does if some way round through it returns to its start a period of the box higher: then heights
    cannot be given to its spheres so that all contacts agree.
    """
    first, second, turns, _ = electrolyte_steps(spheres, contacts)
    count = len(spheres.radii)
    graph = coo_array((np.ones(len(first)), (first, second)), (count, count)).tocsr()
    clusters, cluster = connected_components(graph, directed=False)
    turn_of: dict[tuple[np.int64, np.int64], np.int64] = {}
    for here, there, turn in zip(first, second, turns, strict=True):
        turn_of[here, there], turn_of[there, here] = turn, -turn
    level = np.zeros(count, dtype=np.int64)
    for root in np.unique(cluster[first], return_index=True)[1]:
        order, before = breadth_first_order(graph, first[root], directed=False)
        for sphere in order[1:]:
            level[sphere] = level[before[sphere]] + turn_of[before[sphere], sphere]
    endless = np.zeros(clusters, dtype=bool)
    endless[cluster[first[level[second] - level[first] != turns]]] = True
    return endless[cluster]
