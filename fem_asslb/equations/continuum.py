"""Strains, stresses, energies and surface currents of a model on a domain, for any state."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.equations import interface, kinematics, mechanics
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.material_fields import create_material_fields
from fem_asslb.equations.opening_interfaces import create_interfaces
from fem_asslb.equations.supports import TOP, platen_shape
from fem_asslb.fields.state import OUT_OF_PLANE, PLATEN, State
from fem_asslb.interfaces.response import Response
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import point_rule
from fem_asslb.mesh.measures import boundary_measure, cell_measure, interface_measure
from fem_asslb.model.model import Model

LITHIUM_DEGREE = 4
"""Quadrature degree of the smooth, nonlinear lithium terms."""

FACET_DEGREE = 4
"""Quadrature degree on all facets. One degree for every row: the current that closes the circuit is then exactly the
lithium that leaves the hosts, and the Jacobian exactly the derivative of the residual."""

_MAX_DEGREE = 8
"""Largest quadrature degree of a form over cells."""


class Continuum:
    """The fields of a model as UFL expressions.

    A *part* is a host role, or None for all roles without lithium together.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        fields: Material data as coefficients.
        interfaces: Interfaces that may open; None if all are welded.

    Args:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        space: Displacement space.
    """

    def __init__(self, domain: Domain, model: Model, controls: Controls, space: fem.FunctionSpace) -> None:
        self.domain, self.model, self.controls = domain, model, controls
        self.fields = create_material_fields(domain, model)
        self._platen = platen_shape(domain, space) if model.support.platen else None
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

    def displacement(self, state: State) -> Expr:
        """Total displacement [um], the platen's share included, three components."""
        if self._platen is None:
            return state.displacement
        return state.displacement + ufl.split(state.numbers)[PLATEN] * self._platen

    def strain(self, state: State) -> Expr:
        """Total strain, shape (3, 3)."""
        across = ufl.split(state.numbers)[OUT_OF_PLANE] if self.model.support.generalised_plane_strain else 0.0
        return kinematics.strain(self.displacement(state), across)

    def free_strain(self, state: State, part: str | None) -> Expr:
        """Strain of a part free of stress, shape (3, 3)."""
        if part is None:
            return self.fields.layer_strain(self.controls.anode_lithium)
        return self.fields.lattice_strain(part, state.host_lithium[0])

    def stress(self, state: State, part: str | None) -> Expr:
        """Cauchy stress [MPa], shape (3, 3), tension positive."""
        elastic = self.strain(state) - self.free_strain(state, part)
        return mechanics.cauchy_stress(self.fields.invariants, elastic, self.fields.axis)

    def bulk_energy(self, state: State, part: str | None) -> ufl.Form:
        """Elastic energy of a part [pJ]."""
        elastic = self.strain(state) - self.free_strain(state, part)
        density = mechanics.energy_density(self.fields.invariants, elastic, self.fields.axis)
        return density * self.dx(part, self.energy_degree(part))

    def responses(self, state: State, previous: State) -> list[Response]:
        """Answer of each interface of the model to a step from ``previous`` to ``state``."""
        if self.interfaces is None:
            return []
        # The platen lifts both sides alike: it opens nothing.
        local, normal = self.interfaces.state, mechanics.facet_normal(self.domain.mesh)("+")
        now, before = (interface.opening(item.displacement, normal, local.gap) for item in (state, previous))
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
