"""The monolithic matrix: the entries that DOLFINx would give it, and no memory for others."""

import numpy as np
import pytest
from dolfinx.fem import petsc

from fem_asslb.base.block_matrix import create_block_matrix
from tests import composite


@pytest.mark.parametrize("dimension", [2, 3])
def test_entries_are_those_of_all_blocks(comm, dimension):
    """Spaces of several blocks of unknowns, on regions, and of numbers that all cells add to."""
    table = composite.create(comm, dimension, 1).jacobian.pattern
    pattern = [list(row.values()) for row in table.values()]
    matrix, other = create_block_matrix(pattern), petsc.create_matrix_block(pattern)
    assert np.array_equal(matrix.getLGMap()[0].indices, other.getLGMap()[0].indices)
    facts = matrix.getInfo()
    assert facts["nz_allocated"] == facts["nz_used"] and facts["mallocs"] == 0.0
    petsc.assemble_matrix_block(other, pattern)
    other.assemble()
    for own, whole in zip(matrix.getValuesCSR()[:2], other.getValuesCSR()[:2], strict=True):
        assert np.array_equal(own, whole)
    assert matrix.norm() == 0.0 < other.norm()
