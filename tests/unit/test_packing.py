"""Packing: fractions, gaps, walls, order and reproducibility."""

import math

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import EqualDiameters, LognormalDiameters, TableDiameters
from meshes.bodies import CUT_LIMIT, Contacts, squares, volume_inside
from meshes.packing import Population, pack

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

EQUAL = EqualDiameters(4.0)
LOGNORMAL = LognormalDiameters(4.0, 1.3)


def smallest_gap(packing):
    """Smallest distance between the surfaces of two bodies."""
    first, second = np.triu_indices(len(packing.radii), 1)
    distance = np.linalg.norm(packing.centres[first] - packing.centres[second], axis=1)
    return np.min(distance - packing.radii[first] - packing.radii[second])


@pytest.mark.parametrize(
    ("box", "fraction", "diameter"),
    [
        ((40.0, 40.0), 0.65, EQUAL),
        ((40.0, 40.0), 0.65, LOGNORMAL),
        ((40.0, 40.0), 0.60, TableDiameters((3.0, 6.0), (0.7, 0.3))),
        ((24.0, 24.0, 40.0), 0.50, EQUAL),
        ((36.0, 36.0, 36.0), 0.55, LOGNORMAL),
    ],
)
def test_bodies_inside_reach_the_fraction_without_touching(box, fraction, diameter):
    packing = pack(box, [Population(fraction, diameter)], gap=0.1, cut=False, seed=1)
    assert smallest_gap(packing) >= 0.1
    reach = packing.radii[:, None]
    assert np.all(packing.centres - reach >= 0.1 - 1e-9)
    assert np.all(np.array(box) - packing.centres - reach >= 0.1 - 1e-9)
    volume = np.pi * packing.radii**2 if len(box) == 2 else 4 / 3 * np.pi * packing.radii**3
    assert volume.sum() / math.prod(box) == pytest.approx(fraction, rel=1e-6)
    assert packing.fractions == (pytest.approx(fraction, rel=1e-6),)


@pytest.mark.parametrize(
    ("box", "fraction"), [((30.0, 30.0), 0.65), ((16.0, 14.0, 20.0), 0.45), ((24.0, 24.0, 40.0), 0.55)]
)
def test_cut_bodies_keep_off_tangency(box, fraction):
    packing = pack(box, [Population(fraction, LOGNORMAL)], gap=0.1, cut=True, seed=2)
    assert smallest_gap(packing) >= 0.1
    assert packing.fractions[0] == pytest.approx(fraction, rel=1.1e-3)
    radii = packing.radii[:, None]
    to_wall = np.minimum(packing.centres, np.array(box) - packing.centres)
    is_cut = to_wall <= CUT_LIMIT * radii + 1e-9
    clear = to_wall >= radii + 0.1 - 1e-9
    assert np.all(to_wall >= 0)
    assert np.all(is_cut[:, :-1] | clear[:, :-1])
    assert clear[:, -1].all()


@pytest.mark.parametrize(
    ("box", "fraction"), [((60.0, 39.5), 0.45), ((30.0, 30.0), 0.65), ((15.0, 15.0), 0.5), ((16.0, 14.0, 20.0), 0.45)]
)
def test_walls_cut_as_many_bodies_as_uniform_points_would_give(box, fraction):
    """A body takes the nearer of two places: CUT_LIMIT radii from the wall (cut) or a radius and the gap (clear).

    Half way between is (CUT_LIMIT r + r + gap) / 2 from the wall. The two walls of a side L therefore cut a body whose
    centre is uniform along it with the probability p = (CUT_LIMIT r + r + gap) / L, and the walls of all sides cut it
    with 1 - product (1 - p).
    """
    sides, found, expected = np.array(box)[:-1], 0, 0.0
    for seed in range(1, 9):
        packing = pack(box, [Population(fraction, LOGNORMAL)], gap=0.1, cut=True, seed=seed)
        across, radii = packing.centres[:, :-1], packing.radii[:, None]
        found += np.any(np.minimum(across, sides - across) < radii, axis=1).sum()
        expected += np.sum(1 - np.prod(1 - (CUT_LIMIT * radii + radii + 0.1) / sides, axis=1))
    assert expected / 2 < found < 2 * expected


@pytest.mark.parametrize("seed", [1, 2])
def test_walls_may_cut_bodies_half_as_wide_as_the_box(seed):
    packing = pack((7.0, 6.0, 7.0), [Population(0.3, EqualDiameters(3.0))], gap=0.2, cut=True, seed=seed)
    assert smallest_gap(packing) >= 0.2
    assert packing.fractions[0] == pytest.approx(0.3, rel=1.1e-3)


@pytest.mark.parametrize("dimension", [2, 3])
def test_volume_inside_against_closed_forms(dimension):
    box = np.full(dimension, 10.0)
    centres = np.full((3, dimension), 5.0)
    centres[1, 0] = 0.0
    centres[2, :-1] = 10.0
    centre_high = np.full((1, dimension), 5.0)
    centre_high[0, 0] = 9.0
    whole = np.pi * 4 if dimension == 2 else 4 / 3 * np.pi * 8
    share = [1, 1 / 2, 1 / 2 if dimension == 2 else 1 / 4]
    assert volume_inside(centres, np.full(3, 2.0), box) == pytest.approx(whole * np.array(share), rel=1e-4)
    # A wall at half a radius cuts off a segment or cap of height 1.
    cap = 4 * math.acos(0.5) - math.sqrt(3) if dimension == 2 else math.pi * (3 * 2 - 1) / 3
    assert volume_inside(centre_high, np.array([2.0]), box) == pytest.approx([whole - cap], rel=1e-4)


def test_two_populations_keep_their_own_fractions():
    packing = pack((40.0, 40.0), [Population(0.55, EQUAL), Population(0.05, EqualDiameters(1.5))], 0.1, False, 3)
    assert smallest_gap(packing) >= 0.1
    for index, fraction in enumerate((0.55, 0.05)):
        area = np.pi * np.sum(packing.radii[packing.population == index] ** 2)
        assert area / 1600 == pytest.approx(fraction, rel=1e-6)


def test_diameters_represent_the_distribution():
    packing = pack((60.0, 60.0), [Population(0.5, LOGNORMAL)], gap=0.1, cut=False, seed=1)
    logarithms = np.log(2 * packing.radii / packing.scales[0])
    assert np.exp(np.median(logarithms)) == pytest.approx(4.0, rel=0.01)
    assert np.exp(np.std(logarithms)) == pytest.approx(1.3, rel=0.03)
    assert packing.scales[0] == pytest.approx(1.0, abs=0.01)


def test_numbering_runs_along_the_stack_and_the_seed_decides():
    population = [Population(0.5, LOGNORMAL)]
    first, again, other = (pack((30.0, 30.0), population, 0.1, False, seed) for seed in (5, 5, 6))
    assert np.all(np.diff(first.centres[:, -1]) >= 0)
    assert np.array_equal(first.centres, again.centres) and np.array_equal(first.radii, again.radii)
    assert not np.allclose(first.centres, other.centres)


@pytest.mark.parametrize(
    ("box", "fraction", "gap", "message"),
    [
        ((20.0, 20.0), 0.93, 0.1, "cannot be packed"),
        ((20.0, 4.0), 0.5, 0.1, "does not fit"),
        ((20.0, 20.0), 0.01, 0.1, "less than half a body"),
    ],
)
def test_impossible_packings_are_refused(box, fraction, gap, message):
    with pytest.raises(MeshError, match=message):
        pack(box, [Population(fraction, EQUAL)], gap, False, 1)


def test_squares_are_half_the_overlaps_squared():
    energy, force = squares(Contacts(np.array([[0, 1], [1, 2]]), np.zeros((2, 3)), np.array([1.0, 3.0])))
    assert energy == pytest.approx(5.0)
    assert force == pytest.approx([1.0, 3.0])
