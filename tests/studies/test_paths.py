"""Electrolyte that goes on for ever, and the length of shortest paths through it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.studies.paths import path_over_centres, path_over_voxels
from fem_asslb.studies.percolation import percolating
from fem_asslb.studies.spheres import ELECTROLYTE, touching
from tests.packings import CUBE, spheres

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


def test_percolation_needs_a_closed_way_round():
    heights = np.arange(10) * 2.0
    column = [[5, 5, height] for height in heights]
    row = [[height, 15, 1] for height in heights]
    both = spheres(column + row, [1.1] * 20, [ELECTROLYTE] * 20, [20, 20, 20])
    assert np.array_equal(percolating(both, touching(both)), np.arange(20) < 10)
    cut = replace(both, radii=np.where(np.arange(20) == 4, 0.8, both.radii))
    assert not percolating(cut, touching(cut)).any()


def test_a_staircase_of_spheres_has_the_length_of_its_flights():
    heights = np.arange(10) * 2.0 + 1.0
    zigzag = spheres([[5 + (i % 2), 5, z] for i, z in enumerate(heights)], [1.2] * 10, [ELECTROLYTE] * 10, [20, 20, 20])
    assert path_over_centres(zigzag, touching(zigzag)) == pytest.approx((9 * math.sqrt(5) + 2) / 20)
    broken = replace(zigzag, radii=np.full(10, 1.05))
    assert path_over_centres(broken, touching(broken)) == math.inf


def test_inclined_thin_path_has_the_length_of_its_diagonals():
    phase = np.zeros((16, 3, 16), dtype=bool)
    phase[np.arange(16), 1, np.arange(16)] = True
    assert path_over_voxels(phase, CUBE) == pytest.approx((15 * math.sqrt(2) + 1) / 16)
