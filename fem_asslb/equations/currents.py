"""Currents of lithium through surfaces: charge transfer of the hosts, and passage from host to host."""

from collections.abc import Collection
from dataclasses import dataclass

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.equations import interface, lithium
from fem_asslb.equations.formulation import Formulation
from fem_asslb.materials.function import value_at
from fem_asslb.mesh.place import Place
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.state import State

LEAK = 1e-12
"""Share of a reacting surface that conducts over any gap: it gives the electrode a potential where nothing touches."""


@dataclass(frozen=True, kw_only=True)
class ReactingSurface:
    """Facets through which lithium leaves a host.

    Attributes:
        host: Role of the host.
        share: That conducts.
        measure: Of the facets.
        side: Of the host; None on the outside of the mesh.
        resistance: Of a coating [V um^2/pA]; None where there is none.
    """

    host: str
    share: Expr | float
    measure: ufl.Measure
    side: str | None = None
    resistance: Expr | None = None


class Currents:
    """Current densities of a model as UFL expressions.

    Nothing passes while the stoichiometry is forced.

    Attributes:
        formulation: The model on its mesh.

    Args:
        formulation: The model on its mesh.
        forced: 1 while the stoichiometry is forced, else 0.
    """

    def __init__(self, formulation: Formulation, forced: fem.Constant) -> None:
        self.formulation, self._model, self._free = formulation, formulation.model, 1 - forced
        self._transfer = with_constants(formulation.domain, formulation.model.charge_transfer)

    def through_interfaces(self, state: State, previous: State) -> list[Expr]:
        """Current density of lithium out of the plus side of each interface of the model [pA/um^2]."""
        if self.formulation.interfaces is None:
            return []
        responses = self.formulation.responses.of_step(state, previous)
        return [self._through(number, response.conduction, state) for number, response in enumerate(responses)]

    def passages(self, state: State, previous: State) -> list[tuple[Expr, ufl.Measure]]:
        """Current density from the plus to the minus side, and measure, of each interface between two hosts."""
        if self.formulation.interfaces is None:
            return []
        currents = self.through_interfaces(state, previous)
        return [
            (current, self.formulation.measures.interface(item.place))
            for item, conductance, current in zip(
                self._model.interfaces, self.formulation.responses.conductances, currents, strict=True
            )
            if conductance is not None
        ]

    def reactions(
        self, state: State, previous: State, roles: Collection[str] | None = None
    ) -> list[tuple[Expr, ufl.Measure, str | None]]:
        """Current density out of the host [pA/um^2], measure and side of each reacting surface, None outside.

        Args:
            state: Unknowns at the end of a step.
            previous: Unknowns at its start.
            roles: Of the hosts that count; by default all.
        """
        return [
            (at.share * self._reaction(state, at.host, at.side, at.resistance), at.measure, at.side)
            for at in self.reacting_surfaces(state, previous)
            if roles is None or at.host in roles
        ]

    def exchanges(
        self, state: State, previous: State, roles: Collection[str]
    ) -> list[tuple[Expr, Expr, ReactingSurface]]:
        """Current densities out of and into hosts of some roles [pA/um^2] on each surface where they react."""
        found = []
        for at in self.reacting_surfaces(state, previous):
            if at.host in roles:
                out, into = lithium.partial_currents(*self._reactants(state, at.host, at.side), at.resistance)
                found.append((at.share * out, at.share * into, at))
        return found

    def reacting_surfaces(self, state: State, previous: State) -> list[ReactingSurface]:
        """Where the hosts react, with the share of it that conducts."""
        if self._transfer is None or not self._model.hosts:
            return []
        items, responses = self._model.interfaces, self.formulation.responses.of_step(state, previous)
        found, measures = [], self.formulation.measures
        for host, other in self._transfer.interfaces:
            is_whole = False
            for number, (item, response) in enumerate(zip(items, responses, strict=True)):
                if {*item.roles} == {host, other}:
                    at = ReactingSurface(
                        host=host,
                        share=response.conduction + LEAK,
                        measure=measures.interface(item.place),
                        side="+" if item.plus == host else "-",
                        resistance=self._resistance(number),
                    )
                    found.append(at)
                    is_whole = is_whole or not item.surface
            if not is_whole:
                measure = measures.interface(Place(host, other))
                found.append(ReactingSurface(host=host, share=1.0, measure=measure, side="+"))
        for name in self._transfer.boundaries:
            found.append(ReactingSurface(host=self._model.hosts[0], share=1.0, measure=measures.boundary(name)))
        return found

    def _resistance(self, number: int) -> Expr | None:
        """Of the coating of an interface [V um^2/pA]; None where there is none to lithium."""
        item = self._model.interfaces[number].coating
        layer = self.formulation.responses.coatings[number]
        return layer.resistance if item is not None and layer is not None and item.resistance > 0.0 else None

    def interruptions(self, state: State, previous: State, roles: Collection[str]) -> list[tuple[Expr, ufl.Measure]]:
        """Share that does not conduct, and measure, of each reacting surface of some hosts that may open."""
        if self._transfer is None or self.formulation.interfaces is None:
            return []
        reacting = {frozenset(pair) for pair in self._transfer.interfaces if pair[0] in roles}
        return [
            (1 - response.conduction, self.formulation.measures.interface(item.place))
            for item, response in zip(
                self._model.interfaces, self.formulation.responses.of_step(state, previous), strict=True
            )
            if frozenset(item.roles) in reacting
        ]

    def _through(self, number: int, conduction: Expr, state: State) -> Expr:
        """Current density out of the plus side of an interface, by its number [pA/um^2]."""
        potential, pair = self.formulation.quantities.potential, self._model.interfaces[number].roles
        conductance = self.formulation.responses.conductances[number]
        if potential is None:
            return 0.0 * conduction
        reacting = self._transfer.interfaces if self._transfer is not None else ()
        if pair in reacting:
            return (conduction + LEAK) * self._reaction(state, pair[0], "+", self._resistance(number))
        if pair[::-1] in reacting:
            return -(conduction + LEAK) * self._reaction(state, pair[1], "-", self._resistance(number))
        if conductance is None:
            return 0.0 * conduction
        return self._free * interface.passage(conductance, conduction, potential(state))

    def _reaction(self, state: State, host: str, side: str | None, resistance: Expr | None) -> Expr:
        """Current density out of a host on a side of a surface that conducts fully [pA/um^2]."""
        return self._free * lithium.surface_current(*self._reactants(state, host, side), resistance)

    def _reactants(self, state: State, host: str, side: str | None) -> tuple[Expr, Expr, Expr]:
        """Exchange current density, temperature, and potential of the electrode less that of a host on a side."""
        law, quantities = self._transfer, self.formulation.quantities
        assert law is not None and quantities.stoichiometry is not None
        assert quantities.potential is not None
        of_host = quantities.negative if host in self._model.negative_hosts else quantities.electrode
        assert of_host is not None
        fields = (quantities.stoichiometry, of_host, quantities.potential)
        x, electrode, phi = (field(state)(side) if side else field(state) for field in fields)
        own = self.formulation.bulk.coefficients.hosts[host].exchange_current_density
        temperature = self.formulation.controls.temperature
        exchange = value_at(law.exchange_current_density if own is None else own, x, temperature)
        return exchange, temperature, electrode - phi
