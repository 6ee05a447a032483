"""Imports go one way only, and importing the package starts none of its heavy libraries."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FOLDERS = [
    "fem_asslb.base",
    "fem_asslb.bpx",
    "fem_asslb.bulk",
    "fem_asslb.materials",
    "fem_asslb.interfaces",
    "fem_asslb.geometry",
    "fem_asslb.mesh",
    "fem_asslb.spaces",
    "fem_asslb.case.sections",
    "fem_asslb.case.estimates",
    "fem_asslb.case.checks",
    "fem_asslb.case.reading",
    "fem_asslb.model",
    "fem_asslb.equations",
    "fem_asslb.fields",
    "fem_asslb.problem",
    "fem_asslb.solve",
    "fem_asslb.diagnostics",
    "fem_asslb.simulation",
    "fem_asslb.output",
    "fem_asslb.comparison",
    "fem_asslb.plotting",
    "meshes",
    "fem_asslb.studies",
    "fem_asslb.convergence",
    "fem_asslb.report",
    "fem_asslb.sweep",
    "fem_asslb.app",
]
"""Folders from the ground up: each imports only from itself and from those above it in this list."""

FACE = {"fem_asslb", "fem_asslb.__main__", "fem_asslb.case"}
"""What stands before the house, and imports from anywhere."""


def modules() -> dict[str, Path]:
    """Files of both packages by the name of their module."""
    found = {}
    for package in ("fem_asslb", "meshes"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(module: str) -> set[str]:
    """Modules of ours that a module imports, for type checking only and within functions too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in names}
    return (found & MODULES.keys()) - {module}


def folder_of(module: str) -> str:
    """The listed folder in which a module lies."""
    for folder in FOLDERS:
        if module == folder or module.startswith(f"{folder}."):
            return folder
    raise AssertionError(f"'{module}' lies in no folder of FOLDERS")


@pytest.mark.serial
@pytest.mark.parametrize("module", sorted(MODULES.keys() - FACE))
def test_a_module_imports_only_from_its_folder_and_those_below(module):
    here = FOLDERS.index(folder_of(module))
    above = [name for name in imports(module) if name in FACE or FOLDERS.index(folder_of(name)) > here]
    assert not above, f"{module} imports {above}, above it"


@pytest.mark.serial
def test_no_modules_import_each_other_in_a_circle():
    # Raises CycleError with the modules of the circle.
    TopologicalSorter({module: imports(module) for module in MODULES.keys() - FACE}).prepare()


@pytest.mark.serial
@pytest.mark.parametrize("module", ["fem_asslb", "fem_asslb.case.reading.reader", "fem_asslb.app.cli"])
def test_importing_starts_no_heavy_library(module):
    heavy = "{'gmsh', 'pyvista', 'vtk', 'mpi4py', 'petsc4py', 'dolfinx', 'matplotlib', 'pandas'}"
    code = f"import sys, {module}; print(sorted({heavy} & {{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
