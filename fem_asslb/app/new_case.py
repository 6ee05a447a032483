"""A new case directory as a copy of another one."""

import os
import re
import tomllib
from pathlib import Path

from fem_asslb.base.errors import CaseError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.case.reading.material_files import names_of_files
from fem_asslb.case.reading.reader import CASE_FILE, read_table
from fem_asslb.case.sections.paths import path_owners

README = "README.md"
"""File of a case directory for its readers."""

LARGEST_README = 10**6
"""Bytes of it."""

_PATH = re.compile(r"""((?:^|[{,.])[ \t]*[A-Za-z0-9_-]+[ \t]*=[ \t]*)(["'])(.+?)\2""", re.MULTILINE)


def require_new(name: Path) -> None:
    """A new case has a directory of its own, whose name can be shown.

    Raises:
        CaseError: It exists, or its name holds what is no character.
    """
    if not name.name.isprintable():
        raise CaseError(quoted(name, 120), "cannot be the name of a directory of a case; accepted: printable text")
    if name.exists():
        raise CaseError(str(name), "exists already; choose another name")


def copy_case(like: Path, name: Path) -> None:
    """Copy a case's file with its comments, and its README; paths in the file point at the same things as before.

    Args:
        like: Case directory to copy.
        name: Directory of the new case; must not exist.

    Raises:
        CaseErrors: No case at ``like``.
        CaseError: The new directory exists, or cannot be written, a path is written in an unusual way, or the README
            cannot be read.
    """
    read_table(like)
    source = like if like.suffix == ".toml" else like / CASE_FILE
    require_new(name)
    text, readme = _moved(source.read_text(encoding="utf-8"), source, name), _readme(source, name)
    try:
        name.mkdir(parents=True)
        (name / CASE_FILE).write_text(text, encoding="utf-8")
        (name / README).write_text(readme, encoding="utf-8")
    except OSError as error:
        raise CaseError(str(name), f"cannot be written: {error.strerror}") from error


def _readme(source: Path, name: Path) -> str:
    """README of the new case: that of the old one under the new name, which says whose figures it has."""
    path, origin = source.parent / README, source.resolve().parent.name
    start = f"# {name.resolve().name}\n\nStarted as a copy of `{origin}`"
    if not path.exists():
        return f"{start}.\n"
    try:
        text = regular_file(path, LARGEST_README).read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CaseError(
            str(path), f"cannot be read: {error.reason} at byte {error.start}, which is not UTF-8"
        ) from error
    rest = text.removeprefix(f"# {origin}\n").strip("\n")
    return f"{start}; what follows is its README, and the figures in it are those of `{origin}`.\n\n{rest}\n"


def _moved(text: str, source: Path, name: Path) -> str:
    """Text of a case file with its paths seen from another directory, checked against its table."""

    def moved(path: str) -> str:
        """The same file as seen from the new case."""
        return Path(os.path.relpath((source.parent / path).resolve(), name.resolve())).as_posix()

    table = tomllib.loads(text)
    stated = [*((owner, "path") for owner in path_owners(table)), *names_of_files(table)]
    if "extends" in table:
        stated.append((table, "extends"))
    paths = {owner[key] for owner, key in stated}
    result = _PATH.sub(lambda found: f'{found[1]}"{moved(found[3])}"' if found[3] in paths else found[0], text)
    for owner, key in stated:
        owner[key] = moved(owner[key])
    try:
        if tomllib.loads(result) == table:
            return result
    except tomllib.TOMLDecodeError:
        pass
    accepted = 'expected plainly quoted text such as path = "cell.msh"'
    raise CaseError(str(source), f"a path in it cannot be rewritten; {accepted}")
