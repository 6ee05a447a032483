"""Distributions of particle diameters by number."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from fem_asslb.geometry.requirements import require, require_length
from fem_asslb.units import Length
from fem_asslb.values import STRICT, Number


@dataclass(frozen=True)
class EqualDiameters:
    """All particles of one diameter ``value`` [um]."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    value: Length
    kind: Literal["equal"] = "equal"

    def __post_init__(self) -> None:
        require_length("value", self.value)

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

    def __post_init__(self) -> None:
        require_length("median", self.median)
        require(
            1.0 <= self.geometric_deviation <= 3.0,
            "geometric_deviation",
            self.geometric_deviation,
            "a number from 1 to 3",
        )

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        return self.median * self.geometric_deviation ** NormalDist().inv_cdf(share)


@dataclass(frozen=True)
class TableDiameters:
    """Classes of ``diameters`` [um] with their ``number_fractions`` (sum 1)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    diameters: tuple[Length, ...]
    number_fractions: tuple[Number, ...]
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        require(len(self.diameters) > 0, "diameters", self.diameters, "at least one length")
        for diameter in self.diameters:
            require_length("diameters", diameter)
        require(
            len(self.number_fractions) == len(self.diameters),
            "number_fractions",
            self.number_fractions,
            f"as many numbers as diameters ({len(self.diameters)})",
        )
        require(
            all(0.0 <= share <= 1.0 for share in self.number_fractions)
            and abs(sum(self.number_fractions) - 1.0) < 1e-6,
            "number_fractions",
            self.number_fractions,
            "numbers from 0 to 1 whose sum is 1",
        )

    def quantile(self, share: float) -> float:
        """Diameter [um] below which the fraction ``share`` (0 to 1, both excluded) of the particles lies."""
        classes = sorted(pair for pair in zip(self.diameters, self.number_fractions, strict=True) if pair[1] > 0)
        total = 0.0
        for diameter, fraction in classes:
            total += fraction
            if share < total:
                return diameter
        return classes[-1][0]


Diameters = Annotated[EqualDiameters | LognormalDiameters | TableDiameters, Field(discriminator="kind")]
