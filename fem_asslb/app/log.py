"""Where the messages of a run go: console and file, from rank 0 only."""

import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fem_asslb.output.files import writing

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
        except OSError:
            # Its reader has gone, or the disk that it is kept on is full: `run.log` has all of it.
            silence_output()


def provide_output() -> None:
    """Give a program that was started without output or errors, as some services do, places for both."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, it stays open as they do


@contextmanager
def flushed_output() -> Iterator[None]:
    """Let all that was printed be there at the end, and an error of printing say what it is about.

    Raises:
        OSError: Standard output cannot be written, such as on a full disk.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None or _is_open_output():
            raise
        raise OSError(error.errno, error.strerror, "standard output") from error


def _is_open_output() -> bool:
    """Whether an empty line can be printed; if not, nothing more is."""
    try:
        print(flush=True)
    except OSError:
        silence_output()
        return False
    return True


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
        """Raise it again, with the name of the file."""
        with writing(Path(self.baseFilename)):
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
