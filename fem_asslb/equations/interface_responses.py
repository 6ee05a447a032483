"""What the laws of interfaces answer to a step, as expressions, and the work that this does."""

from collections.abc import Callable
from dataclasses import replace

import ufl
from dolfinx import fem
from ufl.algorithms import expand_derivatives
from ufl.core.expr import Expr

from fem_asslb.base.energies import require_declared
from fem_asslb.equations import coating, interface
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.measures import Measures
from fem_asslb.equations.quantities import Quantities
from fem_asslb.equations.unwelded_interfaces import GAP, ORIGIN, STRENGTH, UnweldedInterfaces
from fem_asslb.interfaces.coating import Coating
from fem_asslb.interfaces.response import Opening, Response
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.facet_points import FacetEvaluator
from fem_asslb.spaces.state import State


class InterfaceResponses:
    """Answers of all interfaces of a model that may open; none without any.

    Attributes:
        conductances: Of each interface, a constant; None where lithium does not pass from host to host.
        coatings: Of each interface, with constants; None where there is none.

    Args:
        domain: The mesh.
        model: What is solved.
        interfaces: Facets and memory; None if all are welded.
        quantities: What is read of a state.
        controls: Constants that the protocol changes.
        measures: Where terms are integrated.
        normal: Unit normal out of a cell in a state, three components.
        strain: Strain in a state, shape (3, 3).
    """

    def __init__(
        self,
        domain: Domain,
        model: Model,
        interfaces: UnweldedInterfaces | None,
        quantities: Quantities,
        controls: Controls,
        measures: Measures,
        normal: Callable[[State], Expr],
        strain: Callable[[State], Expr],
    ) -> None:
        self._model, self._interfaces, self._quantities = model, interfaces, quantities
        self._controls, self._measures, self._normal, self._strain = controls, measures, normal, strain
        self._laws = [with_constants(domain, item.law) for item in model.interfaces]
        self.conductances = [
            fem.Constant(domain.mesh, item.conductance)
            if item.conductance is not None and set(item.roles) <= set(model.hosts)
            else None
            for item in model.interfaces
        ]
        self.coatings: list[Coating | None] = [
            with_constants(domain, item.coating) if item.coating is not None else None for item in model.interfaces
        ]

    def of_step(self, state: State, previous: State) -> list[Response]:
        """Answer of each interface of the model to a step from ``previous`` to ``state``."""
        if self._interfaces is None:
            return []
        # The platen lifts both sides alike: it opens nothing.
        local, normal = self._interfaces.local.values, self._normal(state)("+")
        now, before = (
            interface.opening(self._quantities.displacement(item), normal, local[GAP]) for item in (state, previous)
        )
        history = self._interfaces.history.values if self._interfaces.history is not None else {}
        if ORIGIN in history:
            now, before = (item.from_origin(history[ORIGIN]) for item in (now, before))
        step, strength = self._controls.time_step, local[STRENGTH]
        answers = []
        for law, layer in zip(self._laws, self.coatings, strict=True):
            end, start = self._through(layer, now, state), self._through(layer, before, previous)
            answers.append(law.respond(end, start, history, step, strength))
        for law, answer in zip(self._laws, answers, strict=True):
            require_declared(law, answer)
        return answers

    def on_facets(self, state: State, previous: State) -> list[tuple[Response, ufl.Measure]]:
        """The same, each with the measure of its facets."""
        answers = zip(self._model.interfaces, self.of_step(state, previous), strict=True) if self._interfaces else ()
        return [(response, self._measures.interface(item.place)) for item, response in answers]

    def work(self, state: State, previous: State, variation: Expr) -> ufl.Form | int:
        """Virtual work of the tractions of all interfaces [pJ]; 0 without any."""
        normal, work = self._normal(state)("+"), 0
        for response, measure in self.on_facets(state, previous):
            work += interface.virtual_work(response, normal, variation) * measure
        return work

    def coating_work(self, state: State, previous: State, function: fem.Function, test: ufl.Argument) -> ufl.Form | int:
        """Virtual work of what bears along coatings, for a variation of one field [pJ]; 0 where nothing does."""
        work = 0
        for layer, (response, measure) in zip(self.coatings, self.on_facets(state, previous), strict=True):
            if layer is not None:
                strain = self._membrane_strain(layer, state)
                stretched = ufl.derivative(coating.energy(layer, strain), function, test)
                thinner = ufl.derivative(coating.thinning(layer, strain), function, test)
                work += (stretched + response.normal_traction * thinner) * measure
        if not isinstance(work, ufl.Form) or expand_derivatives(work).empty():
            return 0
        return work

    def coating_energies(self, state: State) -> list[ufl.Form]:
        """Energy of the membrane of each coating [pJ]."""
        return [
            coating.energy(layer, self._membrane_strain(layer, state)) * self._measures.interface(item.place)
            for layer, item in zip(self.coatings, self._model.interfaces, strict=True)
            if layer is not None
        ]

    def _through(self, layer: Coating | None, opening: Opening, state: State) -> Opening:
        """Opening that a law answers to: a coating that is stretched is thinner."""
        if layer is None:
            return opening
        return replace(opening, normal=opening.normal + coating.thinning(layer, self._membrane_strain(layer, state)))

    def _membrane_strain(self, layer: Coating, state: State) -> Expr:
        return coating.membrane_strain(self._strain(state)(layer.holds_to), self._normal(state)("+"))

    def history_evaluator(self, state: State, previous: State) -> FacetEvaluator | None:
        """What evaluates the history of the interfaces at the end of a step; None where none remembers anything."""
        if self._interfaces is None or self._interfaces.history is None:
            return None
        before = self._interfaces.history.values
        kept = {ORIGIN: before[ORIGIN]} if ORIGIN in before else {}
        terms = [({**response.history, **kept}, measure) for response, measure in self.on_facets(state, previous)]
        return FacetEvaluator(self._interfaces.mesh, self._interfaces.history.layout, terms)
