"""Law ``bonded``."""

from typing import ClassVar, Literal

from pydantic import field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.case.sections.interfaces.between import Between
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema


@checked(kw_only=True)
class BondedInterface(InterfaceSchema):
    """Welded: both sides share their displacement.

    Attributes:
        law: ``"bonded"``.
        between: Two region roles. Two regions that no interface names are bonded.
    """

    law: Literal["bonded"] = "bonded"
    WELDED: ClassVar[bool] = True

    @field_validator("between")
    @classmethod
    def _leaves_no_part_out(cls, between: Between) -> Between:
        refuse(unless(not isinstance(between, str), "", between, "two roles"))
        return between
