"""Law ``bonded``."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from fem_asslb.case.sections.interfaces.schema import InterfaceSchema


@dataclass(frozen=True, kw_only=True)
class BondedInterface(InterfaceSchema):
    """Welded: both sides share their displacement.

    Attributes:
        law: ``"bonded"``.
        between: Two region roles. Two regions that no interface names are bonded.
    """

    law: Literal["bonded"] = "bonded"
    WELDED: ClassVar[bool] = True
