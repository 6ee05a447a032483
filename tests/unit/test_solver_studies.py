"""What docs/performance.md counts of the solver is counted: on the smallest meshes, that the studies run."""

import math

import pytest

from scripts import elements, growth, loose_bodies


@pytest.mark.two_ranks
@pytest.mark.parametrize("loose", [False, True])
def test_messages_are_those_between_ranks(comm, tmp_path_factory, loose):
    meshes = comm.bcast(tmp_path_factory.mktemp("meshes"))
    found = growth.measure(comm, loose=loose, element=2.4, meshes=meshes)
    sent = [
        found.iteration_messages,
        found.iteration_kilobytes,
        found.iteration_sums,
        found.assembly_messages,
        found.assembly_kilobytes,
        found.set_up_messages,
        found.set_up_kilobytes,
    ]
    assert all((value > 0.0) is (comm.size > 1) for value in sent), found
    assert 5.0 < found.linear_iterations < 60.0
    assert found.iteration_sums < 20.0


@pytest.mark.serial
def test_bodies_that_let_go_need_their_rigid_motions(tmp_path):
    found = loose_bodies.measure(1, 2.4, ("iterations_bonded", "iterations_loose", "iterations_without"), tmp_path)
    assert 5.0 < found.iterations_bonded < 60.0 and 5.0 < found.iterations_loose < 60.0
    assert math.isnan(found.iterations_half)
    assert math.isnan(found.iterations_without) or found.iterations_without > 2.0 * found.iterations_loose


def test_a_cure_of_linear_elements_locks_less_and_quadratic_ones_do_not(tmp_path):
    """Errors against the closed form of the shell of I4."""
    rows = {row.kind: row for row in elements.solves("shell of I4", [1.0], tmp_path)}
    errors = [abs(rows[kind].stress / -elements.SHELL_EXACT - 1.0) for kind in elements.KINDS]
    assert errors[1] < 0.3 * errors[0] and errors[2] < 6e-3
    assert rows["quadratic"].stress < 0.0 < rows["quadratic"].work
