"""What lies beside a case is data: no command runs or obeys it."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.unit.test_cli import COLUMN

pytestmark = pytest.mark.serial  # starts its own processes

RUN = Path(__file__).parents[2] / "scripts" / "run"

MODULES = [
    "cffi",
    "dolfinx",
    "fem_asslb",
    "ffcx",
    "gmsh",
    "matplotlib",
    "meshes",
    "meshio",
    "mpi4py",
    "numpy",
    "petsc4py",
    "pint",
    "pydantic",
    "pyvista",
    "scipy",
    "setuptools",
    "sitecustomize",
    "tomllib",
    "ufl",
    "usercustomize",
    "vtk",
]


STUDY = """
[study]
title = "Two cases"
base = "."
[axes.k]
key = "time.tolerance"
values = [0.01, 0.02]
"""


@pytest.fixture
def hostile(tmp_path):
    """A case among modules and settings that leave a mark in ``marks``, or stop what obeys them."""
    marks, wrapper = tmp_path / "marks", tmp_path / "wrapper"
    marks.mkdir()
    folder = tmp_path / "case"
    folder.mkdir()
    wrapper.write_text(f'#!/bin/sh\ntouch {marks}/compiler\nexec "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(marks / name)!r}, 'w').close()\n")
    files = {
        "case.toml": COLUMN.replace("pictures = false", "pictures = true\n[solver]\ndisplacement_degree = 1"),
        ".petscrc": f"-log_view :{marks}/petscrc\n",
        "petscrc": f"-log_view :{marks}/petscrc\n",
        "dolfinx_jit_options.json": json.dumps({"cffi_extra_compile_args": ["-wrapper", str(wrapper)]}),
        "ffcx_options.json": json.dumps({"verbosity": "none"}),
        "setup.cfg": "[build_ext]\nlibraries = there_is_no_such_library\n",
        "matplotlibrc": "text.usetex: True\n",
        ".gmshrc": f'SystemCall "touch {marks}/gmshrc";\n',
        ".gmsh-options": f'SystemCall "touch {marks}/gmsh-options";\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_nothing_beside_a_case_runs(hostile, tmp_path):
    # Forms are compiled anew, so that settings of the compiler would count.
    variables = os.environ | {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PETSC_OPTIONS": f"-log_view :{hostile.parent}/marks/variable",
    }
    (hostile / "study.toml").write_text(STUDY)
    commands = ["new copy --like .", "check .", "mesh .", ".", "plot .", "plot . . --x time"]
    commands += [
        "report . --figures figures",
        "compare . .",
        "export .",
        "watch .",
        "watch . --page page.html",
        "converge . --vary time --steps 1",
    ]
    commands += ["sweep study.toml --dry-run", "sweep study.toml", "report study.toml"]
    for command in commands:
        done = subprocess.run(
            [RUN, *command.split()], cwd=hostile, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert not list((tmp_path / "marks").iterdir()), command
    (part,) = json.loads((hostile / "results" / "run.json").read_text())["runs"]
    assert not [text for text in part["warnings"] if "no pictures" in text]
    assert (hostile / "results" / "pictures").is_dir()
