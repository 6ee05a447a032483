"""What an interface is asked, what it remembers, and what it answers: traction, history, energies and conduction."""

from dataclasses import dataclass
from typing import TypeAlias

from fem_asslb.base.functions import NumberLike

Vector: TypeAlias = tuple[NumberLike, NumberLike, NumberLike]


@dataclass(frozen=True)
class Opening:
    """Displacement of the minus side minus that of the plus side, initial gap included.

    Attributes:
        normal: Along the normal out of the plus side, positive when a gap opens [um].
        sliding: The rest, three components [um].
    """

    normal: NumberLike
    sliding: Vector


@dataclass(frozen=True)
class History:
    """What an interface remembers.

    Attributes:
        progress: Of the damage, see `fem_asslb.interfaces.softening`.
        slip: Sliding at which the friction vanishes, three components [um].
        lost: Largest share of the conduction that a gap has interrupted.
    """

    progress: NumberLike
    slip: Vector
    lost: NumberLike


@dataclass(frozen=True)
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
        history: What is remembered.
        stored: Elastic energy of adhesion, contact and stuck friction.
        cohesive: Dissipated by damage.
        viscous: Dissipated by the delay of the damage and by drag.
        friction: Dissipated by slip.
    """

    opening: Opening
    normal_traction: NumberLike
    shear_traction: Vector
    pressure: NumberLike
    damage: NumberLike
    released: NumberLike
    conduction: NumberLike
    history: History
    stored: NumberLike
    cohesive: NumberLike
    viscous: NumberLike
    friction: NumberLike
