"""Grains of polycrystalline particles."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from fem_asslb.geometry.diameters import Diameters
from fem_asslb.geometry.requirements import require, require_length
from fem_asslb.units import Length
from fem_asslb.values import STRICT, Integer, Number


@dataclass(frozen=True)
class Grains:
    """Grains that fill a particle, regions ``particle/0001/0001``, ``particle/0001/0002``, ...

    Attributes:
        diameter: Distribution by number of the grains' equivalent diameters [um]: of the disc or sphere as large.
        seed: Seed of the places and sizes of the grains.
        roles: Kinds of particles that are polycrystalline, such as ``["coated"]``; default: all of the layer.
        share: Number of polycrystalline particles over all particles of these kinds; chosen by ``seed``, the others
            are single crystals.
        element_size: Element size in polycrystalline particles [um]; default that of the geometry, and at most
            0.3 (2D) or 0.4 (3D) of the median diameter.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    diameter: Diameters
    seed: Integer = 1
    share: Number = 1.0
    element_size: Length | None = None
    roles: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require(self.seed >= 0, "seed", self.seed, "an integer from 0")
        require(0.0 < self.share <= 1.0, "share", self.share, "a number above 0, at most 1")
        if self.element_size is not None:
            require_length("element_size", self.element_size)
            require(
                self.element_size < self.diameter.quantile(0.5),
                "element_size",
                self.element_size,
                f"less than the median diameter of the grains, {self.diameter.quantile(0.5):g} um",
            )

    def require_among(self, roles: Collection[str]) -> None:
        """The kinds that are polycrystalline are among those that there are."""
        for role in self.roles or ():
            require(role in roles, "roles of grains", role, "among " + ", ".join(f"'{name}'" for name in roles))
        require(self.roles != (), "roles of grains", [], "at least one, or none stated")

    def fills(self, role: str) -> bool:
        """Whether particles of a kind are polycrystalline, at least some of them."""
        return self.roles is None or role in self.roles

    def require_smaller_than(self, diameter: float) -> None:
        """A median grain is smaller than a particle of ``diameter`` [um]."""
        median = self.diameter.quantile(0.5)
        require(
            median < diameter, "median diameter of the grains", median, f"less than that of particles, {diameter:g} um"
        )
