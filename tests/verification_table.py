"""Pytest plugin that writes what the ``measured`` fixture recorded as a table; ``scripts/verification`` loads it."""

from pathlib import Path
from typing import Any

import pytest

HEAD = """# Verification

Written by `scripts/verification`, which runs the tests and leaves this table as it was when one of them fails. The
closed forms and their sources are in `tests/closed_forms.py`, the problems in the tests that name them under
`tests/verification`, manufactured solutions (MMS) under `tests/mms`. The error is relative to the closed form, or the
computed value itself where that is 0; the order is that between the two finest meshes or steps.

| problem | quantity | closed form | computed | error | order |
|---|---|---|---|---|---|
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--table FILE``."""
    parser.addoption("--table", type=Path, help="write the measured numbers to this file")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Write the table if every test passed."""
    path = config.getoption("table")
    if path is None:
        return
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(f"{path} is left as it was: a test failed")
        return
    reports = terminalreporter.stats.get("passed", [])
    rows = [row for report in reports for name, row in report.user_properties if name == "verification"]
    unique = list({(row["problem"], row["quantity"]): row for row in rows}.values())
    path.write_text(HEAD + "".join(map(_line, sorted(unique, key=lambda row: (row["problem"], row["quantity"])))))
    terminalreporter.write_line(f"{len(unique)} rows written to {path}")


def _line(row: dict) -> str:
    order = "" if row["order"] is None else f"{row['order']:.2f}"
    error = "< 1e-12" if row["error"] < 1e-12 else f"{row['error']:.1e}"
    closed, computed = ("0" if value == 0 else f"{value:.7g}" for value in (row["closed"], row["computed"]))
    return f"| {row['problem']} | {row['quantity']} | {closed} | {computed} | {error} | {order} |\n"
