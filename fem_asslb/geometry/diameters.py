"""Distributions of particle diameters by number."""

import math
from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.refusals import accepting, refuse, unless
from fem_asslb.geometry.bounds import Extent


@checked()
class EqualDiameters:
    """All particles of one diameter ``value`` [um]."""

    value: Extent
    kind: Literal["equal"] = "equal"

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.value


@checked()
class LognormalDiameters:
    """Lognormal distribution by number: ``median`` [um], ``geometric_deviation`` exp(std of ln d) [-]."""

    median: Extent
    geometric_deviation: Annotated[Number, accepting(lambda value: 1.0 <= value <= 3.0, "a number from 1 to 3")]
    kind: Literal["lognormal"] = "lognormal"

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.median * self.geometric_deviation ** NormalDist().inv_cdf(share)


@checked()
class TableDiameters:
    """Classes of ``diameters`` [um] with their ``number_fractions`` (sum 1): a measured or a bimodal distribution."""

    diameters: tuple[Extent, ...]
    number_fractions: tuple[Number, ...]
    kind: Literal["table"] = "table"

    @field_validator("number_fractions")
    @classmethod
    def _shares(cls, fractions: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        count = len(info.data.get("diameters", fractions))
        refuse(unless(count > 0, "diameters", (), "at least one length"))
        refuse(unless(len(fractions) == count, "", fractions, f"as many numbers as diameters ({count})"))
        is_whole = all(0.0 <= share <= 1.0 for share in fractions) and abs(sum(fractions) - 1.0) < 1e-6
        refuse(unless(is_whole, "", fractions, "numbers from 0 to 1 whose sum is 1"))
        return fractions

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        classes = sorted(pair for pair in zip(self.diameters, self.number_fractions, strict=True) if pair[1] > 0)
        total = 0.0
        for diameter, fraction in classes:
            total += fraction
            if share < total:
                return diameter
        return classes[-1][0]


def mean_volume(diameter: "Diameters", dimension: int) -> float:
    """Mean area (2D) or volume (3D) of discs or spheres by number [um^dimension]."""
    shares = [(index + 0.5) / 1000.0 for index in range(1000)]
    unit_ball = math.pi / 4.0 if dimension == 2 else math.pi / 6.0
    return unit_ball * sum(diameter.quantile(share) ** dimension for share in shares) / len(shares)


Diameters = Annotated[EqualDiameters | LognormalDiameters | TableDiameters, Field(discriminator="kind")]
