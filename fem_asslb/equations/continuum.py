"""Strains, stresses and energies of a model on a domain, for any state."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.equations import interface, kinematics, mechanics
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.material_fields import create_material_fields
from fem_asslb.equations.opening_interfaces import create_interfaces
from fem_asslb.equations.quantities import Quantities
from fem_asslb.equations.supports import TOP
from fem_asslb.interfaces.response import Response
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import point_rule
from fem_asslb.mesh.measures import boundary_measure, cell_measure, interface_measure
from fem_asslb.model.model import Model
from fem_asslb.spaces.interface_state import PointEvaluator
from fem_asslb.spaces.state import State

LITHIUM_DEGREE = 4
"""Quadrature degree of the smooth, nonlinear lithium terms."""

FACET_DEGREE = 4
"""Quadrature degree on all facets. One degree for every row: the current that closes the circuit is then exactly the
lithium that leaves the hosts, and the Jacobian exactly the derivative of the residual."""

_MAX_DEGREE = 8
"""Largest quadrature degree of a form over cells."""


class Continuum:
    """A model on a domain as UFL expressions.

    A *part* is a host role, or None for all roles without lithium together.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
        coefficients: Material data.
        interfaces: Interfaces that may open; None if all are welded.

    Args:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
    """

    def __init__(self, domain: Domain, model: Model, controls: Controls, quantities: Quantities) -> None:
        self.domain, self.model, self.controls, self.quantities = domain, model, controls, quantities
        self.coefficients = create_material_fields(domain, model)
        self._rule = point_rule(domain.dimension, model.displacement_degree)
        self._create_measures()
        self.interfaces = create_interfaces(domain, model, self.interface)

    def _create_measures(self) -> None:
        model, transfer = self.model, self.model.charge_transfer
        pairs = [interface.pair for interface in model.interfaces]
        opens = {frozenset(pair) for pair in pairs}
        pairs += [pair for pair in (transfer.interfaces if transfer else ()) if frozenset(pair) not in opens]
        names = [TOP] if model.support.platen else []
        names += [model.support.pressure] if model.support.pressure is not None else []
        names += transfer.boundaries if transfer else ()
        self._pairs, self._names = pairs, list(dict.fromkeys(names))
        roles = {part: model.passive if part is None else [part] for part in self.parts}
        degrees = range(_MAX_DEGREE + 1)
        numbers = {self._cells_number(part, degree): roles[part] for part in self.parts for degree in degrees}
        self._cells = cell_measure(self.domain, numbers)
        self._interior = interface_measure(self.domain, self._pairs)
        self._outer = boundary_measure(self.domain, self._names)

    @property
    def parts(self) -> list[str | None]:
        """Parts that the model has."""
        return [None] * bool(self.model.passive) + list(self.model.hosts)

    def dx(self, part: str | None, degree: int) -> ufl.Measure:
        """Cells of a part, integrated with a quadrature degree."""
        return self._cells(self._cells_number(part, degree), degree=degree)

    def _cells_number(self, part: str | None, degree: int) -> int:
        """Each degree has its own subdomain, hence its own kernel.

        FFCx 0.9 is wrong where two degrees meet in one: coefficients under a one-point rule keep the value at that
        point under the other rule, and terms tested with a global number are doubled.
        """
        index = 0 if part is None else 1 + self.model.hosts.index(part)
        return 1 + index * (_MAX_DEGREE + 1) + degree

    def interface(self, pair: tuple[str, str]) -> ufl.Measure:
        """Facets between two roles; where an interface may open, all terms are taken at the points of its law."""
        number = self._pairs.index(pair)
        if number < len(self.model.interfaces):
            return self._interior(number + 1, metadata=self._rule.metadata)
        return self._interior(number + 1, degree=FACET_DEGREE)

    def boundary(self, name: str) -> ufl.Measure:
        """Facets of a boundary that carries a load or a reaction."""
        return self._outer(self._names.index(name) + 1, degree=FACET_DEGREE)

    def energy_degree(self, part: str | None) -> int:
        """Quadrature degree of the energy; one point for linear displacement, which averages the swelling of a cell."""
        degree = self.model.displacement_degree
        curved = 2 * (self.domain.mesh.geometry.cmap.degree - 1)
        return 0 if degree == 1 else 2 * (degree - 1) + curved + 2 * (part is not None)

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        return compatibility.compile_form(form, self.interfaces.mesh.submeshes if self.interfaces else None)

    def strain(self, state: State) -> Expr:
        """Total strain, shape (3, 3)."""
        across = self.quantities.strain_across
        return kinematics.strain(self.quantities.motion(state), across(state) if across is not None else 0.0)

    def free_strain(self, state: State, part: str | None) -> Expr:
        """Strain of a part free of stress, shape (3, 3)."""
        if part is None:
            return self.coefficients.layer_strain(self.controls.anode_lithium)
        assert self.quantities.stoichiometry is not None
        return self.coefficients.lattice_strain(part, self.quantities.stoichiometry(state))

    def stress(self, state: State, part: str | None) -> Expr:
        """Cauchy stress [MPa], shape (3, 3), tension positive."""
        elastic = self.strain(state) - self.free_strain(state, part)
        return mechanics.cauchy_stress(self.coefficients.invariants, elastic, self.coefficients.axis)

    def bulk_energy(self, state: State, part: str | None) -> ufl.Form:
        """Elastic energy of a part [pJ]."""
        elastic = self.strain(state) - self.free_strain(state, part)
        density = mechanics.energy_density(self.coefficients.invariants, elastic, self.coefficients.axis)
        return density * self.dx(part, self.energy_degree(part))

    def responses(self, state: State, previous: State) -> list[Response]:
        """Answer of each interface of the model to a step from ``previous`` to ``state``."""
        if self.interfaces is None:
            return []
        # The platen lifts both sides alike: it opens nothing.
        local, normal = self.interfaces.state, mechanics.facet_normal(self.domain.mesh)("+")
        now, before = (
            interface.opening(self.quantities.displacement(item), normal, local.gap) for item in (state, previous)
        )
        return [
            law.respond(now, before, local.values, self.controls.time_step, local.strength)
            for law in self.interfaces.laws
        ]

    def elastic_energy(self, state: State) -> ufl.Form:
        """Elastic energy of the bulk [pJ]."""
        return sum(self.bulk_energy(state, part) for part in self.parts)

    def stored_energy(self, state: State, previous: State) -> ufl.Form:
        """Elastic energy of bulk and interfaces at the end of a step [pJ]."""
        energy = self.elastic_energy(state)
        for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True):
            energy += response.stored * self.interface(item.pair)
        return energy

    def interface_work(self, state: State, previous: State, variation: Expr) -> ufl.Form | int:
        """Virtual work of the tractions of all interfaces [pJ]; 0 without any."""
        normal, work = mechanics.facet_normal(self.domain.mesh)("+"), 0
        for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True):
            work += interface.virtual_work(response, normal, variation) * self.interface(item.pair)
        return work

    def history_evaluator(self, state: State, previous: State) -> PointEvaluator | None:
        """What evaluates the history of the interfaces at the end of a step; None without any."""
        if self.interfaces is None:
            return None
        terms = []
        for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True):
            history = response.history
            terms.append(([history.progress, *history.slip, history.lost], self.interface(item.pair)))
        return PointEvaluator(self.interfaces.mesh, terms)
