"""How a command may end: exit codes, and what is said of an error that ends it."""

from fem_asslb.base.errors import FemAsslbError, Postponed
from fem_asslb.base.printable import printable, quoted

DONE, BROKEN, FAILED_INPUT, STOPPED_EARLY, POSTPONED, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 75, 130, 143
"""Exit codes."""

DIFFERENT = 1
"""Exit code of a comparison that finds a difference, as that of programs that compare files."""

COMPLETE = "end of protocol"
"""Why a run ends that did all it should."""

LATER = "postponed"
"""How the reason begins why a run ends that was asked to, and that goes on with ``--resume``."""

OF_A_FILE = "a file cannot be used"
"""How the reason begins why a run ends whose results cannot be written; it goes on when there is room again."""

WAYS_OUT = "accepted: --resume-previous, --overwrite"
"""What is left where a checkpoint is damaged."""

_FOREMOST_FIRST = (BROKEN, TERMINATED, INTERRUPTED, STOPPED_EARLY, FAILED_INPUT, POSTPONED)


class Terminated(KeyboardInterrupt):
    """Someone, such as a batch system, asks the program to end."""


EXPECTED = (FemAsslbError, KeyboardInterrupt, OSError)
"""Errors that end a command in one line; all others are mistakes of the program, whose trace is wanted."""


def exit_code(error: BaseException) -> int:
    """Exit code of a command that ends with an error."""
    match error:
        case Terminated():
            return TERMINATED
        case KeyboardInterrupt():
            return INTERRUPTED
        case OSError():
            return STOPPED_EARLY
        case Postponed():
            return POSTPONED
        case FemAsslbError():
            return FAILED_INPUT
        case _:
            return BROKEN


def foremost(codes: list[int]) -> int:
    """Of the exit codes of several ranks, that of the first cause; the others follow from it."""
    return min(codes, key=_FOREMOST_FIRST.index)


def explain(error: BaseException) -> str:
    """An error in one line, or one per mistake."""
    match error:
        case Terminated():
            return "terminated"
        case KeyboardInterrupt():
            return "interrupted"
        case OSError(strerror=str(reason)):
            return f"{quoted(error.filename, 200)}: {reason}" if error.filename else reason
        case FemAsslbError() | OSError():
            return str(error)
        case _:
            return f"{type(error).__name__}: {error}"


def shown(error: BaseException) -> list[str]:
    """What `explain` says, in lines that any terminal can show."""
    return [printable(line, 300) for line in explain(error).split("\n")]
