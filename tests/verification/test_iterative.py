"""The iterative preset: closed forms that the direct one meets, and solves that go on after others have failed."""

import dataclasses

import numpy as np
import pytest

from fem_asslb.base.errors import CaseError, ConvergenceError
from fem_asslb.case.sections.petsc_options import by_part
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.solve.newton import NewtonSolver
from fem_asslb.solve.presets import AUTO, LEAST_ITERATIVE, PRESETS, REUSE_MULTIGRID, choose, prefixes
from tests import closed_forms, composite
from tests.support import REFERENCE_X, force_x
from tests.verification.test_cell import SMALL, build
from tests.verification.test_debonding import STIFFNESS, Particle
from tests.verification.test_particle_in_shell import (
    CORE,
    OUTSIDE,
    SHELL,
    SWELLING,
    X,
    core_pressure,
    solved,
)
from tests.verification.test_stack import PRESSURE, THICKNESS, confined_layers, held_after_growth, stack

ITERATIVE = "iterative"


@pytest.mark.serial
def test_multigrid_is_chosen_where_it_is_faster():
    assert [choose(3, LEAST_ITERATIVE - 1), choose(3, LEAST_ITERATIVE), choose(2, 10**8)] == [
        "direct",
        ITERATIVE,
        "direct",
    ]


@pytest.mark.serial
def test_the_first_hierarchy_is_kept_where_nothing_changes_the_stiffness(comm):
    welded, open_ones = (composite.create(comm, 2, interfaces=pairs) for pairs in ((), composite.INTERFACES))
    assert NewtonSolver(welded, AUTO).preset == "direct"
    assert NewtonSolver(welded, ITERATIVE).options.items() >= REUSE_MULTIGRID.items()
    assert not NewtonSolver(open_ones, ITERATIVE).options.keys() & REUSE_MULTIGRID.keys()


def test_particle_in_a_shell(comm):
    """D1 in 3D."""
    pressure, _ = core_pressure(solved(comm, 3, 4, 2.0, preset=ITERATIVE))
    exact = closed_forms.sphere_in_shell(CORE, SHELL, 2.0, SWELLING[0] * (X - REFERENCE_X), OUTSIDE)
    assert pressure == pytest.approx(exact, rel=5e-4)


def test_bodies_that_come_loose_take_no_more_linear_iterations(comm):
    """Crystals on springs, from stiffer than the crystals to a thousand millionth of that."""
    iterations = []
    for stiffness in (1e4, 1e1, 1e-2, 1e-5):
        law = ElasticLaw(stiffness, stiffness)
        interfaces = tuple(dataclasses.replace(item, law=law) for item in composite.INTERFACES)
        problem = composite.create(comm, 3, interfaces=interfaces)
        composite.press(problem)
        solver = NewtonSolver(problem, ITERATIVE)
        solver.solve()
        iterations.append(solver.linear_iterations / solver.iterations)
    assert max(iterations) < 1.5 * iterations[0] + 5.0


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("stiffness", [700.0, np.inf])
def test_layers_between_plates(comm, stiffness):
    """E1; an update of 1e-8 um, with which Newton stops, would be worth 1e-5 MPa here."""
    pressure, _ = held_after_growth(stack(comm, 3), stiffness, 0.55, ITERATIVE, {"ksp_rtol": 1e-8})
    growth, modulus = confined_layers(0.05)
    change = closed_forms.stack_pressure_change(THICKNESS, growth, modulus, stiffness)
    assert pressure - PRESSURE == pytest.approx(change, rel=1e-8)


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("dimension", [2, 3])
def test_a_particle_lets_go_and_comes_back(comm, dimension):
    """D3."""
    particle = Particle(comm, dimension, ContactLaw(STIFFNESS, STIFFNESS), ITERATIVE)
    critical = particle.x_at(0.0)
    for x, is_open in ((REFERENCE_X, False), (critical - 0.05, True), (REFERENCE_X, False)):
        opening, *_ = particle.go_to(x)
        assert particle.summary["open [-]"] == float(is_open)
        if is_open:
            assert opening == pytest.approx(particle.pull(x), rel=3e-3, abs=1e-5)


@pytest.mark.two_ranks
def test_books_of_a_cell(comm, shared_path):
    """Lithium, force and energy at every step of a charge and a discharge."""
    steps = ["press to 5 MPa in 1 min", "charge at 1C until 20 mAh/g", "discharge at 1C until 10 mAh/g"]
    changes = [*SMALL, "solver.preset=iterative", f"protocol.steps={steps}"]
    simulation = build(comm, "feng2026-liin", changes, shared_path)
    while not simulation.loading.has_ended:
        scalars = simulation.advance().scalars
        assert abs(scalars["energy balance error [-]"]) < 1e-7
        assert abs(scalars["lithium balance error [-]"]) < 1e-10
        assert abs(scalars["plate force error [-]"]) < 1e-6


@pytest.mark.two_ranks
def test_a_step_succeeds_after_rejected_ones(comm, shared_path):
    """Two iterations, each of which leaves 3e-5 of the update with this smoother: enough for a short step only."""
    smoother = 'displacement.smoother = {ksp_type = "chebyshev", ksp_max_it = 3, pc_type = "pbjacobi"}'
    changes = ["solver.preset=iterative", f"solver.petsc={{snes_max_it = 2, ksp_rtol = 3e-5, {smoother}}}"]
    record = build(comm, "column", changes, shared_path).advance()
    assert record.rejected >= 5
    assert record.scalars["stack pressure [MPa]"] == pytest.approx(81.0 * record.duration / 60.0, rel=1e-8)
    assert abs(record.scalars["plate force error [-]"]) < 1e-6


@pytest.mark.parametrize("pressure", [1e-3, 1.0])
def test_a_field_that_the_first_iteration_leaves_out_of_balance_is_not_solved(comm, shared_path, pressure):
    """A Krylov space that meets its tolerance by the potential alone moves the platen and nothing below it."""
    steps = f"protocol.steps=['press to {pressure} MPa in 10 s']"
    record = build(comm, "column", ["solver.preset=iterative", steps], shared_path).advance()
    assert record.scalars["separator hydrostatic stress mean [MPa]"] < -0.3 * pressure
    assert abs(record.scalars["plate force error [-]"]) < 1e-6


PART_NAMES = {
    "",
    *(part for part, _, _ in by_part({"displacement": {"a": 1, "smoother": {"a": 1}}, "lithium": {"a": 1}})),
}


def smoothing_steps(solver, is_loose):
    """Iterations of the smoother on the finest level of multigrid, as PETSc has them."""
    multigrid = solver._snes.getKSP().getPC().getFieldSplitSubKSP()[0].getPC()
    if is_loose:
        multigrid = multigrid.getMGSmoother(1).getPC()
    return multigrid.getMGSmoother(multigrid.getMGLevels() - 1).getTolerances()[3]


@pytest.mark.two_ranks
def test_a_case_tunes_parts_of_the_preset(comm):
    """A table adds to the preset, where PETSc looks for the part; loose bodies have a level of their own above it."""
    own = {"displacement": {"smoother": {"ksp_max_it": 5}}, "lithium": {"mat_mumps_icntl_14": 70}}
    loose = Particle(comm, 2, ContactLaw(STIFFNESS, STIFFNESS), ITERATIVE).problem
    for problem, level in ((stack(comm, 2), ""), (loose, "mg_levels_1_")):
        prefix = f"fieldsplit_multigrid_{level}mg_levels_"
        plain, tuned = NewtonSolver(problem, ITERATIVE), NewtonSolver(problem, ITERATIVE, own)
        assert set(tuned.options.items()) - set(plain.options.items()) == {
            (f"{prefix}ksp_max_it", 5),
            ("fieldsplit_factored_mat_mumps_icntl_14", 70),
        }
        force_x(problem, 0.9)
        tuned.solve()
        assert smoothing_steps(tuned, is_loose=bool(level)) == 5 and set(prefixes(ITERATIVE, bool(level))) == PART_NAMES
    with pytest.raises(CaseError, match="solver.petsc.displacement.smoother: the preset 'direct' has no such part"):
        NewtonSolver(problem, AUTO, own)


@pytest.mark.two_ranks
@pytest.mark.parametrize("preset", PRESETS)
def test_a_solver_is_as_new_after_a_failure(comm, preset):
    """Whatever has stopped it: NaN in the residual, in the matrix, or an error of its own."""
    problem = stack(comm, 2)
    solver = NewtonSolver(problem, preset)
    force_x(problem, 0.55)
    start = problem.state.empty_like()
    start.assign(problem.state)
    solver.solve()
    exact = problem.state["displacement"].x.array.copy()
    iterations = solver.iterations

    def solve_again():
        problem.state.assign(start)
        solver.solve()
        assert problem.state["displacement"].x.array == pytest.approx(exact, abs=1e-9)

    problem.controls.forced_x.value = np.nan
    with pytest.raises(ConvergenceError, match="nan"):
        solver.solve()
    problem.controls.forced_x.value = 0.55
    solve_again()

    problem.state["lithium"].x.array[:] = np.nan
    with pytest.raises(ConvergenceError):
        solver.solve()
    solve_again()
    assert solver.iterations > 2 * iterations
