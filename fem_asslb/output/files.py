"""Text files that are never found half written, and what is wrong with one that is read."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let an error of writing or reading, such as that of a full disk, say which file it is about."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def bring_to_disk(path: Path) -> None:
    """Wait until what was written to a file is on the disk, where a loss of power leaves it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def replace_text(path: Path, text: str, writer: str = "") -> None:
    """Write a text file so that a reader finds the old or the new one and never a half, also after a loss of power.

    Args:
        path: The file.
        text: Its new content.
        writer: Name of this process where others may write the file at the same time.
    """
    partial = path.with_name(f"{path.name}.partial{writer}")
    try:
        with writing(path):
            partial.write_text(text, encoding="utf-8")
            bring_to_disk(partial)
            os.replace(partial, path)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def overwrite_text(path: Path, text: str) -> None:
    """Write a text over that of a file, in the room that it has: a full disk has no other.

    Raises:
        OSError: The room does not do.
    """
    data = text.encode()
    with path.open("r+b") as file:
        if len(data) > 512 * os.fstat(file.fileno()).st_blocks:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        file.write(data)
        file.truncate()


def read_json(path: Path, keys: set[str], missing: str, ways_out: str = "") -> dict[str, Any]:
    """Table in a JSON file.

    Args:
        path: The file.
        keys: What the table has to have.
        missing: What it means that there is no such file.
        ways_out: What is left to do where it is damaged.

    Raises:
        FemAsslbError: No file, or one that cannot be read, or without the keys.
    """
    then = f"; {ways_out}" if ways_out else ""
    try:
        content = json.loads(regular_file(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FemAsslbError(f"{missing}: there is no {quoted(path, 160)}") from error
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FemAsslbError(f"{quoted(path, 160)} is no JSON: {printable(error, 80)}{then}") from error
    if not isinstance(content, dict) or not keys <= set(content):
        raise FemAsslbError(f"{quoted(path, 160)} is damaged: expected a table with {', '.join(sorted(keys))}{then}")
    return content
