"""What the fields of a problem report to the history: means and extremes, the same on every rank."""

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from fem_asslb.base.parallel import global_max, global_min, global_sum
from fem_asslb.fields.field import Extremes, Field, Mean
from fem_asslb.problem.problem import Problem


def extremes(problem: Problem, field: Field, entry: int, cells: npt.NDArray[np.int32]) -> tuple[float, float]:
    """Least and largest nodal value of one entry of a field in some cells."""
    function, comm = problem.state[field.name], problem.domain.comm
    dofmap = function.function_space.dofmap
    values = function.x.array[dofmap.index_map_bs * dofmap.list[cells] + entry]
    least = global_min(comm, values.min(initial=np.inf))
    largest = global_max(comm, values.max(initial=-np.inf))
    return float(least[0]), float(largest[0])


def component_ranges(problem: Problem, name: str) -> dict[str, tuple[float, float]]:
    """Least and largest nodal value of a component on each role that has it."""
    return {
        role: extremes(problem, field, component.entry or 0, problem.domain.cells_of([role]))
        for field in problem.fields
        for component in field.components
        if component.name == name
        for role in (problem.domain.roles if field.roles is None else field.roles)
    }


class FieldReports:
    """Compiled reports of all fields.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._reports = [
            (field, item, self._compile(item))
            for field in problem.fields
            if field.reported is not None
            for item in field.reported(problem.state)
        ]

    def scalars(self) -> dict[str, float]:
        """Values of the present state by column, in the order of the fields; then the numbers of the cell."""
        found: dict[str, float] = {}
        for field, item, forms in self._reports:
            if isinstance(item, Mean):
                sums = global_sum(
                    self._problem.domain.comm, [[fem.assemble_scalar(form) for form in pair] for pair in forms]
                )
                value, weight = sums.sum(axis=0)
                found[item.column] = float(value / weight)
            else:
                domain = self._problem.domain
                cells = field.cells(domain) if item.roles is None else domain.cells_of(item.roles)
                found[item.least], found[item.largest] = extremes(self._problem, field, item.entry, cells)
        numbers = [scalar for scalar in self._problem.scalars if scalar.column is not None]
        return found | {str(item.column): self._problem.state.number(item.name) for item in numbers}

    def _compile(self, item: Mean | Extremes) -> list[tuple[fem.Form, fem.Form]]:
        if isinstance(item, Extremes):
            return []
        compiled = self._problem.compile
        return [(compiled(weight * value * cells), compiled(weight * cells)) for value, weight, cells in item.terms]
