"""A single particle in a concentric shell."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.base.input_types import STRICT, Degree, Dimension
from fem_asslb.base.requirements import DIMENSION, ORDER, Requirement, asked, length, meet, unless
from fem_asslb.base.units import Length
from fem_asslb.geometry.grains import Grains


def _shell_around_core(shell: "ParticleInShell") -> list[str]:
    accepted = f"more than core_radius, {shell.core_radius:g} um"
    return unless(shell.core_radius < shell.shell_radius, "shell_radius", shell.shell_radius, accepted)


def _grains_are_whole(shell: "ParticleInShell") -> list[str]:
    # A grain that a plane of symmetry cuts would stand for two crystals with mirrored axes.
    allowed = shell.grains is None or shell.part == "full"
    return unless(allowed, "part", shell.part, "'full' for a particle with grains")


def _grains_are_small(shell: "ParticleInShell") -> list[str]:
    return [] if shell.grains is None else shell.grains.refusals_beside(2 * shell.core_radius)


def _grains_of_one_particle(shell: "ParticleInShell") -> list[str]:
    if shell.grains is None:
        return []
    share, accepted = shell.grains.share, "1, for there is one particle"
    return [*unless(share == 1.0, "grains.share", share, accepted), *shell.grains.refusals_among(["particle"])]


@dataclass(frozen=True)
class ParticleInShell:
    """Disc or sphere (group ``particle/0001``) centred in a concentric shell (group ``electrolyte``).

    Attributes:
        dimension: 2 or 3.
        core_radius: Radius of the particle [um].
        shell_radius: Outer radius of the shell [um].
        element_size: Element size at the particle; in the shell it grows in proportion to the radius [um].
        part: ``"full"``, or ``"symmetric"``: the quadrant or octant of non-negative coordinates.
        order: Order of the elements' geometry; 2 needs ``displacement_degree = 2``.
        grains: Grains of the particle, with ``part = "full"`` only; without them it is a single crystal.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    dimension: Dimension
    core_radius: Length
    shell_radius: Length
    element_size: Length
    part: Literal["full", "symmetric"] = "symmetric"
    order: Degree = 1
    grains: Grains | None = None
    kind: Literal["particle-in-shell"] = "particle-in-shell"
    REQUIREMENTS: ClassVar = (
        DIMENSION,
        length("core_radius"),
        length("shell_radius"),
        Requirement(("core_radius", "shell_radius"), _shell_around_core),
        length("element_size"),
        asked("part", lambda value: value in ("full", "symmetric"), "'full' or 'symmetric'"),
        ORDER,
        Requirement(("part",), _grains_are_whole),
        Requirement(("core_radius",), _grains_are_small),
        Requirement(("grains",), _grains_of_one_particle),
    )

    def __post_init__(self) -> None:
        meet(self)
