"""The displacement, and the balance of momentum."""

from collections.abc import Callable, Mapping, Sequence

import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from petsc4py import PETSc

from fem_asslb.base.parallel import FloatArray, global_sum
from fem_asslb.equations import mechanics
from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.supports import create_conditions
from fem_asslb.fields import names
from fem_asslb.fields.field import MULTIGRID, Component, ErrorScale, Field, Written
from fem_asslb.mesh.bodies import welded_bodies
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.region_space import region_space
from fem_asslb.spaces.rigid_modes import modes_of_bodies, rigid_modes
from fem_asslb.spaces.state import State

NAME = "displacement"
"""Three components [um]; zero on the platen, whose position adds to it."""

Forces = Callable[[str], FloatArray]
"""Row of a field by its name, without conditions, ghosts included: what must be added for balance."""

LEAST = 1e-3
"""Displacements count as no smaller [um] where their time error is judged: less opens and closes nothing."""


def value(state: State) -> fem.Function:
    """Displacement [um] without what the platen adds, broken between bodies."""
    return state[NAME]


def create_space(domain: Domain, model: Model) -> fem.FunctionSpace:
    """Space of the displacement: regions that are welded to each other share it."""
    body = _bodies(domain, model)
    element = basix.ufl.element("Lagrange", domain.mesh.basix_cell(), model.displacement_degree, shape=(3,))
    return region_space(domain.mesh, element, body[domain.cell_region], int(body.max()) + 1)


def declare(formulation: Formulation, prescribed: fem.Function) -> Field:
    """The field.

    Args:
        formulation: The model on its mesh.
        prescribed: Displacement on ``model.support.prescribed``, in the space of the field.
    """
    domain, model, space = formulation.domain, formulation.model, prescribed.function_space
    conditions, body = create_conditions(domain, space, model.support, prescribed), _bodies(domain, model)

    def loose_modes() -> PETSc.Mat:
        """Rigid motions of each body."""
        return modes_of_bodies(space, body[domain.cell_region], conditions)

    def row(now: State, before: State, test: ufl.Argument) -> ufl.Form | int:
        """Virtual work of the interfaces and of an outer pressure [pJ]."""
        work = formulation.responses.work(now, before, test)
        if (name := model.support.pressure) is not None:
            pressure, ratio = formulation.controls.outer_pressure, formulation.kinematics.area_ratio(now[NAME])
            work += (
                ratio
                * mechanics.pressure_work(pressure, formulation.normal(now), test)
                * formulation.measures.boundary(name)
            )
        return work

    return Field(
        name=NAME,
        space=space,
        components=(Component(NAME, "u", "um", has_kinks=True),),
        row=row,
        initialise=lambda state: None,
        block=MULTIGRID,
        conditions=conditions,
        error_scale=ErrorScale(LEAST, grows=True, follows_loads=True),
        near_nullspace=lambda: rigid_modes(space),
        loose_modes=loose_modes if body.any() else None,
        written=lambda state: Written(formulation.quantities.motion(state), {names.DISPLACEMENT: slice(0, 3)}),
    )


def _bodies(domain: Domain, model: Model) -> npt.NDArray[np.int32]:
    return welded_bodies(domain, [item.place for item in model.interfaces])


def reaction(domain: Domain, state: State, forces: Forces, boundary: str) -> float:
    """Consistent reaction along the stack of a boundary that cannot move that way [pJ/um; per um of depth in 2D].

    Positive where the support pushes in the positive direction, as the lower plate does under pressure.
    """
    space, axis = state[NAME].function_space, domain.dimension - 1
    dofs = fem.locate_dofs_topological(space.sub(axis), domain.dimension - 1, domain.boundary(boundary))
    owned = dofs[dofs < space.dofmap.index_map.size_local * space.dofmap.index_map_bs]
    return float(global_sum(domain.comm, forces(NAME)[owned].sum())[0])


def held_forces(domain: Domain, forces: Forces, conditions: Mapping[str, Sequence[fem.DirichletBC]]) -> float:
    """Sum of the sizes of the forces on all dofs that conditions hold [pJ/um; per um of depth in 2D]."""
    held = [condition.dof_indices() for condition in conditions[NAME]]
    dofs = np.unique(np.concatenate([dofs[:owned] for dofs, owned in held]))
    return float(global_sum(domain.comm, np.abs(forces(NAME)[dofs]).sum())[0])
