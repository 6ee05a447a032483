"""Text files that are never found half written, and what is wrong with one that is read."""

import json
import os
from pathlib import Path
from typing import Any

from fem_asslb.errors import FemAsslbError
from fem_asslb.input_files import regular_file
from fem_asslb.printable import printable, quoted


def replace_text(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a kill, finds the old or the new one and never a half."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def read_json(path: Path, keys: set[str], missing: str) -> dict[str, Any]:
    """Table in a JSON file.

    Args:
        path: The file.
        keys: What the table has to have.
        missing: What it means that there is no such file.

    Raises:
        FemAsslbError: No file, or one that cannot be read, or without the keys.
    """
    try:
        content = json.loads(regular_file(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FemAsslbError(f"{missing}: there is no {quoted(path, 160)}") from error
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FemAsslbError(f"{quoted(path, 160)} is no JSON: {printable(error)}") from error
    if not isinstance(content, dict) or not keys <= set(content):
        raise FemAsslbError(f"{quoted(path, 160)} is damaged: expected a table with {', '.join(sorted(keys))}")
    return content
