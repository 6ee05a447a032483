"""Each command of the pages that a newcomer follows, one by one, as they stand. Part of scripts/test --full."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PAGES = ("README.md", "docs/tutorial.md", "docs/gallery.md", "docs/postprocessing.md")

NOT_HERE = ("scripts/test", "python3 -m pip", "docker", "fem-asslb watch my-cell --page")
"""How commands begin that install something, that would run this again, or that no case here is long enough for."""

CELLS = """set -e
rm -r my-cell
for cell in my-cell other-cell; do mkdir $cell; cp contact/case.toml $cell; done
cp -r contact/at-50 my-cell/results
cp -r contact/at-5 my-cell/stiffer
cp -r contact/at-50-seed-2 other-cell/results
cp my-cell/results/cell.bdf.csv measured.csv"""
"""What readers of the page on results have: two cells whose particles let go, and data of a cycler."""

DIFFERING = "compare"
"""The command that ends with 1 where runs differ, as programs do that compare files."""


def commands_of(page):
    """Commands of the blocks of a page, without what explains them."""
    blocks = re.findall(r"```\w*\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    found = [line for line in lines if line.startswith(("scripts/", "fem-asslb ", "python3 "))]
    return [re.split(r" {3,}", line)[0] for line in found if not line.startswith(NOT_HERE)]


def left_behind(folder, names):
    """What is made, and not part of the checkout."""
    made = {".git", "build", "__pycache__"}
    return made | ({"results", "mesh", "study", "sweep"} if Path(folder).parent == ROOT / "cases" else set())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of this checkout without results, where ``fem-asslb`` is ``scripts/run``."""
    copy = tmp_path_factory.mktemp("pages") / "fem_asslb"
    shutil.copytree(ROOT, copy, ignore=left_behind)
    (copy / "fem-asslb").write_text('#!/bin/bash\nexec scripts/run "$@"\n')
    (copy / "fem-asslb").chmod(0o755)
    return copy


def done(checkout, command):
    """Exit code and messages of a command."""
    variables = dict(os.environ, PATH=f"{checkout}:{os.environ['PATH']}")
    ended = subprocess.run(
        ["bash", "-c", command], cwd=checkout, env=variables, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stderr


def write_changes(case):
    """What the reader of the tutorial changes in the case."""
    changes = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.DOTALL)
    case.write_text("\n".join(['extends = "../cases/first"', *changes]))


def test_commands_work_in_their_order(checkout):
    assert all(len(commands_of(page)) >= 4 for page in PAGES)
    ran = set()
    for page in PAGES:
        if page == "docs/postprocessing.md":
            assert done(checkout, CELLS)[0] == 0
        # A second run of the same would find the results of the first.
        for command in [text for text in commands_of(page) if text not in ran]:
            code, messages = done(checkout, command)
            print(code, command, flush=True)
            assert "Traceback" not in messages, f"{command}: {messages}"
            assert code in ({0, 1} if f" {DIFFERING} " in command else {0}), f"{command}: {code}, {messages}"
            ran.add(command)
            if command == "scripts/run new contact --like cases/first":
                write_changes(checkout / "contact" / "case.toml")
