"""Rows and tangents of a law that answers at points, in forms of their own.

DOLFINx 0.9 packs a coefficient that any integral over cells uses for all of them: in the forms of the whole model the
answers of one phase would be copied for every other.
"""

from collections.abc import Iterable, Mapping

import ufl
from ufl.algorithms import expand_derivatives
from ufl.core.expr import Expr

from fem_asslb.bulk.bulk_law import Tangent
from fem_asslb.equations.bulk import Bulk
from fem_asslb.spaces.state import State

Table = dict[str, dict[str, ufl.Form | None]]
"""Forms by the names of two fields: that of the row, and that by which it is differentiated."""


class PointForms:
    """Forms of one phase.

    Attributes:
        rows: Virtual work of the stress for a variation of each field that moves the elastic strain.
        tangents: Its derivatives; None where a block is empty.

    Args:
        bulk: The phases.
        phase: Name of the phase.
        state: Unknowns at the end of the step.
        fields: Names of the fields whose rows have the variation of the energy.
    """

    def __init__(self, bulk: Bulk, phase: str, state: State, fields: Iterable[str]) -> None:
        spaces = {name: function.function_space for name, function in state.functions.items()}
        trials = {name: ufl.TrialFunction(space) for name, space in spaces.items()}
        tangent, strain = bulk.response(state, phase).tangent, bulk.elastic_strain(state, phase)
        assert tangent is not None
        measure = bulk.energy_measure(phase)
        self.rows: dict[str, ufl.Form] = {}
        self.tangents: Table = {}
        for name in fields:
            test, function = ufl.TestFunction(spaces[name]), state[name]
            work = bulk.stress_work(state, phase, function, test)
            if expand_derivatives(work).empty():
                continue
            self.rows[name] = work
            variation = ufl.derivative(strain, function, test)
            self.tangents[name] = {}
            for column, trial in trials.items():
                stress = _stress_change(tangent, ufl.derivative(strain, state[column], trial))
                form = ufl.inner(stress, variation) * measure + ufl.derivative(work, state[column], trial)
                form = expand_derivatives(form)
                self.tangents[name][column] = None if form.empty() else form


def sum_of(tables: Iterable[Mapping[str, Mapping[str, ufl.Form | None]]], row: str, column: str) -> ufl.Form | int:
    """Sum of the forms of one block; 0 where no table has one."""
    forms = [table[row][column] for table in tables if row in table]
    return sum(form for form in forms if form is not None)


def _stress_change(tangent: Tangent, strain: Expr) -> Expr:
    """Change of the stress for a change of the strain, both of shape (3, 3)."""
    direction = ufl.as_tensor(tangent.direction.matrix())
    volume, along = ufl.tr(strain), ufl.inner(direction, strain)
    change = (tangent.volumetric * volume + tangent.pressed * along) * ufl.Identity(3) + tangent.shear * strain
    return change + (tangent.directed * along + tangent.turned * volume) * direction
