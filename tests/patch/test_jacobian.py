"""Every block of the Jacobian against central differences of the residual, and its symmetry."""

from itertools import product

import pytest
import ufl
from dolfinx import fem

from fem_asslb.base import compatibility
from fem_asslb.fields.field import component_entries
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.monolithic import norms, random_direction, residual_at

pytestmark = pytest.mark.two_ranks

STEP = 5e-6
"""Length of the differences [um, -, V, MPa]; the bends are 2e4 times longer."""


def use_current(controls):
    controls.forced.value, controls.potentiostatic.value = 0.0, 0.0


def use_voltage(controls):
    controls.forced.value, controls.potentiostatic.value, controls.voltage.value = 0.0, 1.0, 4.1


def use_forced_x(controls):
    controls.forced.value, controls.forced_x.value, controls.voltage.value = 1.0, 0.5, 4.0


ELECTRODES = {"current": use_current, "voltage": use_voltage, "forced": use_forced_x}


def check_blocks(problem: Problem) -> set[tuple[str, str]]:
    """Compare all blocks; returns those that are not empty as (row, column)."""
    solver = NewtonSolver(problem)
    fields = list(component_entries(problem.fields))
    point = compatibility.create_block_vector([field.space for field in problem.fields])
    compatibility.read_from_functions(point, list(problem.state.functions.values()))
    matrix, products, differences = solver.matrix(), {}, {}
    for column in fields:
        direction = random_direction(problem, column)
        products[column] = (matrix * direction).array
        ahead, behind = (residual_at(problem, solver, point + sign * STEP * direction) for sign in (1.0, -1.0))
        differences[column] = (ahead - behind) / (2 * STEP)
    sizes = {column: norms(problem, products[column]) for column in fields}
    errors = {column: norms(problem, products[column] - differences[column]) for column in fields}
    for row in fields:
        largest = max(sizes[column][row] for column in fields)
        for column in fields:
            assert errors[column][row] <= 1e-6 * sizes[column][row] + 1e-8 * largest, (row, column)
    return {(row, column) for row in fields for column in fields if sizes[column][row] > 0.0}


@pytest.mark.parametrize("degree", [1, 2])
def test_blocks_in_plane_strain(comm, degree):
    problem = composite.create(comm, 2, degree)
    composite.disturb(problem)
    coupled = {("displacement", "stoichiometry"), ("stoichiometry", "displacement"), ("displacement", "scalars")}
    for set_platen, (electrode, set_electrode) in product(composite.PLATENS.values(), ELECTRODES.items()):
        set_platen(problem)
        set_electrode(problem.controls)
        blocks = check_blocks(problem)
        assert coupled <= blocks
        assert (("potential", "scalars") in blocks) == (electrode != "forced")


@pytest.mark.parametrize("degree", [1, 2])
def test_blocks_in_generalised_plane_strain_and_without_interfaces(comm, degree):
    problem = composite.create(comm, 2, degree, generalised=True, interfaces=())
    composite.disturb(problem)
    composite.press(problem)
    assert {("scalars", "stoichiometry"), ("stoichiometry", "scalars")} <= check_blocks(problem)


def test_blocks_in_3d(comm):
    problem = composite.create(comm, 3)
    composite.disturb(problem)
    composite.clamp(problem)
    check_blocks(problem)


def test_without_stress_driven_flux_the_potential_does_not_know_the_displacement(comm):
    problem = composite.create(comm, 2, stress_driven_flux=False)
    composite.disturb(problem)
    blocks = check_blocks(problem)
    assert ("stoichiometry", "displacement") not in blocks
    assert ("displacement", "stoichiometry") in blocks


def unsymmetric_pairs(problem: Problem) -> set[frozenset[str]]:
    """Pairs of fields whose two blocks are not each other's transpose, tested with random vectors."""
    matrix, fields = NewtonSolver(problem).matrix(), list(component_entries(problem.fields))
    left, right = ({field: random_direction(problem, field, seed) for field in fields} for seed in (5, 6))
    found = set()
    for a in fields:
        for b in fields:
            forward, backward = left[a].dot(matrix * right[b]), right[b].dot(matrix * left[a])
            size = left[a].norm() * norms(problem, (matrix * right[b]).array)[a]
            size += right[b].norm() * norms(problem, (matrix * left[a]).array)[b]
            if abs(forward - backward) > 1e-11 * size:
                found.add(frozenset((a, b)))
    return found


@pytest.mark.parametrize("degree", [1, 2])
def test_symmetry_where_the_potential_is_uniform(comm, degree):
    problem = composite.create(comm, 2, degree)
    composite.disturb(problem, uniform_potential=True)
    for set_platen in composite.PLATENS.values():
        set_platen(problem)
        assert unsymmetric_pairs(problem) == set()


def test_only_the_mobility_that_changes_with_x_is_not_symmetric(comm):
    problem = composite.create(comm, 2)
    composite.disturb(problem)
    assert unsymmetric_pairs(problem) == {frozenset(("stoichiometry", "potential"))}


def weight_of_cells(mesh, value):
    """A function of cells with one value."""
    weight = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    weight.x.array[:] = value
    return weight


def test_what_is_kept_does_not_go_stale(comm):
    problem = composite.create(comm, 2)
    solver = NewtonSolver(problem)
    composite.disturb(problem)
    solver.matrix()
    problem.state["lithium"].x.array[0::2] -= 0.1
    problem.state["displacement"].x.array[:] *= 2.0
    composite.clamp(problem)
    use_voltage(problem.controls)
    problem.controls.time_step.value = 7.0
    kept, fresh = solver.matrix(), NewtonSolver(problem).matrix()
    assert (kept - fresh).norm() <= 1e-13 * fresh.norm()


def test_elasticity_of_welded_bodies_is_assembled_once(comm):
    problem = composite.create(comm, 2, interfaces=())
    first, *others = problem.jacobian.changing
    assert not others
    assert first["displacement"]["displacement"] is None and first["displacement"]["scalars"] is None
    assert problem.jacobian.constant["displacement"]["displacement"] is not None


@pytest.mark.parametrize("kind", [fem.Constant, weight_of_cells])
def test_what_somebody_may_change_is_not_kept(comm, kind):
    cell = composite.create(comm, 2)
    weight = kind(cell.domain.mesh, 0.0)

    def springs(problem, tests):
        """Beds of springs under the crystals."""
        pull = weight * ufl.inner(problem.state["displacement"], tests["displacement"])
        return {"displacement": -pull * problem.formulation.measures.dx("particle", 2)}

    solver, found = NewtonSolver(Problem(cell.domain, cell.model, springs)), []
    for value in (0.0, 2.0, 6.0):
        (weight.x.array if isinstance(weight, fem.Function) else weight.value)[...] = value
        found.append(solver.matrix().copy())
    bare, soft, stiff = found
    assert (soft - bare).norm() > 0.1
    assert (stiff - bare).norm() == pytest.approx(3.0 * (soft - bare).norm(), rel=1e-9)
