"""Files that a case names besides the one that it extends."""

import hashlib
from pathlib import Path
from typing import Any

from fem_asslb.base.input_files import regular_file


def path_owners(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Tables of a case with a key ``path``: of a mesh file, of particles that a table places, of gaps."""
    geometry = table.get("geometry")
    owners = [geometry, *(layer.get("particles") for layer in _tables_in(geometry, "layers"))]
    owners += [interface.get("gap_table") for interface in _tables_in(table, "interfaces")]
    return [owner for owner in owners if isinstance(owner, dict) and isinstance(owner.get("path"), str)]


def file_hashes(table: dict[str, Any]) -> dict[str, list[str]]:
    """Hashes of the content of the files that a case names, by their names without folders.

    Raises:
        OSError: One of them cannot be read.
    """
    found: dict[str, list[str]] = {}
    for owner in path_owners(table):
        path = Path(owner["path"])
        with regular_file(path).open("rb") as file:
            found.setdefault(path.name, []).append(hashlib.file_digest(file, "sha256").hexdigest()[:16])
    return found


def _tables_in(table: Any, key: str) -> list[dict[str, Any]]:
    """Tables of a table of tables, as far as it is one."""
    tables = table.get(key) if isinstance(table, dict) else None
    return [item for item in tables.values() if isinstance(item, dict)] if isinstance(tables, dict) else []
