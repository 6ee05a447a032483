"""What a temperature makes of a rate."""

from fem_asslb.base.constants import GAS_CONSTANT
from fem_asslb.base.functions import NumberLike, exp


def arrhenius(activation_energy: NumberLike, temperature: NumberLike, reference_temperature: NumberLike) -> NumberLike:
    """Rate over that at the reference temperature, exp(-(Q/R)(1/T - 1/T_r)) (S. Arrhenius, 1889).

    Args:
        activation_energy: Q [J/mol].
        temperature: T [K].
        reference_temperature: T_r [K].
    """
    colder = 1.0 / temperature - 1.0 / reference_temperature
    return exp(-activation_energy / GAS_CONSTANT * colder)
