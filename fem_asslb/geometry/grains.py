"""Grains of polycrystalline particles."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from fem_asslb.base.input_types import STRICT, Integer, Number
from fem_asslb.base.requirements import SEED, Requirement, asked, meet, optional_length, unless
from fem_asslb.base.units import Length
from fem_asslb.geometry.diameters import Diameters


def _elements_are_small(grains: "Grains") -> list[str]:
    if grains.element_size is None:
        return []
    median = grains.diameter.quantile(0.5)
    accepted = f"less than the median diameter of the grains, {median:g} um"
    return unless(grains.element_size < median, "element_size", grains.element_size, accepted)


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
    REQUIREMENTS: ClassVar = (
        SEED,
        asked("share", lambda value: 0.0 < value <= 1.0, "a number above 0, at most 1"),
        optional_length("element_size"),
        Requirement(("element_size",), _elements_are_small),
    )

    def __post_init__(self) -> None:
        meet(self)

    def refusals_among(self, roles: Collection[str]) -> list[str]:
        """Lines on the kinds that are polycrystalline unless they are among those that there are."""
        accepted = "among " + ", ".join(f"'{name}'" for name in roles)
        unknown = [unless(role in roles, "roles of grains", role, accepted) for role in self.roles or ()]
        return [*sum(unknown, []), *unless(self.roles != (), "roles of grains", [], "at least one, or none stated")]

    def fills(self, role: str) -> bool:
        """Whether particles of a kind are polycrystalline, at least some of them."""
        return self.roles is None or role in self.roles

    def refusals_beside(self, diameter: float) -> list[str]:
        """A line unless a median grain is smaller than a particle of ``diameter`` [um]."""
        median, accepted = self.diameter.quantile(0.5), f"less than that of particles, {diameter:g} um"
        return unless(median < diameter, "median diameter of the grains", median, accepted)
