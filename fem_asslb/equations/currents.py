"""Currents of lithium through surfaces: charge transfer of the hosts, and passage from host to host."""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.equations import interface, lithium
from fem_asslb.equations.formulation import Formulation
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.state import State

LEAK = 1e-12
"""Share of a reacting surface that conducts over any gap: it gives the electrode a potential where nothing touches."""


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

    def reactions(self, state: State, previous: State) -> list[tuple[Expr, ufl.Measure, str | None]]:
        """Current density out of the host [pA/um^2], measure and side of each reacting surface, None outside."""
        return [
            (share * self._reaction(state, side), measure, side)
            for share, measure, side in self._reacting_surfaces(state, previous)
        ]

    def exchanges(self, state: State, previous: State) -> list[tuple[Expr, Expr, ufl.Measure]]:
        """Current densities out of and into the host [pA/um^2], and measure, of each reacting surface."""
        found = []
        for share, measure, side in self._reacting_surfaces(state, previous):
            out, into = lithium.partial_currents(*self._reactants(state, side))
            found.append((share * out, share * into, measure))
        return found

    def _reacting_surfaces(self, state: State, previous: State) -> list[tuple[Expr, ufl.Measure, str | None]]:
        """Share that conducts, measure and side of the host, of each reacting surface."""
        if self._transfer is None or not self._model.hosts:
            return []
        conducting: dict[tuple[str, str], Expr] = {}
        if self.formulation.interfaces is not None:
            responses = self.formulation.responses.of_step(state, previous)
            conducting = {
                item.pair: response.conduction + LEAK
                for item, response in zip(self._model.interfaces, responses, strict=True)
            }
        found: list[tuple[Expr, ufl.Measure, str | None]] = []
        for pair in self._transfer.interfaces:
            at, side = (pair[::-1], "-") if pair[::-1] in conducting else (pair, "+")
            found.append((conducting.get(at, 1.0), self.formulation.measures.interface(at), side))
        return found + [(1.0, self.formulation.measures.boundary(name), None) for name in self._transfer.boundaries]

    def interruptions(self, state: State, previous: State) -> list[tuple[Expr, ufl.Measure]]:
        """Share that does not conduct, and measure, of each reacting surface that may open."""
        if self._transfer is None or self.formulation.interfaces is None:
            return []
        reacting = set(map(frozenset, self._transfer.interfaces))
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
            return (conduction + LEAK) * self._reaction(state, "+")
        if pair[::-1] in reacting:
            return -(conduction + LEAK) * self._reaction(state, "-")
        if conductance is None:
            return 0.0 * conduction
        return self._free * interface.passage(conductance, conduction, potential(state))

    def _reaction(self, state: State, side: str | None) -> Expr:
        """Current density out of the host on a side of a surface that conducts fully [pA/um^2]."""
        return self._free * lithium.surface_current(*self._reactants(state, side))

    def _reactants(self, state: State, side: str | None) -> tuple[Expr, Expr, Expr, Expr]:
        """Exchange current density, temperature, potential of the electrode and of the host on a side of a surface."""
        law, quantities = self._transfer, self.formulation.quantities
        assert law is not None and quantities.potential is not None and quantities.electrode is not None
        phi, electrode = quantities.potential(state), quantities.electrode(state)
        if side is not None:
            phi, electrode = phi(side), electrode(side)
        return law.exchange_current_density, law.temperature, electrode, phi
