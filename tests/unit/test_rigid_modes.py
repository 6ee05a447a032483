"""Rigid motions of bodies: orthonormal, complete, at rest where they are held, the same on every number of ranks."""

import numpy as np
import pytest

from tests import composite


def columns(problem):
    """Motions of the bodies as an array of all entries, and the space."""
    field = problem.fields[0]
    matrix = field.loose_modes()
    start, stop = matrix.getOwnershipRange()
    rows = [matrix.getRow(row) for row in range(start, stop)]
    local = np.zeros((stop - start, matrix.size[1]))
    for number, (places, values) in enumerate(rows):
        local[number, places] = values
    return np.vstack(problem.domain.comm.allgather(local)), field.space


def nodes(space):
    own = space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local]
    return np.vstack(space.mesh.comm.allgather(own))


@pytest.mark.parametrize(("dimension", "free"), [(2, 4), (3, 6)])
def test_motions_of_each_body(comm, dimension, free):
    """Three crystals that nothing holds, in 3D but the plane in front, and a matrix that is held at its sides too."""
    modes, space = columns(composite.create(comm, dimension))
    assert modes.T @ modes == pytest.approx(np.eye(modes.shape[1]), abs=1e-10)
    x, per_node = nodes(space), modes.reshape(-1, 3, modes.shape[1])
    moves = np.abs(per_node).max(axis=1) > 1e-12
    # No two bodies share nodes.
    bodies = np.unique((moves @ moves.T.astype(int) @ moves) > 0, axis=1).T
    turn = np.array([[0.0, -0.3, 0.0], [0.3, 0.0, 0.0], [0.0, 0.0, 0.0]])
    if dimension == 3:
        turn += np.array([[0.0, 0.0, 0.7], [0.0, 0.0, -0.2], [-0.7, 0.2, 0.0]])
    crystals = [body for body in bodies if body.sum() < len(x) / 3]
    assert len(bodies) == 4 and len(crystals) == 3
    for body in crystals:
        assert np.sum(moves[body].any(axis=0)) == free
        motion = np.where(body[:, None], [0.5, -1.0, 2.0] + x @ turn.T, 0.0)
        if dimension == 3:
            motion[np.isclose(x[:, 1], 0.0), 1] = 0.0  # the plane in front
        assert modes @ (modes.T @ motion.ravel()) == pytest.approx(motion.ravel(), abs=1e-9)


def test_conditions_hold(comm):
    modes, space = columns(composite.create(comm, 3))
    x, per_node = nodes(space), modes.reshape(-1, 3, modes.shape[1])
    for axis, place in ((0, 0.0), (0, 4.0), (1, 0.0), (2, 0.0)):
        assert not per_node[np.isclose(x[:, axis], place), axis].any()


def test_welded_bodies_have_none(comm):
    assert composite.create(comm, 3, interfaces=()).fields[0].loose_modes is None
