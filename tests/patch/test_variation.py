"""Every row of the residual is the variation of one incremental energy, written down here a second time.

Each term of that energy is compiled on its own, with its own stiffness matrix and laws, so that a term that is doubled,
dropped, of the wrong sign or compiled wrongly in a row with others cannot hide.
"""

from dataclasses import replace

import numpy as np
import pytest
import ufl
from dolfinx import fem

from fem_asslb.base import compatibility
from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.equations import lithium
from fem_asslb.equations.measures import LITHIUM_DEGREE
from fem_asslb.equations.supports import platen_shape
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.field import component_entries
from fem_asslb.fields.out_of_plane import STRAIN as OUT_OF_PLANE
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.fields.platen import PRESSURE as CONTACT_PRESSURE
from fem_asslb.interfaces.coating import Coating
from fem_asslb.mesh.place import Place
from fem_asslb.model.model import LAYERS
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.monolithic import random_direction
from tests.support import CRYSTAL, TEMPERATURE, integral

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

STEP = 1e-4

LAYER = Coating(thickness=0.05, youngs_modulus=90e3, poisson_ratio=0.3, resistance=0.4)


def voigt(strain):
    """Six components with engineering shear strains."""
    e = strain
    return ufl.as_vector([e[0, 0], e[1, 1], e[2, 2], 2 * e[1, 2], 2 * e[0, 2], 2 * e[0, 1]])


def quadratic(matrix, strain):
    """Half of strain . matrix . strain."""
    e = voigt(strain)
    return 0.5 * sum(float(matrix[i, j]) * e[i] * e[j] for i in range(6) for j in range(6))


def to_crystal(tensor, axis):
    """Components in a frame whose third axis is the crystal's; any second direction does."""
    helper = ufl.as_vector([axis[1] - axis[2], axis[2] - axis[0], axis[0] - axis[1]])
    first = helper / ufl.sqrt(ufl.dot(helper, helper))
    frame = ufl.as_tensor([[v[i] for i in range(3)] for v in (first, ufl.cross(axis, first), axis)])
    return frame * tensor * ufl.transpose(frame)


def grad3(u):
    """Displacement gradient with a third column of zeros in 2D."""
    g = ufl.grad(u)
    return ufl.as_tensor([[g[i, j] if j < g.ufl_shape[1] else 0.0 * g[i, 0] for j in range(3)] for i in range(3)])


def energy_terms(problem):
    """Terms of the incremental energy at the state of the problem; the mobility is that of a copy of x."""
    formulation, state, controls = problem.formulation, problem.state, problem.controls
    number, (x, phi), (x_before, _) = problem.state.scalar, state["lithium"], problem.previous["lithium"]
    frozen = fem.Function(state["lithium"].function_space)
    frozen.x.array[:] = state["lithium"].x.array
    axis, host = formulation.bulk.coefficients.axis, composite.BENT
    shape = platen_shape(problem.domain, state["displacement"].function_space)
    gradient = grad3(state["displacement"]) + number(PLATEN) * grad3(shape)
    strain = 0.5 * (gradient + ufl.transpose(gradient))
    if problem.model.support.generalised_plane_strain:
        strain += number(OUT_OF_PLANE) * ufl.as_tensor([[0, 0, 0], [0, 0, 0], [0, 0, 1.0]])

    a, c = (line(x) / line(composite.START_X) - 1.0 for line in (host.lattice.a_line, host.lattice.c_line))
    lattice = ufl.as_tensor([[a, 0, 0], [0, a, 0], [0, 0, c]])
    crystal = quadratic(CRYSTAL.matrix(), to_crystal(strain, axis) - lattice)
    growth = 5.0 * controls.anode_lithium / integral(problem, x / x, problem.formulation.measures.dx(LAYERS, 0))
    youngs, poisson = 22e3, 0.37
    shear = youngs / (2 * (1 + poisson))
    elastic = strain - growth / 3 * ufl.Identity(3)
    matrix = shear * ufl.inner(elastic, elastic) + shear * poisson / (1 - 2 * poisson) * ufl.tr(elastic) ** 2
    terms = [crystal * formulation.bulk.energy_measure("particle"), matrix * formulation.bulk.energy_measure(LAYERS)]

    opening = state["displacement"]("-") - state["displacement"]("+") + number(PLATEN)("+") * (shape("-") - shape("+"))
    normal = ufl.FacetNormal(problem.domain.mesh)("+")
    normal = ufl.as_vector([*normal, *[0.0 * normal[0]] * (3 - len(normal))])
    for item in problem.model.interfaces:
        gap = ufl.dot(opening, normal)
        slip = ufl.dot(opening, opening) - gap**2
        if item.coating is not None:
            e = strain(item.coating.holds_to)
            across, thickness, nu = ufl.dot(e, normal), item.coating.thickness, item.coating.poisson_ratio
            area = ufl.tr(e) - ufl.dot(across, normal)
            square = ufl.inner(e, e) - 2 * ufl.dot(across, across) + ufl.dot(across, normal) ** 2
            mu = item.coating.youngs_modulus / (2 * (1 + nu))
            lame = 2 * mu * nu / (1 - 2 * nu)
            membrane = thickness * (mu * square + lame * mu / (lame + 2 * mu) * area**2)
            terms.append(membrane * formulation.measures.interface(item.place))
            gap += thickness * lame / (lame + 2 * mu) * area
        energy = 0.5 * item.law.normal_stiffness * gap**2 + 0.5 * item.law.shear_stiffness * slip
        terms.append(energy * formulation.measures.interface(item.place))

    dx, dt = formulation.measures.dx("particle", LITHIUM_DEGREE), controls.time_step
    charge = FARADAY * host.c_max
    conductivity = [charge * d / -host.potential.slope(frozen[0]) for d in (3e-2, 4e-3)]
    direction = ufl.as_vector([axis[k] for k in range(problem.domain.dimension)])
    along = ufl.dot(direction, ufl.grad(phi))
    dissipation = (
        conductivity[0] * ufl.inner(ufl.grad(phi), ufl.grad(phi)) + (conductivity[1] - conductivity[0]) * along**2
    )
    terms += [
        charge * (x - x_before) * phi * dx,
        -charge * host.potential.integral(x, 0.0) * dx,
        -0.5 * dt * dissipation * dx,
    ]

    surface = formulation.measures.interface(Place("particle", "cathode"))
    volts = 2 * GAS_CONSTANT * TEMPERATURE / FARADAY
    electrode = number(ELECTRODE)("+")
    drive, (surface_item, *_) = (electrode - phi("+")) / volts, problem.model.interfaces
    if surface_item.coating is not None:
        resistance = surface_item.coating.resistance
        drive = lithium.shared_drive(drive, 2 * composite.EXCHANGE * resistance / volts)
        terms.append(-dt * 0.5 * resistance * (2 * composite.EXCHANGE * ufl.sinh(drive)) ** 2 * surface)
    terms.append(-dt * 2 * composite.EXCHANGE * volts * ufl.cosh(drive) * surface)
    terms.append(dt * controls.current_density * electrode * surface)
    platen, top = controls.platen, formulation.measures.boundary("top")
    lift = number(PLATEN) - platen.position
    terms.append((platen.pressure * lift + 0.5 * platen.stiffness * lift**2) * top)
    # The contact pressure of a platen that is not clamped only repeats the given one.
    repeat = platen.pressure - number(CONTACT_PRESSURE)
    terms.append(-0.5 / platen.augmentation * repeat**2 * top)
    return [fem.form(term) for term in terms]


def check_rows(problem):
    """Compare the row of every field with differences of the energy."""
    comm = problem.domain.comm
    composite.disturb(problem)
    composite.press(problem)
    solver, terms = NewtonSolver(problem), energy_terms(problem)
    point = compatibility.create_block_vector([field.space for field in problem.fields])
    compatibility.read_from_functions(point, list(problem.state.functions.values()))
    residual = solver.residual().copy()
    for field in component_entries(problem.fields):
        direction = random_direction(problem, field)
        energies = []
        for sign in (1.0, -1.0):
            compatibility.write_to_functions(point + sign * STEP * direction, list(problem.state.functions.values()))
            energies.append([comm.allreduce(fem.assemble_scalar(term)) for term in terms])
        change = np.subtract(*energies) / (2 * STEP)
        expected = residual.dot(direction)
        assert abs(expected) > 0
        assert change.sum() == pytest.approx(expected, rel=1e-6, abs=1e-6 * np.abs(change).max()), (
            field,
            change,
            expected,
        )


@pytest.mark.parametrize(
    ("dimension", "degree", "generalised"),
    [(2, 1, True), (2, 2, False), (2, 2, True), pytest.param(3, 2, False, marks=pytest.mark.serial)],
)
def test_rows_are_the_variations_of_one_energy(comm, dimension, degree, generalised):
    check_rows(composite.create(comm, dimension, degree, generalised))


@pytest.mark.parametrize(("dimension", "side"), [(2, "+"), (2, "-"), pytest.param(3, "+", marks=pytest.mark.serial)])
def test_rows_with_a_coating(comm, dimension, side):
    """Its membrane, what it grows thinner by, and the drop of the potential over it are part of the energy."""
    surface, *others = composite.INTERFACES
    coated = replace(surface, coating=replace(LAYER, holds_to=side)), *others
    check_rows(composite.create(comm, dimension, 2, dimension == 2, interfaces=coated))
