"""The plain problem that speed is measured against is solved, on the same mesh."""

import pytest
from dolfinx import fem

from scripts.yardstick import bandwidth, plain_elasticity
from tests import composite


@pytest.mark.two_ranks
def test_plain_elasticity_on_the_mesh_of_a_problem(comm):
    problem = composite.create(comm, 3)
    domain, model = problem.domain, problem.formulation.model
    found = plain_elasticity(domain, model)
    space = fem.functionspace(domain.mesh, ("Lagrange", 2, (3,)))
    assert found["plain elasticity, unknowns [-]"] == 3 * space.dofmap.index_map.size_global
    assert 3 <= found["plain elasticity, iterations [-]"] <= 60
    assert all(value > 0.0 for value in found.values())
    assert bandwidth(domain) > 1e8
