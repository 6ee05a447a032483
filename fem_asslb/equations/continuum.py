"""A model on its mesh as expressions: bulk, interfaces, and where their terms are integrated."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.equations import interface
from fem_asslb.equations.bulk import Bulk
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.kinematics import SmallStrain
from fem_asslb.equations.material_fields import create_material_fields
from fem_asslb.equations.measures import Measures
from fem_asslb.equations.opening_interfaces import GAP, ORIGIN, STRENGTH, create_interfaces
from fem_asslb.equations.phase import create_phases
from fem_asslb.equations.quantities import Quantities
from fem_asslb.interfaces.response import Response
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.facet_points import FacetEvaluator
from fem_asslb.spaces.state import State


class Continuum:
    """A model on a domain as UFL expressions.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
        kinematics: What strain is.
        measures: Where terms are integrated.
        bulk: Strains, stresses and energies of the phases.
        interfaces: Interfaces that may open; None if all are welded.

    Args:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
    """

    def __init__(self, domain: Domain, model: Model, controls: Controls, quantities: Quantities) -> None:
        self.domain, self.model, self.controls, self.quantities = domain, model, controls, quantities
        self.kinematics, self.measures = SmallStrain(), Measures(domain, model)
        coefficients = create_material_fields(domain, model)
        phases = create_phases(domain, model, coefficients)
        self.bulk = Bulk(phases, coefficients, quantities, controls, self.measures, self.kinematics)
        self.interfaces = create_interfaces(domain, model, self.measures.interface)

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        return compatibility.compile_form(form, self.interfaces.mesh.submeshes if self.interfaces else None)

    def normal(self, state: State) -> Expr:
        """Unit normal out of a cell, three components."""
        return self.kinematics.normal(self.domain.mesh, self.quantities.motion(state))

    def responses(self, state: State, previous: State) -> list[Response]:
        """Answer of each interface of the model to a step from ``previous`` to ``state``."""
        if self.interfaces is None:
            return []
        # The platen lifts both sides alike: it opens nothing.
        local, normal = self.interfaces.local.values, self.normal(state)("+")
        now, before = (
            interface.opening(self.quantities.displacement(item), normal, local[GAP]) for item in (state, previous)
        )
        history = self.interfaces.history.values if self.interfaces.history is not None else {}
        if ORIGIN in history:
            now, before = (item.from_origin(history[ORIGIN]) for item in (now, before))
        return [
            law.respond(now, before, history, self.controls.time_step, local[STRENGTH]) for law in self.interfaces.laws
        ]

    def stored_energy(self, state: State, previous: State) -> ufl.Form:
        """Energy stored in bulk and interfaces at the end of a step [pJ]."""
        energy = self.bulk.stored_energy(state)
        for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True):
            energy += response.stored * self.measures.interface(item.pair)
        return energy

    def interface_work(self, state: State, previous: State, variation: Expr) -> ufl.Form | int:
        """Virtual work of the tractions of all interfaces [pJ]; 0 without any."""
        normal, work = self.normal(state)("+"), 0
        for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True):
            work += interface.virtual_work(response, normal, variation) * self.measures.interface(item.pair)
        return work

    def history_evaluator(self, state: State, previous: State) -> FacetEvaluator | None:
        """What evaluates the history of the interfaces at the end of a step; None where none remembers anything."""
        if self.interfaces is None or self.interfaces.history is None:
            return None
        before = self.interfaces.history.values
        kept = {ORIGIN: before[ORIGIN]} if ORIGIN in before else {}
        terms = [
            ({**response.history, **kept}, self.measures.interface(item.pair))
            for item, response in zip(self.model.interfaces, self.responses(state, previous), strict=True)
        ]
        return FacetEvaluator(self.interfaces.mesh, self.interfaces.history.layout, terms)
