"""The keys of the case, read off the dataclasses of the schema."""

from collections.abc import Iterator
from typing import Any, get_origin

from fem_asslb.base.schema import entries_of, fields_of, kinds_of, tag_of
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.materials import Axis

WRITTEN: dict[type, str] = {Axis: "text or table", MixedMode: "table"}
"""Dataclasses whose fields are no keys of the case, and what is written for them; the meaning of their key says how."""


def tagged() -> dict[str, type]:
    """All dataclasses of the schema that a tag chooses, by the tag's value."""
    return {tag[1]: kind for _, kind in walk() if (tag := tag_of(kind))}


def accepted_keys(tag_value: Any) -> frozenset[str] | None:
    """Keys of the table that a tag's value chooses; None for an unknown value."""
    kind = tagged().get(tag_value) if isinstance(tag_value, str) else None
    return frozenset(fields_of(kind)) if kind else None


def walk(annotation: Any = Case, path: str = "") -> Iterator[tuple[str, type]]:
    """Every dataclass of the schema with its dotted path; ``NAME`` stands for a name that the user gives."""
    for kind in kinds_of(annotation):
        if kind in WRITTEN:
            continue
        yield path, kind
        for name, below in fields_of(kind).items():
            key = f"{path}.{name}".lstrip(".")
            yield from walk(below, key)
            if get_origin(below) is dict:
                yield from walk(entries_of(below), f"{key}.NAME")
