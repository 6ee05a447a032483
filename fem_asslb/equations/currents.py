"""Currents of lithium through surfaces: charge transfer of the hosts, and passage from host to host."""

from collections.abc import Collection
from dataclasses import dataclass

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.equations import interface, lithium
from fem_asslb.equations.formulation import Formulation
from fem_asslb.materials.function import value_at
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.state import State

LEAK = 1e-12
"""Share of a reacting surface that conducts over any gap: it gives the electrode a potential where nothing touches."""


@dataclass(frozen=True)
class Surface:
    """A surface on which a host reacts.

    Attributes:
        host: Role of the host.
        measure: Where.
        side: Of the host; None on the outside of the mesh.
        share: Share that conducts.
    """

    host: str
    measure: ufl.Measure
    side: str | None
    share: Expr | float


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
        return [
            self._through(item.pair, conductance, response.conduction, state)
            for item, conductance, response in zip(
                self._model.interfaces,
                self.formulation.responses.conductances,
                self.formulation.responses.of_step(state, previous),
                strict=True,
            )
        ]

    def passages(self, state: State, previous: State) -> list[tuple[Expr, ufl.Measure]]:
        """Current density from the plus to the minus side, and measure, of each interface between two hosts."""
        if self.formulation.interfaces is None:
            return []
        currents = self.through_interfaces(state, previous)
        return [
            (current, self.formulation.measures.interface(item.pair))
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
            (at.share * self._reaction(state, at.host, at.side), at.measure, at.side)
            for at in self._reacting_surfaces(state, previous)
            if roles is None or at.host in roles
        ]

    def exchanges(self, state: State, previous: State, roles: Collection[str]) -> list[tuple[Expr, Expr, ufl.Measure]]:
        """Current densities out of and into hosts of some roles [pA/um^2], and measure, of each reacting surface."""
        found = []
        for at in self._reacting_surfaces(state, previous):
            if at.host not in roles:
                continue
            out, into = lithium.partial_currents(*self._reactants(state, at.host, at.side))
            found.append((at.share * out, at.share * into, at.measure))
        return found

    def _reacting_surfaces(self, state: State, previous: State) -> list[Surface]:
        if self._transfer is None or not self._model.hosts:
            return []
        conducting: dict[tuple[str, str], Expr] = {}
        if self.formulation.interfaces is not None:
            responses = self.formulation.responses.of_step(state, previous)
            conducting = {
                item.pair: response.conduction + LEAK
                for item, response in zip(self._model.interfaces, responses, strict=True)
            }
        found, measures = [], self.formulation.measures
        for pair in self._transfer.interfaces:
            at, side = (pair[::-1], "-") if pair[::-1] in conducting else (pair, "+")
            found.append(Surface(pair[0], measures.interface(at), side, conducting.get(at, 1.0)))
        for name in self._transfer.boundaries:
            found.append(Surface(self._model.hosts[0], measures.boundary(name), None, 1.0))
        return found

    def interruptions(self, state: State, previous: State, roles: Collection[str]) -> list[tuple[Expr, ufl.Measure]]:
        """Share that does not conduct, and measure, of each reacting surface of some hosts that may open."""
        if self._transfer is None or self.formulation.interfaces is None:
            return []
        reacting = {frozenset(pair) for pair in self._transfer.interfaces if pair[0] in roles}
        return [
            (1 - response.conduction, self.formulation.measures.interface(item.pair))
            for item, response in zip(
                self._model.interfaces, self.formulation.responses.of_step(state, previous), strict=True
            )
            if frozenset(item.pair) in reacting
        ]

    def _through(self, pair: tuple[str, str], conductance: fem.Constant | None, conduction: Expr, state: State) -> Expr:
        potential = self.formulation.quantities.potential
        if potential is None:
            return 0.0 * conduction
        reacting = self._transfer.interfaces if self._transfer is not None else ()
        if pair in reacting:
            return (conduction + LEAK) * self._reaction(state, pair[0], "+")
        if pair[::-1] in reacting:
            return -(conduction + LEAK) * self._reaction(state, pair[1], "-")
        if conductance is None:
            return 0.0 * conduction
        return self._free * interface.passage(conductance, conduction, potential(state))

    def _reaction(self, state: State, host: str, side: str | None) -> Expr:
        """Current density out of a host on a side of a surface that conducts fully [pA/um^2]."""
        return self._free * lithium.surface_current(*self._reactants(state, host, side))

    def _reactants(self, state: State, host: str, side: str | None) -> tuple[Expr, Expr, Expr, Expr]:
        """Exchange current density, temperature, potential of the electrode and of a host on a side of a surface."""
        law, quantities = self._transfer, self.formulation.quantities
        assert law is not None and quantities.stoichiometry is not None
        assert quantities.potential is not None
        of_host = quantities.negative if host in self._model.negative_hosts else quantities.electrode
        assert of_host is not None
        fields = (quantities.stoichiometry, of_host, quantities.potential)
        x, electrode, phi = (field(state)(side) if side else field(state) for field in fields)
        own = self.formulation.bulk.coefficients.hosts[host].exchange_current_density
        exchange = law.exchange_current_density if own is None else value_at(own, x)
        return exchange, law.temperature, electrode, phi
