"""What a checkpoint has to say: a file that a run goes on from is looked at before anything of it is used."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fem_asslb.base.endings import WAYS_OUT
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output.written_lines import TABLES

WHOLE = ("index", "loading.stage")
"""Numbers of the clock that count something."""

_NUMBERS = ("clock", "controls", "scalars")
"""Tables of numbers."""

_TOLD = f"lines, columns and checksum of one of {', '.join(TABLES)}"


def check_latest(path: Path, latest: dict[str, Any]) -> None:
    """Kinds of the values of a checkpoint, and whether they are those that were written.

    Args:
        path: The file.
        latest: What is in it, with all keys.

    Raises:
        FemAsslbError: The first that is of another kind, and what is accepted; or the checksum is of something else.
    """
    for key, is_accepted, expected in _entries(latest):
        value: Any = latest
        for part in key:
            value = value.get(part) if isinstance(value, dict) else None
        if not is_accepted(value):
            name = printable(".".join(key), 40)
            raise FemAsslbError(
                f"{quoted(path, 120)} is damaged: {name} is {printable(repr(value), 40)}; expected {expected}"
            )
    if latest["checksum"] != checksum(latest):
        raise FemAsslbError(f"{quoted(path, 160)} is damaged: it is not what was written; {WAYS_OUT}")


def checksum(latest: dict[str, Any]) -> str:
    """Of all that a checkpoint says, but for its own ``checksum``."""
    text = json.dumps({key: value for key, value in latest.items() if key != "checksum"})
    return hashlib.sha256(text.encode()).hexdigest()


def check_names(path: Path, key: str, found: dict[str, Any], needed: Iterable[str]) -> None:
    """A table of a checkpoint has all numbers that this run needs.

    Raises:
        FemAsslbError: The first that is missing.
    """
    if missing := [name for name in needed if name not in found]:
        raise FemAsslbError(f"{quoted(path, 160)} is damaged: there is no {key}.{missing[0]}")


def _entries(latest: dict[str, Any]) -> list[tuple[tuple[str, ...], Callable[[Any], bool], str]]:
    """Keys, tests of their values and words for what passes; tables come before what is in them."""
    numbers = [(table, name) for table in _NUMBERS for name in _names(latest.get(table))]
    return [
        (("folder",), lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9]{6,12}", value)), "six digits"),
        *(((name,), _is_table, "a table") for name in (*_NUMBERS, "tables", "written", "identity")),
        *((("identity", name), _is_table, "a table") for name in ("case", "files")),
        *((key, _is_text, "a text") for key in (("identity", "mesh"), ("checksum",))),
        *((("clock", name), _is_whole, "a whole number") for name in WHOLE),
        *((key, _is_number, "a finite number") for key in numbers),
        *((("written", name), _is_told(name), _TOLD) for name in _names(latest.get("written"))),
    ]


def _names(table: Any) -> list[str]:
    return list(table) if isinstance(table, dict) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_told(name: str) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        """Of a table that we write, and whole numbers as such."""
        numbers = [value.get(key) for key in ("lines", "columns")] if isinstance(value, dict) else [None]
        counted = all(isinstance(number, int) and _is_whole(number) for number in numbers)
        return name in TABLES and counted and _is_text(value.get("checksum"))

    return test


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_whole(value: Any) -> bool:
    return _is_number(value) and 0 <= value < 2**53 and value == int(value)
