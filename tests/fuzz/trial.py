"""One input, tried: it is accepted or refused within limits, in lines, and no file is touched."""

import resource
import signal
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

SECONDS = 2.0
"""Longest time of one input, of this process rather than of the clock: others may use the machine."""

MEMORY = 1 << 30
"""Bytes that this process may have."""


class Inputs(Protocol):
    """A kind of inputs, made one after another."""

    def write(self, number: int) -> None:
        """Write the next input."""

    def read(self) -> str:
        """Read what was written and return ``"accepted"`` or ``"refused"``."""


class TooSlowError(BaseException):
    """The input takes too long; no handler of the package may take it for its own."""


def set_limits() -> None:
    """Little memory from now on, and a signal for what takes too long."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, _too_slow)


def attempt(inputs: Inputs, folder: Path, number: int) -> tuple[str, str]:
    """What is wrong with how an input is taken, if anything, and the outcome."""
    inputs.write(number)
    before = _state(folder)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        outcome = inputs.read()
    except TooSlowError:
        return f"more than {SECONDS} s\n{traceback.format_exc(limit=-4)}", "failed"
    except BaseException:
        return traceback.format_exc(limit=-6), "failed"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ("", outcome) if _state(folder) == before else ("files were touched", "failed")


def require_line(text: str) -> None:
    """A message is one printable line."""
    assert text.isprintable(), f"control characters in {text!r}"
    assert 0 < len(text) <= 300, f"not a short line: {text!r}"


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


def _too_slow(signal_number: int, frame: FrameType | None) -> Any:
    raise TooSlowError
