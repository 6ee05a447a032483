"""Distributions of particle diameters by number."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from fem_asslb.base.input_types import STRICT, Number
from fem_asslb.base.requirements import LENGTH, Requirement, asked, is_length, length, meet, unless
from fem_asslb.base.units import Length


@dataclass(frozen=True)
class EqualDiameters:
    """All particles of one diameter ``value`` [um]."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    value: Length
    kind: Literal["equal"] = "equal"
    REQUIREMENTS: ClassVar = (length("value"),)

    def __post_init__(self) -> None:
        meet(self)

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.value


@dataclass(frozen=True)
class LognormalDiameters:
    """Lognormal distribution by number: ``median`` [um], ``geometric_deviation`` exp(std of ln d) [-]."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    median: Length
    geometric_deviation: Number
    kind: Literal["lognormal"] = "lognormal"
    REQUIREMENTS: ClassVar = (
        length("median"),
        asked("geometric_deviation", lambda value: 1.0 <= value <= 3.0, "a number from 1 to 3"),
    )

    def __post_init__(self) -> None:
        meet(self)

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.median * self.geometric_deviation ** NormalDist().inv_cdf(share)


def _a_fraction_each(table: "TableDiameters") -> list[str]:
    accepted = f"as many numbers as diameters ({len(table.diameters)})"
    same = len(table.number_fractions) == len(table.diameters)
    return unless(same, "number_fractions", table.number_fractions, accepted)


def _is_whole(shares: tuple[float, ...]) -> bool:
    return all(0.0 <= share <= 1.0 for share in shares) and abs(sum(shares) - 1.0) < 1e-6


def _positive_diameters(table: "TableDiameters") -> list[str]:
    return [line for value in table.diameters for line in unless(is_length(value), "diameters", value, LENGTH)]


@dataclass(frozen=True)
class TableDiameters:
    """Classes of ``diameters`` [um] with their ``number_fractions`` (sum 1)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    diameters: tuple[Length, ...]
    number_fractions: tuple[Number, ...]
    kind: Literal["table"] = "table"
    REQUIREMENTS: ClassVar = (
        Requirement(
            ("diameters", "number_fractions"),
            lambda table: unless(len(table.diameters) > 0, "diameters", table.diameters, "at least one length"),
        ),
        Requirement(("number_fractions",), _a_fraction_each),
        asked("number_fractions", _is_whole, "numbers from 0 to 1 whose sum is 1"),
        Requirement(("diameters",), _positive_diameters),
    )

    def __post_init__(self) -> None:
        meet(self)

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
