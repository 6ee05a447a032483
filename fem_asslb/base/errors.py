"""Exceptions of the package. Their messages are one line: what was given, what is accepted, where."""

from collections.abc import Iterator

from fem_asslb.base.printable import printable

LONGEST_LINE = 300
"""Characters of a line about a case, whatever the case says."""

MOST_LINES = 100
"""Lines about one case; after them their number is enough."""


class FemAsslbError(Exception):
    """Base of every error that the package raises on purpose."""


class CaseError(FemAsslbError):
    """Bad input in a case: names the key, the value and what is accepted.

    Args:
        key: Dotted path of the key in the case, e.g. ``"fixture.stiffness"``.
        message: What was given and what is accepted.
    """

    def __init__(self, key: str, message: str) -> None:
        # TOML writes a key of no characters so.
        self.key = printable(key, 120) or '""'
        self.message = printable(message, LONGEST_LINE - len(self.key) - 2)
        super().__init__(f"{self.key}: {self.message}")

    def __reduce__(self) -> tuple:
        """Travel between ranks."""
        return type(self), (self.key, self.message)


Errors = Iterator[CaseError]
"""What a check finds."""


class CaseErrors(FemAsslbError):
    """All errors found in one case, one per line as far as a hundred.

    Args:
        errors: The errors, in the order of the case file.
    """

    def __init__(self, errors: list[CaseError]) -> None:
        self.errors = errors
        rest = len(errors) - MOST_LINES
        more = [f"and {rest} more"] if rest > 0 else []
        super().__init__("\n".join([*map(str, errors[:MOST_LINES]), *more]))

    def __reduce__(self) -> tuple:
        """Travel between ranks."""
        return type(self), (self.errors,)


class UnitError(FemAsslbError):
    """A quantity without a unit, with an unknown unit, or of the wrong dimension."""


class MeshError(FemAsslbError):
    """A mesh that cannot be built or used: names the group and the place."""


class MaterialError(FemAsslbError):
    """A material parameter that is missing or out of range."""


class ConvergenceError(FemAsslbError):
    """A nonlinear or linear solve that did not converge: names the reason."""


class Postponed(FemAsslbError):
    """A run that ends between two steps because it was asked to, and goes on later: names the cause."""


class BalanceError(FemAsslbError):
    """A state in which forces, lithium or current do not balance: names which, and by how much."""
