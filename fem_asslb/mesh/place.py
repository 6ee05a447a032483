"""Where an interface lies."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where an interface lies.

    Attributes:
        plus: Role on the plus side; between regions of one role, plus is the lower region number.
        minus: Role on the minus side.
        surface: Name of a surface between the two; empty for all facets between them but those of surfaces that are
            places themselves.
    """

    plus: str
    minus: str
    surface: str = ""

    def __str__(self) -> str:
        """As in names of results."""
        return f"{self.plus}|{self.minus}" + (f" at {self.surface}" if self.surface else "")
