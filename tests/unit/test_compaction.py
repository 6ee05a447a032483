"""Soft spheres: contacts against closed forms, tortuosity of known media, invariances of a packing."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import EqualDiameters, LognormalDiameters
from meshes.bodies import minimise, squares
from meshes.compaction import Powder, hertz, press, press_to, scatter, settle
from meshes.contact import cap_area, cap_share, covered, discs, path_over_centres, percolating, utilisation
from meshes.spheres import ACTIVE, ELECTROLYTE, Spheres, touching
from meshes.voxels import PORE, conduction_tortuosity, covered_share, draw, fraction, path_tortuosity

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

MODULUS = np.array([[8.0, 2.0], [2.0, 1.0]])
CUBE = np.full(3, 1.0)


def spheres(centres, radii, kinds, box):
    return Spheres(np.array(centres, dtype=float), np.array(radii, dtype=float), np.array(kinds), np.array(box, float))


@pytest.fixture(scope="module")
def packing():
    powders = Powder(0.45, LognormalDiameters(2.24, 1.4)), Powder(0.47, EqualDiameters(2.0))
    box = np.full(3, 10.0)
    return press(scatter(*powders, box, MODULUS, seed=4), 10.0, MODULUS)


@pytest.fixture(scope="module")
def shifted(packing):
    centres = np.mod(packing.centres + [3.7, -2.1, 5.3], packing.box)
    return replace(packing, centres=centres)


# Contacts of two spheres


def test_caps_of_two_spheres_meet_in_one_circle():
    first, second, distance = 3.0, 2.0, 4.0
    caps = [cap_area(*map(np.array, pair), np.array(distance)) for pair in ((first, second), (second, first))]
    # Volume of a lens, written with the heights that the areas give, against its closed form in the distance.
    heights = [area / (2 * math.pi * radius) for area, radius in zip(caps, (first, second), strict=True)]
    volume = sum(math.pi * h**2 * (r - h / 3) for h, r in zip(heights, (first, second), strict=True))
    lens = math.pi * (first + second - distance) ** 2
    lens *= distance**2 + 2 * distance * (first + second) - 3 * (first - second) ** 2
    assert volume == pytest.approx(lens / (12 * distance), rel=1e-12)
    assert sum(heights) == pytest.approx(first + second - distance)


@pytest.mark.parametrize("place", [5.0, 0.5])
def test_covered_surface_of_one_sphere_is_its_cap(place):
    pair = spheres([[5, 5, place], [5, 5, place + 4]], [3, 2], [ACTIVE, ELECTROLYTE], [20, 20, 20])
    pair = replace(pair, centres=np.mod(pair.centres - [0, 0, 2], 20))
    share = (3 - (16 + 9 - 4) / 8) / 6
    assert cap_share(pair, touching(pair)) == pytest.approx(share, rel=1e-12)
    assert covered(pair, touching(pair)) == pytest.approx([share], abs=0.005)


def test_surface_inside_other_active_spheres_is_no_surface():
    """A huge electrolyte sphere covers the lower half, an active one the lowest quarter: a third of what is free."""
    trio = spheres([[0, 0, 500.0], [0, 0, 400.0], [0, 0, 499.0]], [1, 100, 1], [0, 1, 0], [1000, 1000, 1000])
    assert covered(trio, touching(trio))[0] == pytest.approx(1 / 3, abs=0.01)


def test_hertz_force_is_the_derivative_of_its_energy():
    pair = spheres([[5, 5, 5], [5, 5, 7.5]], [2, 1], [ACTIVE, ELECTROLYTE], [20, 20, 20])
    law = hertz(pair, MODULUS)

    def at(distance):
        energy, force = law(touching(replace(pair, centres=np.array([[5, 5, 5], [5, 5, 5 + distance]]))))
        return energy, force[0]

    step = 1e-5
    assert (at(2.5 - step)[0] - at(2.5 + step)[0]) / (2 * step) == pytest.approx(at(2.5)[1], rel=1e-8)
    assert at(2.5)[1] == pytest.approx(4 / 3 * 2.0 * math.sqrt(2 / 3) * 0.5**1.5)


def test_overlaps_balance_by_stiffness():
    """In an endless row all Hertz forces are equal, so overlaps go as the modulus to the power -2/3."""
    row = spheres([[5, 5, 1], [5, 5, 3.1], [5, 5, 5.5]], [1.2, 1.2, 1.2], [0, 1, 1], [20, 20, 6.6])

    def find(points):
        return touching(replace(row, centres=points))

    contacts = find(minimise(row.centres, find, hertz(row, MODULUS), gtol=1e-9, ftol=0.0))
    stiff, other, soft = np.sort(contacts.overlap)
    assert stiff == pytest.approx(other, rel=1e-5)
    assert soft / stiff == pytest.approx(2 ** (2 / 3), rel=1e-5)


# Utilisation and paths


def test_utilisation_counts_spheres_by_their_relative_overlap():
    row = spheres(
        [[5, 5, 2], [5, 5, 4.9], [5, 5, 7.7], [5, 5, 15]],
        [1.5, 1.5, 1.5, 1.5],
        [ACTIVE, ELECTROLYTE, ACTIVE, ACTIVE],
        [20, 20, 20],
    )
    contacts = touching(row)
    shares = [utilisation(row, contacts, least) for least in (0.0, 0.03, 0.034, 0.06, 0.07)]
    assert shares == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3, 0])
    assert utilisation(row, contacts, 0.0, percolating(row, contacts)) == 0


def test_utilisation_falls_with_the_criterion(packing):
    contacts = touching(packing)
    endless = percolating(packing, contacts)
    shares = [utilisation(packing, contacts, least) for least in np.linspace(0, 0.15, 16)]
    paths = [utilisation(packing, contacts, least, endless) for least in np.linspace(0, 0.15, 16)]
    assert np.all(np.diff(shares) <= 0) and shares[0] > 0.9 and shares[-1] < shares[0]
    assert np.all(np.array(paths) <= shares)


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


# Packings


def test_the_pressed_box_is_filled_as_the_powders_say(packing):
    volume = 4 / 3 * math.pi * packing.radii**3 / 1000
    assert packing.box == pytest.approx([10, 10, 10])
    assert volume[packing.kinds == ACTIVE].sum() == pytest.approx(0.45)
    assert volume[packing.kinds == ELECTROLYTE].sum() == pytest.approx(0.47)


def test_neighbours_are_those_of_a_search_over_all_pairs(packing):
    difference = packing.centres[:, None] - packing.centres
    difference -= packing.box * np.round(difference / packing.box)
    gap = np.linalg.norm(difference, axis=2) - packing.radii - packing.radii[:, None]
    expected = np.argwhere(np.triu(gap < 0, 1))
    assert sorted(map(tuple, np.sort(touching(packing).pairs, axis=1))) == sorted(map(tuple, expected))


def test_the_seed_decides():
    powders = Powder(0.3, EqualDiameters(2.0)), Powder(0.3, EqualDiameters(1.5))
    first, again, other = (scatter(*powders, np.full(3, 9.0), MODULUS, seed) for seed in (5, 5, 6))
    assert np.array_equal(first.centres, again.centres)
    assert not np.allclose(first.centres, other.centres)


def test_loose_spheres_do_not_overlap():
    powders = Powder(0.3, EqualDiameters(2.0)), Powder(0.3, EqualDiameters(1.5))
    loose = scatter(*powders, np.full(3, 9.0), MODULUS, 1)
    assert touching(loose).overlap.max(initial=0.0) < 0.01


def test_nothing_changes_under_a_shift(packing, shifted):
    before, after = touching(packing), touching(shifted)
    assert np.sort(after.overlap) == pytest.approx(np.sort(before.overlap), abs=1e-12)
    assert hertz(packing, MODULUS)(before)[0] == pytest.approx(hertz(shifted, MODULUS)(after)[0], rel=1e-12)
    for least in (0.0, 0.02, 0.05, 0.1):
        assert utilisation(shifted, after, least) == utilisation(packing, before, least)
    assert np.array_equal(percolating(shifted, after), percolating(packing, before))
    assert covered(shifted, after) == pytest.approx(covered(packing, before), abs=1e-12)
    shares = [[fraction(draw(each, 0.2), kind) for kind in (ACTIVE, ELECTROLYTE, PORE)] for each in (packing, shifted)]
    assert shares[0] == pytest.approx(shares[1], abs=0.002)


def test_settled_spheres_are_in_equilibrium(packing):
    """Settling again lowers the energy by next to nothing."""
    before = hertz(packing, MODULUS)(touching(packing))[0]
    again = settle(packing, MODULUS)
    after = hertz(again, MODULUS)(touching(again))[0]
    assert 0.99 * before < after <= before


def test_pressing_ends_at_the_porosity(packing):
    def pores(each):
        return fraction(draw(each, 0.25), PORE)

    pressed = press_to(packing, pores, 0.08, MODULUS)
    assert pores(pressed) == pytest.approx(0.08, abs=5e-4)
    assert pressed.fill > 0.92  # overlaps count once in the image


def test_a_box_too_small_for_its_spheres_is_refused():
    with pytest.raises(MeshError, match="more than twice"):
        scatter(Powder(0.4, EqualDiameters(3.0)), Powder(0.4, EqualDiameters(1.0)), np.full(3, 5.0), MODULUS, 1)


def test_section_through_a_sphere():
    one = spheres([[5, 9.5, 4]], [2], [ELECTROLYTE], [10, 10, 10])
    centres, radii, kinds = discs(one, 0.5)
    assert centres == pytest.approx(np.array([[5, 4]])) and radii == pytest.approx([math.sqrt(3)])
    assert kinds.tolist() == [ELECTROLYTE]
    assert len(discs(one, 5.0)[1]) == 0


# Voxels


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
    assert path_tortuosity(phase, voxel) == pytest.approx(1, rel=1e-12)
    phase[:, :, 4] = False
    assert conduction_tortuosity(phase, voxel) == math.inf
    assert path_tortuosity(phase, voxel) == math.inf


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
    assert path_tortuosity(phase, CUBE) == pytest.approx(math.sqrt(2), rel=0.15)


def test_inclined_thin_path_has_the_length_of_its_diagonals():
    phase = np.zeros((16, 3, 16), dtype=bool)
    phase[np.arange(16), 1, np.arange(16)] = True
    assert path_tortuosity(phase, CUBE) == pytest.approx((15 * math.sqrt(2) + 1) / 16)


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


def test_squares_are_half_the_overlaps_squared():
    pair = spheres([[5, 5, 5], [5, 5, 7]], [2, 1], [ACTIVE, ELECTROLYTE], [20, 20, 20])
    assert squares(touching(pair)) == (pytest.approx(0.5), pytest.approx([1.0]))
