"""What the laws of interfaces answer to a step, as expressions, and the work that this does."""

from collections.abc import Callable

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.energies import require_declared
from fem_asslb.equations import interface
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.measures import Measures
from fem_asslb.equations.quantities import Quantities
from fem_asslb.equations.unwelded_interfaces import GAP, ORIGIN, STRENGTH, UnweldedInterfaces
from fem_asslb.interfaces.response import Response
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.facet_points import FacetEvaluator
from fem_asslb.spaces.state import State


class InterfaceResponses:
    """Answers of all interfaces of a model that may open; none without any.

    Attributes:
        conductances: Of each interface, a constant; None where lithium does not pass from host to host.

    Args:
        domain: The mesh.
        model: What is solved.
        interfaces: Facets and memory; None if all are welded.
        quantities: What is read of a state.
        controls: Constants that the protocol changes.
        measures: Where terms are integrated.
        normal: Unit normal out of a cell in a state, three components.
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
    ) -> None:
        self._model, self._interfaces, self._quantities = model, interfaces, quantities
        self._controls, self._measures, self._normal = controls, measures, normal
        self._laws = [with_constants(domain, item.law) for item in model.interfaces]
        self.conductances = [
            fem.Constant(domain.mesh, item.conductance)
            if item.conductance is not None and set(item.pair) <= set(model.hosts)
            else None
            for item in model.interfaces
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
        answers = [law.respond(now, before, history, step, strength) for law in self._laws]
        for law, answer in zip(self._laws, answers, strict=True):
            require_declared(law, answer)
        return answers

    def on_facets(self, state: State, previous: State) -> list[tuple[Response, ufl.Measure]]:
        """The same, each with the measure of its facets."""
        answers = zip(self._model.interfaces, self.of_step(state, previous), strict=True) if self._interfaces else ()
        return [(response, self._measures.interface(item.pair)) for item, response in answers]

    def work(self, state: State, previous: State, variation: Expr) -> ufl.Form | int:
        """Virtual work of the tractions of all interfaces [pJ]; 0 without any."""
        normal, work = self._normal(state)("+"), 0
        for response, measure in self.on_facets(state, previous):
            work += interface.virtual_work(response, normal, variation) * measure
        return work

    def history_evaluator(self, state: State, previous: State) -> FacetEvaluator | None:
        """What evaluates the history of the interfaces at the end of a step; None where none remembers anything."""
        if self._interfaces is None or self._interfaces.history is None:
            return None
        before = self._interfaces.history.values
        kept = {ORIGIN: before[ORIGIN]} if ORIGIN in before else {}
        terms = [({**response.history, **kept}, measure) for response, measure in self.on_facets(state, previous)]
        return FacetEvaluator(self._interfaces.mesh, self._interfaces.history.layout, terms)
