"""Shapes of the traction behind the strength, in one measure of progress s.

With r the equivalent opening over that at the onset, and rho the energy stored at the onset over the toughness:
s = rho (r - 1)/(1 - rho), so that s is the spent share of the toughness in a bilinear law, and 1 its release.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

from fem_asslb.base.functions import NumberLike, exp, minimum, sqrt


class Softening(Protocol):
    """Shape of a traction-separation law.

    Attributes:
        RELEASE: Progress from which all toughness is spent, to 1e-9.
    """

    RELEASE: ClassVar[float]

    def progress(self, ratio: NumberLike, onset_share: NumberLike) -> NumberLike:
        """Progress s of a monotonic opening; not above 0 while nothing is damaged.

        Args:
            ratio: r, equivalent opening over that at the onset.
            onset_share: rho, energy at the onset over the toughness.
        """

    def ratio(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """Equivalent opening over that at the onset at which the progress begins to grow."""

    def damage(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """Share of the stiffness that is lost, 0 to 1."""

    def spent(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """Share of the toughness that is dissipated, 0 to 1."""


@dataclass(frozen=True)
class _FromOnset:
    """Linear up to the strength."""

    def progress(self, ratio: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return onset_share * (ratio - 1) / (1 - onset_share)

    def ratio(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return 1 + progress * (1 - onset_share) / onset_share


@dataclass(frozen=True)
class Bilinear(_FromOnset):
    """Traction T (1 - s) down to zero at s = 1."""

    RELEASE: ClassVar[float] = 1.0

    def damage(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        bounded = minimum(progress, 1.0)
        return bounded / (onset_share + (1 - onset_share) * bounded)

    def spent(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return minimum(progress, 1.0)


@dataclass(frozen=True)
class Exponential(_FromOnset):
    """Traction T exp(-2 s), never quite zero."""

    RELEASE: ClassVar[float] = 12.0

    def damage(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return 1 - exp(-2 * progress) / self.ratio(progress, onset_share)

    def spent(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return 1 - exp(-2 * progress) * (1 + progress * (1 - onset_share))


@dataclass(frozen=True)
class SmoothExponential:
    """Traction e T q exp(-q) with its peak T at q = 1, damaged from the start (Ortiz and Pandolfi, 1999).

    Progress is q, the equivalent opening over that of the peak. Strength T and toughness G leave no freedom for the
    stiffness: it is e^2 T^2/G. Where a criterion of mixed modes asks for another toughness than
    (t_n/T_n)^2 + (t_s/T_s)^2 = 1 at the peak gives, the toughness is met and the peak gives way.
    """

    ONSET_SHARE: ClassVar[float] = 0.5 / math.e**2
    RELEASE: ClassVar[float] = 30.0

    def progress(self, ratio: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`; the onset of the others' measure, T over the stiffness, is here at q = 1/e in pure modes."""
        return ratio * sqrt(2 * onset_share)

    def ratio(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return progress / sqrt(2 * onset_share)

    def damage(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return 1 - exp(-progress)

    def spent(self, progress: NumberLike, onset_share: NumberLike) -> NumberLike:
        """See `Softening`."""
        return 1 - (1 + progress + 0.5 * progress * progress) * exp(-progress)


SOFTENINGS: dict[str, Softening] = {
    "bilinear": Bilinear(),
    "exponential": Exponential(),
    "smooth-exponential": SmoothExponential(),
}
"""Shapes by the name in the case."""
