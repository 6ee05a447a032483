"""Effective elasticity and swelling of composite layers of isotropic phases in a random arrangement."""

from collections.abc import Sequence

from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parameters import require
from fem_asslb.bulk.elasticity import IsotropicElasticity

Moduli = tuple[float, float]
"""Bulk and shear modulus [MPa]."""


def volume_fractions(weights: Sequence[float], densities: Sequence[float]) -> tuple[float, ...]:
    """Volume fractions of the solid, summing to one.

    Args:
        weights: Weight of each phase, any common unit.
        densities: Density of each phase, any common unit.
    """
    for weight, density in zip(weights, densities, strict=True):
        require("weight_fraction", weight, lambda value: value >= 0, "0 or more")
        require("density", density, lambda value: value > 0, "greater than 0")
    volumes = [weight / density for weight, density in zip(weights, densities, strict=True)]
    require("sum of weight_fraction", sum(weights), lambda value: value > 0, "greater than 0")
    return tuple(volume / sum(volumes) for volume in volumes)


def mixture_density(weights: Sequence[float], densities: Sequence[float], porosity: float) -> float:
    """Density of a porous mixture, in the unit of ``densities``."""
    volume = sum(weight / density for weight, density in zip(weights, densities, strict=True))
    return (1.0 - porosity) * sum(weights) / volume


def hashin_shtrikman_bounds(
    fractions: Sequence[float], phases: Sequence[IsotropicElasticity]
) -> tuple[IsotropicElasticity, IsotropicElasticity]:
    """Lower and upper bound of the effective moduli.

    Source: L. J. Walpole, J. Mech. Phys. Solids 14 (1966) 151, the bounds of Hashin and Shtrikman for any
    number of phases: the reference moduli are the least and the largest of all phases.
    """
    moduli = [(phase.bulk_modulus, phase.shear_modulus) for phase in phases]
    bulks, shears = zip(*moduli, strict=True)
    lower = _homogenised(fractions, moduli, (min(bulks), min(shears)))
    upper = _homogenised(fractions, moduli, (max(bulks), max(shears)))
    return IsotropicElasticity.from_bulk_and_shear(*lower), IsotropicElasticity.from_bulk_and_shear(*upper)


def self_consistent(
    fractions: Sequence[float], phases: Sequence[IsotropicElasticity], porosity: float = 0.0
) -> IsotropicElasticity:
    """Effective moduli of an interpenetrating composite; all phases and pores sit in the effective medium.

    Source: R. Hill, J. Mech. Phys. Solids 13 (1965) 213; B. Budiansky, ibid. 223. Pores are a phase without
    stiffness; the composite falls apart at half its volume of pores.

    Args:
        fractions: Volume fractions of the solid phases, summing to one.
        phases: Their elasticity.
        porosity: Volume fraction of pores in the whole.

    Raises:
        MaterialError: So many pores that nothing carries load.
    """
    require("porosity", porosity, lambda value: 0.0 <= value < 1.0, "from 0, below 1")
    moduli = [(phase.bulk_modulus, phase.shear_modulus) for phase in phases] + [(0.0, 0.0)]
    shares = [(1.0 - porosity) * fraction for fraction in fractions] + [porosity]
    stiffest = max(shear for _, shear in moduli)
    estimate = (max(bulk for bulk, _ in moduli), stiffest)
    while estimate[1] > 1e-3 * stiffest:
        previous, estimate = estimate, _homogenised(shares, moduli, estimate)
        if all(abs(new - old) <= 1e-14 * old for new, old in zip(estimate, previous, strict=True)):
            return IsotropicElasticity.from_bulk_and_shear(*estimate)
    raise MaterialError(f"porosity = {porosity:g} leaves no stiffness; accepted: below about 0.5")


def effective_free_strain(
    fraction: float, particle: IsotropicElasticity, matrix: IsotropicElasticity, particle_strain: float
) -> float:
    """Free linear strain of a composite of swelling particles in a passive matrix.

    Source: V. M. Levin, Mech. Solids 2 (1967) 58, exact for two isotropic phases once their effective bulk
    modulus is known; here that of Hashin's composite spheres (particles inside), a Hashin-Shtrikman bound.

    Args:
        fraction: Volume fraction of the particles.
        particle: Elasticity of the particles.
        matrix: Elasticity of the matrix.
        particle_strain: Free linear strain of the particles, isotropic, positive for growth.

    Returns:
        Linear strain of the unloaded composite, positive for growth.
    """
    require("fraction", fraction, lambda value: 0.0 <= value <= 1.0, "from 0 to 1")
    shell = 3.0 * matrix.bulk_modulus + 4.0 * matrix.shear_modulus
    difference = particle.bulk_modulus - matrix.bulk_modulus
    passive = matrix.bulk_modulus * (shell + 3.0 * (1.0 - fraction) * difference)
    return particle_strain * fraction * shell * particle.bulk_modulus / (passive + fraction * shell * difference)


def _homogenised(fractions: Sequence[float], moduli: Sequence[Moduli], reference: Moduli) -> Moduli:
    """Effective moduli when every phase sits in the reference medium (Walpole's formula)."""
    bulk, shear = reference
    bulk_overall = 4.0 / 3.0 * shear
    shear_overall = shear * (9.0 * bulk + 8.0 * shear) / (6.0 * (bulk + 2.0 * shear))
    return (
        1.0 / sum(f / (k + bulk_overall) for f, (k, _) in zip(fractions, moduli, strict=True)) - bulk_overall,
        1.0 / sum(f / (g + shear_overall) for f, (_, g) in zip(fractions, moduli, strict=True)) - shear_overall,
    )
