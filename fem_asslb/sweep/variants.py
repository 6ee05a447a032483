"""Cases of a study: the base case with the values of a point, checked before anything is written or run."""

import copy
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.printable import printable
from fem_asslb.case.reading.material_files import names_of_files, with_material_files
from fem_asslb.case.reading.merging import merge, name_materials, parse_override
from fem_asslb.case.reading.reader import build_case
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.paths import path_owners
from fem_asslb.convergence.variants import seeded
from fem_asslb.output.resolved import format_toml
from fem_asslb.sweep.designs import Point
from fem_asslb.sweep.reading import Study
from fem_asslb.sweep.schema import KEY
from fem_asslb.sweep.values import Value, written

WITHOUT_PICTURES: Mapping[str, Any] = {"output": {"pictures": False}}
"""What all cases of a study have: pictures of hundreds of runs are drawn when one is looked at."""


@dataclass(frozen=True)
class Variant:
    """A case of a study.

    Attributes:
        point: Its values.
        changes: What it states besides the base case, as written.
        case: The checked case.
    """

    point: Point
    changes: Mapping[str, Any]
    case: Case

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.point.name

    def text(self, study: Study, folder: Path) -> str:
        """Its ``case.toml``.

        Args:
            study: The study.
            folder: Of the case; paths in the text are seen from there.
        """
        changes = copy.deepcopy(dict(self.changes))
        for owner, key in [*((owner, "path") for owner in path_owners(changes)), *names_of_files(changes)]:
            owner[key] = Path(os.path.relpath(study.folder / owner[key], folder)).as_posix()
        base = Path(os.path.relpath(study.base_folder, folder)).as_posix()
        return (
            f"# Written by fem-asslb for a study: change the study instead.\n{format_toml({'extends': base} | changes)}"
        )


def variants_of(study: Study, points: Sequence[Point], any_size: bool = False) -> list[Variant]:
    """Checked cases of points.

    Raises:
        CaseErrors: Values that a case refuses, each mistake once with the first case that has it.
    """
    found, mistakes = list[Variant](), dict[tuple[str, str], list[str]]()
    for point in points:
        try:
            changes = _changes(study, point)
            found.append(Variant(point, changes, _built(study, changes, any_size)))
        except CaseErrors as error:
            for item in error.errors:
                mistakes.setdefault((item.key, item.message), []).append(point.name)
    if mistakes:
        raise CaseErrors([_told(*mistake, names, len(points)) for mistake, names in mistakes.items()])
    _require_different(found)
    return found


def _told(key: str, message: str, names: list[str], count: int) -> CaseError:
    if key.startswith("axes."):
        return CaseError(key, message)
    where = "all cases" if len(names) == count else f"{len(names)} of {count} cases, such as {names[0]}"
    return CaseError(where, f"{key}: {message}")


def _require_different(found: Sequence[Variant]) -> None:
    """Cases that are the same show an axis without effect.

    Raises:
        CaseErrors: Two of them are the same.
    """
    seen: dict[str, Variant] = {}
    for variant in found:
        same = seen.setdefault(repr(variant.case), variant)
        if same is not variant:
            axes = [name for name, value in variant.point.values.items() if value != same.point.values[name]]
            message = f"{same.name} and {variant.name} are the same case; expected keys that it uses"
            raise CaseErrors([CaseError(f"axes.{axes[0]}" if axes else "axes", message)])


def _built(study: Study, changes: Mapping[str, Any], any_size: bool) -> Case:
    table, mistakes = copy.deepcopy(dict(changes)), list[CaseError]()
    for owner in path_owners(table):
        owner["path"] = str((study.folder / owner["path"]).resolve())
    table = with_material_files(table, study.folder, mistakes)
    return build_case(name_materials(merge(study.base, table)), any_size=any_size, mistakes=mistakes)


def _changes(study: Study, point: Point) -> dict[str, Any]:
    changes = merge(dict(WITHOUT_PICTURES), copy.deepcopy(study.table.changes))
    for name, axis in study.table.axes.items():
        value = point.values[name]
        try:
            if axis.seeds:
                changes = _with_seed(study, changes, value)
            for key in axis.key:
                _set(changes, study.base, key, written(axis, value))
        except CaseError as error:
            key = "seeds" if axis.seeds else "key"
            raise CaseErrors([CaseError(f"axes.{name}.{key}", error.message)]) from error
    return changes


def _with_seed(study: Study, changes: dict[str, Any], value: Value) -> dict[str, Any]:
    overrides = list(seeded(build_case(study.base), int(value.written)))
    if not overrides:
        raise CaseError("seeds", "nothing in the base case is drawn at random; leave the seeds out")
    for text in overrides:
        changes = merge(changes, parse_override(text))
    return changes


def _set(changes: dict[str, Any], base: Mapping[str, Any], key: str, value: Any) -> None:
    """Set a key of nested tables; of a list that a case states as a whole, one entry."""
    found = KEY.fullmatch(key)
    assert found is not None
    names = key.partition("[")[0].split(".")
    for name in names[:-1]:
        changes = _entered(changes, name, key)
        base = base.get(name, {}) if isinstance(base, Mapping) else {}
    if found[1] is None:
        changes[names[-1]] = value
        return
    entries = changes.get(names[-1], base.get(names[-1]) if isinstance(base, Mapping) else None)
    if not isinstance(entries, list) or int(found[1]) >= len(entries):
        length = f"has {len(entries)} entries, counted from 0" if isinstance(entries, list) else "is no list"
        raise CaseError(key, f"'{printable(key)}': this key of the base case {length}")
    changes[names[-1]] = [value if place == int(found[1]) else entry for place, entry in enumerate(entries)]


def _entered(changes: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    below = changes.setdefault(name, {})
    if not isinstance(below, dict):
        raise CaseError(key, f"'{printable(key)}': another axis sets the whole of '{printable(name)}'")
    return below


def values_of(variant: Variant) -> Iterator[tuple[str, Any]]:
    """Values of a case by axis, numbers in the unit of the axis."""
    for name, value in variant.point.values.items():
        yield name, value.written if value.number != value.number else value.number
