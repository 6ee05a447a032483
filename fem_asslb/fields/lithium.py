"""Lithium in the hosts: stoichiometry x and equilibrium potential phi, with equilibrium and balance of lithium."""

from collections.abc import Callable, Sequence

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.constants import FARADAY
from fem_asslb.equations import lithium
from fem_asslb.equations.currents import Currents
from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.measures import LITHIUM_DEGREE
from fem_asslb.fields import names
from fem_asslb.fields.field import FACTORED, Component, ErrorScale, Extremes, Field, Mean, Written
from fem_asslb.mesh.bodies import lithium_bodies
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.region_space import region_space
from fem_asslb.spaces.state import State

NAME = "lithium"
"""Stoichiometry [-] and equilibrium potential [V vs Li], in the hosts."""


def stoichiometry(state: State) -> Expr:
    """X in the hosts."""
    return state[NAME][0]


def potential(state: State) -> Expr:
    """Phi in the hosts [V vs Li]."""
    return state[NAME][1]


def create_space(domain: Domain, model: Model) -> fem.FunctionSpace:
    """Space of both: welded grains of one host share their lithium."""
    body = lithium_bodies(domain, [item.place for item in model.interfaces], model.hosts)
    element = basix.ufl.element("Lagrange", domain.mesh.basix_cell(), model.lithium_degree, shape=(2,))
    active = np.zeros(int(body.max()) + 1, dtype=bool)
    active[body[domain.regions_of(model.hosts)]] = True
    return region_space(domain.mesh, element, body[domain.cell_region], len(active), active)


def declare(currents: Currents, space: fem.FunctionSpace) -> Field:
    """The field.

    Args:
        currents: Of lithium through surfaces.
        space: From `create_space`.
    """
    formulation = currents.formulation
    domain, model, controls = formulation.domain, formulation.model, formulation.controls

    def row(now: State, before: State, test: ufl.Argument) -> ufl.Form | int:
        """Equilibrium, tested with the variation of x, and balance of lithium, with that of phi."""
        (x, phi), (test_x, test_phi), x_before = now[NAME], test, stoichiometry(before)
        free, forced, dt = 1 - controls.forced, controls.forced, controls.time_step
        axis, total = formulation.bulk.coefficients.axis, 0
        for role in model.hosts:
            host = formulation.bulk.coefficients.hosts[role]
            balance = free * lithium.storage(host, x, x_before, test_phi)
            balance += free * dt * lithium.transport(host, x, phi, controls.temperature, axis, test_phi)
            balance += forced * lithium.storage(host, x, controls.forced_x, test_phi)
            total += (lithium.equilibrium(host, x, phi, test_x) + balance) * formulation.measures.dx(
                role, LITHIUM_DEGREE
            )
        for current, surface in currents.passages(now, before):
            total += dt * current * ufl.jump(test_phi) * surface
        for current, surface, side in currents.reactions(now, before):
            total += dt * current * (test_phi(side) if side else test_phi) * surface
        return total

    return Field(
        name=NAME,
        space=space,
        components=(Component(names.HOST_STOICHIOMETRY, "x", "-", 0), Component("potential", "phi", "V", 1)),
        row=row,
        initialise=lambda state: set_uniform(domain, model, state, model.start_x),
        block=FACTORED,
        roles=model.hosts,
        varies_energy=model.stress_driven_flux,
        error_scale=ErrorScale(1.0),
        written=_written,
        reported=lambda state: _reported(formulation, state),
    )


def set_uniform(domain: Domain, model: Model, state: State, stoichiometry: Callable[[str], float]) -> None:
    """Give every host the stoichiometry of its role and its potential free of stress."""
    function = state[NAME]
    for role, host in model.host_laws.items():
        dofs, x = function.function_space.dofmap.list[domain.cells_of([role])].ravel(), stoichiometry(role)
        function.x.array.reshape(-1, 2)[dofs] = [x, float(host.potential.potential(x))]
    # A rank without a cell of a host may still hold a copy of one of its unknowns.
    function.x.scatter_forward()


def _reported(formulation: Formulation, state: State) -> list[Mean | Extremes]:
    model = formulation.model
    found: list[Mean | Extremes] = [
        Mean(names.MEAN_STOICHIOMETRY, _contents(formulation, state, model.positive_hosts)),
        Extremes(names.LEAST_STOICHIOMETRY, names.LARGEST_STOICHIOMETRY, roles=model.positive_hosts),
        Mean(names.VOLUME_CHANGE, _growths(formulation, state, model.positive_hosts)),
    ]
    if model.negative is not None:
        found.append(Mean(names.ANODE_STOICHIOMETRY, _contents(formulation, state, model.negative_hosts)))
        least, largest = names.ANODE_LEAST_STOICHIOMETRY, names.ANODE_LARGEST_STOICHIOMETRY
        found.append(Extremes(least, largest, roles=model.negative_hosts))
        found.append(Mean(names.ANODE_VOLUME_CHANGE, _growths(formulation, state, model.negative_hosts)))
    return found


def _contents(formulation: Formulation, state: State, roles: Sequence[str]) -> list[tuple[Expr, Expr, ufl.Measure]]:
    """X of hosts, weights of a mean, and where."""
    hosts, dx = formulation.bulk.coefficients.hosts, formulation.measures.dx
    return [(stoichiometry(state), hosts[role].c_max, dx(role, LITHIUM_DEGREE)) for role in roles]


def _growths(formulation: Formulation, state: State, roles: Sequence[str]) -> list[tuple[Expr, Expr, ufl.Measure]]:
    """Growth of the unit cells of hosts over that of full ones [%], weights of a mean, and where."""
    full, found = fem.Constant(formulation.domain.mesh, 1.0), []
    for role in roles:
        lattice = formulation.bulk.coefficients.hosts[role].lattice
        growth = lattice.volume(stoichiometry(state)) / lattice.volume(full) - 1.0
        found.append((100.0 * growth, full, formulation.measures.dx(role, LITHIUM_DEGREE)))
    return found


def _written(state: State) -> Written:
    x, phi = state[NAME]
    parts = {names.STOICHIOMETRY: 0, names.POTENTIAL: 1, names.CHEMICAL_POTENTIAL: 2}
    return Written(ufl.as_vector([x, phi, -FARADAY * phi]), parts)
