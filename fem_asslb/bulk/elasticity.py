"""Linear elasticity: isotropic, and transversely isotropic about a crystal axis n.

Both share one energy density in Spencer's invariants (A. J. M. Spencer, Deformations of fibre-reinforced
materials, 1972), with e the elastic strain:
psi = lambda/2 tr(e)^2 + mu_T e:e + alpha (n.e n) tr(e) + 2 (mu_L - mu_T) |e n|^2 + beta/2 (n.e n)^2.
"""

from dataclasses import dataclass

import numpy as np

from fem_asslb.base.functions import NumberLike, is_number
from fem_asslb.base.parameters import require, together


@dataclass(frozen=True, kw_only=True)
class ElasticInvariants:
    """Coefficients of the energy density [MPa]; isotropic if mu_T = mu_L and alpha = beta = 0."""

    lame_lambda: NumberLike
    shear_transverse: NumberLike
    shear_longitudinal: NumberLike
    alpha: NumberLike
    beta: NumberLike


def energy_density(invariants: ElasticInvariants, strain: NumberLike, axis: NumberLike | None) -> NumberLike:
    """Elastic energy density [MPa = pJ/um^3].

    Args:
        invariants: Elastic constants [MPa].
        strain: Symmetric elastic strain, shape (3, 3), numpy array or UFL tensor.
        axis: Unit vector of the crystal axis, shape (3,); None for an isotropic material.
    """
    rows = range(3)
    trace = sum(strain[i, i] for i in rows)
    squared = sum(strain[i, j] * strain[i, j] for i in rows for j in rows)
    energy = 0.5 * invariants.lame_lambda * trace * trace + invariants.shear_transverse * squared
    if axis is None:
        return energy
    on_axis = [sum(strain[i, j] * axis[j] for j in rows) for i in rows]
    along = sum(axis[i] * on_axis[i] for i in rows)
    shear_difference = invariants.shear_longitudinal - invariants.shear_transverse
    return (
        energy
        + invariants.alpha * along * trace
        + 2.0 * shear_difference * sum(component * component for component in on_axis)
        + 0.5 * invariants.beta * along * along
    )


@dataclass(frozen=True)
class IsotropicElasticity:
    """Isotropic elasticity.

    Args:
        youngs_modulus: Young's modulus [MPa].
        poisson_ratio: Poisson's ratio.
    """

    youngs_modulus: NumberLike
    poisson_ratio: NumberLike

    def __post_init__(self) -> None:
        """Check that the energy is positive."""
        together(
            lambda: require("youngs_modulus", self.youngs_modulus, lambda value: value > 0, "greater than 0 MPa"),
            lambda: require("poisson_ratio", self.poisson_ratio, lambda value: -1 < value < 0.5, "between -1 and 0.5"),
        )

    @classmethod
    def from_bulk_and_shear(cls, bulk: NumberLike, shear: NumberLike) -> "IsotropicElasticity":
        """The same law from bulk and shear modulus [MPa]."""
        youngs_modulus = 9.0 * bulk * shear / (3.0 * bulk + shear)
        return cls(youngs_modulus, (3.0 * bulk - 2.0 * shear) / (6.0 * bulk + 2.0 * shear))

    @property
    def bulk_modulus(self) -> NumberLike:
        """Bulk modulus [MPa]."""
        return self.youngs_modulus / (3.0 * (1.0 - 2.0 * self.poisson_ratio))

    @property
    def shear_modulus(self) -> NumberLike:
        """Shear modulus [MPa]."""
        return self.youngs_modulus / (2.0 * (1.0 + self.poisson_ratio))

    @property
    def constrained_modulus(self) -> NumberLike:
        """Stiffness of a layer that cannot spread sideways, E(1-nu)/((1+nu)(1-2nu)) [MPa]."""
        return self.bulk_modulus + 4.0 / 3.0 * self.shear_modulus

    def invariants(self) -> ElasticInvariants:
        """Coefficients of the energy density."""
        shear = self.shear_modulus
        return ElasticInvariants(
            lame_lambda=self.bulk_modulus - 2.0 / 3.0 * shear,
            shear_transverse=shear,
            shear_longitudinal=shear,
            alpha=0.0,
            beta=0.0,
        )

    def isotropic_average(self) -> "IsotropicElasticity":
        """The material itself."""
        return self


@dataclass(frozen=True)
class TransverselyIsotropicElasticity:
    """Five stiffnesses about the axis 3, in Voigt's notation.

    Args:
        c11: Stiffness in the plane [MPa].
        c12: Coupling of the two directions in the plane [MPa].
        c13: Coupling of the plane and the axis [MPa].
        c33: Stiffness along the axis [MPa].
        c44: Shear stiffness of planes that hold the axis [MPa].
    """

    c11: NumberLike
    c12: NumberLike
    c13: NumberLike
    c33: NumberLike
    c44: NumberLike

    def __post_init__(self) -> None:
        """Check that the energy is positive; symbolic constants cannot be checked."""
        if not all(is_number(value) for value in (self.c11, self.c12, self.c13, self.c33, self.c44)):
            return
        together(
            self._require_plane,
            lambda: require("c44", self.c44, lambda value: value > 0, "greater than 0 MPa"),
        )

    def _require_plane(self) -> None:
        """One after the other: each needs those before it."""
        require("c11", self.c11, lambda value: value > 0, "greater than 0 MPa")
        require("c12", self.c12, lambda value: abs(value) < self.c11, "between -c11 and c11")
        least = 2.0 * self.c13 * self.c13 / (self.c11 + self.c12)
        require("c33", self.c33, lambda value: value > least, "greater than 2 c13^2/(c11 + c12)")

    def invariants(self) -> ElasticInvariants:
        """Coefficients of the energy density."""
        transverse = 0.5 * (self.c11 - self.c12)
        return ElasticInvariants(
            lame_lambda=self.c12,
            shear_transverse=transverse,
            shear_longitudinal=self.c44,
            alpha=self.c13 - self.c12,
            beta=self.c11 + self.c33 - 2.0 * self.c13 - 4.0 * self.c44,
        )

    def matrix(self) -> np.ndarray:
        """Stiffness in Voigt's notation with engineering shear strains, shape (6, 6) [MPa]."""
        stiffness = np.zeros((6, 6))
        stiffness[:3, :3] = [
            [self.c11, self.c12, self.c13],
            [self.c12, self.c11, self.c13],
            [self.c13, self.c13, self.c33],
        ]
        stiffness[3, 3] = stiffness[4, 4] = self.c44
        stiffness[5, 5] = 0.5 * (self.c11 - self.c12)
        return stiffness

    def youngs_moduli(self) -> tuple[float, float]:
        """Young's moduli in the plane and along the axis [MPa]."""
        compliance = np.linalg.inv(self.matrix())
        return 1.0 / float(compliance[0, 0]), 1.0 / float(compliance[2, 2])

    def isotropic_average(self) -> IsotropicElasticity:
        """Hill's average over all orientations: the mean of Voigt's and Reuss's bulk and shear moduli."""
        stiffness, compliance = self.matrix(), np.linalg.inv(self.matrix())
        normal, coupling, shear = _voigt_sums(stiffness)
        bulk_voigt, shear_voigt = (normal + 2.0 * coupling) / 9.0, (normal - coupling + 3.0 * shear) / 15.0
        normal, coupling, shear = _voigt_sums(compliance)
        bulk_reuss = 1.0 / (normal + 2.0 * coupling)
        shear_reuss = 15.0 / (4.0 * (normal - coupling) + 3.0 * shear)
        return IsotropicElasticity.from_bulk_and_shear(
            0.5 * (bulk_voigt + bulk_reuss), 0.5 * (shear_voigt + shear_reuss)
        )


Elasticity = IsotropicElasticity | TransverselyIsotropicElasticity


def _voigt_sums(matrix: np.ndarray) -> tuple[float, float, float]:
    """Sums of the normal diagonal, of the normal off-diagonal (upper) and of the shear diagonal."""
    coupling = matrix[0, 1] + matrix[0, 2] + matrix[1, 2]
    return float(np.trace(matrix[:3, :3])), float(coupling), float(np.trace(matrix[3:, 3:]))
