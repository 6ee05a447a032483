"""Stress and strain of each role, from averages over its cells, the same on every rank."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem

from fem_asslb.base.parallel import FloatArray, global_max, global_sum
from fem_asslb.equations import kinematics
from fem_asslb.mesh.volumes import cell_volumes, role_volumes
from fem_asslb.problem.problem import Problem
from fem_asslb.spaces.coefficients import region_field


@dataclass(frozen=True, kw_only=True)
class StressSummary:
    """Stress and strain of one role, from cell averages.

    Attributes:
        hydrostatic_mean: Volume average of the mean normal stress [MPa], tension positive.
        von_mises_max: Largest cell average of the von Mises stress [MPa].
        principal_max: Largest cell average of the largest principal stress [MPa], tension positive.
        over_strength: Volume share in which the stress passes the strength of the material [-]: the largest principal
            stress that of a brittle one, the von Mises stress that of one that yields.
        strain_max: Largest cell average of the size of the total strain [-].
    """

    hydrostatic_mean: float
    von_mises_max: float
    principal_max: float
    over_strength: float
    strain_max: float


class Stresses:
    """Compiled integrals of stress and strain over the cells of a problem.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem, domain = problem, problem.domain
        self._comm, self._volumes, self._cell_volume = domain.comm, role_volumes(domain), cell_volumes(domain)
        self._owned = {role: domain.owned_cells_of([role]) for role in domain.roles}
        self._cells = fem.functionspace(domain.mesh, ("DG", 0))
        materials = [problem.model.materials[role] for role in domain.region_roles]
        self._strength = region_field(domain, np.array([item.strength or np.inf for item in materials]))
        brittle = [float(item.strength_kind == "fracture") for item in materials]
        self._is_brittle = region_field(domain, np.array(brittle))
        self._forms = self._compile()

    def summaries(self) -> dict[str, StressSummary]:
        """Stress of every role."""
        dofs = self._cells.dofmap.list[:, 0]
        integrals = {
            name: sum(fem.assemble_vector(form).array[dofs] for form in forms) for name, forms in self._forms.items()
        }
        return {role: self._role_stress(integrals, role) for role in self._owned}

    def _role_stress(self, integrals: Mapping[str, FloatArray], role: str) -> StressSummary:
        """Summary of one role, from what `_compile` names, integrated over each cell."""
        cells = self._owned[role]

        def mean(name: str) -> float:
            """Average over the volume."""
            return float(global_sum(self._comm, integrals[name][cells].sum())[0] / self._volumes[role])

        def largest(name: str) -> float:
            """Largest average of a cell."""
            averages = integrals[name][cells] / self._cell_volume[cells]
            return float(global_max(self._comm, averages.max(initial=-np.inf))[0])

        return StressSummary(
            hydrostatic_mean=mean("hydrostatic"),
            von_mises_max=largest("von Mises"),
            principal_max=largest("principal"),
            over_strength=mean("over strength"),
            strain_max=largest("strain"),
        )

    def _compile(self) -> dict[str, list[fem.Form]]:
        """Integrals over cells of each measure of stress and strain by its name, a form for each phase."""
        forms: dict[str, list[fem.Form]] = {}
        for phase in self._problem.formulation.bulk.phases:
            for name, form in self._forms_of(phase).items():
                forms.setdefault(name, []).append(form)
        return forms

    def _forms_of(self, phase: str) -> dict[str, fem.Form]:
        """Those of one phase."""
        bulk, state = self._problem.formulation.bulk, self._problem.state
        stress = bulk.cauchy_stress(state, phase)
        von_mises, principal = kinematics.von_mises(stress), kinematics.largest_principal(stress)
        decisive = ufl.conditional(ufl.gt(self._is_brittle, 0.5), principal, von_mises)
        over = ufl.conditional(ufl.gt(decisive, self._strength), 1.0, 0.0)
        strain = bulk.strain(state)
        size, dx = ufl.sqrt(ufl.inner(strain, strain)), bulk.stress_measure(phase)
        values = {
            "hydrostatic": kinematics.hydrostatic(stress),
            "von Mises": von_mises,
            "principal": principal,
            "over strength": over,
            "strain": size,
        }
        return {name: fem.form(value * ufl.TestFunction(self._cells) * dx) for name, value in values.items()}
