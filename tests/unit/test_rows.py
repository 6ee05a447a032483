"""Equal rows of a table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fem_asslb.base.rows import unique_rows

pytestmark = pytest.mark.serial


@settings(deadline=None)
@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6), elements=st.integers(-2, 2)))
def test_rows_are_those_that_numpy_finds(table):
    """In its order, with where each stands first."""
    found = unique_rows(table)
    rows, first, number, uses = np.unique(table, axis=0, return_index=True, return_inverse=True, return_counts=True)
    for own, other in ((found.rows, rows), (found.first, first), (found.number, number.ravel()), (found.uses, uses)):
        assert np.array_equal(own, other)


def test_no_rows_are_none():
    """As of a mesh without named facets."""
    found = unique_rows(np.empty((0, 3), dtype=np.int64))
    assert found.rows.shape == (0, 3)
    assert len(found.first) == len(found.number) == len(found.uses) == 0
