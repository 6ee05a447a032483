"""Elastic laws: the invariants against the rotated stiffness tensor, engineering constants, range checks."""

import numpy as np
import pytest
import ufl

from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.elasticity import (
    IsotropicElasticity,
    TransverselyIsotropicElasticity,
    energy_density,
)
from fem_asslb.materials.library import load

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

NCM = TransverselyIsotropicElasticity(290e3, 95e3, 67e3, 195e3, 52e3)
VOIGT = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]


def random_state(seed):
    """Symmetric strain and a rotation matrix."""
    generator = np.random.default_rng(seed)
    strain = generator.normal(size=(3, 3))
    rotation, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    return strain + strain.T, rotation


def full_tensor(matrix):
    """Stiffness with four indices from Voigt's matrix."""
    tensor = np.zeros((3, 3, 3, 3))
    for row, (i, j) in enumerate(VOIGT):
        for column, (k, m) in enumerate(VOIGT):
            for first in {(i, j), (j, i)}:
                for second in {(k, m), (m, k)}:
                    tensor[first + second] = matrix[row, column]
    return tensor


@pytest.mark.parametrize("seed", range(5))
def test_energy_is_that_of_the_rotated_stiffness(seed):
    strain, rotation = random_state(seed)
    turned = np.einsum("ia,jb,kc,ld,abcd->ijkl", *[rotation] * 4, full_tensor(NCM.matrix()))
    expected = 0.5 * np.einsum("ij,ijkl,kl", strain, turned, strain)
    assert energy_density(NCM.invariants(), strain, rotation[:, 2]) == pytest.approx(expected, rel=1e-12)


def test_energy_and_stress_in_ufl_equal_those_of_numpy():
    strain, rotation = random_state(7)
    axis = rotation[:, 2]
    symbolic = energy_density(NCM.invariants(), ufl.as_matrix(strain.tolist()), ufl.as_vector(axis.tolist()))
    assert float(symbolic(())) == pytest.approx(energy_density(NCM.invariants(), strain, axis), rel=1e-12)


def test_isotropic_limit():
    law = IsotropicElasticity(24e3, 0.33)
    lame, shear = 24e3 * 0.33 / (1.33 * 0.34), 24e3 / 2.66
    same = TransverselyIsotropicElasticity(lame + 2 * shear, lame, lame, lame + 2 * shear, shear)
    strain, rotation = random_state(3)
    expected = 0.5 * lame * np.trace(strain) ** 2 + shear * np.sum(strain**2)
    assert energy_density(law.invariants(), strain, None) == pytest.approx(expected, rel=1e-12)
    assert energy_density(law.invariants(), strain, rotation[0]) == pytest.approx(expected, rel=1e-12)
    assert energy_density(same.invariants(), strain, rotation[0]) == pytest.approx(expected, rel=1e-12)
    average = same.isotropic_average()
    assert (average.youngs_modulus, average.poisson_ratio) == pytest.approx((24e3, 0.33), rel=1e-12)
    assert same.youngs_moduli() == pytest.approx((24e3, 24e3), rel=1e-12)


def test_isotropic_moduli_return_from_bulk_and_shear():
    law = IsotropicElasticity(24e3, 0.33)
    again = IsotropicElasticity.from_bulk_and_shear(law.bulk_modulus, law.shear_modulus)
    assert (again.youngs_modulus, again.poisson_ratio) == pytest.approx((24e3, 0.33), rel=1e-13)
    assert law.constrained_modulus == pytest.approx(24e3 * 0.67 / (1.33 * 0.34), rel=1e-13)
    confined = np.diag([0.0, 0.0, 1.0])
    assert energy_density(law.invariants(), confined, None) == pytest.approx(law.constrained_modulus / 2.0)


def test_engineering_constants_of_the_oxide():
    """Derived values of the default tensor, and of the variant that meets E = 210 GPa along the axis."""
    assert load("ncm811").elasticity == NCM
    assert NCM.youngs_moduli() == pytest.approx((248e3, 172e3), rel=3e-3)
    average = NCM.isotropic_average()
    assert average.youngs_modulus == pytest.approx(186e3, rel=2e-3)
    assert average.poisson_ratio == pytest.approx(0.27, abs=3e-3)
    assert average.bulk_modulus == pytest.approx(134e3, rel=3e-3)
    stiff = TransverselyIsotropicElasticity(290e3, 95e3, 67e3, 235e3, 60e3)
    assert stiff.youngs_moduli()[1] == pytest.approx(210e3, rel=1e-2)
    assert stiff.isotropic_average().youngs_modulus == pytest.approx(202e3, rel=1e-3)


@pytest.mark.parametrize(
    ("law", "values", "message"),
    [
        (IsotropicElasticity, (-1.0, 0.3), "youngs_modulus = -1 .* greater than 0 MPa"),
        (IsotropicElasticity, (1.0, 0.5), "poisson_ratio = 0.5 .* between -1 and 0.5"),
        (IsotropicElasticity, (1.0, -1.0), "poisson_ratio = -1 .* between -1 and 0.5"),
        (TransverselyIsotropicElasticity, (2.0, 2.0, 0.0, 1.0, 1.0), "c12 = 2 .* between -c11 and c11"),
        (TransverselyIsotropicElasticity, (2.0, 0.0, 1.0, 1.0, 1.0), "c33 = 1 .* 2 c13"),
        (TransverselyIsotropicElasticity, (2.0, 0.0, 0.0, 1.0, 0.0), "c44 = 0 .* greater than 0 MPa"),
        (TransverselyIsotropicElasticity, (0.0, 0.0, 0.0, 1.0, 1.0), "c11 = 0 .* greater than 0 MPa"),
    ],
)
def test_moduli_out_of_range(law, values, message):
    with pytest.raises(MaterialError, match=message):
        law(*values)


def test_symbolic_moduli_pass_unchecked():
    symbol = ufl.variable(ufl.as_ufl(24e3))
    value = energy_density(IsotropicElasticity(symbol, 0.33).invariants(), np.eye(3), None)
    bulk = IsotropicElasticity(24e3, 0.33).bulk_modulus
    assert float(value(())) == pytest.approx(4.5 * bulk, rel=1e-12)
