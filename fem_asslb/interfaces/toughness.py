"""Toughness under mixed opening and sliding, as a function of the share of sliding in the energy release."""

from dataclasses import dataclass
from typing import Protocol

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require

LARGEST_EXPONENT = 10.0
"""Of a criterion; powers of a toughness far beyond it leave the range of numbers."""


class MixedMode(Protocol):
    """How toughness goes from pure opening to pure sliding."""

    def toughness(self, normal: NumberLike, shear: NumberLike, sliding: NumberLike) -> NumberLike:
        """Toughness [MPa um = J/m^2].

        Args:
            normal: Of pure opening, G_I.
            shear: Of pure sliding, G_II.
            sliding: G_shear/(G_normal + G_shear), 0 to 1.
        """


@dataclass(frozen=True)
class PowerLaw:
    """((1 - B)/G_I)^a + (B/G_II)^a = 1/G^a, with B the share of sliding.

    Args:
        exponent: a, from 1 to 10.
    """

    exponent: float = 1.0

    def __post_init__(self) -> None:
        """Check the exponent."""
        _require_exponent(self.exponent)

    def toughness(self, normal: NumberLike, shear: NumberLike, sliding: NumberLike) -> NumberLike:
        """See `MixedMode`."""
        a = self.exponent
        return (((1 - sliding) / normal) ** a + (sliding / shear) ** a) ** (-1 / a)


@dataclass(frozen=True)
class BenzeggaghKenane:
    """G_I + (G_II - G_I) B^a, with B the share of sliding (Benzeggagh and Kenane, 1996).

    Args:
        exponent: a, from 1 to 10.
    """

    exponent: float = 2.0

    def __post_init__(self) -> None:
        """Check the exponent."""
        _require_exponent(self.exponent)

    def toughness(self, normal: NumberLike, shear: NumberLike, sliding: NumberLike) -> NumberLike:
        """See `MixedMode`."""
        return normal + (shear - normal) * sliding**self.exponent


def _require_exponent(exponent: float) -> None:
    require("exponent", exponent, lambda value: 1.0 <= value <= LARGEST_EXPONENT, f"from 1 to {LARGEST_EXPONENT:g}")
