"""The displacement, and the balance of momentum."""

import basix.ufl
import ufl
from dolfinx import fem

from fem_asslb.equations import mechanics
from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.supports import create_conditions
from fem_asslb.fields import names
from fem_asslb.fields.field import MULTIGRID, Component, ErrorScale, Field, Written
from fem_asslb.mesh.bodies import welded_bodies
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.region_space import region_space
from fem_asslb.spaces.rigid_modes import rigid_modes
from fem_asslb.spaces.state import State

NAME = "displacement"
"""Three components [um]; zero on the platen, whose position adds to it."""

LEAST = 1e-3
"""Displacements count as no smaller [um] where their time error is judged: less opens and closes nothing."""


def value(state: State) -> fem.Function:
    """Displacement [um] without what the platen adds, broken between bodies."""
    return state[NAME]


def create_space(domain: Domain, model: Model) -> fem.FunctionSpace:
    """Space of the displacement: regions that are welded to each other share it."""
    body = welded_bodies(domain, [item.pair for item in model.interfaces])
    element = basix.ufl.element("Lagrange", domain.mesh.basix_cell(), model.displacement_degree, shape=(3,))
    return region_space(domain.mesh, element, body[domain.cell_region], int(body.max()) + 1)


def declare(formulation: Formulation, prescribed: fem.Function) -> Field:
    """The field.

    Args:
        formulation: The model on its mesh.
        prescribed: Displacement on ``model.support.prescribed``, in the space of the field.
    """
    domain, model, space = formulation.domain, formulation.model, prescribed.function_space

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
        conditions=create_conditions(domain, space, model.support, prescribed),
        error_scale=ErrorScale(LEAST, grows=True, follows_loads=True),
        near_nullspace=lambda: rigid_modes(space),
        written=lambda state: Written(formulation.quantities.motion(state), {names.DISPLACEMENT: slice(0, 3)}),
    )
