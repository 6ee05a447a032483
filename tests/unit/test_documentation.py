"""The code in the documentation runs, on any number of ranks."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_api_page_runs_from_top_to_bottom(comm, monkeypatch, capsys):
    monkeypatch.chdir(DOCS.parent)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(compile(block, "api.md", "exec"), names)
    assert names["outcome"].is_complete
    assert names["record"].index == 3
    assert names["points"].is_open.any() or comm.size > 1
    assert comm.allreduce(names["local"]) / names["volume"] == pytest.approx(-names["simulation"].pressure(), rel=1e-9)
    assert names["problem"].state.number("platen position") < 0
