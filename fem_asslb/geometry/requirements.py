"""What every geometry asks of its numbers, with one kind of message."""

import math


def require(condition: bool, name: str, value: object, accepted: str) -> None:
    """Raise ValueError naming the value and what is accepted unless the condition holds."""
    if not condition:
        raise ValueError(f"{name} is {value!r}; accepted: {accepted}")


def require_length(name: str, value: float) -> None:
    """A length [um] is positive and finite."""
    require(0.0 < value < math.inf, name, value, "a length above 0 um")


def require_fraction(name: str, value: float) -> None:
    """A fraction lies between 0 and 1."""
    require(0.0 < value < 1.0, name, value, "a number between 0 and 1, both excluded")


def require_order(order: int) -> None:
    """Elements are straight or curved."""
    require(order in (1, 2), "order", order, "1 (straight elements) or 2 (curved elements)")
