"""TOML of a case within stated bounds: what is larger is a mistake or worse, and is refused before it is worked on."""

import tomllib
from pathlib import Path
from typing import Any

LARGEST_FILE = 200_000
"""Bytes of a file; the longest case of the repository has a fiftieth of it."""

LONGEST_LINE = 4_000
"""Characters of a line; the time to read a key grows with the square of its parts."""

LONGEST_TEXT = 1_000
"""Characters of a value or a key."""

DEEPEST = 12
"""Tables and lists inside one another; the deepest table of the schema has 7."""

MOST_KEYS = 250
"""Keys of one table, such as layers or materials; the largest table of the repository's cases has a tenth of it."""

LARGEST_INTEGER = 2**63 - 1
"""As TOML demands of its readers."""


class OutOfBoundsError(ValueError):
    """TOML of more or larger parts than a case has."""


def read_file(file: Path) -> dict[str, Any]:
    """Table of a file.

    Raises:
        ValueError: Not TOML, or out of bounds; one line.
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"the file has more than {LARGEST_FILE} bytes, which no case has")
    try:
        return parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid TOML: {error.reason} at byte {error.start}, which is not UTF-8") from error


def parse(text: str) -> dict[str, Any]:
    """Table of a text.

    Raises:
        ValueError: Not TOML, or out of bounds; one line.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise ValueError(f"line {number} has {len(line)} characters; expected at most {LONGEST_LINE}")
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(f"brackets inside one another; expected at most {DEEPEST} levels") from error
    except ValueError as error:
        # An integer of thousands of digits is refused by Python itself.
        raise ValueError(f"not valid TOML: {error}") from error
    _check(table)
    return table


def _check(table: dict[str, Any]) -> None:
    """Look at every key and value, level by level: what is too deep is never entered."""
    level: list[tuple[str, Any]] = [("", table)]
    for _ in range(DEEPEST + 1):
        level = [entry for key, value in level for entry in _entries(key, value)]
        for key, value in level:
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise OutOfBoundsError(f"{key} has {len(value)} characters; expected at most {LONGEST_TEXT}")
            if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
                raise OutOfBoundsError(f"{key} is an integer of more than 63 bits; expected at most {LARGEST_INTEGER}")
    if level:
        raise OutOfBoundsError(f"{level[0][0]}: tables or lists inside one another; expected at most {DEEPEST} levels")


def _entries(key: str, value: Any) -> list[tuple[str, Any]]:
    """Entries of a table or list with their dotted keys, none of anything else."""
    if isinstance(value, dict):
        if len(value) > MOST_KEYS:
            raise OutOfBoundsError(f"{key or 'the file'} has {len(value)} keys; expected at most {MOST_KEYS}")
        for name in value:
            if len(name) > LONGEST_TEXT:
                raise OutOfBoundsError(f"a key has {len(name)} characters; expected at most {LONGEST_TEXT}")
        return [(f"{key}.{name}".lstrip("."), item) for name, item in value.items()]
    return [(f"{key}[{number}]", item) for number, item in enumerate(value)] if isinstance(value, list) else []
