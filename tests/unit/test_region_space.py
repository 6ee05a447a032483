"""Region spaces: continuous inside bodies, broken between them, on any partition."""

import basix.ufl
import numpy as np
import pytest
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from fem_asslb.base import compatibility
from fem_asslb.mesh.adjacency import facet_neighbours, vertex_neighbours
from fem_asslb.spaces.region_space import region_space


def chequered(comm, dimension, blocks, shift=0):
    """Unit square or cube cut into blocks^dimension bodies; `shift` changes the partition."""
    ghosts = mesh.GhostMode.shared_facet
    n = (12 if dimension == 2 else 6) + shift
    create = mesh.create_unit_square if dimension == 2 else mesh.create_unit_cube
    domain = create(comm, *([blocks * (n // blocks)] * dimension), ghost_mode=ghosts)
    index_map = domain.topology.index_map(dimension)
    cells = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    middle = mesh.compute_midpoints(domain, dimension, cells)
    body = sum(np.floor(middle[:, k] * blocks) * blocks**k for k in range(dimension)).astype(np.int32)
    return domain, body


def constant_per_body(space, body, value):
    """Function with a value per body, set through the dofs of the cells."""
    function = fem.Function(space)
    cells = np.flatnonzero(np.isfinite(value[body]))
    function.x.array[space.dofmap.list[cells]] = value[body[cells]][:, None]
    function.x.scatter_forward()
    return function


def integral(comm, form):
    """Value of a form over all ranks."""
    return comm.allreduce(fem.assemble_scalar(fem.form(form)))


@pytest.mark.parametrize("dimension,degree", [(2, 1), (2, 2), (3, 1), (3, 2)])
@pytest.mark.parametrize("shift", [0, 4])
def test_number_of_dofs_is_the_sum_over_the_bodies(comm, dimension, degree, shift):
    domain, body = chequered(comm, dimension, 2, shift)
    space = region_space(domain, basix.ufl.element("P", domain.basix_cell(), degree), body, 2**dimension)
    expected = 0
    for k in range(2**dimension):
        part, _ = compatibility.create_submesh(domain, dimension, np.flatnonzero(body == k).astype(np.int32))
        expected += fem.functionspace(part, ("P", degree)).dofmap.index_map.size_global
    assert space.dofmap.index_map.size_global == expected


@pytest.mark.parametrize("dimension,degree", [(2, 1), (2, 2), (3, 2)])
def test_a_constant_per_body_has_no_gradient_and_the_right_jumps(comm, dimension, degree):
    blocks = 3
    domain, body = chequered(comm, dimension, blocks)
    space = region_space(domain, basix.ufl.element("P", domain.basix_cell(), degree), body, blocks**dimension)
    value = np.random.default_rng(1).random(blocks**dimension)
    u = constant_per_body(space, body, value)
    assert integral(comm, ufl.inner(ufl.grad(u), ufl.grad(u)) * ufl.dx) == pytest.approx(0, abs=1e-20)
    pairs = facet_neighbours(domain, body)
    assert len(pairs) == dimension * blocks ** (dimension - 1) * (blocks - 1)
    expected = sum((value[i] - value[j]) ** 2 for i, j in pairs) / blocks ** (dimension - 1)
    assert integral(comm, ufl.jump(u) ** 2 * ufl.dS) == pytest.approx(expected, rel=1e-12)


def test_bodies_that_meet_in_a_vertex_are_neighbours(comm):
    domain, body = chequered(comm, 3, 3)
    steps = [(i, j, k) for i in range(3) for j in range(3) for k in range(3)]
    expected = {
        (a, b)
        for a, p in enumerate(steps)
        for b, q in enumerate(steps)
        if a < b and max(abs(x - y) for x, y in zip(p, q, strict=True)) <= 1
    }
    assert set(map(tuple, vertex_neighbours(domain, body).tolist())) == expected


def test_an_inactive_neighbour_borrows_so_that_one_sided_terms_work(comm):
    domain, body = chequered(comm, 2, 3)
    active = np.arange(9) % 2 == 0
    space = region_space(domain, basix.ufl.element("P", domain.basix_cell(), 1), body, 9, active)
    u = constant_per_body(space, body, np.where(active, np.arange(9.0), np.nan))
    owned = domain.topology.index_map(2).size_local
    tags = mesh.meshtags(domain, 2, np.flatnonzero(active[body[:owned]]).astype(np.int32), 1)
    dx = ufl.Measure("dx", domain=domain, subdomain_data=tags)
    assert space.dofmap.index_map.size_global == 5 * 25
    assert integral(comm, u * dx(1)) == pytest.approx((0 + 2 + 4 + 6 + 8) / 9, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_partition_does_not_matter(comm, seed):
    """The same bodies on other partitions: a broken Poisson problem with jumps gives the same energy."""
    rng = np.random.default_rng(seed)
    domain, _ = chequered(comm, 2, 2)
    lone, _ = chequered(MPI.COMM_SELF, 2, 2)
    label = rng.integers(0, 7, 64).astype(np.int32)
    energies = []
    for part in (domain, lone):
        index_map = part.topology.index_map(2)
        cells = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
        middle = mesh.compute_midpoints(part, 2, cells)
        body = label[(np.floor(middle[:, 0] * 8) + 8 * np.floor(middle[:, 1] * 8)).astype(int)]
        space = region_space(part, basix.ufl.element("P", part.basix_cell(), 1), body, 7)
        u = constant_per_body(space, body, np.arange(7.0) ** 1.5)
        x = ufl.SpatialCoordinate(part)
        jumps = integral(part.comm, ufl.jump(u) ** 2 * ufl.avg(x[0]) * ufl.dS)
        energies.append((space.dofmap.index_map.size_global, jumps))
    assert energies[0][0] == energies[1][0]
    assert energies[0][1] == pytest.approx(energies[1][1], rel=1e-12)
