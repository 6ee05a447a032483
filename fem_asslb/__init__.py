"""Stress, stack pressure and lithium in all-solid-state battery cells, by finite elements.

`read_case` reads a case directory, `run` runs it and `read_results` reads what it left; importing the package imports
neither DOLFINx nor MPI.
"""

from typing import TYPE_CHECKING, Any

from fem_asslb.base.version import __version__

if TYPE_CHECKING:
    from fem_asslb.app.driver import run
    from fem_asslb.app.results import read_results
    from fem_asslb.case.reading.reader import read_case

__all__ = ["__version__", "read_case", "read_results", "run"]

_HOMES = {
    "read_case": "fem_asslb.case.reading.reader",
    "read_results": "fem_asslb.app.results",
    "run": "fem_asslb.app.driver",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fem_asslb' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
