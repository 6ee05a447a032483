"""Voxel images of spheres, their surfaces, and the tortuosity of known media."""

import math

import numpy as np
import pytest

from fem_asslb.studies.conduction import conduction_tortuosity
from fem_asslb.studies.paths import path_over_voxels
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE
from fem_asslb.studies.voxel_links import ACROSS_FACES, ends, links, spanning
from fem_asslb.studies.voxels import PORE, covered_share, draw, fraction
from tests.packings import CUBE, spheres

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


def test_image_of_a_sphere_across_the_corner_of_the_box():
    pair = spheres([[0, 0, 0], [1.5, 0, 0]], [2, 1], [ELECTROLYTE, ACTIVE], [10, 10, 10])
    image = draw(pair, 0.1)
    lens = math.pi * 1.5**2 * (1.5**2 + 2 * 1.5 * 3 - 3) / (12 * 1.5)
    assert fraction(image, ACTIVE) * 1000 == pytest.approx(4 / 3 * math.pi, rel=0.01)
    assert fraction(image, ELECTROLYTE) * 1000 == pytest.approx(32 / 3 * math.pi - lens, rel=0.01)


def test_covered_share_of_a_layered_image():
    image = np.full((4, 4, 4), ACTIVE, dtype=np.int8)
    image[:, :, 2], image[:, :, 3] = PORE, ELECTROLYTE
    assert covered_share(image, CUBE) == pytest.approx(0.5)


@pytest.mark.parametrize("voxel", [CUBE, np.array([1.0, 2.0, 3.0])])
def test_a_straight_channel_has_tortuosity_one(voxel):
    phase = np.zeros((6, 5, 8), dtype=bool)
    phase[2:4, 1:3] = True
    assert conduction_tortuosity(phase, voxel) == pytest.approx(1, rel=1e-6)
    assert path_over_voxels(phase, voxel) == pytest.approx(1, rel=1e-12)
    phase[:, :, 4] = False
    assert conduction_tortuosity(phase, voxel) == math.inf
    assert path_over_voxels(phase, voxel) == math.inf


def test_dead_ends_count_in_the_fraction_only():
    phase = np.zeros((6, 5, 8), dtype=bool)
    phase[2, 1] = True
    phase[4, 3, :7] = True
    assert conduction_tortuosity(phase, CUBE) ** 2 == pytest.approx(15 / 8, rel=1e-6)


def test_inclined_layers():
    """Layers at 45 degrees, periodic at the sides, conduct along themselves: tau^2 = 2."""
    count = 48
    x, _, z = np.indices((count, 2, 4 * count))
    phase = (x - z) % count < count // 2
    assert conduction_tortuosity(phase, CUBE) == pytest.approx(math.sqrt(2), rel=0.06)
    assert path_over_voxels(phase, CUBE) == pytest.approx(math.sqrt(2), rel=0.15)


def test_dilute_insulating_spheres_as_maxwell():
    """Effective over phase conductivity 2 eps / (3 - eps), so tau^2 = (3 - eps) / 2, of a cubic lattice of spheres.

    The steps of the image make the spheres seem larger, an error of the size of a voxel.
    """
    ball = spheres([[0.5, 0.5, 0.5]], [0.3], [ACTIVE], CUBE)
    errors = []
    for count in (20, 40, 80):
        phase = draw(ball, 1 / count) == PORE
        errors.append(conduction_tortuosity(phase, CUBE / count) ** 2 - (3 - phase.mean()) / 2)
    assert np.all(np.abs(errors[1:]) < np.abs(errors[:-1]))
    extrapolated = 2 * errors[2] - errors[1]
    assert abs(extrapolated) < 0.002


def test_parts_that_meet_across_a_side_are_one():
    """A staircase that leaves by a side after its first flight, beside a blind column."""
    phase = np.zeros((8, 40, 16), dtype=bool)
    phase[6:, :20, :8] = phase[:2, :20, 7:] = True
    phase[4, 22:38, 3:] = True
    expected = phase.copy()
    expected[4] = False
    for turned in (phase, phase.swapaxes(0, 1)):
        for moved in (turned, np.roll(turned, (3, 5), axis=(0, 1))):
            kept = spanning(moved)
            assert kept.sum() == expected.sum()
    assert np.array_equal(spanning(phase), expected)
    assert not spanning(np.where(np.arange(16) == 7, False, phase)).any()


def test_parts_that_span_are_those_that_the_links_join():
    """Random phases near the threshold, against labels handed on from neighbour to neighbour until none changes."""
    generator = np.random.default_rng(2)
    for share in np.linspace(0.3, 0.5, 9):
        phase = generator.random((9, 7, 8)) < share
        first, second, _ = links(phase, ACROSS_FACES)
        part = np.arange(phase.sum())
        before = None
        while not np.array_equal(part, before):
            before = part.copy()
            least = np.minimum(part[first], part[second])
            np.minimum.at(part, first, least)
            np.minimum.at(part, second, least)
        bottom, top = ends(phase)
        assert np.array_equal(spanning(phase)[phase], np.isin(part, np.intersect1d(part[bottom], part[top])))
