"""What fields say about themselves, and that solver and time steps ask every one of them."""

from types import SimpleNamespace

import numpy as np
import pytest
from petsc4py import PETSc

from fem_asslb.diagnostics.fields import FieldReports
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.field import Component, ErrorScale, component_entries
from fem_asslb.fields.out_of_plane import STRAIN
from fem_asslb.fields.platen import POSITION, PRESSURE
from fem_asslb.model.model import Support
from fem_asslb.simulation.time_error import TimeError
from fem_asslb.solve.convergence import TOLERANCE, ConvergenceTest
from fem_asslb.solve.newton import NewtonSolver
from fem_asslb.spaces.state import SCALARS
from tests import composite
from tests.grids import box
from tests.support import host, passive, problem_on, set_profile

AXIS = np.array([0.0, 0.0, 1.0])
ITERATING, CONVERGED = PETSc.SNES.ConvergedReason.ITERATING, PETSc.SNES.ConvergedReason.CONVERGED_FNORM_RELATIVE


def field(name, *components):
    """Four entries of a field, two at each of two points."""
    space = SimpleNamespace(dofmap=SimpleNamespace(index_map_bs=2))
    return SimpleNamespace(name=name, components=components, size_local=4, space=space)


FIELDS = [
    field("displacement", Component("displacement", "u", "um", has_kinks=True)),
    field("temperature", Component("temperature", "T", "K", 0), Component("heat", "q", "J", 1)),
]


@pytest.mark.two_ranks
def test_every_entry_is_in_one_component(comm):
    problem = composite.create(comm, 2, generalised=True)
    size = sum(item.size_local for item in problem.fields)
    found = np.concatenate([np.arange(size)[part] for part in component_entries(problem.fields).values()])
    assert sorted(found) == list(range(size))
    assert problem.residual.keys() == problem.jacobian.pattern.keys() == problem.state.functions.keys()


@pytest.mark.serial
def test_components_of_a_field_lie_between_each_other():
    entries = component_entries(FIELDS)
    assert {name: list(np.arange(8)[part]) for name, part in entries.items()} == {
        "displacement": [0, 1, 2, 3],
        "temperature": [4, 6],
        "heat": [5, 7],
    }


@pytest.mark.serial
def test_components_have_different_names():
    with pytest.raises(ValueError, match="two components are called 'heat'"):
        component_entries([*FIELDS, field("matrix", Component("heat", "q", "J"))])


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize(
    ("support", "numbers"),
    [
        (Support((("bottom", 1),), platen=True), (POSITION, PRESSURE)),
        (Support((("bottom", 1),), platen=True, generalised_plane_strain=True), (POSITION, PRESSURE, STRAIN)),
        (Support((), prescribed="bottom", generalised_plane_strain=True), (STRAIN,)),
        (Support((), prescribed="bottom"), ()),
    ],
)
def test_a_problem_has_the_numbers_that_it_needs(comm, support, numbers):
    problem = problem_on(box((1.0, 1.0), (1, 1)), comm, AXIS, materials={"particle": passive()}, support=support)
    assert problem.state.scalars == numbers
    assert (SCALARS in problem.state.functions) == bool(numbers)
    for number, name in enumerate(numbers):
        problem.state.set_number(name, 0.1 + number)
    assert [problem.state.number(name) for name in numbers] == [0.1 + number for number in range(len(numbers))]
    with pytest.raises(KeyError, match="no number 'heat'"):
        problem.state.number("heat")


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("generalised", [False, True])
def test_a_block_without_fields_is_no_hindrance(comm, generalised):
    """Nothing but displacement, and one number beside it; both solvers are as near as they say."""
    support = Support((("bottom", 1), ("left", 0), ("right", 0)), pressure="top", generalised_plane_strain=generalised)
    problem = problem_on(box((1.0, 1.0), (2, 2)), comm, AXIS, materials={"particle": passive()}, support=support)
    problem.controls.outer_pressure.value = 1000.0
    NewtonSolver(problem, "iterative").solve()
    direct = problem_on(box((1.0, 1.0), (2, 2)), comm, AXIS, materials={"particle": passive()}, support=support)
    direct.controls.outer_pressure.value = 1000.0
    NewtonSolver(direct).solve()
    for name, function in problem.state.functions.items():
        assert function.x.array == pytest.approx(direct.state[name].x.array, abs=TOLERANCE)


@pytest.mark.serial
@pytest.mark.parametrize("late", [0, 4, 5])
def test_no_field_is_solved_before_all_are(comm, late):
    """The next update is a tenth of the last one, but for one entry, which is a million times as large."""
    judge, update = ConvergenceTest(comm, FIELDS), np.full(8, 1e-9)
    residual = np.ones(8)
    assert judge.judge(0, residual, update) == ITERATING
    assert judge.judge(1, 0.1 * residual, update) == CONVERGED
    update[late] = 1e-3
    assert judge.judge(0, residual, update) == ITERATING
    assert judge.judge(1, 0.1 * residual, update) == ITERATING


@pytest.mark.serial
@pytest.mark.parametrize(("before", "solved"), [(0.0, False), (1e-9, False), (1e-2, True)])
def test_a_field_that_is_pushed_out_of_balance_is_not_solved(comm, before, solved):
    """The first iteration moves nothing there and leaves it a residual that it did not have."""
    judge, residual, update = ConvergenceTest(comm, FIELDS), np.ones(8), np.full(8, 1e-9)
    residual[:4], update[:4] = before, 0.0
    judge.judge(0, residual, update)
    residual[:4], residual[4:] = 0.02, 1e-13
    assert judge.judge(1, residual, update) == (CONVERGED if solved else ITERATING)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("scale", "moved", "error"),
    [
        (ErrorScale(10.0), 3.0, 0.15),
        (ErrorScale(10.0, grows=True), 3.0, 0.15),
        (ErrorScale(10.0, grows=True), 30.0, 0.5),
        (ErrorScale(10.0), 30.0, 1.5),
    ],
)
def test_the_time_error_of_a_field_counts_over_its_scale(comm, scale, moved, error):
    function = SimpleNamespace(x=SimpleNamespace(array=np.array([0.0, moved])))
    problem = SimpleNamespace(
        fields=[SimpleNamespace(name="temperature", error_scale=scale), SimpleNamespace(name="rest", error_scale=None)],
        state={"temperature": function},
        domain=SimpleNamespace(comm=comm),
    )
    estimator = TimeError(problem)
    assert estimator.guess(follows_loads=True).keys() == {"temperature"}
    assert estimator.estimate({"temperature": np.zeros(2)}, 1.0) == pytest.approx(error)


@pytest.mark.serial
def test_the_time_error_of_a_scalar_is_half_its_distance_from_a_straight_line(comm):
    """From 5 to 7, then in half that time to 12 instead of 8; before the first step there is no line."""
    values = iter([5.0, 7.0, 12.0])
    problem = SimpleNamespace(fields=[], state={}, domain=SimpleNamespace(comm=comm))
    estimator = TimeError(problem, lambda: {"pressure": (next(values), 10.0)})
    estimator.begin_stage()
    assert estimator.estimate({}, 0.0) == pytest.approx(0.5 * 2.0 / 10.0)
    estimator.accept()
    assert estimator.estimate({}, 0.5) == pytest.approx(0.5 * 4.0 / 10.0)


def test_fields_report_means_and_extremes(comm):
    """Of a profile that is linear in height: the mean is that of the volume, the extremes are those of the nodes."""
    problem = problem_on(
        box((1.0, 2.0), (2, 4)),
        comm,
        AXIS,
        materials={"particle": host(swelling=(0.02, -0.03))},
        support=Support((("bottom", 1),), platen=True),
    )
    set_profile(problem, lambda x: 0.3 + 0.1 * x[1])
    problem.state.set_number(POSITION, -0.25)
    found = FieldReports(problem).scalars()
    assert found["stoichiometry mean [-]"] == pytest.approx(0.4, rel=1e-12)
    assert found["stoichiometry min [-]"] == pytest.approx(0.3, rel=1e-12)
    assert found["stoichiometry max [-]"] == pytest.approx(0.5, rel=1e-12)
    assert found["platen displacement [um]"] == -0.25
    # Against x = 1: cells of sides 1 + 0.02 (x - 0.5), twice, and 1 - 0.03 (x - 0.5).
    x = 0.3 + 0.2 * (0.5 + 0.5 * np.polynomial.legendre.leggauss(5)[0])
    weights = 0.5 * np.polynomial.legendre.leggauss(5)[1]
    volume = (1 + 0.02 * (x - 0.5)) ** 2 * (1 - 0.03 * (x - 0.5))
    growth = 100 * (weights @ volume / (1.01**2 * 0.985) - 1)
    assert found["unit cell volume change [%]"] == pytest.approx(growth, rel=1e-9)


@pytest.mark.two_ranks
def test_numbers_have_symbols_and_units(comm):
    problem = composite.create(comm, 2, generalised=True)
    units = {scalar.name: scalar.unit for scalar in problem.scalars}
    assert units == {POSITION: "um", PRESSURE: "MPa", STRAIN: "-", ELECTRODE: "V"}
    symbols = [part.symbol for item in problem.fields for part in item.components]
    assert all(symbols) and len(set(symbols)) == len(symbols)
