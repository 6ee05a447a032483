"""A headless Chromium, spoken to through a pipe: what it shows of a page, complains of and asks for."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

VARIABLE = "FEM_ASSLB_CHROMIUM"
"""Environment variable that names the program where it is not on the path."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

OPTIONS = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def chromium() -> str | None:
    """The program, or None where there is none."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A page in a window.

    Attributes:
        complaints: What was written to the console, and exceptions of scripts.
        asked: Addresses that the page has asked for, but for its own and for data in it.

    Args:
        program: Chromium.
        size: Width and height of the window.
    """

    def __init__(self, program: str, size: tuple[int, int] = (1500, 1200)) -> None:
        self.complaints, self.asked, self._number, self._rest = [], [], 0, b""
        self._profile = tempfile.mkdtemp()
        read, self._out = os.pipe()
        self._in, write = os.pipe()
        # The browser speaks on its files 3 and 4.
        command = [program, *OPTIONS, f"--window-size={size[0]},{size[1]}", f"--user-data-dir={self._profile}"]
        shell = ["/bin/bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "bash"]
        self._process = subprocess.Popen(
            [*shell, *command, "--remote-debugging-pipe", "about:blank"],
            pass_fds=(read, write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._session: str | None = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._session = None
        with suppress(OSError, EOFError):
            self.call("Browser.close")
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": arguments}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path) -> None:
        """Show a page and wait until it is loaded; forget what the one before complained of and asked for."""
        self.complaints.clear()
        self.asked.clear()
        self._address = page.as_uri()
        self.call("Page.navigate", url=self._address)
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def value(self, expression: str) -> Any:
        """Value of an expression in the page, awaited where it is a promise."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def title(self) -> str:
        """Title of the window, also while it is on its way to another page."""
        return str(self.call("Target.getTargetInfo")["targetInfo"]["title"])

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Move the mouse, press or turn its wheel at a place of the window."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._in, 2**20)
            if not more:
                raise EOFError("the browser has ended")
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(text)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method: str | None, said: dict[str, Any]) -> None:
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(said)
        if method == "Network.requestWillBeSent":
            address = said["request"]["url"]
            if address != self._address and not address.startswith(("data:", "blob:")):
                self.asked.append(address)
