"""Law ``contact``."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.units import Length
from fem_asslb.case.sections.interfaces.parting import PartingInterface
from fem_asslb.case.sections.interfaces.stiffness import default_stiffness
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.start import GapField, InterfaceStart


@checked(kw_only=True)
class ContactInterface(PartingInterface):
    """Contact without adhesion: it carries pressure and friction, and opens freely.

    Attributes:
        law: ``"contact"``.
        between: Two region roles, one role twice for the boundaries between its grains; or ``"surface:NAME"`` for the
            surface of that name in ``geometry.cut``.
        normal_stiffness: Of the contact [MPa/um]; default 100 E/h, with E of the softer side and h the facets' size.
        friction: Coefficient of friction.
        friction_stiffness: Of what friction holds before it slips [MPa/um]; the drag of loose bodies is in proportion.
            Default E/h of the softer side.
        initial_gap: Gap at assembly, the same everywhere.
        gap_table: Gap at assembly from place to place, ``{path = "gaps.csv"}``.
        closed_conduction: Conducting share where closed but not bonded: ``"full"``, or
            ``{lowest = 0.2, knee = "50 MPa", width = "10 MPa"}``.
        opening_width: Gap over which conduction fades to zero.
        after_opening: Whether conduction ``"returns"`` when a gap closes, or stays ``"lost"``.
        conductance: Lithium between two regions that both host it, current per area and potential; default: as 10 nm
            of the host.
    """

    law: Literal["contact"] = "contact"
    initial_gap: Annotated[Length, Field(ge=0.0)] = 0.0

    @field_validator("initial_gap")
    @classmethod
    def _gaps_are_stated_once(cls, gap: float, info: ValidationInfo) -> float:
        allowed = info.data.get("gap_table") is None or gap == 0.0
        refuse(unless(allowed, "", gap, "nothing beside a gap_table"), "gap_table")
        return gap

    def build_law(self, modulus: float, facet_size: float) -> ContactLaw:
        """Contact and friction; see `InterfaceSchema.build_law`."""
        stiffness = self.normal_stiffness or default_stiffness(modulus, facet_size)
        share = self.friction_share(modulus, facet_size, stiffness)
        return ContactLaw(stiffness, stiffness, self.friction, gate=self.gate(), friction_share=share)

    def build_start(self, gaps: GapField | None) -> InterfaceStart:
        """Apart by the gaps of the table, or by the one gap."""
        return InterfaceStart(gap=gaps or self.initial_gap)
