"""Text files that are never found half written."""

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a kill, finds the old or the new one and never a half."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
