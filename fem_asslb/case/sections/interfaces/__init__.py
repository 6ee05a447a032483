"""Section ``interfaces``: laws between regions, one in each module."""

from typing import Annotated

from fem_asslb.base.tagged import Tagged
from fem_asslb.case.sections.interfaces.bonded import BondedInterface
from fem_asslb.case.sections.interfaces.coated import CoatedInterface
from fem_asslb.case.sections.interfaces.cohesive import CohesiveInterface
from fem_asslb.case.sections.interfaces.contact import ContactInterface
from fem_asslb.case.sections.interfaces.elastic import ElasticInterface
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema
from fem_asslb.case.sections.interfaces.sides import between_roles, with_sides

INTERFACE_LAWS: dict[str, type[InterfaceSchema]] = {
    "bonded": BondedInterface,
    "elastic": ElasticInterface,
    "contact": ContactInterface,
    "cohesive": CohesiveInterface,
    "coated": CoatedInterface,
}
"""Keys of each law by its name; ``INTERFACE_LAWS["NAME"] = ...`` before a case is read adds one."""

Interface = Annotated[InterfaceSchema, Tagged("law", INTERFACE_LAWS)]

__all__ = [
    "INTERFACE_LAWS",
    "BondedInterface",
    "CoatedInterface",
    "CohesiveInterface",
    "ContactInterface",
    "ElasticInterface",
    "Interface",
    "InterfaceSchema",
    "between_roles",
    "with_sides",
]
