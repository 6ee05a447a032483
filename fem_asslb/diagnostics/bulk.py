"""Scalar results of a state: lithium, stress, reactions and energies, the same on every rank."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ufl
from dolfinx import fem

from fem_asslb.base.parallel import global_sum
from fem_asslb.diagnostics.fields import component_ranges
from fem_asslb.diagnostics.stress import Stresses, StressSummary
from fem_asslb.equations.measures import LITHIUM_DEGREE
from fem_asslb.equations.supports import TOP
from fem_asslb.fields import displacement, names, platen
from fem_asslb.mesh.volumes import role_volumes
from fem_asslb.problem.problem import Problem


@dataclass(frozen=True, kw_only=True)
class _Electrode:
    """Area of the reacting surface of an electrode [um^2; um in 2D], and the part of it that does not conduct."""

    area: float
    interrupted: tuple[fem.Form, ...]


class Diagnostics:
    """Compiled scalars of a problem.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._comm = problem.domain.comm
        self.volumes = role_volumes(problem.domain)
        stored = problem.formulation.stored_energies(problem.state, problem.previous)
        self._stored = {name: problem.compile(form) for name, form in stored.items()}
        self._chemical_work = self._chemical_work_form()
        self._layer_force = self._layer_force_forms()
        self._thermal_force = self._thermal_force_forms()
        self._lithium = self._lithium_forms()
        self._stresses = Stresses(problem)
        self._dissipation = self._dissipation_forms()
        one = fem.Constant(problem.domain.mesh, 1.0)
        self.plate_area: float | None = None
        if problem.model.support.platen:
            self.plate_area = self.integral(fem.form(one * problem.formulation.measures.boundary(TOP)))
        self._outer_motion = self._outer_motion_form()
        self._electrodes = [
            self._electrode(one, roles)
            for roles in (problem.model.positive_hosts, problem.model.negative_hosts)
            if roles
        ]
        self.reacting_area = self._electrodes[0].area if self._electrodes else 0.0

    def integral(self, form: fem.Form) -> float:
        """Value of a compiled form without arguments over the whole mesh."""
        return float(global_sum(self._comm, fem.assemble_scalar(form))[0])

    def active_mass(self) -> float:
        """Mass of the hosts of the positive electrode [pg; pg/um in 2D]."""
        materials = self._problem.model.materials
        return sum(self.volumes[role] * (materials[role].density or 0.0) for role in self._problem.model.positive_hosts)

    def conducting_share(self) -> float:
        """Share of the reacting surface that conducts lithium, of a model that has some, the lesser of two [-]."""
        return min(
            1.0 - sum(map(self.integral, electrode.interrupted)) / electrode.area for electrode in self._electrodes
        )

    def lithium_capacity(self, roles: Iterable[str] | None = None) -> float:
        """Lithium in hosts at x = 1, by default those of the positive electrode [pmol; pmol/um in 2D]."""
        model = self._problem.model
        named = model.positive_hosts if roles is None else roles
        return sum(self.volumes[role] * model.host_laws[role].c_max for role in named)

    def lithium(self, roles: Iterable[str] | None = None) -> float:
        """Lithium in hosts, by default those of the positive electrode [pmol; pmol/um in 2D]."""
        named = self._problem.model.positive_hosts if roles is None else roles
        return sum(self.integral(self._lithium[role]) for role in named)

    def stoichiometry_ranges(self) -> dict[str, tuple[float, float]]:
        """Least and largest nodal stoichiometry of each host."""
        return component_ranges(self._problem, names.HOST_STOICHIOMETRY)

    def stack_pressure(self) -> float:
        """Pressure of the platen [MPa], never negative."""
        return platen.pressure(self._problem.formulation, self._problem.state)

    def reaction(self, boundary: str) -> float:
        """Reaction along the stack [pJ/um; per um of depth in 2D], see `fem_asslb.fields.displacement.reaction`."""
        problem = self._problem
        return displacement.reaction(problem.domain, problem.state, problem.forces, boundary)

    def pin_forces(self) -> float:
        """Sum of the sizes of the forces of all supports [pJ/um; per um of depth in 2D]."""
        return displacement.held_forces(self._problem.domain, self._problem.forces, self._problem.conditions)

    def swept_volume(self) -> float:
        """Volume gained by the motion of platen or outer boundary since the start [um^3; um^2 in 2D]."""
        if self.plate_area is not None:
            return self.plate_area * platen.position(self._problem.state)
        return self.integral(self._outer_motion) if self._outer_motion is not None else 0.0

    def stored(self) -> dict[str, float]:
        """Energies that bulk and interfaces store, by the names of their laws [pJ; pJ/um in 2D]."""
        return {name: self.integral(form) for name, form in self._stored.items()}

    @property
    def dissipates(self) -> dict[str, tuple[str, ...]]:
        """Names of the energies that each phase dissipates."""
        return {name: phase.law.DISSIPATION for name, phase in self._problem.formulation.bulk.phases.items()}

    def dissipation(self) -> dict[str, float]:
        """Energy that phases have dissipated in the step, by phase and name of the energy [pJ]."""
        return {name: self.integral(form) for name, form in self._dissipation.items()}

    def chemical_work(self) -> float:
        """What lithium does on the hosts in the step, by swelling, trapezoidal, and by a change of stiffness [pJ]."""
        return -sum(self.integral(form) for form in self._chemical_work)

    def layer_force(self) -> float:
        """Int sigma : d(eps_swelling)/dn over the passive layers, n the lithium of the anode [pJ/pmol]."""
        return sum(map(self.integral, self._layer_force))

    @property
    def expands(self) -> bool:
        """Whether anything expands with temperature."""
        return bool(self._thermal_force)

    def thermal_force(self) -> float:
        """Int sigma : d(eps_thermal)/dT over everything that expands [pJ/K]."""
        return sum(map(self.integral, self._thermal_force))

    def stresses(self) -> dict[str, StressSummary]:
        """Stress of every role."""
        return self._stresses.summaries()

    def _dissipation_forms(self) -> dict[str, fem.Form]:
        bulk, forms = self._problem.formulation.bulk, {}
        for name in bulk.phases:
            for kind, density in bulk.response(self._problem.state, name).dissipated.items():
                forms[f"{name} {kind}"] = fem.form(density * bulk.energy_measure(name))
        return forms

    def _electrode(self, one: fem.Constant, roles: Sequence[str]) -> "_Electrode":
        """Reacting surface of the hosts of an electrode."""
        problem = self._problem
        surfaces = problem.currents.reactions(problem.state, problem.previous, roles)
        area = sum(self.integral(problem.compile(one * measure)) for _, measure, _ in surfaces)
        interrupted = problem.currents.interruptions(problem.state, problem.previous, roles)
        return _Electrode(area=area, interrupted=tuple(problem.compile(share * at) for share, at in interrupted))

    def _lithium_forms(self) -> dict[str, fem.Form]:
        formulation, forms = self._problem.formulation, {}
        if (x := formulation.quantities.stoichiometry) is not None:
            for role in self._problem.model.hosts:
                content = formulation.bulk.coefficients.hosts[role].c_max * x(self._problem.state)
                forms[role] = fem.form(content * formulation.measures.dx(role, LITHIUM_DEGREE))
        return forms

    def _chemical_work_form(self) -> list[fem.Form]:
        bulk, state, previous = self._problem.formulation.bulk, self._problem.state, self._problem.previous
        forms = []
        for role in self._problem.model.hosts:
            stress = 0.5 * (bulk.stress(state, role) + bulk.accepted_stress(previous, role))
            swelling = bulk.free_strain(state, role) - bulk.free_strain(previous, role)
            work = ufl.inner(stress, swelling)
            if (stiffening := bulk.stiffening(state, previous, role)) is not None:
                work -= stiffening
            forms.append(fem.form(work * bulk.energy_measure(role)))
        return forms

    def _layer_force_forms(self) -> list[fem.Form]:
        bulk, lithium = self._problem.formulation.bulk, ufl.variable(self._problem.controls.anode_lithium)
        per_lithium = ufl.diff(bulk.coefficients.layer_strain(lithium), lithium)
        layers = [name for name, phase in bulk.phases.items() if not phase.is_host]
        stresses = [(bulk.stress(self._problem.state, name), bulk.energy_measure(name)) for name in layers]
        return [fem.form(ufl.inner(stress, per_lithium) * measure) for stress, measure in stresses]

    def _thermal_force_forms(self) -> list[fem.Form]:
        bulk, temperature = self._problem.formulation.bulk, ufl.variable(self._problem.controls.temperature)
        if bulk.coefficients.expansion is None:
            return []
        per_kelvin = ufl.diff(bulk.coefficients.thermal_strain(temperature), temperature)
        stresses = [(bulk.stress(self._problem.state, name), bulk.energy_measure(name)) for name in bulk.phases]
        return [fem.form(ufl.inner(stress, per_kelvin) * measure) for stress, measure in stresses]

    def _outer_motion_form(self) -> fem.Form | None:
        name = self._problem.model.support.pressure
        if name is None:
            return None
        formulation, state = self._problem.formulation, self._problem.state
        motion = ufl.dot(formulation.quantities.displacement(state), formulation.normal(state))
        return fem.form(motion * formulation.measures.boundary(name))
