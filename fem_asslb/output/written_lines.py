"""What the tables of a run held when it was saved: the run that goes on adds to nothing else."""

import hashlib
import logging
from collections.abc import Iterator
from itertools import islice
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

Told = dict[str, Any]
"""Number of ``lines``, of ``columns`` (0: lines have none) and the ``checksum``."""


def written_lines(folder: Path) -> dict[str, Told]:
    """What each table that is there holds.

    Args:
        folder: Results folder.

    Raises:
        OSError: One cannot be read.
    """
    return {name: _told(folder / name) for name in TABLES if (folder / name).is_file()}


def check_written_lines(folder: Path, saved: dict[str, Told]) -> None:
    """The tables begin with what they held when the run was saved; of one that has become shorter nothing can be said.

    Args:
        folder: Results folder.
        saved: From `written_lines`.

    Raises:
        FemAsslbError: A table holds something else, or cannot be read.
    """
    for name, then in saved.items():
        path = folder / name
        try:
            now = _beginning(path, then)
        except OSError as error:
            raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
        if now["lines"] == then["lines"] and now != then:
            raise FemAsslbError(
                f"{quoted(path, 160)} has been changed: it is not what the run had written at its checkpoint; "
                "put it back, or move it away to go on without its rows"
            )


def warn_of_lost_lines(folder: Path, saved: dict[str, Told]) -> None:
    """Tell tables that are missing or shorter than when the run was saved, by a loss of power or another program.

    Args:
        folder: Results folder.
        saved: From `written_lines`.
    """
    for name, then in saved.items():
        path, found = folder / name, _beginning(folder / name, then)["lines"]
        if not path.exists():
            logger.warning("%s is missing; the run goes on with a new one", quoted(path, 160))
        elif found < then["lines"]:
            what = "lines before the checkpoint; the others cannot be checked"
            logger.warning("%s has %d of the %d %s", quoted(path, 160), found, then["lines"], what)


def still_written(folder: Path, saved: dict[str, Told]) -> dict[str, Told]:
    """Those of the tables that still begin with what they held."""
    return {name: then for name, then in saved.items() if _beginning(folder / name, then) == then}


def _beginning(path: Path, then: Told) -> Told:
    """What a table, perhaps with more lines and columns, holds of what it held; nothing if it is missing."""
    return _told(path, then["lines"], then["columns"]) if path.exists() else {"lines": 0}


def _told(path: Path, most: int | None = None, columns: int = 0) -> Told:
    """What the first lines and columns hold, or all."""
    digest, number, separators = hashlib.sha256(), 0, 0
    for line in islice(_lines(path), most):
        if number == 0 and path.suffix == ".csv":
            separators = line.count(b",") + 1
        digest.update((b",".join(line.split(b",", columns)[:columns]) if columns else line) + b"\n")
        number += 1
    return {"lines": number, "columns": columns or separators, "checksum": digest.hexdigest()}


def _lines(path: Path) -> Iterator[bytes]:
    """Complete lines of a table or a list, without their ends and without those that close a list."""
    with writing(path), regular_file(path).open("rb") as file:
        for line in file:
            if line.endswith(b"\n") and not line.startswith(b"</"):
                yield line.removesuffix(b"\n")
