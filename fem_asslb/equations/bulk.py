"""Strains, stresses and energies of the phases of a model."""

from dataclasses import replace

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.energies import require_declared
from fem_asslb.bulk.bulk_law import BulkLaw, BulkResponse, Deformation
from fem_asslb.bulk.linear_elasticity import LinearElasticity
from fem_asslb.bulk.tensor import SymmetricTensor, symmetric
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.kinematics import Kinematics
from fem_asslb.equations.material_fields import MaterialFields
from fem_asslb.equations.measures import Measures
from fem_asslb.equations.phase import STRAIN, STRESS, Phase
from fem_asslb.equations.quantities import Quantities
from fem_asslb.spaces.state import State

_STRESS_DEGREE = 2
"""Quadrature degree of what is reported of stresses, where a law does not say the points."""


class Bulk:
    """The phases of a model as UFL expressions.

    A law that remembers, or that answers at points, knows one state alone: that of the step which is being solved,
    until it is accepted. Of the accepted state there is `accepted_stress`.

    Attributes:
        phases: Cells with one law each, by name.
        coefficients: Material data.
        kinematics: What strain is.

    Args:
        phases: Cells with one law each, by name.
        coefficients: Material data.
        quantities: What is read of a state.
        controls: Constants that the protocol changes.
        measures: Where terms are integrated.
        kinematics: What strain is.
    """

    def __init__(
        self,
        phases: dict[str, Phase],
        coefficients: MaterialFields,
        quantities: Quantities,
        controls: Controls,
        measures: Measures,
        kinematics: Kinematics,
    ) -> None:
        self.phases, self.coefficients, self.kinematics = phases, coefficients, kinematics
        self._quantities, self._controls, self._measures = quantities, controls, measures

    def strain(self, state: State) -> Expr:
        """Total strain, shape (3, 3)."""
        return self.kinematics.strain(*self._motion(state))

    def free_strain(self, state: State, phase: str, temperature: fem.Constant | None = None) -> Expr:
        """Strain of a phase free of stress at a temperature [K], by default that of the step, shape (3, 3)."""
        heat = self.coefficients.thermal_strain(self._controls.temperature if temperature is None else temperature)
        if not self.phases[phase].is_host:
            return self.coefficients.layer_strain(self._controls.anode_lithium) + heat
        return self.coefficients.lattice_strain(phase, self._stoichiometry(state)) + heat

    def elastic_strain(self, state: State, phase: str, temperature: fem.Constant | None = None) -> Expr:
        """Trial strain of which the law of a phase makes stress, shape (3, 3); temperature as for `free_strain`."""
        return self.strain(state) - self.free_strain(state, phase, temperature)

    def response(self, state: State, phase: str) -> BulkResponse:
        """Answer of the law of a phase to a step that ends at a state."""
        return self._answer(state, self.phases[phase], self.elastic_strain(state, phase))

    def stress_ratio(self, state: State) -> Expr | int:
        """Cauchy stress over the stress that does work on the strain."""
        return self.kinematics.stress_ratio(*self._motion(state))

    def cauchy_stress(self, state: State, phase: str) -> Expr:
        """Cauchy stress [MPa], shape (3, 3), tension positive, along axes that turn with the body."""
        return self.stress_ratio(state) * self.stress(state, phase)

    def stress(self, state: State, phase: str) -> Expr:
        """Stress that does work on the strain [MPa], shape (3, 3), tension positive."""
        return self._stress(state, phase, self.elastic_strain(state, phase))

    def accepted_stress(self, state: State, phase: str) -> Expr:
        """The same at the end of the step that was accepted last, the start of the next [MPa], shape (3, 3).

        Args:
            state: The unknowns there.
            phase: Name of the phase.
        """
        memory = self.phases[phase].memory
        if memory is None:
            return self._stress(state, phase, self._accepted_strain(state, phase))
        return ufl.as_tensor(symmetric(memory.start.values[STRESS]).matrix())

    def stiffening(self, state: State, previous: State, phase: str) -> Expr | None:
        """Energy density that a change of stiffness with lithium brings in a step [MPa]; None where there is none.

        Args:
            state: The unknowns at its end.
            previous: The unknowns at its start.
            phase: Name of the phase.
        """
        law = self.phases[phase].law
        if not isinstance(law, LinearElasticity):
            return None
        strains = (state, self.elastic_strain(state, phase)), (previous, self._accepted_strain(previous, phase))
        now, before = (self._deformation(at, self.phases[phase], strain) for at, strain in strains)
        return law.stiffening(now, before)

    def energy_measure(self, phase: str) -> ufl.Measure:
        """Cells of a phase with the points of its energy, which are those of its law."""
        return self._measures.dx(phase, self.phases[phase].degree)

    def stress_measure(self, phase: str) -> ufl.Measure:
        """Cells of a phase with the points where its stress is reported."""
        return (
            self._measures.dx(phase, _STRESS_DEGREE)
            if self.phases[phase].memory is None
            else self.energy_measure(phase)
        )

    def potential(self, state: State) -> ufl.Form | int:
        """Sum of the incremental potentials of all laws that have one and are formulae [pJ]."""
        total = 0
        for name, phase in self.phases.items():
            response = self.response(state, name)
            if not phase.law.AT_POINTS and response.potential is not None:
                total += response.potential * self.energy_measure(name)
        return total

    def work(self, state: State, function: fem.Function, test: ufl.Argument) -> ufl.Form | int:
        """Virtual work of the stresses of all formulae without a potential, for a variation of one field [pJ]."""
        total = 0
        for name, phase in self.phases.items():
            if not phase.law.AT_POINTS and self.response(state, name).potential is None:
                total += self.stress_work(state, name, function, test)
        return total

    def stress_work(self, state: State, phase: str, function: fem.Function, test: ufl.Argument) -> ufl.Form:
        """Virtual work of the stress of a phase on the elastic strain that a variation of one field makes [pJ]."""
        variation = ufl.derivative(self.elastic_strain(state, phase), function, test)
        return ufl.inner(self.stress(state, phase), variation) * self.energy_measure(phase)

    def stored_energies(self, state: State) -> dict[str, ufl.Form]:
        """Energies stored in all phases, by the names of their laws [pJ]."""
        found: dict[str, ufl.Form] = {}
        for phase in self.phases:
            for name, density in self.response(state, phase).stored.items():
                found[name] = found.get(name, 0) + density * self.energy_measure(phase)
        return found

    def _stoichiometry(self, state: State) -> Expr:
        """X of the hosts."""
        assert self._quantities.stoichiometry is not None
        return self._quantities.stoichiometry(state)

    def _motion(self, state: State) -> tuple[Expr, Expr | float]:
        """Displacement [um], and the strain across the plane."""
        across = self._quantities.strain_across
        return self._quantities.motion(state), across(state) if across is not None else 0.0

    def _accepted_strain(self, state: State, phase: str) -> Expr:
        """Elastic strain at the start of the step, where a phase without memory had another temperature."""
        return self.elastic_strain(state, phase, self._controls.accepted_temperature)

    def _stress(self, state: State, phase: str, elastic_strain: Expr) -> Expr:
        """Stress of an elastic strain [MPa], shape (3, 3)."""
        strain = ufl.variable(elastic_strain)
        response = self._answer(state, self.phases[phase], strain)
        if response.stress is not None:
            return ufl.as_tensor(response.stress.matrix())
        return ufl.sym(ufl.diff(response.potential, strain))

    def _answer(self, state: State, phase: Phase, strain: Expr) -> BulkResponse:
        law, memory = phase.law, phase.memory
        if memory is not None and law.AT_POINTS:
            return memory.response(law)
        now = self._deformation(state, phase, strain)
        if memory is None:
            return _declared(law, law.respond(now, now, {}, self._controls.time_step))
        before = replace(now, strain=symmetric(memory.start.values[STRAIN]))
        history = memory.history.values if memory.history is not None else {}
        return _declared(law, law.respond(now, before, history, self._controls.time_step))

    def _deformation(self, state: State, phase: Phase, strain: Expr) -> Deformation:
        axis = self.coefficients.axis
        return Deformation(
            strain=SymmetricTensor.of(strain),
            axis=(axis[0], axis[1], axis[2]),
            stoichiometry=self._stoichiometry(state) if phase.is_host else None,
            logarithmic=self.kinematics.LOGARITHMIC,
            temperature=self._controls.temperature,
        )


def _declared(law: BulkLaw, response: BulkResponse) -> BulkResponse:
    require_declared(law, response)
    return response
