"""What contacts of spheres say, against closed forms of two and three spheres."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.studies.contacts import cap_area, cap_share, covered, utilisation
from fem_asslb.studies.percolation import percolating
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, touching
from tests.packings import spheres

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


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
