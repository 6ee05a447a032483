"""The keys of the case, read off the dataclasses of the schema."""

from collections.abc import Iterator
from typing import Any, get_origin

from fem_asslb.base.schema import entries_of, fields_of, kinds_of, tag_of
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.materials import Axis
from fem_asslb.materials.bulk_laws import BULK_LAWS

WRITTEN: dict[type, str] = {Axis: "text or table", MixedMode: "table"}
"""Dataclasses whose fields are no keys of the case, and what is written for them; the meaning of their key says how."""


LAW_OF_MATERIAL = "materials.NAME.law"
"""Where a material chooses its law; a material is no dataclass of the case."""


def accepted_keys(path: tuple[str, ...], tag_value: Any) -> frozenset[str] | None:
    """Keys of the table at a path that the value of its tag chooses; None for an unknown value."""
    kinds = [kind for place, kind in walk() if _is_at(path, place)]
    if _is_at(path, LAW_OF_MATERIAL):
        kinds += BULK_LAWS.values()
    for kind in kinds:
        if (tag := tag_of(kind)) and tag[1] == tag_value:
            return frozenset(fields_of(kind))
    return None


def _is_at(path: tuple[str, ...], place: str) -> bool:
    names = place.split(".")
    return len(names) == len(path) and all(name in (given, "NAME") for name, given in zip(names, path, strict=True))


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
