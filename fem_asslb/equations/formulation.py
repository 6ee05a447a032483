"""The variational formulation of a model on its mesh: bulk, interfaces, and where their terms are integrated."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.base.energies import ELASTIC, require_names
from fem_asslb.equations.bulk import Bulk
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.interface_responses import InterfaceResponses
from fem_asslb.equations.kinematics import Kinematics
from fem_asslb.equations.material_fields import create_material_fields
from fem_asslb.equations.measures import Measures
from fem_asslb.equations.phase import create_phases
from fem_asslb.equations.quantities import Quantities
from fem_asslb.equations.unwelded_interfaces import create_interfaces
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.state import State


class Formulation:
    """What is solved, on its mesh, as UFL expressions.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
        kinematics: What strain is.
        measures: Where terms are integrated.
        bulk: Strains, stresses and energies of the phases.
        interfaces: Facets and memory of the interfaces; None if all are welded.
        responses: What their laws answer.

    Args:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        quantities: What is read of a state.
        kinematics: What strain is.
    """

    def __init__(
        self, domain: Domain, model: Model, controls: Controls, quantities: Quantities, kinematics: Kinematics
    ) -> None:
        self.domain, self.model, self.controls, self.quantities = domain, model, controls, quantities
        self.kinematics, self.measures = kinematics, Measures(domain, model)
        coefficients = create_material_fields(domain, model, kinematics)
        phases = create_phases(domain, model, coefficients)
        self.bulk = Bulk(phases, coefficients, quantities, controls, self.measures, kinematics)
        self.interfaces = create_interfaces(domain, model, self.measures.interface)
        require_names([*(phase.law for phase in phases.values()), *(item.law for item in model.interfaces)])
        self.responses = InterfaceResponses(
            domain, model, self.interfaces, quantities, controls, self.measures, self.normal, self.bulk.strain
        )

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        return compatibility.compile_form(form, self.interfaces.mesh.submeshes if self.interfaces else None)

    def normal(self, state: State) -> Expr:
        """Unit normal out of a cell, three components."""
        return self.kinematics.normal(self.domain.mesh, self.quantities.motion(state))

    def stored_energies(self, state: State, previous: State) -> dict[str, ufl.Form]:
        """Energies stored in bulk and interfaces at the end of a step, by the names of their laws [pJ]."""
        found = self.bulk.stored_energies(state)
        for response, measure in self.responses.on_facets(state, previous):
            for name, density in response.stored.items():
                found[name] = found.get(name, 0) + density * measure
        for energy in self.responses.coating_energies(state):
            found[ELASTIC] = found.get(ELASTIC, 0) + energy
        return found
