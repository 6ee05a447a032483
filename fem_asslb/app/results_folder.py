"""The folder of a run's results: never overwritten silently, and nothing removed that is not ours."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fem_asslb.app import folder_lock, log
from fem_asslb.app.folder_lock import HeldFolder, locked, require_unlocked
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.output import bdf, checkpoint, collection, crate, cycles, history, names, particle_table, record, vtkhdf
from fem_asslb.output.written_lines import check_written_lines
from fem_asslb.plotting import PICTURES
from fem_asslb.report import FILE as REPORT

_FILES = (
    history.FILE,
    particle_table.FILE,
    cycles.FILE,
    bdf.FILE,
    bdf.METADATA_FILE,
    record.FILE,
    crate.FILE,
    log.FILE,
    names.COLLECTION,
    names.INTERFACE_COLLECTION,
    vtkhdf.FILE,
    vtkhdf.INTERFACE_FILE,
    REPORT,
)

_FOLDERS = {
    names.FOLDER: r"[0-9]{6,}\.vtu(\.partial)?",
    names.INTERFACE_FOLDER: r"[0-9]{6,}\.vtu(\.partial)?",
    checkpoint.FOLDER: r"[0-9]{6,}|(latest|previous)\.json(\.partial.*)?",
    PICTURES: r"[\w.+-]+\.(png|pdf|svg|gif)",
}
"""Folders of ours, and what the names in them look like: other files there are somebody else's."""

_OURS = (*_FILES, *_FOLDERS)


def check_folder(folder: Path, resume: bool, overwrite: bool, previous: bool = False) -> dict[str, Any] | None:
    """Look for earlier results without touching them.

    Returns:
        The last checkpoint, or the previous one, if the run goes on from it.

    Raises:
        OSError: The folder may not be written to.
        FemAsslbError: The folder cannot be made; a file of it is a link; another run writes to it; there
            are results and neither ``resume`` nor ``overwrite``; or there is nothing to resume, or something in it
            cannot be read or has been changed.
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise FemAsslbError(f"--results '{folder}': '{existing}' is not a folder")
    if not os.access(existing, os.W_OK):
        code = errno.EROFS if os.statvfs(existing).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(code, os.strerror(code), str(existing))
    require_no_links(folder, (*_OURS, folder_lock.FILE))
    require_unlocked(folder)
    if resume:
        latest = checkpoint.read_latest(folder, previous)
        _require_sound(folder, int(latest["clock"]["index"]))
        check_written_lines(folder, latest["written"])
        return latest
    _require_new(folder, overwrite)
    return None


def require_no_links(folder: Path, names: Iterable[str]) -> None:
    """A link in a folder of results, which may come from anywhere, could lead to any file of the user.

    Raises:
        FemAsslbError: One of the names is a link, or neither a file nor a folder.
    """
    for name in names:
        path = folder / name
        if path.is_symlink() or (path.exists() and not (path.is_file() or path.is_dir())):
            raise FemAsslbError(f"'{name}' in {quoted(folder, 120)} is a link or no file; remove it, or use --results")


def _require_sound(folder: Path, index: int) -> None:
    """What a run adds to can be read: what is wrong with it is told before anything is written."""
    readers: dict[str, Callable[[Path], object]] = {
        history.FILE: lambda path: history.rows_until(path, index),
        particle_table.FILE: lambda path: particle_table.lines_until(path, index),
        record.FILE: lambda path: record.read_record(path.parent),
        names.COLLECTION: lambda path: collection.entries_until(path, index),
        names.INTERFACE_COLLECTION: lambda path: collection.entries_until(path, index),
    }
    for name, read in readers.items():
        path = folder / name
        try:
            if path.exists():
                read(path)
        except OSError as error:
            raise FemAsslbError(f"{quoted(path, 160)} cannot be written to: {error.strerror}") from error


def _require_new(folder: Path, overwrite: bool) -> None:
    if not overwrite and any((folder / name).exists() for name in _OURS):
        raise FemAsslbError(
            f"there are results in '{folder}': use --resume to go on with them or --overwrite to replace them"
        )


@contextmanager
def occupied_folder(folder: Path, resume: bool, overwrite: bool) -> Iterator[HeldFolder]:
    """Make the results folder and keep others from it; remove earlier results, and nothing else, unless they are kept.

    Yields:
        What looks whether it is still there.

    Raises:
        FemAsslbError: Another run was faster.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder) as held:
        if not resume:
            _require_new(folder, overwrite)
            for name in _FILES:
                (folder / name).unlink(missing_ok=True)
            for name, ours in _FOLDERS.items():
                _clear(folder / name, ours)
        yield held


def _clear(folder: Path, ours: str) -> None:
    """Remove what has a name of ours, and the folder if that was all."""
    if not folder.is_dir():
        return
    for path in list(folder.iterdir()):
        if not re.fullmatch(ours, path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
