"""Side walls that are one: where a piece is cut out of a periodic body changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.gate import Gate
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.materials.library import load
from fem_asslb.model.model import ChargeTransfer, Interface, Model, Support
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from tests.cycled import STEPS, facet_means, put_on_a_spring
from tests.grids import box, periodic
from tests.support import domain_of, host, passive, problem_on, rms, set_profile
from tests.verification.test_vertex_contact import (
    CELL,
    POISSON,
    PRESSURE,
    YOUNGS,
    confined,
    deviation,
    force_error,
    polycrystal,
)

FLOATING = {
    2: Support((("bottom", 1),), platen=True, floating=(0,)),
    3: Support((("bottom", 2),), platen=True, floating=(0, 1)),
}

WIDTH, HEIGHT, COLUMNS, ROWS = 6.0, 4.0, 12, 8
BODIES = ((0.0, 1.75, 1.2), (3.25, 2.25, 1.1))
"""Places and radii of two particles [um]; the first is on the seam."""

SURFACE = Interface(
    "particle",
    "cathode",
    ContactLaw.cohesive(Cohesion(10.0, 15.0, 0.1, 0.2, 2e4, viscous_time=20.0), 0.3, Gate(opening_width=0.002)),
)
SCATTERED = replace(SURFACE, start=InterfaceStart(bonded_share=0.8, weibull_modulus=5.0, seed=7))


@pytest.mark.two_ranks
@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
def test_a_block_under_pressure_is_confined(comm, dimension, degree):
    size, cells = ((3.0, 2.0), (4, 3)) if dimension == 2 else ((3.0, 2.0, 2.0), (4, 3, 2))
    problem = problem_on(
        periodic(box(size, cells)),
        comm,
        materials={"particle": passive(YOUNGS, POISSON)},
        support=FLOATING[dimension],
        displacement_degree=degree,
    )
    problem.controls.platen.follow(PRESSURE)
    NewtonSolver(problem).solve()
    assert deviation(problem, confined(dimension)) < 1e-8 * PRESSURE
    assert force_error(problem) < 1e-9


@pytest.mark.parametrize(("dimension", "degree"), [(2, 2), (3, 1), (3, 2)])
def test_stiff_bonds_across_the_seam_tend_to_welded_ones(comm, dimension, degree):
    """Grains of whole cells, many of which go on beyond a wall: the deviation falls as 1/k."""
    source, errors = periodic(polycrystal(dimension)), []
    for factor in (1e3, 1e5):
        law = ElasticLaw(factor * YOUNGS / CELL, factor * YOUNGS / CELL)
        problem = problem_on(
            source,
            comm,
            materials={"grain": passive(YOUNGS, POISSON)},
            support=FLOATING[dimension],
            interfaces=(Interface("grain", "grain", law),),
            displacement_degree=degree,
        )
        problem.controls.platen.follow(PRESSURE)
        NewtonSolver(problem).solve()
        assert force_error(problem) < 1e-9
        errors.append(factor * deviation(problem, confined(dimension)))
    assert errors[0] < 20 * PRESSURE
    assert errors[0] == pytest.approx(errors[1], rel=0.2)


def piece(shift=0, copies=1):
    """A piece of a periodic electrode that begins a number of columns further on; its inner nodes are out of order."""
    columns = copies * COLUMNS
    step = WIDTH / COLUMNS

    def region(middle):
        x = (middle[:, 0] + shift * step) % WIDTH
        copy = ((middle[:, 0] + shift * step) % (copies * WIDTH)) // WIDTH
        names = np.full(len(middle), "cathode", dtype="U20")
        for number, (at, height, radius) in enumerate(BODIES):
            across = (x - at + WIDTH / 2) % WIDTH - WIDTH / 2
            inside = np.hypot(across, middle[:, 1] - height) < radius
            # What lies left of its centre across a seam belongs to the copy beyond.
            own = (copy + (x - across - at > WIDTH / 2)) % copies
            names[inside] = [f"particle/{1 + number + 2 * int(k):04d}" for k in own[inside]]
        return names

    source = box((copies * WIDTH, HEIGHT), (columns, ROWS), region)
    column, row = np.rint(source.points / step).astype(int).T
    moved = np.random.default_rng(5).uniform(-0.15, 0.15, (COLUMNS, ROWS + 1, 2)) * step
    moved[[0, 5]] = moved[:, [0, ROWS]] = 0.0
    points = source.points + moved[(column + shift) % COLUMNS, row]
    # Nodes keep the number that they have in the piece that begins at zero.
    order = np.lexsort((row, (column + shift) % columns, column == columns))
    number = np.argsort(order)
    cells, facets = number[source.cells], number[source.facets]
    return periodic(replace(source, points=points[order], cells=cells, facets=facets))


def cycled(comm, source, interface=SURFACE, degree=1):
    """Scalars after each step, and mean values of each facet, sorted."""
    domain = domain_of(source, comm)
    materials = {"cathode": load("lpscl"), "particle": load("ncm85")}
    model = Model(
        materials=materials,
        axes=np.array([[1.0, 0.5, 0.3] if name.startswith("particle") else [0.0, 0.0, 1.0] for name in domain.regions]),
        support=replace(FLOATING[2], generalised_plane_strain=True),
        displacement_degree=degree,
        interfaces=(interface,),
        temperature=318.15,
        charge_transfer=ChargeTransfer(0.6, interfaces=(("particle", "cathode"),)),
        initial_stoichiometry=0.9,
    )
    problem = Problem(domain, model)
    (solver, diagnostics, interfaces), controls = put_on_a_spring(problem), problem.controls
    scalars, width = [], domain.periods[0]
    for mesh in (domain.mesh, interfaces.mesh.mesh):
        across = mesh.geometry.x[mesh.geometry.dofmap, 0]
        assert np.ptp(across, axis=1).max(initial=0.0) < 2.0 * WIDTH / COLUMNS
    for current, step in STEPS:
        controls.current_density.value, controls.time_step.value = current, step
        solver.solve()
        points = interfaces.evaluate()
        scalars += [
            diagnostics.stack_pressure(),
            diagnostics.lithium() / width,
            diagnostics.stored()["elastic"] / width,
        ]
        scalars += [problem.state.number(ELECTRODE), *interfaces.summary(points).values()]
        scalars += [value / width for value in interfaces.dissipation(points).values()]
        assert force_error(problem) < 1e-8
        problem.accept()
    table = np.concatenate(comm.allgather(facet_means(points)))
    return np.array(scalars), np.sort(table, axis=0)


def check_same(first, second, rel=1e-8):
    for one, other in zip(first, second, strict=True):
        assert one == pytest.approx(other, rel=rel, abs=rel * 1e-2)


def test_neither_the_place_of_the_seam_nor_the_ranks_change_anything(comm):
    """Strengths are drawn by the nodes of a facet, which are those of either side of the seam."""
    here = cycled(comm, piece(), SCATTERED, degree=2)
    check_same(here, cycled(comm, piece(shift=5), SCATTERED, degree=2))
    if comm.size > 1:
        check_same(here, cycled(MPI.COMM_SELF, piece(), SCATTERED, degree=2), rel=1e-6)
    released = here[1][:, 0]
    assert np.mean(released == 1.0) > 0.05 and np.mean((released > 0.1) & (released < 1.0)) > 0.1


@pytest.mark.two_ranks
def test_two_copies_side_by_side_are_as_one(comm):
    one, two = cycled(comm, piece()), cycled(comm, piece(copies=2))
    assert two[0] == pytest.approx(one[0], rel=1e-8, abs=1e-10)
    assert two[1][::2] == pytest.approx(one[1], rel=1e-8, abs=1e-10)


@pytest.mark.two_ranks
def test_lithium_crosses_the_seam(comm):
    """A wave of one period decays as backward Euler says, and no lithium is lost; at a wall it could not stand."""
    problem = problem_on(
        periodic(box((2.0, 1.0), (24, 3))),
        comm,
        materials={"particle": host(diffusivity=(0.2, 0.2))},
        support=FLOATING[2],
        displacement_degree=1,
    )
    set_profile(problem, lambda x: 0.5 + 0.1 * np.sin(np.pi * x[0]))
    problem.controls.time_step.value = 0.2
    start, solver = Diagnostics(problem).lithium(), NewtonSolver(problem)
    for _ in range(3):
        solver.solve()
        problem.previous.assign(problem.state)
    exact = problem.state.empty_like()["lithium"]
    exact.sub(0).interpolate(lambda x: 0.5 + 0.1 * (1 + 0.2 * np.pi**2 * 0.2) ** -3 * np.sin(np.pi * x[0]))
    dx = problem.formulation.measures.dx("particle", 4)
    assert rms(problem, problem.state["lithium"][0] - exact[0], dx) < 5e-4
    assert Diagnostics(problem).lithium() == pytest.approx(start, rel=1e-12)
