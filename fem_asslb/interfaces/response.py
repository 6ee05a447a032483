"""What an interface is asked, what it remembers, and what it answers: traction, history, energies and conduction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from fem_asslb.base.functions import NumberLike

Vector: TypeAlias = tuple[NumberLike, NumberLike, NumberLike]

History: TypeAlias = Mapping[str, NumberLike | Vector]
"""What an interface remembers, by the names that its law gives in ``HISTORY``."""


@dataclass(frozen=True)
class Opening:
    """Displacement of the minus side minus that of the plus side, initial gap included.

    Attributes:
        normal: Along the normal out of the plus side, positive when a gap opens [um].
        sliding: The rest, three components [um].
    """

    normal: NumberLike
    sliding: Vector

    def from_origin(self, origin: Vector) -> "Opening":
        """The same opening with its sliding counted from another one."""
        x, y, z = (value - start for value, start in zip(self.sliding, origin, strict=True))
        return Opening(self.normal, (x, y, z))


@dataclass(frozen=True, kw_only=True)
class Response:
    """State of an interface at the end of a step. Energies are per area [pJ/um^2], dissipation that of the step.

    Attributes:
        opening: What it answers to.
        normal_traction: Tension positive [MPa].
        shear_traction: Three components [MPa], on the minus side against the sliding.
        pressure: Contact pressure [MPa].
        damage: Share of the stiffness of the adhesion that is lost.
        released: Share of the toughness that is spent, 1 without adhesion.
        conduction: Conducting share.
        stored: Energies of all that the law holds, by the names that it gives in ``STORED``.
        history: What is remembered.
        dissipated: Energies by the names that the law gives in ``DISSIPATION``.
    """

    opening: Opening
    normal_traction: NumberLike
    shear_traction: Vector
    pressure: NumberLike = 0.0
    damage: NumberLike = 0.0
    released: NumberLike = 0.0
    conduction: NumberLike = 1.0
    stored: Mapping[str, NumberLike] = field(default_factory=dict)
    history: History = field(default_factory=dict)
    dissipated: Mapping[str, NumberLike] = field(default_factory=dict)


def dot(first: Vector, second: Vector) -> NumberLike:
    """Product of two vectors."""
    return sum(a * b for a, b in zip(first, second, strict=True))
