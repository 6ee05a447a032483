"""What interfaces share whose sides may part: contact with friction, and the gate of lithium."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.units import ArealConductance, InterfaceStiffness, Length
from fem_asslb.case.sections.interfaces.closed_conduction import ClosedConduction, conduction
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema
from fem_asslb.case.sections.interfaces.stiffness import default_friction_stiffness
from fem_asslb.interfaces.gate import Gate

Positive = Field(gt=0.0)


@checked(kw_only=True)
class PartingInterface(InterfaceSchema):
    """Keys of contact, with or without adhesion before."""

    normal_stiffness: Annotated[InterfaceStiffness, Positive] | None = None
    friction: Annotated[Number, Field(ge=0.0, le=10.0)] = 0.3
    friction_stiffness: Annotated[InterfaceStiffness, Positive] | None = None
    closed_conduction: ClosedConduction = "full"
    opening_width: Annotated[Length, Positive] = 0.01
    after_opening: Literal["returns", "lost"] = "returns"
    conductance: Annotated[ArealConductance, Positive] | None = None
    gap_table: GapTable | None = None
    MAY_PART: ClassVar[bool] = True

    def gate(self) -> Gate:
        """Conduction of lithium."""
        return Gate(conduction(self.closed_conduction), self.opening_width, self.after_opening == "lost")

    def friction_share(self, modulus: float, facet_size: float, shear_stiffness: float) -> float:
        """Stiffness of what friction holds over the shear stiffness.

        Args:
            modulus: Young's modulus of the softer side [MPa].
            facet_size: Mean size of the facets [um].
            shear_stiffness: [MPa/um].

        Raises:
            MaterialError: A given stiffness larger than that.
        """
        if self.friction_stiffness is None:
            return min(1.0, default_friction_stiffness(modulus, facet_size) / shear_stiffness)
        if self.friction_stiffness > shear_stiffness:
            raise MaterialError(
                f"friction_stiffness = {self.friction_stiffness:g} MPa/um; accepted: up to the shear stiffness, "
                f"{shear_stiffness:g} MPa/um"
            )
        return self.friction_stiffness / shear_stiffness
