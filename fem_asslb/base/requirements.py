"""What a dataclass asks of its fields: all of it is looked at, with one kind of message.

A dataclass lists its requirements in ``REQUIREMENTS``, and its ``__post_init__`` calls `meet`.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fem_asslb.base.input_types import show


class UnreadableError(Exception):
    """A check used a value that cannot be read; the reader has said so already."""


@dataclass(frozen=True)
class Requirement:
    """What is asked of some fields.

    Attributes:
        fields: Those that count as refused where it is not met. It is not looked at where one of them has been refused
            before: which value is the mistake is then open, and one mistake makes one line.
        refusals: Of an object the lines on what does not meet it, none where it is met.
    """

    fields: tuple[str, ...]
    refusals: Callable[[Any], list[str]]


def unmet(owner: Any) -> tuple[list[str], frozenset[str]]:
    """Lines on all requirements that an object does not meet, and the fields that they refuse.

    Those that need a value which cannot be read are left out.
    """
    lines: list[str] = []
    refused: frozenset[str] = frozenset()
    for requirement in getattr(owner, "REQUIREMENTS", ()):
        if refused.isdisjoint(requirement.fields):
            with suppress(UnreadableError):
                found = requirement.refusals(owner)
                lines += found
                refused |= frozenset(requirement.fields if found else ())
    return lines, refused


def meet(owner: Any) -> None:
    """Raise ValueError with a line for each requirement that an object does not meet."""
    raise_any(unmet(owner)[0])


def raise_any(lines: list[str]) -> None:
    """Raise ValueError with these lines, if there are any."""
    if lines:
        raise ValueError("\n".join(lines))


def unless(condition: bool, name: str, value: object, accepted: str) -> list[str]:
    """A line that names the value and what is accepted, or none if the condition holds."""
    return [] if condition else [f"{name} is {show(value)}; accepted: {accepted}"]


def asked(name: str, holds: Callable[[Any], bool], accepted: str) -> Requirement:
    """What is asked of one field by itself."""

    def refusals(owner: Any) -> list[str]:
        value = getattr(owner, name)
        return unless(holds(value), name, value, accepted)

    return Requirement((name,), refusals)


def length(name: str) -> Requirement:
    """A length [um] is positive and finite."""
    return asked(name, is_length, LENGTH)


def optional_length(name: str) -> Requirement:
    """A length [um] is positive and finite where it is stated."""
    return asked(name, lambda value: value is None or is_length(value), LENGTH)


def fraction(name: str) -> Requirement:
    """A fraction lies between 0 and 1."""
    return asked(name, lambda value: 0.0 < value < 1.0, "a number between 0 and 1, both excluded")


def is_length(value: float) -> bool:
    """Whether a length is positive and finite."""
    return 0.0 < value < math.inf


LENGTH = "a length above 0 um"
DIMENSION = asked("dimension", lambda value: value in (2, 3), "2 or 3")
SEED = asked("seed", lambda value: value >= 0, "an integer from 0")
ORDER = asked("order", lambda value: value in (1, 2), "1 (straight elements) or 2 (curved elements)")
