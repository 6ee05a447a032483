"""The code in the documentation runs, on any number of ranks."""

import pkgutil
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.two_ranks
def test_the_api_page_runs_from_top_to_bottom(comm, monkeypatch, capsys):
    monkeypatch.chdir(DOCS.parent)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 6
    names = {}
    for block in blocks:
        exec(compile(block, "api.md", "exec"), names)
    assert names["outcome"].is_complete
    assert names["record"].index == 3
    assert names["grid"].n_cells > 0 and names["results"].is_complete
    assert names["points"].is_open.any() or comm.size > 1
    assert comm.allreduce(names["local"]) / names["volume"] == pytest.approx(-names["simulation"].pressure(), rel=1e-9)
    assert names["problem"].state.number("platen position") < 0


ROW = re.compile(r"^\| .+ \| `(fem_asslb[\w.]+)` \| `(tests/[\w/]+\.py)::(\w+)` \|$")


@pytest.mark.serial
def test_equations_name_functions_and_tests_that_exist():
    lines = [line for line in (DOCS / "equations.md").read_text().splitlines() if line.startswith("| ")]
    rows = [line for line in lines if line != "| equation | function | test |"]
    found = [ROW.match(line) for line in rows]
    assert len(rows) > 30 and all(found), [line for line, match in zip(rows, found, strict=True) if match is None]
    for function, file, test in (match.groups() for match in found if match):
        assert pkgutil.resolve_name(function)
        assert f"\ndef {test}(" in (DOCS.parent / file).read_text(), test
