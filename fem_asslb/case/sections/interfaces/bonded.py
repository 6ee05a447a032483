"""Law ``bonded``."""

from typing import ClassVar, Literal

from fem_asslb.base.checked import checked
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
