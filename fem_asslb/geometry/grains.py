"""Grains of polycrystalline particles."""

from collections.abc import Collection
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.refusals import Refusal, accepting, refuse, unless
from fem_asslb.geometry.bounds import Extent, Seed
from fem_asslb.geometry.diameters import Diameters

BODY_SHARE = {2: 0.3, 3: 0.4}
"""Largest element size at a body over its diameter, and in a grain over the median one, by dimension."""


@checked()
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

    diameter: Diameters
    seed: Seed = 1
    share: Annotated[Number, accepting(lambda value: 0.0 < value <= 1.0, "a number above 0, at most 1")] = 1.0
    element_size: Extent | None = None
    roles: tuple[str, ...] | None = None

    @field_validator("element_size")
    @classmethod
    def _elements_are_small(cls, size: float | None, info: ValidationInfo) -> float | None:
        if size is not None and "diameter" in info.data:
            median = info.data["diameter"].quantile(0.5)
            refuse(unless(size < median, "", size, f"less than the median diameter of the grains, {median:g} um"))
        return size

    def element_size_beside(self, size: float, dimension: int) -> float:
        """Element size in polycrystals [um], where that of the geometry is ``size`` [um]."""
        return self.element_size or min(size, BODY_SHARE[dimension] * self.diameter.quantile(0.5))

    def refusals_among(self, roles: Collection[str]) -> list[Refusal]:
        """Refusals of the kinds that are polycrystalline unless they are among those that there are."""
        accepted = "among " + ", ".join(f"'{name}'" for name in roles)
        unknown = [unless(role in roles, "roles of grains", role, accepted) for role in self.roles or ()]
        return [*sum(unknown, []), *unless(self.roles != (), "roles of grains", [], "at least one, or none stated")]

    def fills(self, role: str) -> bool:
        """Whether particles of a kind are polycrystalline, at least some of them."""
        return self.roles is None or role in self.roles

    def refusals_beside(self, diameter: float) -> list[Refusal]:
        """A refusal unless a median grain is smaller than a particle of ``diameter`` [um]."""
        median, accepted = self.diameter.quantile(0.5), f"less than that of particles, {diameter:g} um"
        return unless(median < diameter, "median diameter of the grains", median, accepted)
