"""Imports go one way only, and importing the package starts none of its heavy libraries."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "fem_asslb"

LAYERS = [
    "errors constants launcher printable surroundings input_files",
    "endings",
    "units values elementary requirements",
    "materials geometry kinematics",
    "interfaces",
    "case",
    "parallel compatibility",
    "spaces.adjacency",
    "mesh",
    "model axes",
    "forms",
    "spaces controls preconditioner presets line_search convergence",
    "interface_start",
    "opening_interfaces boundary",
    "continuum",
    "currents",
    "problem",
    "electrode_balance solver diagnostics interface_diagnostics particle_diagnostics",
    "balances",
    "cautions time_error energy_balance step_record",
    "stepping",
    "interface_stiffness",
    "interface_laws",
    "battery_cell build loading ledger simulation",
    "output",
    "plotting new_case log",
    "mesh_cache folder_lock",
    "results_folder picture_process",
    "driver",
    "__init__ grammar cli __main__",
]
"""Modules and folders of the package from the bottom up: each may import from its own line and from those above it."""

MAY_BUILD_MESHES = {"mesh_cache"}
"""Modules that may import the mesh builders, which import the package."""


def layer_of(module: str) -> int:
    """Line of the longest listed prefix of a module named inside the package, e.g. ``spaces.state``."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        for number, names in enumerate(LAYERS):
            if prefix in names.split():
                return number
    raise AssertionError(f"module '{module}' is not in LAYERS: place it")


def imports(tree: ast.Module) -> set[str]:
    """Modules imported anywhere but for type checking only."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules() -> dict[str, Path]:
    """Files of the package by the name of their module inside it."""
    files = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)] = path
    return files


@pytest.mark.serial
@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_downwards(module):
    for name in imports(ast.parse(modules()[module].read_text())):
        package, _, inside = name.partition(".")
        if package == "fem_asslb":
            assert layer_of(inside) <= layer_of(module), f"{module} imports {inside}, which is above it"
        assert package != "meshes" or module in MAY_BUILD_MESHES, f"{module} imports {name}"


@pytest.mark.serial
@pytest.mark.parametrize("module", ["fem_asslb", "fem_asslb.case.reader", "fem_asslb.cli"])
def test_importing_starts_no_heavy_library(module):
    heavy = "{'gmsh', 'pyvista', 'vtk', 'mpi4py', 'petsc4py', 'dolfinx', 'matplotlib'}"
    code = f"import sys, {module}; print(sorted({heavy} & {{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert result.stdout.strip() == "[]"
