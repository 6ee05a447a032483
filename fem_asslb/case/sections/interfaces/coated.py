"""Law ``coated``."""

from dataclasses import field
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.texts import listed, show
from fem_asslb.base.units import Conductivity, Duration, InterfaceStiffness, Length, Pressure, Strength, Toughness
from fem_asslb.case.sections.interfaces.between import Between
from fem_asslb.case.sections.interfaces.closed_conduction import ClosedConduction, conduction
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema
from fem_asslb.case.sections.interfaces.stiffness import default_friction_stiffness
from fem_asslb.interfaces.coating import Coating
from fem_asslb.interfaces.cohesion import Cohesion, zone_length
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.gate import Gate
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.softening import SOFTENINGS
from fem_asslb.materials import library

Positive = Field(gt=0.0)


@checked(kw_only=True)
class Bond:
    """Adhesion of a coating to one of the two roles.

    Attributes:
        normal_strength: Traction that begins to open it.
        normal_toughness: Energy per area to open it.
        shear_strength: The same for sliding; default: that of opening.
        shear_toughness: The same for sliding; default: that of opening.
    """

    normal_strength: Annotated[Strength, Positive]
    normal_toughness: Annotated[Toughness, Positive]
    shear_strength: Annotated[Strength, Positive] | None = None
    shear_toughness: Annotated[Toughness, Positive] | None = None

    @property
    def modes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Strength [MPa] and toughness [pJ/um^2] of opening and of sliding."""
        strength, toughness = self.normal_strength, self.normal_toughness
        return (strength, toughness), (self.shear_strength or strength, self.shear_toughness or toughness)

    @property
    def strengths(self) -> tuple[float, float]:
        """Of opening and of sliding [MPa]."""
        (normal, _), (shear, _) = self.modes
        return normal, shear


@checked(kw_only=True)
class CoatedInterface(InterfaceSchema):
    """A thin elastic layer that the mesh does not have, with a bond to each side of which the weaker lets go.

    Attributes:
        law: ``"coated"``.
        between: Two region roles.
        thickness: Of the coating, small against the radius of what it covers.
        material: Name in the library, of whose elasticity the isotropic average is taken, such as ``"linbo3"``.
        youngs_modulus: Of the coating; default: that of the material.
        poisson_ratio: Of the coating; default: that of the material.
        ionic_conductivity: Of the coating for lithium, which loses i t/kappa on its way through; default: no loss.
        bonds: Adhesion to the roles of ``between`` by their names, such as
            ``{electrolyte = {normal_strength = "50 MPa", normal_toughness = "1 J/m^2"}}``; a bond that is not named
            holds whatever pulls.
        softening: Shape behind the strength: ``"bilinear"`` or ``"exponential"``.
        mixed_mode: Toughness between opening and sliding: ``{power = 1.0}`` or ``{benzeggagh-kenane = 2.0}``, with an
            exponent from 1 to 10.
        viscous_time: Time by which damage lags behind; it carries the solution over snaps.
        friction: Coefficient of friction of the damaged part.
        friction_stiffness: Of what friction holds before it slips [MPa/um]; default E/h of the softer side.
        closed_conduction: Conducting share where closed but not bonded: ``"full"``, or
            ``{lowest = 0.2, knee = "50 MPa", width = "10 MPa"}``.
        opening_width: Gap over which conduction fades to zero.
        after_opening: Whether conduction ``"returns"`` when a gap closes, or stays ``"lost"``.
    """

    MAY_PART: ClassVar[bool] = True
    ADHERES: ClassVar[bool] = True
    law: Literal["coated"] = "coated"
    thickness: Annotated[Length, Positive]
    material: str | None = None
    youngs_modulus: Annotated[Pressure, Positive] | None = None
    poisson_ratio: Annotated[Number, Field(gt=-1.0, lt=0.5)] | None = None
    ionic_conductivity: Annotated[Conductivity, Positive] | None = None
    bonds: dict[str, Bond] = field(default_factory=dict)
    softening: Literal["bilinear", "exponential"] = "bilinear"
    mixed_mode: MixedMode = MixedMode()
    viscous_time: Annotated[Duration, Field(ge=0.0)] = 0.0
    friction: Annotated[Number, Field(ge=0.0, le=10.0)] = 0.3
    friction_stiffness: Annotated[InterfaceStiffness, Positive] | None = None
    closed_conduction: ClosedConduction = "full"
    opening_width: Annotated[Length, Positive] = 0.01
    after_opening: Literal["returns", "lost"] = "returns"

    @field_validator("between")
    @classmethod
    def _covers_something_else(cls, between: Between) -> Between:
        given = between if isinstance(between, str) else list(between)
        refuse(unless(not isinstance(between, str) and between[0] != between[1], "", given, "two different roles"))
        return between

    @field_validator("material")
    @classmethod
    def _is_in_the_library(cls, name: str | None) -> str | None:
        known = library.names()
        refuse(unless(name is None or name in known, "", name, f"a name of the library: {', '.join(known)}"))
        return name

    @model_validator(mode="after")
    def _has_a_stiffness(self) -> Self:
        if self.material is None and (self.youngs_modulus is None or self.poisson_ratio is None):
            raise ValueError("a coating needs a material, or youngs_modulus and poisson_ratio")
        return self

    @model_validator(mode="after")
    def _one_bond_is_weaker(self) -> Self:
        for role in self.bonds:
            if role not in self.roles:
                raise ValueError(f"bonds: there is none to {show(role)}; accepted: {listed(self.roles)}")
        if len(self.bonds) == 2:
            (first, second) = (self.bonds[role].strengths for role in self.roles)
            if (first[0] - second[0]) * (first[1] - second[1]) < 0.0:
                accepted = "accepted: one that is weaker in both"
                raise ValueError(f"bonds: the weaker one in opening is the stronger one in sliding; {accepted}")
        return self

    @property
    def weaker(self) -> str | None:
        """Role from which the coating lets go, of equal ones the second; None where neither does."""
        return min(reversed(self.roles), key=self._strengths) if self.bonds else None

    def _strengths(self, role: str) -> tuple[float, float]:
        return self.bonds[role].strengths if role in self.bonds else (float("inf"), float("inf"))

    def build_coating(self, plus: str) -> Coating:
        """The layer; it holds to the role from which it does not let go, and to the plus side if to both."""
        average = library.load(self.material).elasticity.isotropic_average() if self.material is not None else None
        youngs, poisson = self.youngs_modulus, self.poisson_ratio
        if average is not None:
            youngs = float(average.youngs_modulus) if youngs is None else youngs
            poisson = float(average.poisson_ratio) if poisson is None else poisson
        assert youngs is not None and poisson is not None
        resistance = 0.0 if self.ionic_conductivity is None else self.thickness / self.ionic_conductivity
        return Coating(
            thickness=self.thickness,
            youngs_modulus=youngs,
            poisson_ratio=poisson,
            resistance=resistance,
            holds_to="-" if self.weaker == plus else "+",
        )

    def build_law(self, modulus: float, facet_size: float) -> InterfaceLaw:
        """Springs of the layer, and the weaker bond in series with them; see `InterfaceSchema.build_law`.

        A bond that is rigid until it lets go, in series with springs, has the stiffness of the springs; its strength
        and its toughness stay as they are, and so does the straight line of a bilinear softening.
        """
        layer = self.build_coating(self.roles[0])
        normal, shear = float(layer.normal_stiffness), float(layer.shear_stiffness)
        if self.weaker is None:
            return ElasticLaw(normal, shear)
        (normal_strength, normal_toughness), (shear_strength, shear_toughness) = self.bonds[self.weaker].modes
        cohesion = Cohesion(
            normal_strength=normal_strength,
            shear_strength=shear_strength,
            normal_toughness=normal_toughness,
            shear_toughness=shear_toughness,
            normal_stiffness=normal,
            softening=SOFTENINGS[self.softening],
            mixed_mode=self.mixed_mode.law,
            viscous_time=self.viscous_time,
            shear_ratio=shear / normal,
        )
        held = self.friction_stiffness or default_friction_stiffness(modulus, facet_size)
        gate = Gate(conduction(self.closed_conduction), self.opening_width, self.after_opening == "lost")
        return ContactLaw.cohesive(cohesion, self.friction, gate, min(1.0, held / shear))

    def zone_length(self, modulus: float) -> float | None:
        """Length of the zone in which the weaker bond lets go [um]; None where none does."""
        return zone_length(modulus, self.bonds[self.weaker].modes) if self.weaker is not None else None

    def too_soft(self, given: str, reason: str, expected: str) -> tuple[str, str]:
        """The stiffness is that of the layer."""
        return "thickness", f"the coating has a normal stiffness of {given}, which {reason}; expected {expected}"
