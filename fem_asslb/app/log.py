"""Where the messages of a run go: console and file, from rank 0 only."""

import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGE = "fem_asslb"
FILE = "run.log"
"""File of a results folder."""


class Console(logging.Handler):
    """Handler for a person at a terminal: messages as they are, what is wrong with its level."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message."""
        prefix = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        try:
            print(f"{prefix}{record.getMessage()}", flush=True)
        except BrokenPipeError:
            silence_output()


def silence_output() -> None:
    """Send standard output nowhere, after its reader has gone: a run goes on without an audience."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class WarningList(logging.Handler):
    """Handler that keeps every different warning.

    Attributes:
        messages: In the order of their first appearance.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        if record.getMessage() not in self.messages:
            self.messages.append(record.getMessage())


class _File(logging.FileHandler):
    """File whose errors end the run, as those of every other file of it do."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, the name is logging's
        """Raise it again."""
        raise


class LogFile(logging.handlers.MemoryHandler):
    """Handler that writes messages with their time to a file, and holds them back until the file may be written."""

    def __init__(self) -> None:
        super().__init__(capacity=1)

    def open(self, path: Path, append: bool) -> None:
        """Write what came so far, and from now on each message at once; the folder of the file exists."""
        target = _File(path, mode="a" if append else "w", encoding="utf-8")
        target.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
        self.setTarget(target)
        self.flush()

    def close(self) -> None:
        """Close the file too."""
        target = self.target
        super().close()
        if target is not None:
            # What the disk has no room for was said when it was written.
            with suppress(OSError):
                target.close()


@contextmanager
def logging_to(*handlers: logging.Handler) -> Iterator[None]:
    """Send the package's messages to handlers, and nowhere else; without any they are dropped."""
    package = logging.getLogger(PACKAGE)
    level, propagate = package.level, package.propagate
    package.setLevel(min(level or logging.INFO, logging.INFO))
    package.propagate = False
    used = [logging.NullHandler(), *handlers]
    for handler in used:
        package.addHandler(handler)
    try:
        yield
    finally:
        package.setLevel(level)
        package.propagate = propagate
        for handler in used:
            package.removeHandler(handler)
            handler.close()


def on_terminal() -> bool:
    """Whether standard output is a terminal; mpirun gives each rank one, so its own output is looked at."""
    if not sys.stdout.isatty():
        return False
    if "PMIX_RANK" not in os.environ:
        return True
    try:
        return os.readlink(f"/proc/{os.getppid()}/fd/1").startswith(("/dev/pts/", "/dev/tty"))
    except OSError:
        return False
