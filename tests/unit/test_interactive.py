"""The view of a page that one turns: what is in it, and that no name in it is more than text."""

import base64
import hashlib
import json
import re
import zlib

import numpy as np
import pytest

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import record
from fem_asslb.report import html, interactive
from fem_asslb.report.runs import Run
from tests.unit.test_report import HOSTILE, Page, run_of

pytestmark = pytest.mark.serial

END = "</script><!--<script>"
"""What would end a script, or begin a comment in it."""


def hostile_run(folder):
    """A run of two cells whose roles and regions have names that try to be more than text."""
    results = run_of(folder, HOSTILE)
    content = json.loads((results / record.FILE).read_text())
    facts = {"roles": [f"electrolyte{END}", f"particle{HOSTILE}"], "regions": [f"particle/1{HOSTILE}", f"matrix{END}"]}
    (results / record.FILE).write_text(json.dumps(content | {"mesh facts": facts}))
    return Run(f"run{END}", results)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = interactive.view(hostile_run(tmp_path_factory.mktemp("view")))
    return html.page(HOSTILE, root, program=interactive.program())


def data_of(page):
    """The scene in a page."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def numbers(text):
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(2, -1)
    return planes[0] + 256 * planes[1].astype(int)


def test_names_in_a_view_are_text(page):
    found = Page(page)
    assert not found.open and found.tags.count("script") == 2 and "<!--" not in page
    scene = data_of(page)
    assert scene["roles"][0] == f"electrolyte{END}" and scene["regions"][0].startswith("particle/1</title>")
    assert "\x1b" not in json.dumps(scene, ensure_ascii=False)


def test_a_browser_may_run_the_script_of_the_program_and_no_other(page):
    """The policy has its hash; a page without a view allows none."""
    script = interactive.program().script
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(value for name, value in Page(page).attributes if name == "content" and "default-src" in value)
    assert policy.endswith(f"; script-src 'sha256-{hashed}'") and f"<script>{script}</script>" in page
    assert not re.search(r"innerHTML|insertAdjacent|\beval\b|Function\(|fetch\(|XMLHttp|https?:", script)
    assert "script-src" not in html.page("a") and "<script" not in html.page("a")


def test_fields_of_all_states_mean_the_same_in_one_range(page):
    scene = data_of(page)
    assert scene["states"] == ["0 h, mean x = 0.500", "1 h, mean x = 0.500"] and scene["dimension"] == 2
    # At first that with the least lithium is shown, by the history.
    assert scene["first state"] == 1
    stress = next(field for field in scene["fields"] if field["name"] == "Von Mises stress")
    assert stress["unit"] == "MPa" and stress["range"] == pytest.approx([0.0, 36.0])
    assert [numbers(state).tolist() for state in stress["states"]] == [[1] * 6, [65535] * 6]
    lithium = next(field for field in scene["fields"] if field["name"] == "Stoichiometry")
    # The roles stand in their order, that of the electrolyte first, which has no lithium.
    assert numbers(lithium["states"][0]).tolist() == [0] * 3 + [1] * 3
    moved = scene["displacements"]
    assert moved["high"] == pytest.approx([1e-3, 2e-3, 0.0]) and numbers(moved["states"][0])[:2].tolist() == [65535] * 2
    assert [group["role"] for group in scene["groups"]] == [0, 1]


def test_states_are_those_that_are_asked_for_and_what_is_missing_is_said(tmp_path):
    run = hostile_run(tmp_path)
    root = interactive.view(run, ["1 h", "end"])
    assert data_of(html.page("", root))["states"] == ["1 h, mean x = 0.500"]
    (run.results / "fields.pvd").unlink()
    with pytest.raises(FemAsslbError, match="no fields in"):
        interactive.view(run)
