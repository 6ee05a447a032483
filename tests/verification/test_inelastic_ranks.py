"""A matrix that flows between particles: the same on any number of ranks and in any order of the mesh."""

import pytest

from tests.support import on_one_rank
from tests.verification.test_inelastic import RULES, charged


@pytest.mark.parametrize("name", RULES)
def test_every_number_of_ranks_and_every_order_flows_alike(comm, name):
    """The whole communicator against one rank, whose mesh is numbered in another way."""
    together, energies = charged(comm, RULES[name])
    alone, others = on_one_rank(comm, lambda self: charged(self, RULES[name], order=5))
    assert together == pytest.approx(alone, rel=1e-7)
    spent = [f"{kind} energy [pJ]" for kind in RULES[name].dissipation]
    assert [energies[kind] for kind in spent] == pytest.approx([others[kind] for kind in spent], rel=1e-6)
    assert sum(energies[kind] for kind in spent) > 1e-2 * energies["elastic energy [pJ]"]
