"""Law ``cohesive``."""

import math
from dataclasses import replace
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from fem_asslb.base.checked import Integer, Number, checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.units import Duration, Strength, Toughness
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.interfaces.parting import PartingInterface, Positive
from fem_asslb.case.sections.interfaces.scatter import Scatter
from fem_asslb.case.sections.interfaces.stiffness import default_stiffness
from fem_asslb.interfaces.cohesion import Cohesion, least_stiffness, smooth_stiffness, zone_length
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.softening import SOFTENINGS
from fem_asslb.interfaces.start import GapField, InterfaceStart


@checked(kw_only=True)
class CohesiveInterface(PartingInterface):
    """Adhesion with strength and toughness, then contact with friction.

    Attributes:
        law: ``"cohesive"``.
        between: Two region roles, one role twice for the boundaries between its grains; or ``"surface:NAME"`` for the
            surface of that name in ``geometry.cut``.
        normal_strength: Traction that begins to open a bonded interface.
        normal_toughness: Energy per area to open it.
        shear_strength: The same for sliding; default: that of opening.
        shear_toughness: The same for sliding; default: that of opening.
        softening: Shape behind the strength: ``"bilinear"``, ``"exponential"``, or ``"smooth-exponential"``,
            which bends from the start and whose stiffness follows from strength and toughness.
        mixed_mode: Toughness between opening and sliding: ``{power = 1.0}`` or ``{benzeggagh-kenane = 2.0}``, with an
            exponent from 1 to 10.
        viscous_time: Time by which damage lags behind; it carries the solution over snaps.
        healing_time: Time in which the progress of the damage of a closed interface falls to 1/e, see
            ``docs/interfaces.md``; without it damage never heals.
        initial_state: ``"bonded"`` or ``"unbonded"``.
        bonded_fraction: Part of the area that is bonded at assembly, facets drawn at random; default: all of it.
            For ``"bonded"`` only.
        gap_table: Gap at assembly from place to place, ``{path = "gaps.csv"}``; what has a gap does not adhere.
        scatter: Weibull scatter of the strength, e.g. ``{modulus = 6.9, per = "boundary", seed = 1}``.
        normal_stiffness: Before damage, and of the contact [MPa/um]; default 100 E/h, with E of the softer side and h
            the facets' size, but at least 10 T^2/(2 G). The shear stiffness follows, so that dissipation does not
            depend on the path.
        friction: Coefficient of friction of the damaged part.
        friction_stiffness: Of what friction holds before it slips [MPa/um]; the drag of loose bodies is in proportion.
            Default E/h of the softer side.
        closed_conduction: Conducting share where closed but not bonded: ``"full"``, or
            ``{lowest = 0.2, knee = "50 MPa", width = "10 MPa"}``.
        opening_width: Gap over which conduction fades to zero.
        after_opening: Whether conduction ``"returns"`` when a gap closes, or stays ``"lost"``.
        conductance: Lithium between two regions that both host it, current per area and potential; default: as 10 nm
            of the host.
        seed: Seed of the facets that are bonded.
    """

    ADHERES: ClassVar[bool] = True
    law: Literal["cohesive"] = "cohesive"
    normal_strength: Annotated[Strength, Positive]
    normal_toughness: Annotated[Toughness, Positive]
    shear_strength: Annotated[Strength, Positive] | None = None
    shear_toughness: Annotated[Toughness, Positive] | None = None
    softening: Literal["bilinear", "exponential", "smooth-exponential"] = "bilinear"
    mixed_mode: MixedMode = MixedMode()
    viscous_time: Annotated[Duration, Field(ge=0.0)] = 0.0
    healing_time: Annotated[Duration, Positive] | None = None
    initial_state: Literal["bonded", "unbonded"] = "bonded"
    bonded_fraction: Annotated[Number, Field(ge=0.0, le=1.0)] | None = None
    scatter: Scatter | None = None
    seed: Annotated[Integer, Field(ge=0)] = 1

    @field_validator("normal_toughness")
    @classmethod
    def _undamaged_law_is_stiff(cls, toughness: float, info: ValidationInfo) -> float:
        stiffness, strength = info.data.get("normal_stiffness"), info.data.get("normal_strength")
        if stiffness is not None and strength is not None:
            least = least_stiffness(strength, toughness)
            accepted = f"at least 10 T^2/(2 G) = {least:g} MPa/um, or the undamaged interface is soft"
            refuse(unless(stiffness >= least, "normal_stiffness", stiffness, accepted), "normal_strength")
        return toughness

    @field_validator("bonded_fraction")
    @classmethod
    def _only_what_adheres_is_bonded_in_part(cls, fraction: float | None, info: ValidationInfo) -> float | None:
        allowed = info.data.get("initial_state") != "unbonded" or fraction is None
        refuse(unless(allowed, "", fraction, "nothing where initial_state is 'unbonded'"), "initial_state")
        return fraction

    @model_validator(mode="after")
    def _smooth_law_has_its_stiffness(self) -> Self:
        if self.softening == "smooth-exponential" and not (self.normal_stiffness is None and self.scatter is None):
            own = "'smooth-exponential' has the stiffness e^2 T^2/G everywhere"
            raise ValueError(f"{own}; leave out normal_stiffness and scatter, or take 'exponential'")
        return self

    @property
    def modes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Strength [MPa] and toughness [pJ/um^2] of opening and of sliding."""
        strength, toughness = self.normal_strength, self.normal_toughness
        return (strength, toughness), (self.shear_strength or strength, self.shear_toughness or toughness)

    def build_law(self, modulus: float, facet_size: float) -> ContactLaw:
        """Adhesion, contact and friction; see `InterfaceSchema.build_law`."""
        (normal_strength, normal_toughness), (shear_strength, shear_toughness) = self.modes
        cohesion = Cohesion(
            normal_strength=normal_strength,
            shear_strength=shear_strength,
            normal_toughness=normal_toughness,
            shear_toughness=shear_toughness,
            normal_stiffness=self.normal_stiffness or self._default_stiffness(modulus, facet_size),
            softening=SOFTENINGS[self.softening],
            mixed_mode=self.mixed_mode.law,
            viscous_time=self.viscous_time,
            healing_time=self.healing_time or math.inf,
        )
        share = self.friction_share(modulus, facet_size, cohesion.shear_stiffness)
        return ContactLaw.cohesive(cohesion, self.friction, self.gate(), share)

    def build_start(self, gaps: GapField | None) -> InterfaceStart:
        """Bonded to the stated share where there is no gap."""
        share = self.bonded_fraction if self.bonded_fraction is not None else float(self.initial_state == "bonded")
        start = InterfaceStart(share, gaps or 0.0, seed=self.seed)
        if self.scatter is None:
            return start
        scatter, by_boundary = self.scatter, self.scatter.per == "boundary"
        return replace(
            start, weibull_modulus=scatter.modulus, scatter_by_boundary=by_boundary, scatter_seed=scatter.seed
        )

    def zone_length(self, modulus: float) -> float:
        """Length of the cohesive zone [um]."""
        return zone_length(modulus, self.modes)

    def born_broken(self) -> tuple[str, str] | None:
        """See `InterfaceSchema.born_broken`: this softening begins with damage."""
        if self.softening != "smooth-exponential":
            return None
        born = "'smooth-exponential' is damaged by the shear that is there when a step that fabricates ends"
        return "softening", f"{born}; expected 'bilinear' or 'exponential'"

    def too_soft(self, given: str, reason: str, expected: str) -> tuple[str, str]:
        """A softening with a stiffness of its own is at fault for it."""
        if self.softening != "smooth-exponential":
            return super().too_soft(given, reason, expected)
        text = f"'smooth-exponential' has a normal stiffness of {given}, which {reason}; expected {expected}"
        return "softening", f"{text}: take 'exponential', whose stiffness is free"

    def _default_stiffness(self, modulus: float, facet_size: float) -> float:
        strength, toughness = self.normal_strength, self.normal_toughness
        if self.softening == "smooth-exponential":
            return smooth_stiffness(strength, toughness)
        return max(default_stiffness(modulus, facet_size), least_stiffness(strength, toughness))
