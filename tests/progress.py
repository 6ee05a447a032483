"""Ends a test run in which nothing has finished for long: ranks that wait for one another would wait for ever.

A limit on the whole run would end a healthy one on a slow machine. ``faulthandler_timeout`` of pytest lets every
process print where it stands; the alarm a little later needs no Python, so that it ends one that waits inside MPI too.
"""

import math
import signal

import pytest


class Watch:
    """Puts the end of the process off whenever a part of a test is done.

    Args:
        patience: Time without progress [s].
    """

    def __init__(self, patience: float) -> None:
        self._seconds = math.ceil(1.1 * patience)
        signal.alarm(self._seconds)

    def pytest_runtest_logreport(self) -> None:
        """A test was set up, run or cleaned up, here or in a process that works for this one."""
        signal.alarm(self._seconds)


def pytest_configure(config: pytest.Config) -> None:
    """Watch from the start, so that the import of a test, too, is waited for in vain only so long."""
    config.pluginmanager.register(Watch(float(config.getini("faulthandler_timeout"))))
