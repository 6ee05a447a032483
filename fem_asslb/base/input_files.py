"""Files that a case or the command line names: ordinary files only."""

import errno
import os
import stat
from pathlib import Path

LARGEST_MESH = 10**9
"""Bytes of a mesh file: some twenty million elements."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def regular_file(path: str | Path, largest: int | None = None) -> Path:
    """The path of a file that can be read to its end.

    A named pipe would wait for a writer and a device may never end, so what it is is looked up before it is opened.

    Args:
        path: The file, or a link to it.
        largest: Most bytes that it may have.

    Raises:
        OSError: There is nothing, something else than a file, or a larger one; ``strerror`` says what, in a few words.
    """
    try:
        found = os.stat(path)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no name that a file can have", str(path)) from error
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a file", str(path))
    if largest is not None and found.st_size > largest:
        raise OSError(errno.EFBIG, f"it has {found.st_size} bytes; accepted: up to {largest}", str(path))
    return Path(path)
