"""Contact with friction, and with adhesion before it is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from fem_asslb.base.functions import NumberLike, choose, maximum, sqrt
from fem_asslb.base.parameters import require
from fem_asslb.interfaces.cohesion import NEVER_BONDED, Cohesion
from fem_asslb.interfaces.gate import Gate
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.response import History, Opening, Response, Vector, dot

DRAG_TIME = 1e-5
"""Drag of an interface over the stiffness of what friction holds [s]: a viscous force that holds what nothing else
holds, and does not else matter: at an opening rate of 1 nm/s it is 1e-8 um times E/h, some 1e-3 MPa."""

FRICTION_SHARE = 0.1
"""Elastic stiffness of what friction holds over the shear stiffness, of a law built by itself; a case takes E/h.

With a stiffer one the range of sticking is so narrow that Newton jumps over it, from slip one way to the other.
"""

STICKING = 1e-6
"""Relative excess of the friction that is not yet slip."""

_TINY = 1e-24


@dataclass(frozen=True)
class ContactLaw(InterfaceLaw):
    """Unilateral contact with Coulomb friction, and adhesion where there is cohesion.

    Compression is never degraded. Friction acts on the damaged share (Alfano and Sacco, 2006), which gives way
    elastically until it slips; over an open gap slip follows and nothing is transmitted.

    Args:
        normal_stiffness: [MPa/um].
        shear_stiffness: [MPa/um].
        friction: Coefficient of friction.
        cohesion: Adhesion, with the same stiffnesses; None for none.
        gate: Conduction of lithium.
        friction_share: Elastic stiffness of what friction holds over the shear stiffness, more than 0 to 1.
    """

    HISTORY: ClassVar[Mapping[str, tuple[int, ...]]] = {"progress": (), "slip": (3,), "lost": ()}
    """Progress of the damage, see `fem_asslb.interfaces.softening`; sliding at which the friction vanishes [um];
    largest share of the conduction that a gap has interrupted."""
    DISSIPATION: ClassVar[tuple[str, ...]] = ("cohesive", "viscous", "friction")
    """By damage; by the delay of the damage and by drag; by slip."""

    normal_stiffness: NumberLike
    shear_stiffness: NumberLike
    friction: NumberLike = 0.0
    cohesion: Cohesion | None = None
    gate: Gate = field(default_factory=Gate)
    friction_share: NumberLike = FRICTION_SHARE

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("normal_stiffness", "shear_stiffness"):
            require(name, getattr(self, name), lambda value: value > 0.0, "greater than 0 MPa/um")
        require("friction", self.friction, lambda value: value >= 0.0, "at least 0")
        require("friction_share", self.friction_share, lambda value: 0.0 < value <= 1.0, "more than 0 and at most 1")

    @classmethod
    def cohesive(
        cls, cohesion: Cohesion, friction: float = 0.0, gate: Gate | None = None, friction_share: float = FRICTION_SHARE
    ) -> "ContactLaw":
        """Contact with adhesion, whose stiffnesses are those of the contact too."""
        return cls(
            normal_stiffness=cohesion.normal_stiffness,
            shear_stiffness=cohesion.shear_stiffness,
            friction=friction,
            cohesion=cohesion,
            gate=gate or Gate(),
            friction_share=friction_share,
        )

    @property
    def friction_stiffness(self) -> NumberLike:
        """Elastic stiffness of what friction holds [MPa/um]."""
        return self.friction_share * self.shear_stiffness

    @property
    def adheres(self) -> bool:
        """See `InterfaceLaw.adheres`."""
        return self.cohesion is not None

    def largest_stretch(self, strength: NumberLike) -> NumberLike | None:
        """See `InterfaceLaw.largest_stretch`."""
        return None if self.cohesion is None else strength * self.cohesion.shear_strength / self.shear_stiffness

    def at_assembly(self, bonded: NumberLike) -> History:
        """What never adhered has a progress beyond the release; see `InterfaceLaw.at_assembly`."""
        return {"progress": choose(bonded, 0.0, NEVER_BONDED)}

    def respond(
        self, now: Opening, before: Opening, history: History, time_step: NumberLike, strength: NumberLike
    ) -> Response:
        """Answer to an opening; see `InterfaceLaw.respond`."""
        gap = maximum(now.normal, 0.0)
        # Written so that its derivative where nothing has moved yet is that of contact: Newton starts on a stiff side.
        pressure = self.normal_stiffness * (gap - now.normal)
        gap_square, sliding_square = gap * gap, dot(now.sliding, now.sliding)
        stuck, slip = self._friction(now.sliding, pressure, history["slip"])
        progress, damage, released, grown, spent, delayed = self._damage(now, before, strength, history, time_step)
        kept = 1 - damage
        drag = self.friction_stiffness * DRAG_TIME / (time_step + _TINY)
        move = now.normal - before.normal
        moves = tuple(a - b for a, b in zip(now.sliding, before.sliding, strict=True))
        adhesion = self.normal_stiffness * gap_square + self.shear_stiffness * sliding_square
        locked = 0.5 * dot(stuck, stuck) / self.friction_stiffness
        last = tuple(self.friction_stiffness * (a - b) for a, b in zip(before.sliding, history["slip"], strict=True))
        slipped = tuple(a - b for a, b in zip(slip, history["slip"], strict=True))
        lost = self.gate.lost(now.normal)
        return Response(
            opening=now,
            normal_traction=kept * self.normal_stiffness * gap - pressure + drag * move,
            shear_traction=tuple(
                kept * self.shear_stiffness * component + damage * held + drag * moved
                for component, held, moved in zip(now.sliding, stuck, moves, strict=True)
            ),
            pressure=pressure,
            damage=damage,
            released=released,
            conduction=self.gate.share(released, now.normal, pressure, history["lost"]),
            stored={"elastic": 0.5 * (kept * adhesion + pressure * pressure / self.normal_stiffness) + damage * locked},
            history={"progress": progress, "slip": slip, "lost": choose(lost - history["lost"], lost, history["lost"])},
            dissipated={
                # An area that lets go while friction holds it keeps what friction stores.
                "cohesive": spent - locked * grown,
                "viscous": delayed + drag * (move * move + dot(moves, moves)),
                # Negative only where a long step opens what was stuck and turns it round: left to the balance.
                "friction": maximum(
                    0.5 * damage * dot(tuple(a + b for a, b in zip(last, stuck, strict=True)), slipped), 0.0
                ),
            },
        )

    def _friction(self, sliding: Vector, pressure: NumberLike, slip: Vector) -> tuple[Vector, Vector]:
        """Shear traction of a released area and its slip at the end of the step."""
        trial = tuple(self.friction_stiffness * (a - b) for a, b in zip(sliding, slip, strict=True))
        size, limit = sqrt(dot(trial, trial) + _TINY), self.friction * pressure
        # What slipped in the last step stands at the limit: Newton starts the next one on the side that holds.
        held = choose(size - (1 + STICKING) * limit, limit / size, 1.0)
        traction = tuple(held * component for component in trial)
        return traction, tuple(a - t / self.friction_stiffness for a, t in zip(sliding, traction, strict=True))

    def _damage(
        self, now: Opening, before: Opening, strength: NumberLike, history: History, time_step: NumberLike
    ) -> tuple[NumberLike, NumberLike, NumberLike, NumberLike, NumberLike, NumberLike]:
        """Progress, damage, released share, growth of the damage, and energy spent by damage and by its delay.

        A delay dissipates the work of the traction (trapezoidal) beyond what is stored and what damage spends; where a
        long step makes this negative, it is left to the balance.
        """
        none = 0.0 * now.normal
        if self.cohesion is None:
            return history["progress"] + none, 1.0 + none, 1.0 + none, none, none, none
        law, shape = self.cohesion, self.cohesion.softening
        start = law.healed(history["progress"], now.normal, time_step)
        gap, last = maximum(now.normal, 0.0), maximum(before.normal, 0.0)
        gap_square, sliding_square = gap * gap, dot(now.sliding, now.sliding)
        target = law.target(gap_square, sliding_square, strength)
        # What heals in the step lowers both, so that it is not made good again.
        healed = history["progress"] - start
        last_target = law.target(last * last, dot(before.sliding, before.sliding), strength) - healed
        progress = law.progress(target, last_target, start, time_step)
        share = law.sliding_share(gap_square, sliding_square)
        onset = law.onset_share(share, strength)
        damage, damaged = shape.damage(progress, onset), shape.damage(start, onset)
        released = shape.spent(progress, onset)
        spent = law.toughness(share) * (released - shape.spent(start, onset))
        both = self.normal_stiffness * gap * last + self.shear_stiffness * dot(now.sliding, before.sliding)
        delayed = choose(law.viscous_time, maximum(0.5 * (damage - damaged) * both - spent, 0.0), none)
        return progress, damage, released, damage - damaged, spent, delayed

    @property
    def stiffnesses(self) -> Mapping[str, NumberLike]:
        """Of contact and adhesion, and of what friction holds; see `InterfaceLaw.stiffnesses`."""
        return {"normal": self.normal_stiffness, "shear": self.shear_stiffness, "friction": self.friction_stiffness}

    def require_strength(self, factor: float) -> None:
        """Adhesion is stiff before damage, see `Cohesion.require_strength`."""
        if self.cohesion is not None:
            self.cohesion.require_strength(factor)
