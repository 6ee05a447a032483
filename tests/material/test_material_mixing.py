"""Mixing rules against closed forms and limits."""

import numpy as np
import pytest

from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.materials.library import load
from fem_asslb.materials.mixing import (
    effective_free_strain,
    hashin_shtrikman_bounds,
    mixture_density,
    self_consistent,
    volume_fractions,
)

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

SOFT, STIFF = IsotropicElasticity(24e3, 0.33), IsotropicElasticity(181e3, 0.25)


def moduli(law):
    return law.bulk_modulus, law.shear_modulus


def test_volume_fractions_and_density():
    assert volume_fractions([1.0, 3.0], [1.0, 1.0]) == pytest.approx((0.25, 0.75))
    assert volume_fractions([2.0, 1.0], [4.0, 1.0]) == pytest.approx((1 / 3, 2 / 3))
    assert mixture_density([2.0, 1.0], [4.0, 1.0], 0.0) == pytest.approx(2.0)
    assert mixture_density([2.0, 1.0], [4.0, 1.0], 0.25) == pytest.approx(1.5)


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_pure_phases_are_themselves(fraction):
    expected = moduli(STIFF if fraction else SOFT)
    results = [self_consistent([fraction, 1 - fraction], [STIFF, SOFT])]
    results += hashin_shtrikman_bounds([fraction, 1 - fraction], [STIFF, SOFT])
    for result in results:
        assert moduli(result) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("fraction", [0.1, 0.4, 0.7])
def test_bounds_are_ordered(fraction):
    fractions, phases = [fraction, 1 - fraction], [STIFF, SOFT]
    lower, upper = (moduli(law) for law in hashin_shtrikman_bounds(fractions, phases))
    middle = moduli(self_consistent(fractions, phases))
    for index in range(2):
        stiff, soft = moduli(STIFF)[index], moduli(SOFT)[index]
        voigt = fraction * stiff + (1 - fraction) * soft
        reuss = 1 / (fraction / stiff + (1 - fraction) / soft)
        assert reuss < lower[index] < middle[index] < upper[index] < voigt


def test_lower_bound_is_hashins_composite_sphere_in_bulk():
    """K = K2 + f/(1/(K1 - K2) + 3 (1 - f)/(3 K2 + 4 G2))."""
    (stiff, _), (soft, shear), f = moduli(STIFF), moduli(SOFT), 0.3
    expected = soft + f / (1 / (stiff - soft) + 3 * (1 - f) / (3 * soft + 4 * shear))
    lower, _ = hashin_shtrikman_bounds([f, 1 - f], [STIFF, SOFT])
    assert lower.bulk_modulus == pytest.approx(expected, rel=1e-12)


def test_equal_shear_moduli_have_one_answer():
    """Hill 1963: with one shear modulus the bulk modulus is exact and all estimates agree."""
    first, second = (IsotropicElasticity.from_bulk_and_shear(bulk, 10.0) for bulk in (20.0, 80.0))
    exact = 1 / (0.4 / (20.0 + 40 / 3) + 0.6 / (80.0 + 40 / 3)) - 40 / 3
    for result in (
        self_consistent([0.4, 0.6], [first, second]),
        *hashin_shtrikman_bounds([0.4, 0.6], [first, second]),
    ):
        assert moduli(result) == pytest.approx((exact, 10.0), rel=1e-10)


@pytest.mark.parametrize("porosity", [0.0, 0.13, 0.3])
def test_pores_soften_linearly_at_poisson_ratio_one_fifth(porosity):
    """The self-consistent estimate of a body with nu = 0.2 is E (1 - 2 porosity), nu unchanged."""
    result = self_consistent([1.0], [IsotropicElasticity(24e3, 0.2)], porosity)
    assert result.youngs_modulus == pytest.approx(24e3 * (1 - 2 * porosity), rel=1e-9)
    assert result.poisson_ratio == pytest.approx(0.2, abs=1e-9)


def test_too_many_pores():
    with pytest.raises(MaterialError, match="porosity = 0.6 leaves no stiffness"):
        self_consistent([1.0], [SOFT], 0.6)
    with pytest.raises(MaterialError, match="porosity = 1 is out of range"):
        self_consistent([1.0], [SOFT], 1.0)


def composite_sphere_strain(f, particle, matrix, strain):
    """Outer strain of a free composite sphere, by Lame: A in the core, B + C/r^3 in the shell."""
    outer = f ** (-1 / 3)
    (core, _), (shell, shear) = moduli(particle), moduli(matrix)
    rows = [
        [1.0, -1.0, -1.0],
        [3 * core, -3 * shell, 4 * shear],
        [0.0, 3 * shell, -4 * shear / outer**3],
    ]
    _, uniform, decaying = np.linalg.solve(rows, [0.0, 3 * core * strain, 0.0])
    return uniform + decaying / outer**3


@pytest.mark.parametrize("fraction", [0.05, 0.45, 0.9])
@pytest.mark.parametrize(("particle", "matrix"), [(STIFF, SOFT), (SOFT, STIFF), (SOFT, SOFT)])
def test_free_strain_is_that_of_hashins_composite_spheres(fraction, particle, matrix):
    expected = composite_sphere_strain(fraction, particle, matrix, -0.02)
    assert effective_free_strain(fraction, particle, matrix, -0.02) == pytest.approx(expected, rel=1e-12)


def test_free_strain_limits():
    assert effective_free_strain(0.0, STIFF, SOFT, 0.01) == 0.0
    assert effective_free_strain(1.0, STIFF, SOFT, 0.01) == pytest.approx(0.01, rel=1e-14)
    assert effective_free_strain(0.3, SOFT, SOFT, 0.01) == pytest.approx(0.003, rel=1e-12)
    with pytest.raises(MaterialError, match="fraction = 1.2"):
        effective_free_strain(1.2, STIFF, SOFT, 0.01)


def test_anode_composite_follows_its_recipe():
    """30:65:5 by weight of densities 3.48, 1.86, 1.9 g/cm3."""
    volumes = np.array([30 / 3.48, 65 / 1.86, 5 / 1.9])
    composite = load("lto-composite")
    phases = [load(name).elasticity for name in ("lto", "lpscl", "carbon")]
    expected = self_consistent(volumes / volumes.sum(), phases)
    assert moduli(composite.elasticity) == pytest.approx(moduli(expected), rel=1e-10)
    assert composite.density == pytest.approx(100 / volumes.sum(), rel=1e-10)
    lower, upper = hashin_shtrikman_bounds(volumes / volumes.sum(), phases)
    assert lower.youngs_modulus < composite.elasticity.youngs_modulus < upper.youngs_modulus
