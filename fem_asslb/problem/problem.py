"""The weak form of one implicit step as residual and Jacobian blocks. Owns no loop, no file, no solver."""

from collections.abc import Callable, Mapping

import ufl
from dolfinx import fem
from ufl.algorithms import expand_derivatives

from fem_asslb.base import compatibility
from fem_asslb.equations.controls import Controls
from fem_asslb.mesh.domain import Domain, check_degree, check_roles
from fem_asslb.model.model import Model
from fem_asslb.problem.composition import compose, set_uniform_lithium
from fem_asslb.spaces.state import State

_AUGMENTATION = 10.0
"""Stiffness that smooths the search for the pressure of a clamped platen [MPa/um]; the answer does not depend on it."""

Sources = Callable[["Problem", Mapping[str, ufl.Argument]], Mapping[str, ufl.Form]]
"""Body loads and lithium sources of a problem: forms by the name of their field, linear in its test function."""


class Problem:
    """One backward-Euler step of a model on a domain.

    The rows are variations of one incremental energy: the elastic and chemical energy of the hosts, minus what moves
    and reacts in the step. The equilibrium row is tested with the variation of x and the balance of lithium with that
    of phi, so the Jacobian is symmetric but for the change of the mobility with x and for what interfaces dissipate
    or gate.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        fields: Unknown fields, in the order of the monolithic system.
        scalars: Single numbers among the unknowns.
        state: Unknowns at the end of the step.
        previous: Unknowns at its beginning.
        continuum: Strains, stresses and energies as expressions.
        currents: Currents of lithium through surfaces.
        residual: Compiled row of each field, in pJ per unit of the unknown.
        jacobian: Compiled derivatives of each row by each field; None where a block is empty.
        conditions: Dirichlet conditions of each field.
        prescribed: Displacement on ``model.support.prescribed`` [um].

    Args:
        domain: The mesh.
        model: What is solved.
        sources: Right-hand side of each row, that of the balance of lithium over the whole step; none if left out.

    Raises:
        MeshError: Regions and materials, or boundaries and supports, do not match.
    """

    def __init__(self, domain: Domain, model: Model, sources: Sources | None = None) -> None:
        check_roles(domain, model.materials)
        check_degree(domain, model.displacement_degree)
        compatibility.expect_slow_compilers(domain.comm)
        self.domain, self.model = domain, model
        self.controls = Controls.create(domain, _AUGMENTATION, model.initial_stoichiometry)
        composition = compose(domain, model, self.controls)
        self.fields, self.scalars = composition.fields, composition.scalars
        self.continuum, self.currents = composition.continuum, composition.currents
        self.prescribed = composition.prescribed
        functions = {field.name: fem.Function(field.space, name=field.name) for field in self.fields}
        self.state = State(functions, tuple(scalar.name for scalar in self.scalars))
        self.previous = self.state.empty_like()
        self.conditions = {field.name: list(field.conditions) for field in self.fields}
        for field in self.fields:
            for state in (self.state, self.previous):
                field.initialise(state)
        rows = self._rows(sources)
        self.residual = {name: self.compile(row) for name, row in rows.items()}
        self._history = self.continuum.history_evaluator(self.state, self.previous)
        self.jacobian = {
            name: {column.name: self._derivative(row, self.state[column.name]) for column in self.fields}
            for name, row in rows.items()
        }

    def set_uniform_lithium(self, x: float) -> None:
        """Give every host the stoichiometry x and its potential free of stress, before and after the step."""
        for state in (self.state, self.previous):
            set_uniform_lithium(self.domain, self.model, state, x)

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        return self.continuum.compile(form)

    def accept(self) -> None:
        """Make the end of the step the beginning of the next; interfaces remember what has happened to them."""
        if self.continuum.interfaces is not None and self._history is not None:
            self.continuum.interfaces.state.history.x.array[:] = self._history.evaluate().x.array
        self.previous.assign(self.state)

    def _derivative(self, row: ufl.Form, function: fem.Function) -> fem.Form | None:
        form = expand_derivatives(ufl.derivative(row, function, ufl.TrialFunction(function.function_space)))
        return None if form.empty() else self.compile(form)

    def _rows(self, sources: Sources | None) -> dict[str, ufl.Form]:
        """Equation of each field, with its share of the variation of the elastic energy."""
        tests = {field.name: ufl.TestFunction(field.space) for field in self.fields}
        energy, rows = self.continuum.elastic_energy(self.state), {}
        for field in self.fields:
            row = field.row(self.state, self.previous, tests[field.name])
            if field.varies_energy:
                row += ufl.derivative(energy, self.state[field.name], tests[field.name])
            rows[field.name] = row
        for name, source in (sources(self, tests) if sources is not None else {}).items():
            rows[name] -= source
        return rows
