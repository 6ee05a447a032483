"""Names, numbers and values as they are written in a case: what is one, and how a message shows it."""

import datetime
import math
import re
from collections.abc import Iterable
from typing import Any

from fem_asslb.base.printable import printable

NAME = "[A-Za-z0-9_][A-Za-z0-9_-]{0,39}"
"""Pattern of a name that a case gives, of a layer, a role or an interface: one word in every message and table."""

A_NAME = "a name of at most 40 letters (a to z), digits, '_' and '-'"
"""The same in words."""

SURFACE = "surface:"
"""What a name begins with, in a case and in a mesh, of facets that are a surface between regions and no boundary."""

NUMBER = r"[+-]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,4})?"
"""Pattern of a decimal number in a text: ASCII digits, no underscores, no ``nan`` and no ``inf``."""


def is_name(text: str) -> bool:
    """Whether a text can be the name of a layer, a role or an interface."""
    return re.fullmatch(NAME, text) is not None


def number_in(text: str) -> float:
    """The number that a text is.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(NUMBER, text):
        raise ValueError(f"{show(text)} is not a number")
    if math.isinf(number := float(text)):
        raise ValueError(f"{show(text)} is larger than any number")
    return number


def show(value: Any) -> str:
    """A value as it is written in TOML, printable and not longer than a part of a line."""
    return printable(_written(value), 80)


def not_accepted(value: Any, accepted: str) -> str:
    """One line that says what was given and what is accepted."""
    return f"{show(value)} is not accepted; expected {accepted}"


def listed(names: Iterable[str]) -> str:
    """Names as a message has them."""
    return ", ".join(f"'{name}'" for name in names)


def one_of(names: Iterable[str]) -> str:
    """Names of which one is to be taken, as a message has them."""
    *others, last = names
    return f"{listed(others)} or '{last}'" if others else f"'{last}'"


def is_text(word: str) -> bool:
    """Whether a word of the command line was given in UTF-8."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def counted(number: int, noun: str, plural: str = "") -> str:
    """So many of something: ``1 rank``, ``2 ranks``."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_written, value)) + "]"
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return repr(value)
