"""Case directory to `Case`: inheritance, ``--set`` overrides, and every error of a case at once."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.schema import fields_of
from fem_asslb.base.table_reader import nothing_of, read, unknown_key
from fem_asslb.base.texts import show
from fem_asslb.case.checks.cross_checks import cross_check
from fem_asslb.case.checks.size_checks import runs_are_short
from fem_asslb.case.reading.default_sizes import with_default_sizes
from fem_asslb.case.reading.loadings import with_loadings
from fem_asslb.case.reading.material_files import with_material_files
from fem_asslb.case.reading.merging import merge, name_kinds, name_materials, options_of_petsc, parse_override
from fem_asslb.case.reading.toml_text import read_file
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.case.sections.paths import path_owners
from fem_asslb.case.sections.protocol import readable_steps

CASE_FILE = "case.toml"

LONGEST_CHAIN = 10
"""Cases that extend one another."""


def read_case(
    path: str | Path, overrides: list[str] | None = None, *, any_petsc_option: bool = False, any_size: bool = False
) -> Case:
    """Read, merge and check a case.

    Args:
        path: Case directory, or its TOML file.
        overrides: ``key=value`` with a dotted key and a TOML value; text needs no quotes.
        any_petsc_option: Whether overrides may set options of PETSc that a case may not.
        any_size: Whether the mesh, the packing and the protocol may be larger than what can be expected to end.

    Returns:
        The checked case.

    Raises:
        CaseErrors: Everything that is wrong, one error per line.
    """
    free_options = options_of_petsc(overrides or []) if any_petsc_option else frozenset()
    mistakes: list[CaseError] = []
    return build_case(read_table(path, overrides, mistakes), free_options, any_size, mistakes)


def read_table(
    path: str | Path, overrides: list[str] | None = None, mistakes: list[CaseError] | None = None
) -> dict[str, Any]:
    """Table of a case with inheritance and overrides applied, not yet validated.

    Args:
        path: Case directory, or its TOML file.
        overrides: As of `read_case`.
        mistakes: To this list is added what is wrong with files of materials, whose materials stay as written;
            without it, it is raised.

    Raises:
        CaseErrors: A file that is missing or not TOML, a cycle of ``extends``, or an override that is not
            ``key=value``.
    """
    found: list[CaseError] = []
    try:
        table = _read_with_base(Path(path), (), found)
    except CaseError as error:
        raise CaseErrors([error]) from error
    errors = []
    for text in overrides or []:
        try:
            changes = parse_override(text)
            _fix_paths(changes, Path.cwd())
            changes = with_material_files(changes, Path.cwd(), found)
            table = name_materials(merge(table, changes))
        except CaseError as error:
            errors.append(error)
    if errors or (found and mistakes is None):
        raise CaseErrors([*errors, *found])
    if mistakes is not None:
        mistakes += found
    return table


def build_case(
    table: dict[str, Any],
    free_options: frozenset[str] = frozenset(),
    any_size: bool = False,
    mistakes: Sequence[CaseError] = (),
) -> Case:
    """Validate a table that has the form of ``case.toml``.

    Args:
        table: The table.
        free_options: Options of PETSc that are not looked at.
        any_size: Whether estimates of sizes are not looked at.
        mistakes: What is wrong with files of its materials; of these materials nothing more is said.

    Raises:
        CaseErrors: Everything that is wrong, one error per line.
    """
    known, table = fields_of(Case), with_loadings(table)
    errors = [*mistakes, *(unknown_key(key, (*known, "extends", "remove")) for key in table if key not in known)]
    table = with_default_sizes(name_kinds(table))
    case: Case = read(Case, {key: item for key, item in table.items() if key in known}, "", errors)
    steps = table["protocol"].get("steps") if isinstance(table.get("protocol"), dict) else None
    context = {"steps": readable_steps(steps), "free_options": free_options, "is_forced": any_size}
    sections = vars(case) | context
    if mistakes and "materials" in sections:
        told = tuple(f"{error.key}." for error in mistakes)
        sections["materials"] = {
            role: nothing_of(MaterialChoice) if any(key.startswith(f"materials.{role}.") for key in told) else choice
            for role, choice in sections["materials"].items()
        }
    errors += cross_check(sections)
    if not errors and not any_size:
        errors += runs_are_short(case)
    if errors:
        raise CaseErrors(errors)
    return case


def _read_with_base(path: Path, seen: tuple[Path, ...], mistakes: list[CaseError]) -> dict[str, Any]:
    if not str(path).isprintable():
        raise CaseError(str(path), "this is no path: it has characters that cannot be printed")
    file = (path / CASE_FILE if path.suffix != ".toml" else path).resolve()
    chain = " -> ".join(printable(item.parent.name, 20) for item in (*seen, file))
    if file in seen:
        raise CaseError("extends", f"the cases extend each other in a cycle: {chain}")
    if len(seen) == LONGEST_CHAIN:
        raise CaseError("extends", f"more than {LONGEST_CHAIN} cases extend one another: {chain}")
    table = _load(file, path)
    parent = table.pop("extends", None)
    removed = table.pop("remove", [])
    _fix_paths(table, file.parent)
    table = with_material_files(table, file.parent, mistakes)
    if parent is None:
        if removed:
            raise CaseError("remove", "there is nothing to remove from; it goes with extends")
        return name_kinds(name_materials(table))
    if not isinstance(parent, str):
        raise CaseError("extends", f"{show(parent)} is not a directory relative to {printable(file.parent)}")
    base = _read_with_base(file.parent / parent, (*seen, file), mistakes)
    if not isinstance(removed, list) or not all(isinstance(key, str) for key in removed):
        raise CaseError("remove", f"{show(removed)} is not a list of dotted keys of the case that is extended")
    for key in removed:
        _remove(base, key)
    return name_materials(merge(base, table))


def _fix_paths(table: dict[str, Any], folder: Path) -> None:
    """A path is relative to the file that states it, or to the folder of the command that does."""
    for owner in path_owners(table):
        if not owner["path"].isprintable():
            raise CaseError("path", f"{quoted(owner['path'])} is no path: it has characters that cannot be printed")
        owner["path"] = str((folder / owner["path"]).resolve())


def _load(file: Path, given: Path) -> dict[str, Any]:
    if not os.path.isfile(file):
        raise CaseError(str(given), f"no case here; expected a directory with {CASE_FILE}, or a .toml file")
    try:
        return read_file(file)
    except ValueError as error:
        raise CaseError(str(file), str(error)) from error
    except OSError as error:
        raise CaseError(str(file), f"cannot be read: {error.strerror}") from error


def _remove(table: dict[str, Any], key: str) -> None:
    *parents, last = key.split(".")
    owner: Any = table
    for name in parents:
        owner = owner.get(name) if isinstance(owner, dict) else None
    if not isinstance(owner, dict) or last not in owner:
        raise CaseError("remove", f"{quoted(key)} is not in the case that is extended")
    del owner[last]
