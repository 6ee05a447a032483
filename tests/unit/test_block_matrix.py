"""The monolithic matrix: the entries that DOLFINx would give it, and no memory for others."""

from functools import partial

import numpy as np
import pytest
from dolfinx.fem import petsc

from fem_asslb.base.block_matrix import create_block_matrix
from tests import composite
from tests.verification.test_contact_loss import TwoParticles


def reacting(comm):
    """The number depends on nothing but what is on the minus side of facets."""
    return TwoParticles(comm, 0.0, ("electrolyte", "particle")).problem


@pytest.mark.parametrize(
    "create", [partial(composite.create, dimension=2), partial(composite.create, dimension=3), reacting]
)
def test_entries_are_those_of_all_blocks(comm, create):
    """Spaces of several blocks of unknowns, on regions, and of numbers that all cells add to."""
    pattern = [list(row.values()) for row in create(comm).jacobian.pattern.values()]
    matrix, other = create_block_matrix(pattern), petsc.create_matrix_block(pattern)
    assert np.array_equal(matrix.getLGMap()[0].indices, other.getLGMap()[0].indices)
    facts = matrix.getInfo()
    assert facts["nz_allocated"] == facts["nz_used"] and facts["mallocs"] == 0.0
    petsc.assemble_matrix_block(other, pattern)
    other.assemble()
    for own, whole in zip(matrix.getValuesCSR()[:2], other.getValuesCSR()[:2], strict=True):
        assert np.array_equal(own, whole)
    assert matrix.norm() == 0.0
