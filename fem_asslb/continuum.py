"""Strains, stresses, energies and surface currents of a model on a domain, for any state."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb import kinematics
from fem_asslb.boundary import TOP, platen_shape
from fem_asslb.controls import Controls
from fem_asslb.forms import lithium, mechanics
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.measures import boundary_measure, cell_measure, interface_measure
from fem_asslb.model import Model
from fem_asslb.spaces.fields import with_constants
from fem_asslb.spaces.material_fields import create_material_fields
from fem_asslb.spaces.state import ELECTRODE, OUT_OF_PLANE, PLATEN, State

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
        self._interfaces = [with_constants(domain, interface) for interface in model.interfaces]
        self._transfer = with_constants(domain, model.charge_transfer)
        self._create_measures()

    def _create_measures(self) -> None:
        model, transfer = self.model, self.model.charge_transfer
        pairs = [(i.plus, i.minus) for i in model.interfaces]
        pairs += transfer.interfaces if transfer else ()
        names = [TOP] if model.support.platen else []
        names += [model.support.pressure] if model.support.pressure is not None else []
        names += transfer.boundaries if transfer else ()
        self._pairs, self._names = list(dict.fromkeys(pairs)), list(dict.fromkeys(names))
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
        """Facets between two roles."""
        return self._interior(self._pairs.index(pair) + 1, degree=FACET_DEGREE)

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

    def interface_energy(self, state: State) -> ufl.Form | int:
        """Energy of the elastic interfaces [pJ]; 0 without any."""
        opening = -ufl.jump(self.displacement(state))
        normal = mechanics.facet_normal(self.domain.mesh)("+")
        energy = 0
        for law in self._interfaces:
            density = mechanics.interface_energy(law.normal_stiffness, law.shear_stiffness, opening, normal)
            energy += density * self.interface((law.plus, law.minus))
        return energy

    def elastic_energy(self, state: State) -> ufl.Form:
        """Elastic energy of bulk and interfaces [pJ]."""
        return sum((self.bulk_energy(state, part) for part in self.parts), self.interface_energy(state))

    def reactions(self, state: State) -> list[tuple[Expr, ufl.Measure, str | None]]:
        """Current density [pA/um^2], measure and side ("+", or None on an outer boundary) of each reacting surface."""
        law = self._transfer
        if law is None or state.lithium is None:
            return []
        phi, electrode = state.lithium[1], ufl.split(state.numbers)[ELECTRODE]
        exchange, temperature = law.exchange_current_density, law.temperature
        inside = lithium.surface_current(exchange, temperature, electrode("+"), phi("+"))
        outside = lithium.surface_current(exchange, temperature, electrode, phi)
        between = [(inside, self.interface(pair), "+") for pair in law.interfaces]
        return [*between, *((outside, self.boundary(name), None) for name in law.boundaries)]
