"""Files that a case or the command line names: ordinary files only."""

import errno
import os
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def regular_file(path: str | Path) -> Path:
    """The path of a file that can be read to its end.

    A named pipe would wait for a writer and a device may never end, so what it is is looked up before it is opened.

    Args:
        path: The file, or a link to it.

    Raises:
        OSError: There is nothing, or something else than a file; ``strerror`` says what, in a few words.
    """
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no name that a file can have", str(path)) from error
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a file", str(path))
    return Path(path)
