"""All that a checkpoint holds of a run, besides its clock: an entry for each kind of values."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fem_asslb.equations.phase import Memory
from fem_asslb.equations.unwelded_interfaces import UnweldedInterfaces
from fem_asslb.fields.field import Field
from fem_asslb.mesh.domain import Domain
from fem_asslb.output.entity_values import EntityValues
from fem_asslb.spaces.point_variables import PointVariables
from fem_asslb.spaces.state import SCALARS, State

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation

WHOLE = slice(None)

INTERFACES = "interfaces"
"""Table of what interfaces remember."""


def saved_states(simulation: "Simulation") -> dict[str, State]:
    """States that a later step reads, by name."""
    problem = simulation.problem
    return {"state": problem.state, "previous": problem.previous, "before": simulation.stepper.before}


def saved_numbers(simulation: "Simulation") -> dict[str, float]:
    """Single numbers of the cell in each state."""
    return {
        f"{when}.{name}": state.number(name)
        for when, state in saved_states(simulation).items()
        for name in state.scalars
    }


def set_numbers(simulation: "Simulation", numbers: dict[str, float]) -> None:
    """The inverse of `saved_numbers`."""
    for when, state in saved_states(simulation).items():
        for name in state.scalars:
            state.set_number(name, numbers[f"{when}.{name}"])


def saved_values(simulation: "Simulation") -> list[EntityValues]:
    """Values at points: the fields, and what interfaces and phases remember."""
    problem, states = simulation.problem, saved_states(simulation)
    found = [_of_field(problem.domain, field, states) for field in problem.fields if field.name != SCALARS]
    interfaces, phases = problem.formulation.interfaces, problem.formulation.bulk.phases
    if interfaces is not None and interfaces.history is not None:
        found.append(_of_interfaces(interfaces, interfaces.history))
    memories = {name: phase.memory for name, phase in phases.items() if phase.memory is not None}
    return found + [_of_phase(problem.domain, name, memory) for name, memory in memories.items()]


def _of_field(domain: Domain, field: Field, states: dict[str, State]) -> EntityValues:
    """A field in all states, in the cells in which it lives: others borrow its degrees of freedom from neighbours."""
    number = np.asarray(domain.mesh.topology.original_cell_index)
    cells = field.cells(domain)
    element = field.space.ufl_element()
    return EntityValues(
        name=field.name,
        keys=number[cells, None],
        owned=cells < domain.num_owned_cells,
        points=_points(domain, cells, element.basix_element.points),
        places=field.space.dofmap.list[cells],
        variables={when: (state[field.name], WHOLE) for when, state in states.items()},
    )


def _points(domain: Domain, cells: npt.NDArray, reference: npt.NDArray) -> npt.NDArray[np.float64]:
    """Points of the reference cell in each of some cells, shape (num_cells, num_points, 3) [um]."""
    geometry = domain.mesh.geometry
    shapes = domain.mesh.ufl_domain().ufl_coordinate_element().sub_elements[0].tabulate(0, reference)[0]
    return np.einsum("pn,cnx->cpx", shapes, geometry.x[geometry.dofmap[cells]])


def _of_interfaces(interfaces: UnweldedInterfaces, history: PointVariables) -> EntityValues:
    return EntityValues(
        name=INTERFACES,
        keys=interfaces.keys,
        owned=np.arange(len(interfaces.keys)) < interfaces.mesh.num_owned,
        points=interfaces.points,
        places=history.function.function_space.dofmap.list,
        variables={name: (history.function, place) for name, place in history.layout.places.items()},
    )


def _of_phase(domain: Domain, name: str, memory: Memory) -> EntityValues:
    """History of a law of the bulk, and strain and stress at the start of the step."""
    cells = memory.points.cells
    count = len(cells) * memory.points.count
    return EntityValues(
        name=f"phase {name}",
        keys=np.asarray(domain.mesh.topology.original_cell_index)[cells, None],
        owned=np.ones(len(cells), dtype=bool),
        points=_points(domain, cells, memory.points.reference),
        places=np.arange(count, dtype=np.int32).reshape(len(cells), memory.points.count),
        variables={
            f"{kind} {variable}": (variables.function, place)
            for kind, variables in (("history", memory.history), ("start", memory.start))
            if variables is not None
            for variable, place in variables.layout.places.items()
        },
    )
