"""A single particle in a concentric shell."""

import math
from typing import Literal

from pydantic import ValidationInfo, field_validator

from fem_asslb.base.checked import Degree, Dimension, Flag, checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.units import LENGTH
from fem_asslb.geometry.bounds import Extent
from fem_asslb.geometry.grains import Grains


@checked()
class ParticleInShell:
    """Disc or sphere (group ``particle/0001``) centred in a concentric shell (group ``electrolyte``).

    A coating between them is a group too (``coating``).

    Attributes:
        dimension: 2 or 3.
        core_radius: Radius of the particle [um].
        shell_radius: Outer radius of the shell [um].
        element_size: Element size at the particle; in the shell it grows in proportion to the radius [um].
        part: ``"full"``, or ``"symmetric"``: the quadrant or octant of non-negative coordinates.
        order: Order of the elements' geometry; 2 needs ``displacement_degree = 2``.
        grains: Grains of the particle, with ``part = "full"`` only; without them it is a single crystal.
        coating: Thickness of a meshed coating around the particle, whose elements are as long as it is thick [um]; for
            a thin one see the law ``coated`` of interfaces.
        keep_volume: Whether nodes of straight elements are moved until each particle has the volume of its disc or
            sphere, of which straight elements cut off some percent; with ``order = 1``.
    """

    dimension: Dimension
    core_radius: Extent
    shell_radius: Extent
    element_size: Extent
    part: Literal["full", "symmetric"] = "symmetric"
    order: Degree = 1
    grains: Grains | None = None
    coating: Extent | None = None
    keep_volume: Flag = False
    kind: Literal["particle-in-shell"] = "particle-in-shell"

    @field_validator("shell_radius")
    @classmethod
    def _shell_around_core(cls, radius: float, info: ValidationInfo) -> float:
        if "core_radius" in info.data:
            core = info.data["core_radius"]
            accepted = f"at least {LENGTH.smallest:g} um more than core_radius, {core:g} um"
            refuse(unless(radius - core >= LENGTH.smallest, "", radius, accepted), "core_radius")
        return radius

    @field_validator("coating")
    @classmethod
    def _coating_inside_the_shell(cls, thickness: float | None, info: ValidationInfo) -> float | None:
        if thickness is not None and {"core_radius", "shell_radius"} <= info.data.keys():
            room = info.data["shell_radius"] - info.data["core_radius"]
            accepted = f"less than what is around the particle, {room:g} um"
            refuse(unless(thickness < room, "", thickness, accepted), "core_radius", "shell_radius")
        return thickness

    @field_validator("keep_volume")
    @classmethod
    def _straight_elements_are_kept_round(cls, keeps: bool, info: ValidationInfo) -> bool:
        refuse(unless(not keeps or info.data.get("order") != 2, "", keeps, "false where order is 2"), "order")
        return keeps

    @property
    def is_periodic(self) -> bool:
        """Whether opposite side walls are one; there are none."""
        return False

    @property
    def periods(self) -> tuple[float, ...]:
        """Extents between side walls that are one; there are none."""
        return ()

    @property
    def roles(self) -> tuple[str, ...]:
        """From the inside to the outside."""
        return ("particle", "electrolyte") if self.coating is None else ("particle", "coating", "electrolyte")

    @field_validator("grains")
    @classmethod
    def _grains_of_one_particle(cls, grains: Grains | None, info: ValidationInfo) -> Grains | None:
        if grains is not None:
            part, radius = info.data.get("part", "full"), info.data.get("core_radius", math.inf)
            # A grain that a plane of symmetry cuts would stand for two crystals with mirrored axes.
            found = unless(part == "full", "part", part, "'full' for a particle with grains")
            found += grains.refusals_beside(2 * radius) if "shell_radius" in info.data else []
            found += unless(grains.share == 1.0, "grains.share", grains.share, "1, for there is one particle")
            refuse(found + grains.refusals_among(["particle"]))
        return grains
