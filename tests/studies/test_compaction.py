"""Soft spheres: their contacts and energies, pressing, and what does not change when a packing is moved."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import EqualDiameters
from fem_asslb.studies.compaction import Powder, hertz, press_to, scatter, settle
from fem_asslb.studies.contacts import covered, utilisation
from fem_asslb.studies.percolation import percolating
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, touching
from fem_asslb.studies.voxels import PORE, draw, fraction
from meshes.bodies import minimise
from tests.packings import MODULUS, spheres

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


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
