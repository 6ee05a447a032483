"""What laws of the bulk report of what they remember: means and extremes after a step, the same on every rank."""

import numpy as np
import ufl
from dolfinx import fem

from fem_asslb.base.parallel import global_max, global_min, global_sum
from fem_asslb.bulk.bulk_law import INELASTIC_STRAIN, ReportingLaw
from fem_asslb.mesh.volumes import cell_volumes
from fem_asslb.problem.problem import Problem

INELASTIC = INELASTIC_STRAIN.removesuffix(" [-]")
"""What time steps follow, of the laws that report it."""


class HistoryReports:
    """Compiled integrals over cells.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._comm, domain, bulk = problem.domain.comm, problem.domain, problem.formulation.bulk
        self._cells = fem.functionspace(domain.mesh, ("DG", 0))
        self._volumes, test = cell_volumes(domain), ufl.TestFunction(self._cells)
        self._forms = []
        for name, phase in bulk.phases.items():
            if not isinstance(phase.law, ReportingLaw):
                continue
            owned = domain.owned_cells_of(phase.roles)
            for quantity, value in phase.law.reported(bulk.response(problem.state, name).history).items():
                form = fem.form(value * test * bulk.energy_measure(name))
                self._forms.append((f"{name} {quantity}", owned, form))

    def scalars(self) -> dict[str, float]:
        """Mean, and least and largest average of a cell, by column."""
        found = {}
        for name, owned, form in self._forms:
            integrals = fem.assemble_vector(form).array[self._cells.dofmap.list[owned, 0]]
            averages = integrals / self._volumes[owned]
            total, volume = global_sum(self._comm, [integrals.sum(), self._volumes[owned].sum()])
            least = global_min(self._comm, averages.min(initial=np.inf))
            largest = global_max(self._comm, averages.max(initial=-np.inf))
            stem, _, unit = name.partition(" [")
            for word, value in (("mean", total / volume), ("min", least[0]), ("max", largest[0])):
                found[f"{stem} {word} [{unit}"] = float(value)
        return found
