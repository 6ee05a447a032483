"""Functions of a run as values by cell in the order of the mesh file, which no partition changes."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from dolfinx import fem

from fem_asslb.base.input_files import regular_file
from fem_asslb.output.interface_values import FACETS, HISTORY, owned_history

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation


def saved_functions(simulation: "Simulation") -> dict[str, fem.Function]:
    """Every function that a later step reads, by name."""
    functions: dict[str, fem.Function] = {}
    problem, before = simulation.problem, simulation.stepper.before
    for when, state in (("state", problem.state), ("previous", problem.previous), ("before", before)):
        functions |= {f"{when}.{name}": function for name, function in state.functions.items()}
    return functions


def owned_values(simulation: "Simulation") -> dict[str, Any]:
    """Values by owned cell, shape (num_cells, dofs_per_cell, block), and ``cells``, their places in the mesh file.

    Where interfaces may open, what they remember by facet too.
    """
    owned = simulation.problem.domain.num_owned_cells
    arrays: dict[str, Any] = {"cells": _file_order(simulation)[:owned]}
    for name, function in saved_functions(simulation).items():
        dofmap = function.function_space.dofmap
        arrays[name] = function.x.array.reshape(-1, dofmap.index_map_bs)[dofmap.list[:owned]]
    interfaces = simulation.problem.continuum.interfaces
    return arrays | owned_history(interfaces) if interfaces is not None else arrays


def read_values(simulation: "Simulation", paths: list[Path]) -> dict[str, np.ndarray]:
    """Values of all functions from the parts of all ranks: meshes are not cut the same way every time."""
    arrays = {}
    with ExitStack() as stack:
        parts = [np.load(stack.enter_context(regular_file(path).open("rb"))) for path in paths]
        cells = np.concatenate([part["cells"] for part in parts])
        row = np.empty(cells.max() + 1, dtype=np.int64)
        row[cells] = np.arange(len(cells))
        mine = row[_file_order(simulation)]
        lives_in = {field.name: field.cells(simulation.problem.domain) for field in simulation.problem.fields}
        for name, function in saved_functions(simulation).items():
            values = np.concatenate([part[name] for part in parts])[mine]
            dofmap = function.function_space.dofmap
            # Cells in which a field does not live borrow its degrees of freedom from their neighbours.
            cells = lives_in[name.partition(".")[2]]
            arrays[name] = function.x.array.copy()
            arrays[name].reshape(-1, dofmap.index_map_bs)[dofmap.list[cells]] = values[cells]
        if _remembers(simulation):
            arrays |= {name: np.concatenate([part[name] for part in parts]) for name in (FACETS, HISTORY)}
    return arrays


def _remembers(simulation: "Simulation") -> bool:
    interfaces = simulation.problem.continuum.interfaces
    return interfaces is not None and interfaces.history is not None


def _file_order(simulation: "Simulation") -> np.ndarray:
    """Place in the mesh file of each local cell, owned and ghost."""
    return np.asarray(simulation.problem.domain.mesh.topology.original_cell_index)
