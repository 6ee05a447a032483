"""Sections of packings."""

import math

import numpy as np
import pytest

from fem_asslb.studies.section import discs
from fem_asslb.studies.spheres import ELECTROLYTE
from tests.packings import spheres

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


def test_section_through_a_sphere():
    one = spheres([[5, 9.5, 4]], [2], [ELECTROLYTE], [10, 10, 10])
    centres, radii, kinds = discs(one, 0.5)
    assert centres == pytest.approx(np.array([[5, 4]])) and radii == pytest.approx([math.sqrt(3)])
    assert kinds.tolist() == [ELECTROLYTE]
    assert len(discs(one, 5.0)[1]) == 0
