"""Faults of a material's table as lines for people: the key, what was given and what is accepted."""

from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fem_asslb.base.errors import CaseError
from fem_asslb.base.input_types import refusal
from fem_asslb.materials.entry import EntryTable
from fem_asslb.materials.law_tables import Table


def faults(error: ValidationError, key: str) -> list[CaseError]:
    """Every fault of the table of ``key``."""
    return [_fault(details, key) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, key: str) -> CaseError:
    location = details["loc"]
    path = key + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    if details["type"] != "extra_forbidden":
        return CaseError(path, refusal(details, details["input"]))
    owner = _table_at(location[:-1])
    accepted = (["use"] if owner is EntryTable else []) + list(owner.model_fields)
    return CaseError(path, f"unknown key; accepted: {', '.join(accepted)}")


def _table_at(location: tuple[int | str, ...]) -> type[Table]:
    """Kind of the table at a place in the table of a material."""
    kind: type[Table] = EntryTable
    for part in location:
        if isinstance(part, str):
            kind = next(_tables_in(kind.model_fields[part].annotation))
    return kind


def _tables_in(annotation: Any) -> Any:
    """Kinds of tables that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables_in(inner)
