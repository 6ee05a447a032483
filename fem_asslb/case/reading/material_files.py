"""Materials in files of their own, which a case names in place of one of the library.

What a file states becomes a part of the case, as if it stood there: the record of a run has it with its sources.
"""

from pathlib import Path
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.case.reading.data_files import data_owners, with_data
from fem_asslb.case.reading.toml_text import read_file
from fem_asslb.materials import bibliography
from fem_asslb.materials.library import combined

ENDING = ".toml"
"""Of names that are files."""

LONGEST_CHAIN = 10
"""Files that use one another."""


def with_material_files(table: dict[str, Any], folder: Path, mistakes: list[CaseError]) -> dict[str, Any]:
    """The table of a case with the content of the files that its materials use.

    Args:
        table: As written.
        folder: To which names of files are relative.
        mistakes: To this list it is added if a file is missing, cannot be read, or is no table, or if files use each
            other in a cycle; the material then stays as written.
    """
    materials = table.get("materials")
    if not isinstance(materials, dict):
        return table
    found = dict(materials)
    for role, entry in materials.items():
        try:
            found[role] = _whole(entry, folder, f"materials.{role}", 0)
        except CaseErrors as error:
            mistakes += error.errors
        except CaseError as error:
            mistakes.append(error)
    return table | {"materials": found}


def names_of_files(table: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Tables of a case and their keys whose text names a file of a material or of its data.

    Args:
        table: As written.
    """
    materials, found = table.get("materials"), list[tuple[dict[str, Any], str]]()
    if not isinstance(materials, dict):
        return found
    for role, entry in materials.items():
        if isinstance(entry, str) and entry.endswith(ENDING):
            found.append((materials, role))
        if isinstance(entry, dict):
            if isinstance(entry.get("use"), str) and entry["use"].endswith(ENDING):
                found.append((entry, "use"))
            found += [(law, "path") for law in data_owners(entry)]
    return found


def _whole(entry: Any, folder: Path, key: str, depth: int) -> Any:
    """An entry with the values of the file that it uses; anything else as it is."""
    changes = {"use": entry} if isinstance(entry, str) else entry
    if not isinstance(changes, dict):
        return entry
    changes = with_data(changes, folder, key)
    name = changes.get("use")
    if not isinstance(name, str) or not name.endswith(ENDING):
        return entry if isinstance(entry, str) else changes
    if depth == LONGEST_CHAIN:
        raise CaseError(f"{key}.use", f"{quoted(name, 60)}: more than {LONGEST_CHAIN} files use one another")
    if not name.isprintable():
        raise CaseError(f"{key}.use", f"{quoted(name)} is no path: it has characters that cannot be printed")
    path = (folder / name).resolve()
    try:
        stated = read_file(regular_file(path))
    except OSError as error:
        raise CaseError(f"{key}.use", f"{quoted(name, 120)} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CaseError(f"{key}.use", f"{quoted(name, 120)}: {error}") from error
    bibliography.check_file(stated, key)
    base = _whole(stated, path.parent, key, depth + 1)
    return combined({"use": None} | base, {name: value for name, value in changes.items() if name != "use"}, key)
