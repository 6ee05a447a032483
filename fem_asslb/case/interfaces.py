"""Section ``interfaces``: laws between regions."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from fem_asslb.units import InterfaceStiffness
from fem_asslb.values import STRICT


@dataclass(frozen=True, kw_only=True)
class BondedInterface:
    """Welded: both sides share their displacement.

    Attributes:
        law: ``"bonded"``.
        between: Two region roles. Two regions that no interface names are bonded.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    law: Literal["bonded"] = "bonded"
    between: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class ElasticInterface:
    """Traction proportional to the jump of the displacement.

    Attributes:
        law: ``"elastic"``.
        between: Two region roles; the first is the plus side.
        normal_stiffness: [MPa/um].
        shear_stiffness: [MPa/um].
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    law: Literal["elastic"] = "elastic"
    between: tuple[str, str]
    normal_stiffness: Annotated[InterfaceStiffness, Field(gt=0.0)]
    shear_stiffness: Annotated[InterfaceStiffness, Field(gt=0.0)]


Interface = Annotated[BondedInterface | ElasticInterface, Field(discriminator="law")]
