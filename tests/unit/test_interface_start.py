"""What is drawn for the facets of interfaces."""

import numpy as np
import pytest

from fem_asslb.equations.interface_start import strength_factors
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.model import Interface

pytestmark = pytest.mark.serial


def drawn_for(keys, seed=1):
    """The number between 0 and 1 of each key, from its strength by the Weibull distribution of modulus 1."""
    start = InterfaceStart(weibull_modulus=1.0, scatter_seed=seed)
    item = Interface("a", "b", ElasticLaw(1.0, 1.0), start)
    return -np.expm1(-strength_factors(item, keys[:, :2], keys))


def test_drawn_numbers_are_uniform_and_independent():
    """Mean, variance, and correlation with the neighbour and with another seed, each within four deviations."""
    count = 200_000
    keys = np.arange(count)[:, None] + np.array([0, 1, 7])
    drawn = drawn_for(keys)
    deviation = 1.0 / np.sqrt(count)
    assert abs(drawn.mean() - 0.5) < 4.0 * deviation / np.sqrt(12.0)
    assert abs(drawn.var() - 1.0 / 12.0) < 4.0 * deviation / np.sqrt(180.0)
    for one, other in ((drawn[1:], drawn[:-1]), (drawn, drawn_for(keys, seed=2))):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.0 * deviation


def test_what_is_drawn_hangs_on_the_key_alone():
    keys = np.arange(50)[:, None] + np.array([0, 1, 7])
    assert np.array_equal(drawn_for(keys[::-1])[::-1], drawn_for(keys))
    assert len(np.unique(drawn_for(np.array([[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]])))) == 4
