"""What a temperature makes of a rate."""

import math

from fem_asslb.base.constants import GAS_CONSTANT


def arrhenius(activation_energy: float, temperature: float, reference_temperature: float) -> float:
    """Rate over that at the reference temperature, exp(-(Q/R)(1/T - 1/T_r)) (S. Arrhenius, 1889).

    Args:
        activation_energy: Q [J/mol].
        temperature: T [K].
        reference_temperature: T_r [K].
    """
    colder = 1.0 / temperature - 1.0 / reference_temperature
    return math.exp(-activation_energy / GAS_CONSTANT * colder)
