"""What the fields of a problem report to the history: means and extremes, the same on every rank."""

import numpy as np
from dolfinx import fem

from fem_asslb.base.parallel import global_max, global_min, global_sum
from fem_asslb.fields.field import Extremes, Field, Mean
from fem_asslb.problem.problem import Problem


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
                found[item.least], found[item.largest] = self._extremes(field, item)
        numbers = [scalar for scalar in self._problem.scalars if scalar.column is not None]
        return found | {str(item.column): self._problem.state.number(item.name) for item in numbers}

    def _compile(self, item: Mean | Extremes) -> list[tuple[fem.Form, fem.Form]]:
        if isinstance(item, Extremes):
            return []
        compiled = self._problem.compile
        return [(compiled(weight * value * cells), compiled(weight * cells)) for value, weight, cells in item.terms]

    def _extremes(self, field: Field, item: Extremes) -> tuple[float, float]:
        domain, function = self._problem.domain, self._problem.state[field.name]
        dofmap = function.function_space.dofmap
        values = function.x.array[dofmap.index_map_bs * dofmap.list[field.cells(domain)] + item.entry]
        least = global_min(domain.comm, values.min(initial=np.inf))
        largest = global_max(domain.comm, values.max(initial=-np.inf))
        return float(least[0]), float(largest[0])
