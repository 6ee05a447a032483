"""Checks of the names that a case gives."""

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.base.texts import A_NAME, is_name, not_accepted
from fem_asslb.case.sections.fields import FieldSchema
from fem_asslb.case.sections.interfaces import Interface
from fem_asslb.case.sections.materials import MaterialChoice


def roles_have_plain_names(materials: dict[str, MaterialChoice]) -> Errors:
    """Names of roles are words."""
    for role in materials:
        if not is_name(role):
            yield CaseError("materials", not_accepted(role, A_NAME))


def interfaces_have_plain_names(interfaces: dict[str, Interface]) -> Errors:
    """Names of interfaces are words."""
    for name in interfaces:
        if not is_name(name):
            yield CaseError("interfaces", not_accepted(name, A_NAME))


def fields_have_plain_names(fields: dict[str, FieldSchema]) -> Errors:
    """Names of fields are words."""
    for name in fields:
        if not is_name(name):
            yield CaseError("fields", not_accepted(name, A_NAME))
