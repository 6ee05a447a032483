"""The keys of tables, read off the dataclasses that say what a table may hold."""

import types
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from fem_asslb.base.tagged import Tagged

TAGS = ("kind", "law")
"""Keys whose value chooses the dataclass of a table."""


@cache
def fields_of(kind: Any) -> dict[str, Any]:
    """Annotation of each key of a dataclass."""
    hints = get_type_hints(kind, include_extras=True)
    return {item.name: hints[item.name] for item in fields(kind)}


def defaults_of(kind: Any) -> dict[str, Any]:
    """Value of each key that may be left out."""
    made = {item.name: item.default_factory() for item in fields(kind) if item.default_factory is not MISSING}
    return made | {item.name: item.default for item in fields(kind) if item.default is not MISSING}


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """Dataclasses that an annotation allows, without ``Annotated`` and ``None``."""
    if get_origin(annotation) is Annotated:
        for item in annotation.__metadata__:
            if isinstance(item, Tagged):
                return tuple(item.kinds.values())
        return kinds_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(kind for item in get_args(annotation) for kind in kinds_of(item))
    return (annotation,) if isinstance(annotation, type) and is_dataclass(annotation) else ()


def entries_of(annotation: Any) -> Any:
    """Annotation of the entries of ``dict[str, ...]``, ``list[...]`` and ``tuple[..., ...]``, None of anything else."""
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Annotated:
            return entries_of(arguments[0])
        case origin if origin is dict:
            return arguments[1]
        case origin if origin is list or (origin is tuple and arguments[-1] is Ellipsis):
            return arguments[0]
    return None


def tag_of(kind: Any) -> tuple[str, str] | None:
    """Name and value of the key that chooses a dataclass, such as ``("kind", "spring")``."""
    for tag in TAGS:
        annotation = fields_of(kind).get(tag)
        if get_origin(annotation) is Literal and len(get_args(annotation)) == 1:
            return tag, get_args(annotation)[0]
    return None


def chosen_kind(annotation: Any, table: dict[str, Any]) -> Any:
    """Dataclass of a table: the only one that the annotation allows, or the one that its tag names, if any."""
    kinds = kinds_of(annotation)
    if len(kinds) == 1:
        return kinds[0]
    tags = {kind: tag for kind in kinds if (tag := tag_of(kind))}
    return next((kind for kind, (name, value) in tags.items() if table.get(name) == value), None)
