"""A screen for VTK where there is none."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from fem_asslb.base.errors import FemAsslbError


@contextmanager
def screen() -> Iterator[None]:
    """Give VTK an invisible screen inside a block, unless there is one; it ends with the block.

    Raises:
        FemAsslbError: Xvfb is missing or does not start.
    """
    if os.environ.get("DISPLAY"):
        yield
        return
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    try:
        server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as error:
        os.close(reader)
        raise FemAsslbError(f"no screen to draw on: Xvfb cannot be started: {error.strerror}") from error
    finally:
        os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise FemAsslbError("no screen to draw on: Xvfb ended without one")
        os.environ["DISPLAY"] = f":{number}"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        server.terminate()
        server.wait()
