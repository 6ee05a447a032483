"""The notebook of the documentation runs from top to bottom where nothing but the installed package is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fem_asslb

pytestmark = [pytest.mark.serial, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
INSTALLED = ("fem_asslb", "meshes", "pyproject.toml", "README.md", "LICENSE")
"""What of the repository an installation reads."""


def install(folder):
    """The package in a folder of its own, from a copy: an installation leaves files where its source is."""
    source = folder / "source"
    source.mkdir()
    for name in INSTALLED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(source)], check=True)
    shutil.rmtree(source)
    return folder / "site"


def test_the_notebook_runs_against_an_installed_package(tmp_path):
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4 and not any(cell.get("outputs") for cell in notebook["cells"])
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    figures = [f"import matplotlib.pyplot as plt\nplt.gcf().savefig('{number}.png')" for number in range(2)]
    script = tmp_path / "notebook.py"
    script.write_text("\n".join([*code[:4], figures[0], *code[4:5], figures[1], *code[5:]]), encoding="utf-8")
    variables = os.environ | {"PYTHONPATH": str(install(tmp_path)), "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-P", str(script)], cwd=tmp_path, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("end of protocol\n") and "SpringFixture(" in done.stdout
    assert "'fem-asslb': 'not installed" not in done.stdout
    assert all((tmp_path / f"{number}.png").stat().st_size > 10_000 for number in range(2))
    opened = fem_asslb.read_results(tmp_path / "notebook-cell").history["particle|cathode open [-]"]
    assert opened.max() > 0.05
