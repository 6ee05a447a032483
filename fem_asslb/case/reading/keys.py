"""The keys of the case, read off the dataclasses of the schema."""

import types
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from fem_asslb.base.tagged import Tagged
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.materials import Axis

TAGS = ("kind", "law")
"""Keys whose value chooses the dataclass of a table."""

WRITTEN: dict[type, str] = {Axis: "text or table", MixedMode: "table"}
"""Dataclasses whose fields are no keys of the case, and what is written for them; the meaning of their key says how."""


@cache
def fields_of(kind: type) -> dict[str, tuple[Any, bool]]:
    """Annotation of each field of a dataclass, and whether the field is required."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        item.name: (hints[item.name], item.default is MISSING and item.default_factory is MISSING)
        for item in fields(kind)
    }


def alternatives(annotation: Any) -> tuple[type, ...]:
    """Dataclasses that an annotation allows, without ``Annotated`` and ``None``."""
    if get_origin(annotation) is Annotated:
        for item in annotation.__metadata__:
            if isinstance(item, Tagged):
                return tuple(item.kinds.values())
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(kind for item in get_args(annotation) for kind in alternatives(item))
    return (annotation,) if isinstance(annotation, type) and is_dataclass(annotation) else ()


def value_annotation(annotation: Any) -> Any:
    """Annotation of the values of a ``dict[str, ...]``, or None."""
    if get_origin(annotation) is Annotated:
        return value_annotation(get_args(annotation)[0])
    return get_args(annotation)[1] if get_origin(annotation) is dict else None


def tag_of(kind: type) -> tuple[str, str] | None:
    """Name and value of the key that chooses a dataclass, such as ``("kind", "spring")``."""
    for tag in TAGS:
        annotation = fields_of(kind).get(tag, (None, False))[0]
        if get_origin(annotation) is Literal and len(get_args(annotation)) == 1:
            return tag, get_args(annotation)[0]
    return None


def choose(annotation: Any, table: Any) -> type | None:
    """Dataclass that a table is validated against: the one alternative, or the one that its tag names."""
    kinds = alternatives(annotation)
    if len(kinds) == 1:
        return kinds[0]
    for kind in kinds:
        tag = tag_of(kind)
        if tag and isinstance(table, dict) and table.get(tag[0]) == tag[1]:
            return kind
    return None


def tagged() -> dict[str, type]:
    """All dataclasses of the schema that a tag chooses, by the tag's value."""
    return {tag[1]: kind for _, kind in walk() if (tag := tag_of(kind))}


def accepted_keys(tag_value: Any) -> frozenset[str] | None:
    """Keys of the table that a tag's value chooses; None for an unknown value."""
    kind = tagged().get(tag_value) if isinstance(tag_value, str) else None
    return frozenset(fields_of(kind)) if kind else None


def walk(annotation: Any = Case, path: str = "") -> Iterator[tuple[str, type]]:
    """Every dataclass of the schema with its dotted path; ``NAME`` stands for a name that the user gives."""
    for kind in alternatives(annotation):
        if kind in WRITTEN:
            continue
        yield path, kind
        for name, (field_annotation, _) in fields_of(kind).items():
            below = f"{path}.{name}".lstrip(".")
            yield from walk(field_annotation, below)
            if (inner := value_annotation(field_annotation)) is not None:
                yield from walk(inner, f"{below}.NAME")
