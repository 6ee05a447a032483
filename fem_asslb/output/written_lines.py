"""What the tables of a run held when it was saved: the run that goes on adds to nothing else."""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.output import history, names, particle_table
from fem_asslb.output.files import writing

logger = logging.getLogger(__name__)

TABLES = (history.FILE, particle_table.FILE, names.COLLECTION, names.INTERFACE_COLLECTION)
"""Files of a results folder that grow with a run."""


def written_lines(folder: Path) -> dict[str, dict[str, Any]]:
    """Number of lines and columns, and the checksum, of each table that is there.

    Args:
        folder: Results folder.

    Raises:
        OSError: One cannot be read.
    """
    found = {}
    for name in TABLES:
        if (folder / name).is_file():
            lines = _lines(folder / name)
            columns = lines[0].count(b",") + 1 if lines else 0
            found[name] = {"lines": len(lines), "columns": columns, "checksum": _checksum(lines, columns)}
    return found


def check_written_lines(folder: Path, saved: dict[str, dict[str, Any]]) -> None:
    """The tables begin with what they held when the run was saved.

    One that is missing begins anew, and of one that a loss of power has made shorter nothing can be said; both are told
    when the run goes on.

    Args:
        folder: Results folder.
        saved: From `written_lines`.

    Raises:
        FemAsslbError: A table holds something else, or cannot be read.
    """
    for name, then in saved.items():
        path = folder / name
        try:
            lines = _lines(path)[: then["lines"]] if path.exists() else []
        except OSError as error:
            raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
        if len(lines) == then["lines"] and _checksum(lines, then["columns"]) != then["checksum"]:
            raise FemAsslbError(
                f"{quoted(path, 160)} has been changed: it is not what the run had written at its checkpoint; "
                "put it back, or move it away to go on without its rows"
            )


def warn_of_missing_tables(folder: Path, saved: Iterable[str]) -> None:
    """Tell tables that were there when the run was saved, and are not.

    Args:
        folder: Results folder.
        saved: Their names.
    """
    for name in saved:
        if not (folder / name).exists():
            logger.warning("%s is missing; the run goes on with a new one", quoted(folder / name, 160))


def _lines(path: Path) -> list[bytes]:
    """Complete lines of a table or a collection, without those that close it."""
    with writing(path):
        lines = regular_file(path).read_bytes().split(b"\n")[:-1]
    return [line for line in lines if not line.startswith(b"</")]


def _checksum(lines: list[bytes], columns: int) -> str:
    """Of the first columns: a quantity that appears later adds one to all rows."""
    kept = [b",".join(line.split(b",", columns)[:columns]) for line in lines]
    return hashlib.sha256(b"\n".join(kept)).hexdigest()
