"""A4, F1, F4, G2 and G6: blocks on blocks, pressed, pulled, slid, and fed with lithium across the interface."""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.parallel import global_max
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.model import LAYERS, Interface, Model, Support
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from fem_asslb.spaces.coefficients import region_field
from tests import closed_forms
from tests.grids import box
from tests.support import domain_of, host, orders, passive, prescribe, problem_on, rms
from tests.verification.test_particle_in_shell import core_pressure, solved

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

PLANES = {2: (("left", 0), ("bottom", 1)), 3: (("left", 0), ("front", 1), ("bottom", 2))}
YOUNGS, POISSON = 20e3, 0.3


def blocks(comm, dimension, law, size=2.0, cells=4, materials=None, start=None, degree=2, **support):
    """An upper on a lower block, each of half the height ``size``, of width 1."""
    grid = box(
        (1.0,) * (dimension - 1) + (size,),
        (cells,) * dimension,
        lambda x: np.where(x[:, -1] < 0.5 * size, "lower", "upper"),
    )
    first, second = materials or (passive(YOUNGS, POISSON),) * 2
    return problem_on(
        grid,
        comm,
        materials={"lower": first, "upper": second},
        support=Support(**support),
        interfaces=(Interface("lower", "upper", law, start or InterfaceStart()),),
        displacement_degree=degree,
    )


class Run:
    """Steps of a problem with interfaces, and what they dissipate."""

    def __init__(self, problem):
        self.problem, self.solver = problem, NewtonSolver(problem)
        self.diagnostics = InterfaceDiagnostics(problem)
        self.interfaces = problem.formulation.interfaces
        self.dissipated = dict.fromkeys(ContactLaw.DISSIPATION, 0.0)

    def step(self):
        """Solve; values at the points before the step is accepted."""
        self.solver.solve()
        points = self.diagnostics.evaluate()
        for name, energy in self.diagnostics.dissipation(points).items():
            self.dissipated[name.rpartition(" ")[2]] += energy
        self.problem.accept()
        return points

    @property
    def places(self):
        """Coordinates of the points of owned facets, shape (n, m, 3)."""
        return self.interfaces.points[: self.interfaces.mesh.num_owned]

    def largest(self, values):
        return self.largest_of(self.problem, values)

    @staticmethod
    def largest_of(problem, values):
        return float(global_max(problem.domain.comm, np.abs(values).max(initial=0.0))[0])


LENGTH, STRENGTH, TOUGHNESS = 4.0, 40.0, 2.0
RELEASE = 2 * TOUGHNESS / STRENGTH


def pulled_bar(comm, law):
    """Bar without Poisson's effect, pulled at its end, whose interface has the stiffness that makes rho = 0.05."""
    bar = passive(YOUNGS, 0.0)
    problem = blocks(comm, 2, law, LENGTH, 2, (bar, bar), planes=(("left", 0), ("bottom", 1)), prescribed="top")
    problem.controls.time_step.value = 1e3  # drag is nothing
    return Run(problem)


def pull(run, end):
    prescribe(run.problem, lambda x: np.stack([0 * x[0], 0 * x[0] + end, 0 * x[0]]))
    points = run.step()
    opening, traction = points.normal_opening, points.normal_traction
    comm = run.problem.domain.comm
    found = global_max(
        comm,
        [
            opening.max(initial=-1.0),
            traction.max(initial=-1e9),
            *-np.array([opening.min(initial=1.0), traction.min(initial=1e9)]),
        ],
    )
    assert found[0] + found[2] < 1e-9 and found[1] + found[3] < 1e-4  # uniform
    return found[0], found[1]


def test_pulled_bar_spends_the_toughness(comm, measured):
    """G2, stable: U = L T/E + opening on each branch, and the work of the end is toughness times area."""
    stiffness = 8e3
    compliance = LENGTH / YOUNGS
    assert compliance * STRENGTH / (RELEASE - STRENGTH / stiffness) < 0.2
    run = pulled_bar(comm, ContactLaw.cohesive(Cohesion(STRENGTH, STRENGTH, TOUGHNESS, TOUGHNESS, stiffness)))
    ends = [-0.01, 0.01, *np.linspace(0.013, 0.06, 8), 0.02, 0.06, *np.linspace(0.065, 0.1, 8), 0.12]
    worst = work = 0.0
    before = (0.0, 0.0)
    for end in ends:
        exact = closed_forms.bilinear_separation(end, compliance, STRENGTH, stiffness, TOUGHNESS, worst)
        opening, traction = pull(run, end)
        assert (opening, traction) == pytest.approx(exact, rel=1e-5, abs=1e-6)
        worst = max(worst, exact[0])
        work += 0.5 * (traction + before[1]) * (end - before[0])
        before = (end, traction)
    assert run.dissipated["cohesive"] == pytest.approx(TOUGHNESS, rel=1e-9)
    # The trapezoidal rule misses the corner of the peak and of the release by half a step times the change of slope.
    measured("G2", "work of the end of the bar [pJ/um]", TOUGHNESS, work)
    assert work == pytest.approx(TOUGHNESS, rel=5e-3)


def test_bar_that_snaps_is_carried_over_by_viscosity(comm, measured):
    """G2, beyond the limit L < E (g_f - g_0)/T: the delay takes what the snap releases beyond the toughness.

    It takes more the longer it is, as the end of the bar moves on meanwhile.
    """
    stiffness, toughness, end, duration = 8e4, 0.1, 0.012, 1e3
    compliance, release = LENGTH / YOUNGS, 2 * toughness / STRENGTH
    assert compliance * STRENGTH / (release - STRENGTH / stiffness) > 1.5
    beyond = 0.5 * STRENGTH**2 * (compliance + 1 / stiffness) - toughness
    excess = []
    for delay, steps in ((20.0, 160), (5.0, 640)):
        cohesion = Cohesion(STRENGTH, STRENGTH, toughness, toughness, stiffness, viscous_time=delay)
        run = pulled_bar(comm, ContactLaw.cohesive(cohesion))
        run.problem.controls.time_step.value = duration / steps
        work, before = 0.0, 0.0
        for displacement in np.linspace(0.0, end, steps + 1)[1:]:
            opening, traction = pull(run, displacement)
            work += 0.5 * (traction + before) * end / steps
            before = traction
        assert opening == pytest.approx(end, rel=1e-6) and abs(traction) < 1e-3
        assert run.dissipated["cohesive"] == pytest.approx(toughness, rel=1e-9)
        assert sum(run.dissipated.values()) == pytest.approx(work, rel=1e-4)
        excess.append(run.dissipated["viscous"] / beyond - 1)
    measured(
        "G2, beyond the stable limit",
        "energy of a delay of 1/200 of the time, against the limit of none [pJ/um]",
        beyond,
        run.dissipated["viscous"],
    )
    assert excess[0] > 2.0 * excess[1] > 0.0


@pytest.mark.parametrize("dimension", [2, 3])
def test_pressed_blocks_are_uniform(comm, measured, dimension):
    """F1: without friction each block spreads as it likes, and the only stress is -p along the stack."""
    pressure, stiffness = 50.0, 1e6
    moduli = (20e3, 0.35), (60e3, 0.2)
    problem = blocks(
        comm,
        dimension,
        ContactLaw(stiffness, stiffness),
        cells=2 if dimension == 3 else 4,
        materials=[passive(*pair) for pair in moduli],
        planes=PLANES[dimension],
        platen=True,
    )
    problem.controls.platen.pressure.value = pressure
    problem.controls.time_step.value = 1e3  # drag is nothing
    run = Run(problem)
    points = run.step()
    stress = problem.formulation.bulk.stress(problem.state, LAYERS)
    exact = np.zeros((3, 3))
    exact[dimension - 1, dimension - 1] = -pressure
    if dimension == 2:
        across = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        seen = stress - ufl.as_tensor(across) * stress[2, 2]
        flexibility = sum((1 - nu**2) / e for e, nu in moduli)
    else:
        seen, flexibility = stress, sum(1 / e for e, _ in moduli)
    uneven = rms(problem, seen - ufl.as_tensor(exact.tolist()), problem.formulation.measures.dx(LAYERS, 4))
    lowered = pressure * (flexibility + 1 / stiffness)
    measured(f"F1, {dimension}D", "descent of the platen [um]", lowered, -problem.state.number(PLATEN))
    assert uneven < 1e-6 * pressure
    assert problem.state.number(PLATEN) == pytest.approx(-lowered, rel=1e-6)
    assert run.largest(points.normal_traction + pressure) < 1e-5 * pressure
    assert run.largest(points.normal_opening + pressure / stiffness) < 1e-5 * pressure / stiffness


FRICTION = 0.3


def shove(run, right, down, tilt=0.0):
    """Move the top of the upper block; the tilt turns it about the middle of its width."""
    prescribe(run.problem, lambda x: np.stack([0 * x[0] + right, -down + tilt * (x[0] - 0.5), 0 * x[0]]))
    return run.step()


def test_block_sticks_and_slips(comm, measured):
    """F4: rigid blocks on soft contact stick until k s = mu p, slip at mu p, stick when turned round, slip back."""
    stiffness, down = 1e3, 0.05
    rigid = passive(1e9, 0.0)
    law = ContactLaw(stiffness, stiffness, FRICTION)
    # Before they touch, nothing but drag would hold the lower block across the plane.
    fixed = tuple(("bottom", component) for component in range(3))
    run = Run(blocks(comm, 2, law, 2.0, 2, (rigid, rigid), planes=fixed, prescribed="top"))
    limit = FRICTION * stiffness * down
    slid = limit / law.friction_stiffness
    for right, exact in [
        (0.0, 0.0),
        (0.6 * slid, 0.6 * limit),
        (0.99 * slid, 0.99 * limit),
        (2.0 * slid, limit),
        (5.0 * slid, limit),
        (4.0 * slid, 0.0),
        (3.1 * slid, 0.9 * limit),
        (1.0 * slid, limit),
    ]:
        points = shove(run, right, down)
        assert run.largest(points.normal_traction + stiffness * down) < 1e-4 * stiffness * down
        assert run.largest(points.shear_traction - exact) < 1e-4 * limit
    # It slips by 1 + 3 forwards and by 2 back; in the step that starts to slip the shear is the mean of both ends.
    forwards = 0.5 * (0.99 + 1.0) * 1.0 + 3.0
    backwards = 0.5 * (0.9 + 1.0) * 2.0
    dissipated = limit * slid * (forwards + backwards)
    measured("F4", "energy of friction [pJ/um]", dissipated, run.dissipated["friction"])
    assert run.dissipated["friction"] == pytest.approx(dissipated, rel=1e-3)


def test_block_that_slides_and_tips(comm):
    """F4, elastic: shear within mu p everywhere, equal to it once all slips; nothing at all where a gap is open."""
    stiffness = 1e6
    law = ContactLaw(stiffness, stiffness, FRICTION)
    run = Run(blocks(comm, 2, law, cells=8, planes=(("bottom", 0), ("bottom", 1)), prescribed="top"))
    shares = []
    for right in (0.0, 2e-3, 4e-3, 2e-2):
        points = shove(run, right, 5e-3)
        pressure = stiffness * np.maximum(-points.normal_opening, 0.0)
        assert run.largest(np.maximum(points.shear_traction - FRICTION * pressure, 0.0)) < 1e-2
        slips = points.shear_traction > FRICTION * pressure - 1e-2
        total = run.problem.domain.comm.allreduce(points.area.sum())
        shares.append(run.problem.domain.comm.allreduce((points.area * slips).sum()) / total)
    assert shares[1] < 0.7 and shares[-1] == pytest.approx(1.0)
    for tilt in (0.01, 0.02):
        points = shove(run, 2e-2, 1e-3, tilt)
    is_open = points.normal_opening > 0.0
    comm = run.problem.domain.comm
    assert 4 < comm.allreduce(int(is_open.sum())) < comm.allreduce(is_open.size) - 4
    tractions = np.hypot(points.normal_traction, points.shear_traction)
    assert run.largest(tractions[is_open]) < 1e-2
    # What is closed overlaps by p/k.
    assert run.largest((points.normal_traction - stiffness * points.normal_opening)[~is_open]) < 1e-2


def affine(matrix, shift=0.0):
    return lambda x: matrix @ x + shift


def patch_test(comm, dimension, degree, law, lower, upper, cells=4):
    """All outer boundaries held at displacements of the lower and of the upper block."""
    run = Run(blocks(comm, dimension, law, 1.0, cells, degree=degree, planes=()))
    problem = run.problem
    problem.controls.time_step.value = 1e3  # drag is nothing
    mesh, space = problem.domain.mesh, problem.prescribed.function_space
    for role, displacement in (("lower", lower), ("upper", upper)):
        problem.prescribed.interpolate(displacement, problem.domain.cells_of([role]))
    problem.prescribed.x.scatter_forward()
    mesh.topology.create_connectivity(dimension - 1, dimension)
    outer = dmesh.exterior_facet_indices(mesh.topology)
    outer_dofs = fem.locate_dofs_topological(space, dimension - 1, outer)
    problem.conditions["displacement"] = [fem.dirichletbc(problem.prescribed, outer_dofs)]
    return run, run.step()


STRAINS = {
    "tension": (2e-4, 1e-3, 0.0),
    "compression": (0.0, -1e-3, 0.0),
    "shear": (0.0, 0.0, 1e-3),
    "all": (-3e-4, 8e-4, 7e-4),
}
"""Strain across and along the stack, and shear between them."""


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
def test_stiff_adhesion_passes_the_patch_test(comm, measured, dimension, degree):
    """G6: tension, compression and shear reach every point as they are, 1e4 times stiffer than the elements."""
    cells = 4 if dimension == 2 else 2
    stiffness = 1e4 * YOUNGS * cells
    law = ContactLaw.cohesive(Cohesion(1e3, 1e3, 1e3, 5e2, stiffness))
    worst = 0.0
    for across, along, shear in STRAINS.values():
        strain, last = np.zeros((3, 3)), dimension - 1
        strain[0, 0], strain[last, last], strain[0, last], strain[last, 0] = across, along, shear, shear
        lame, twice_shear = POISSON * YOUNGS / ((1 + POISSON) * (1 - 2 * POISSON)), YOUNGS / (1 + POISSON)
        normal = lame * np.trace(strain) + twice_shear * along
        sliding = twice_shear * shear
        jump = np.zeros((3, 1))
        jump[0], jump[last] = sliding / law.shear_stiffness, normal / stiffness
        run, points = patch_test(comm, dimension, degree, law, affine(strain), affine(strain, jump), cells)
        scale = max(abs(normal), abs(sliding))
        worst = max(worst, run.largest(points.normal_traction - normal) / scale)
        worst = max(worst, run.largest(points.shear_traction - abs(sliding)) / scale)
    measured(f"G6, {dimension}D, degree {degree}", "traction of patch tests, largest error", 0.0, worst, worst)
    assert worst < 1e-6


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
def test_traction_of_bending_does_not_alternate(comm, measured, dimension, degree):
    """G6 with a traction that varies: pure bending, sigma = E' kappa x with E' = E/(1-nu^2), in plane strain.

    Degree 2 holds it exactly, with the upper block turned by E' kappa/k; degree 1 finds the same forces of its nodes.
    """
    curvature, last = 1e-3, dimension - 1
    modulus, contraction = YOUNGS / (1 - POISSON**2), POISSON / (1 - POISSON)
    errors = []
    cells = 8 if dimension == 2 else 3
    for factor in (1e2, 1e4):
        stiffness = factor * YOUNGS * cells
        turn = modulus * curvature / stiffness

        def lower(x):
            u = np.zeros_like(x)
            u[last] = curvature * x[0] * x[last]
            u[0] = -0.5 * curvature * (x[last] ** 2 + contraction * x[0] ** 2)
            return u

        def upper(x, turn=turn):
            u = lower(x)
            u[last] += turn * x[0]
            u[0] -= turn * (x[last] - 0.5)
            return u

        law = ContactLaw.cohesive(Cohesion(1e3, 1e3, 1e3, 1e3, stiffness))
        run, points = patch_test(comm, dimension, degree, law, lower, upper, cells + cells % 2)
        exact = modulus * curvature * run.places[:, :, 0]
        errors.append(run.largest(points.normal_traction - exact) / (modulus * curvature))
    measured(f"G6, {dimension}D, degree {degree}", "traction of bending, largest error", 0.0, errors[-1], errors[-1])
    assert max(errors) < 1e-6


def test_stiff_interfaces_tend_to_welded_ones(comm, measured):
    """The pressure in the core differs by 1/(k a Den) of itself."""
    welded = core_pressure(solved(comm, 2, 4, 2.0))[0]
    compliance = 1 / closed_forms.cylinder_in_shell((150e3, 0.25), (22e3, 0.37), 2.0, (1.0, 0.0), 0.0)
    for stiffness in (1e5, 1e7):
        stiff = core_pressure(solved(comm, 2, 4, 2.0, stiffness))[0]
        assert (welded / stiff - 1) * stiffness * compliance == pytest.approx(1.0, rel=2e-2)
    measured("welded and stiff", "pressure in the core [MPa]", welded, stiff)


def test_order_of_the_traction_along_an_interface(comm, measured):
    """D4, closed, plane strain: traction at the points against the closed form."""
    free = (0.03 * 0.4, -0.05 * 0.4)
    stiffness = 2e4
    exact = closed_forms.cylinder_in_shell((150e3, 0.25), (22e3, 0.37), 2.0, free, 80.0, stiffness)
    sizes, errors = (4, 8), []
    for layers in sizes:
        run = Run(solved(comm, 2, layers, 2.0, stiffness))
        points = run.diagnostics.evaluate()
        square = points.area * (points.normal_traction + exact) ** 2
        total, area = (comm.allreduce(float(value.sum())) for value in (square, points.area))
        errors.append(np.sqrt(total / area) / exact)
    order = orders([1 / n for n in sizes], errors)[0]
    measured(
        "D4, closed cylinder, plane strain", "traction along the interface, rms", 0.0, errors[-1], errors[-1], order
    )
    assert errors[-1] < 2e-3
    assert order > 1.7


LOWER, UPPER, SUPPLY, CONDUCTANCE = 1.0, 1.5, 0.02, 2e4
"""Heights of two slabs [um], supply of lithium to the lower one [pmol/um^3 s], C of their interface [pA/(um^2 V)]."""


def in_slabs(problem, lower, upper):
    """One value in the lower, another in the upper slab."""
    return region_field(problem.domain, np.array([lower, upper]))


def slabs(comm, dimension, law, start=None, cells=5):
    """Slabs of D c_max = 0.05, the lower one fed, the upper one drained as fast; one step as long as for ever."""
    height, c_max = LOWER + UPPER, 0.05
    grid = box(
        (1.0,) * (dimension - 1) + (height,),
        (2,) * (dimension - 1) + (cells,),
        lambda x: np.where(x[:, -1] < LOWER, "particle/0001", "particle/0002"),
    )
    domain = domain_of(grid, comm)
    interface = Interface("particle", "particle", law, start or InterfaceStart(), CONDUCTANCE)
    model = Model(
        materials={"particle": host(c_max=c_max)},
        axes=np.tile([0.0, 0.0, 1.0], (2, 1)),
        support=Support(planes=PLANES[dimension]),
        interfaces=(interface,),
        initial_stoichiometry=0.5,
        lithium_degree=2,
    )

    def sources(problem, tests):
        rate = in_slabs(problem, SUPPLY, -SUPPLY * LOWER / UPPER)
        dt = problem.controls.time_step
        dx = problem.formulation.measures.dx("particle", 4)
        return {"lithium": dt * FARADAY * rate * tests["lithium"][1] * dx}

    return Problem(domain, model, sources)


@pytest.mark.parametrize("dimension", [2, 3])
def test_lithium_crosses_an_interface(comm, measured, dimension):
    """A4: steady parabolas, and between them the jump F J/C of the potential; U = 4.5 - x makes it that of x."""
    problem = slabs(comm, dimension, ElasticLaw(1e5, 1e5))
    problem.controls.time_step.value = 1e7
    NewtonSolver(problem).solve()
    flux, diffusion = SUPPLY * LOWER, 1.0 * 0.05
    jump = FARADAY * flux / CONDUCTANCE
    height = ufl.SpatialCoordinate(problem.domain.mesh)[dimension - 1]
    # Falls along the flux: x' = -J/(D c); J rises linearly in the lower slab and falls to zero in the upper one.
    below = -SUPPLY / (2 * diffusion) * (height**2 - LOWER**2)
    rest = LOWER + UPPER - height
    above = -jump - flux / (2 * diffusion * UPPER) * (UPPER**2 - rest**2)
    is_lower = in_slabs(problem, 1.0, 0.0)
    profile = is_lower * below + (1 - is_lower) * above
    dx, x = problem.formulation.measures.dx("particle", 4), problem.state["lithium"][0]
    shift = Diagnostics(problem).lithium() / (0.05 * (LOWER + UPPER))
    assert shift == pytest.approx(0.5, rel=1e-6)
    mean = fem.assemble_scalar(problem.compile(profile * dx))
    mean = comm.allreduce(mean) / (LOWER + UPPER)
    error = rms(problem, x - 0.5 - profile + mean, dx)
    ((current, surface),) = problem.currents.passages(problem.state, problem.previous)
    found = comm.allreduce(fem.assemble_scalar(problem.compile(current * surface)))
    measured(f"A4, {dimension}D", "current across the interface [pA]", FARADAY * flux, found)
    measured(f"A4, {dimension}D", "profile of x over the jump, rms", 0.0, error / jump, error / jump)
    assert error < 1e-5 * jump
    assert found == pytest.approx(FARADAY * flux, rel=1e-6)
    through = InterfaceDiagnostics(problem)
    assert Run.largest_of(problem, through.evaluate().current - FARADAY * flux) < 1e-5 * FARADAY * flux
    # Nothing moves while the stoichiometry is set, whatever the potentials.
    problem.controls.forced.value = 1.0
    assert Run.largest_of(problem, through.evaluate().current) == 0.0


def test_no_lithium_crosses_where_a_side_stores_none(comm):
    """Whatever the conductance: the potential next to a region without lithium is borrowed and means nothing."""
    slabs = np.array(["particle/0001", "particle/0002", "lower", "upper"])
    pairs = [("particle", "particle"), ("particle", "lower"), ("lower", "upper")]
    problem = problem_on(
        box((1.0, 4.0), (2, 4), lambda x: slabs[x[:, -1].astype(int)]),
        comm,
        materials={"particle": host(), "lower": passive(), "upper": passive()},
        support=Support(planes=PLANES[2]),
        interfaces=tuple(Interface(*pair, ElasticLaw(1e5, 1e5), conductance=CONDUCTANCE) for pair in pairs),
    )
    potential = problem.state["lithium"].x.array
    potential[:] = np.random.default_rng(comm.rank).random(len(potential))
    problem.state["lithium"].x.scatter_forward()
    diagnostics = InterfaceDiagnostics(problem)
    current = np.abs(diagnostics.evaluate().current)
    largest = [global_max(comm, current[diagnostics.interface == number].max(initial=0.0))[0] for number in range(3)]
    assert largest[0] > 0.0 and largest[1:] == [0.0, 0.0]
    assert len(problem.currents.passages(problem.state, problem.previous)) == 1


def test_no_lithium_crosses_an_open_gap(comm):
    """A5: what goes into the lower slab stays there."""
    problem = slabs(comm, 2, ContactLaw(1e5, 1e5), InterfaceStart(gap=0.1))
    problem.controls.time_step.value = 1.0
    run = Run(problem)
    points = run.step()
    assert run.largest(points.current) == 0.0 and run.largest(points.conduction) == 0.0
    dx, x = problem.formulation.measures.dx("particle", 4), problem.state["lithium"][0]
    below = comm.allreduce(fem.assemble_scalar(fem.form(in_slabs(problem, 0.05, 0.0) * x * dx)))
    assert below == pytest.approx(0.05 * 0.5 * LOWER + SUPPLY * LOWER, rel=1e-8)
