"""The weak form of one implicit step as residual and Jacobian blocks. Owns no loop, no file, no solver."""

from collections.abc import Callable

import ufl
from dolfinx import fem
from ufl.algorithms import expand_derivatives

from fem_asslb.base import compatibility
from fem_asslb.equations import lithium, mechanics, platen
from fem_asslb.equations.continuum import LITHIUM_DEGREE, Continuum
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.currents import Currents
from fem_asslb.equations.supports import TOP, create_conditions
from fem_asslb.fields.state import CONTACT_PRESSURE, ELECTRODE, OUT_OF_PLANE, PLATEN, create_state
from fem_asslb.mesh.bodies import lithium_bodies, welded_bodies
from fem_asslb.mesh.domain import Domain, check_degree, check_roles
from fem_asslb.model.model import Model
from fem_asslb.spaces.interface_state import PointEvaluator

_AUGMENTATION = 10.0
"""Stiffness that smooths the search for the pressure of a clamped platen [MPa/um]; the answer does not depend on it."""

Sources = Callable[["Problem", list[ufl.Argument]], list[ufl.Form]]
"""Body loads and lithium sources of a problem: one form per unknown, linear in the test function of that unknown."""


class Problem:
    """One backward-Euler step of a model on a domain.

    The rows are variations of one incremental energy: the elastic and chemical energy of the hosts, minus what moves
    and reacts in the step. The equilibrium row is tested with the variation of x and the balance of lithium with that
    of phi, so the Jacobian is symmetric but for the change of the mobility with x and for what interfaces dissipate
    or gate.

    Attributes:
        domain: The mesh.
        model: What is solved.
        state: Unknowns at the end of the step.
        previous: Unknowns at its beginning.
        controls: Constants that the protocol changes.
        continuum: Fields as expressions.
        currents: Currents of lithium through surfaces.
        residual: Compiled residual blocks, in pJ per unit of the unknown.
        jacobian: Compiled derivative blocks; None where a block is empty.
        conditions: Dirichlet conditions.
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
        broken = [item.pair for item in model.interfaces]
        bodies = welded_bodies(domain, broken), lithium_bodies(domain, broken, model.hosts)
        self.state = create_state(domain, *bodies, model.hosts, model.displacement_degree, model.lithium_degree)
        self.previous = self.state.empty_like()
        self.controls = Controls.create(domain, _AUGMENTATION, model.initial_stoichiometry)
        space = self.state.displacement.function_space
        self.continuum = Continuum(domain, model, self.controls, space)
        self.currents = Currents(self.continuum, self.controls.forced)
        self.prescribed = fem.Function(space, name="prescribed")
        self.conditions = create_conditions(domain, space, model.support, self.prescribed)
        self.set_uniform_lithium(model.initial_stoichiometry)
        tests = [ufl.TestFunction(f.function_space) for f in self.state.functions]
        rows = self._rows(tests)
        if sources is not None:
            rows = [row - source for row, source in zip(rows, sources(self, tests), strict=True)]
        self.residual = [self.compile(row) for row in rows]
        self._history = self._history_evaluator()
        self.jacobian = [[self._derivative(row, f) for f in self.state.functions] for row in rows]

    def set_uniform_lithium(self, x: float) -> None:
        """Give every host the stoichiometry x and its potential free of stress, before and after the step."""
        if self.state.lithium is None:
            return
        space = self.state.lithium.function_space
        for role, host in self.model.host_laws.items():
            phi = float(host.potential.potential(x))
            dofs = space.dofmap.list[self.domain.cells_of([role])].ravel()
            for state in (self.state, self.previous):
                state.host_lithium.x.array.reshape(-1, 2)[dofs] = [x, phi]
                state.set_number(ELECTRODE, phi)
        # A rank without a cell of a host may still hold a copy of one of its unknowns.
        for state in (self.state, self.previous):
            state.host_lithium.x.scatter_forward()

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        interfaces = self.continuum.interfaces
        return compatibility.compile_form(form, interfaces.mesh.submeshes if interfaces else None)

    def accept(self) -> None:
        """Make the end of the step the beginning of the next; interfaces remember what has happened to them."""
        if self.continuum.interfaces is not None and self._history is not None:
            self.continuum.interfaces.state.history.x.array[:] = self._history.evaluate().x.array
        self.previous.assign(self.state)

    def _history_evaluator(self) -> PointEvaluator | None:
        interfaces = self.continuum.interfaces
        if interfaces is None:
            return None
        terms = []
        for item, response in zip(
            self.model.interfaces, self.continuum.responses(self.state, self.previous), strict=True
        ):
            history = response.history
            values = [history.progress, *history.slip, history.lost]
            terms.append((values, self.continuum.interface(item.pair)))
        return PointEvaluator(interfaces.mesh, terms)

    def _derivative(self, row: ufl.Form, function: fem.Function) -> fem.Form | None:
        form = expand_derivatives(ufl.derivative(row, function, ufl.TrialFunction(function.function_space)))
        return None if form.empty() else self.compile(form)

    def _rows(self, tests: list[ufl.Argument]) -> list[ufl.Form]:
        displacement, numbers = tests[0], tests[-1]
        energy = self.continuum.elastic_energy(self.state)
        rows = [self._momentum(energy, displacement)]
        if self.state.lithium is not None:
            rows.append(self._lithium(tests[1]))
        return [*rows, self._numbers(energy, numbers)]

    def _momentum(self, energy: ufl.Form, test: ufl.Argument) -> ufl.Form:
        row = ufl.derivative(energy, self.state.displacement, test)
        row += self.continuum.interface_work(self.state, self.previous, test)
        if (name := self.model.support.pressure) is not None:
            normal = mechanics.facet_normal(self.domain.mesh)
            row += mechanics.pressure_work(self.controls.outer_pressure, normal, test) * self.continuum.boundary(name)
        return row

    def _lithium(self, test: ufl.Argument) -> ufl.Form:
        """Equilibrium and balance of lithium in all hosts; see `fem_asslb.equations.lithium`."""
        (x, phi), (x_previous, _) = self.state.host_lithium, self.previous.host_lithium
        test_x, test_phi = test
        free, forced, dt = 1 - self.controls.forced, self.controls.forced, self.controls.time_step
        row = 0
        for role in self.model.hosts:
            host, axis = self.continuum.fields.hosts[role], self.continuum.fields.axis
            if self.model.stress_driven_flux:
                row += ufl.derivative(self.continuum.bulk_energy(self.state, role), self.state.lithium, test)
            balance = free * lithium.storage(host, x, x_previous, test_phi)
            balance += free * dt * lithium.transport(host, x, phi, axis, test_phi)
            balance += forced * lithium.storage(host, x, self.controls.forced_x, test_phi)
            row += (lithium.equilibrium(host, x, phi, test_x) + balance) * self.continuum.dx(role, LITHIUM_DEGREE)
        for current, surface in self.currents.passages(self.state, self.previous):
            row += dt * current * ufl.jump(test_phi) * surface
        for current, surface, side in self.currents.reactions(self.state, self.previous):
            row += dt * current * (test_phi(side) if side else test_phi) * surface
        return row

    def _numbers(self, energy: ufl.Form, test: ufl.Argument) -> ufl.Form:
        """Platen balance, its pressure, no net force across a 2D plane, total current; unused numbers are zero."""
        number, support = ufl.split(self.state.numbers), self.model.support
        row = ufl.derivative(energy, self.state.numbers, test)
        unused = {PLATEN, CONTACT_PRESSURE, OUT_OF_PLANE, ELECTRODE}
        if support.platen:
            unused -= {PLATEN, CONTACT_PRESSURE}
            row += platen.platen_balance(
                self.controls.platen,
                number[PLATEN],
                number[CONTACT_PRESSURE],
                test[PLATEN],
                test[CONTACT_PRESSURE],
            ) * self.continuum.boundary(TOP)
        if support.generalised_plane_strain:
            unused -= {OUT_OF_PLANE}
        for current, surface, side in self.currents.reactions(self.state, self.previous):
            unused -= {ELECTRODE}
            row += self._closure(current, test[ELECTRODE](side) if side else test[ELECTRODE], side) * surface
        everywhere = [self.continuum.dx(part, 0) for part in self.continuum.parts]
        return row + sum(number[index] * test[index] * dx for index in sorted(unused) for dx in everywhere)

    def _closure(self, current: ufl.core.expr.Expr, test: ufl.core.expr.Expr, side: str | None) -> ufl.core.expr.Expr:
        """Total current, or the given potential, spread over the reacting surfaces."""
        controls = self.controls
        electrode = ufl.split(self.state.numbers)[ELECTRODE]
        electrode = electrode(side) if side else electrode
        moves = (1 - controls.forced) * (1 - controls.potentiostatic)
        given = moves * controls.time_step * (controls.current_density - current)
        return (given + (1 - moves) * (electrode - controls.voltage)) * test
