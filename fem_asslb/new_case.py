"""A new case directory as a copy of another one."""

import os
import re
from pathlib import Path

from fem_asslb.case.reader import CASE_FILE, read_table
from fem_asslb.errors import CaseError

_PATH = re.compile(r"""^(\s*(?:extends|path)\s*=\s*)(["'])(.+?)\2""", re.MULTILINE)


def copy_case(like: Path, name: Path) -> None:
    """Copy a case's file and README; paths in it are rewritten so that they point at the same things.

    Args:
        like: Case directory to copy.
        name: Directory of the new case; must not exist.

    Raises:
        CaseErrors: No case at ``like``.
        CaseError: The new directory exists, or cannot be written.
    """
    read_table(like)
    source = like if like.suffix == ".toml" else like / CASE_FILE
    if name.exists():
        raise CaseError(str(name), "exists already; choose another name")

    def moved(found: re.Match[str]) -> str:
        target = os.path.relpath((source.parent / found[3]).resolve(), name.resolve())
        return f'{found[1]}"{Path(target).as_posix()}"'

    try:
        text = _PATH.sub(moved, source.read_text(encoding="utf-8"))
        name.mkdir(parents=True)
        (name / CASE_FILE).write_text(text, encoding="utf-8")
        readme = f"# {name.name}\n\nStarted as a copy of {source.resolve().parent.name}.\n"
        (name / "README.md").write_text(readme, encoding="utf-8")
    except OSError as error:
        raise CaseError(str(name), f"cannot be written: {error.strerror}") from error
