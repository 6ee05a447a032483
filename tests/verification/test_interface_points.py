"""What the points of interfaces start with and remember: sequences against the law by numbers, and scatter."""

import numpy as np
import pytest

from fem_asslb.base.parallel import global_max, global_sum
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.interfaces.cohesion import NEVER_BONDED, Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.gate import ConductionKnee, Gate
from fem_asslb.interfaces.response import Opening
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.model import Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import ball, box
from tests.support import passive, prescribe, prescribe_everywhere, problem_on

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

LAW = ContactLaw.cohesive(
    Cohesion(40.0, 60.0, 2.0, 5.0, 8e3, viscous_time=0.5),
    friction=0.3,
    gate=Gate(ConductionKnee(0.2, 50.0, 10.0), 0.05, keeps_lost=True),
)
"""Lets go at an opening of 0.1 um."""

PATH = [
    (-0.01, 0.0, 0.0),
    (-0.01, 0.01, 0.004),
    (-0.008, 0.03, -0.02),
    (0.03, 0.03, -0.02),
    (0.07, 0.01, 0.03),
    (0.02, -0.02, 0.05),
    (-0.012, -0.02, 0.05),
    (-0.012, -0.08, 0.09),
    (-0.015, -0.1, 0.02),
    (0.15, 0.1, 0.1),
    (0.02, 0.1, 0.12),
    (-0.004, 0.1, 0.12),
    (-0.004, 0.11, 0.1),
    (-0.004, -0.3, 0.5),
]
"""Opening and two directions of sliding [um]: pressed, slid, opened, turned round, closed, slid on, let go, closed."""

PLACES = {2: (0, 2), 3: (0, 1)}
"""Components of the displacement that slide."""


def all_prescribed(comm, dimension, degree):
    """An upper on a lower cell with one interface whose nodes all move as they are told."""
    cells = (1,) * (dimension - 1) + (2,)
    problem = problem_on(
        box((1.0,) * dimension, cells, lambda x: np.where(x[:, -1] < 0.5, "lower", "upper")),
        comm,
        materials={"lower": passive(), "upper": passive()},
        support=Support(planes=()),
        interfaces=(Interface("lower", "upper", LAW),),
        displacement_degree=degree,
    )
    prescribe_everywhere(problem)
    problem.controls.time_step.value = 1.0
    return problem


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
def test_a_sequence_follows_the_law_at_every_point(comm, dimension, degree):
    """History goes from step to step as in plain numbers, component by component."""
    problem = all_prescribed(comm, dimension, degree)
    solver, diagnostics = NewtonSolver(problem), InterfaceDiagnostics(problem)
    remembered, owned = problem.formulation.interfaces.history, diagnostics.mesh.num_owned
    before, history = Opening(0.0, (0.0, 0.0, 0.0)), {"progress": 0.0, "slip": (0.0, 0.0, 0.0), "lost": 0.0}
    seen = set()
    for normal, first, second in PATH:
        motion = np.zeros(3)
        motion[dimension - 1], motion[list(PLACES[dimension])] = normal, (first, second)
        problem.prescribed.interpolate(
            lambda x, u=motion: np.repeat(u[:, None], x.shape[1], axis=1), problem.domain.cells_of(["upper"])
        )
        problem.prescribed.x.scatter_forward()
        solver.solve()
        points = diagnostics.evaluate()
        motion[dimension - 1] = 0.0
        answer = LAW.respond(Opening(normal, tuple(motion)), before, history, 1.0, 1.0)
        expected = {
            "normal_opening": normal,
            "sliding": np.linalg.norm(motion),
            "released": answer.released,
            "normal_traction": answer.normal_traction,
            "shear_traction": np.linalg.norm(answer.shear_traction),
            "conduction": answer.conduction,
            **answer.dissipated,
        }
        for name, value in expected.items():
            found = points.dissipated[name] if name in points.dissipated else getattr(points, name)
            error = np.abs(found - value).max(initial=0.0)
            assert global_max(comm, error)[0] < 1e-9 * max(abs(float(value)), 1e-2), name
            seen |= {name} if value else set()
        problem.accept()
        before, history = answer.opening, answer.history
        dofs = remembered.function.function_space.dofmap.list[:owned]
        for name, value in history.items():
            error = np.abs(remembered.arrays[name][dofs] - np.asarray(value)).max(initial=0.0)
            assert global_max(comm, error)[0] < 1e-12
    assert seen == set(expected)


def test_what_never_adhered_does_not_heal_from_step_to_step(comm):
    """Rounding of what is remembered must not turn it into something that adhered once."""
    healing = Cohesion(40.0, 40.0, 2.0, 2.0, 8e3, healing_time=10.0)
    problem = problem_on(
        box((1.0, 2.0), (37, 2), lambda x: np.where(x[:, 1] < 1.0, "lower", "upper")),
        comm,
        materials={"lower": passive(), "upper": passive()},
        support=Support(planes=(("left", 0), ("bottom", 1)), prescribed="top"),
        interfaces=(Interface("lower", "upper", ContactLaw.cohesive(healing), InterfaceStart(bonded_share=0.5)),),
    )
    problem.controls.time_step.value = 20.0
    prescribe(problem, lambda x: np.stack([0 * x[0], 0 * x[0] - 1e-4, 0 * x[0]]))
    progress, solver = problem.formulation.interfaces.history.arrays["progress"], NewtonSolver(problem)
    bonded = progress == 0.0
    assert 0 < comm.allreduce(int(bonded.sum())) < comm.allreduce(len(bonded))
    for _ in range(6):
        solver.solve()
        problem.accept()
    assert np.all(progress[bonded] == 0.0)
    assert np.all(progress[~bonded] > NEVER_BONDED - 1e-6)


@pytest.mark.parametrize(("dimension", "layers"), [(2, 20), (3, 4)])
@pytest.mark.parametrize("share", [0.3, 0.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_stated_share_of_the_area_is_bonded(comm, dimension, layers, share, seed):
    """To the last facet that still fits, where facets differ in size."""
    law = ContactLaw.cohesive(Cohesion(40.0, 40.0, 2.0, 2.0, 1e6))
    problem = problem_on(
        ball(dimension, layers, 2, 2.0),
        comm,
        materials={"particle": passive(), "electrolyte": passive()},
        support=Support(planes=()),
        interfaces=(Interface("particle", "electrolyte", law, InterfaceStart(bonded_share=share, seed=seed)),),
    )
    points = InterfaceDiagnostics(problem).evaluate()
    areas, bonded = points.area.sum(axis=1), ~points.is_debonded
    assert np.all(bonded == bonded[:, :1])
    total, found = global_sum(comm, [areas.sum(), areas[bonded[:, 0]].sum()])
    assert total == pytest.approx(0.5 * np.pi, rel=1e-3)
    largest = global_max(comm, areas.max(initial=0.0))[0]
    assert share * total - largest < found <= share * total * (1.0 + 1e-9)


COLUMNS, MODULUS = 200, 4.0


def strengths(comm, **scatter):
    """Strength at every point, shape (num_facets, num_points), and the number of the boundary, from all ranks."""
    law = ContactLaw.cohesive(Cohesion(40.0, 40.0, 2.0, 2.0, 1e6))
    names = np.array([f"particle/0001/{number + 1:04d}" for number in range(COLUMNS)])
    problem = problem_on(
        box((float(COLUMNS), 2.0), (COLUMNS, 2), lambda x: names[x[:, 0].astype(int)]),
        comm,
        materials={"particle": passive()},
        support=Support(planes=(("left", 0), ("bottom", 1))),
        interfaces=(Interface("particle", "particle", law, InterfaceStart(weibull_modulus=MODULUS, **scatter)),),
    )
    interfaces = problem.formulation.interfaces
    owned = slice(0, interfaces.mesh.num_owned)
    local = interfaces.local.arrays["strength"][interfaces.local.function.function_space.dofmap.list[owned]]
    boundary = interfaces.mesh.regions[owned].min(axis=1)
    values, numbers = (np.concatenate(comm.allgather(part)) for part in (local, boundary))
    order = np.argsort(numbers, kind="stable")
    return values[order], numbers[order]


def test_strength_scatters_from_boundary_to_boundary(comm):
    """Weibull with scale 1: the strength to the power of the modulus has an exponential distribution of mean 1."""
    values, boundary = strengths(comm, scatter_by_boundary=True)
    drawn = values.reshape(COLUMNS - 1, -1)
    assert list(boundary) == list(np.repeat(np.arange(COLUMNS - 1), 2))
    assert np.all(drawn == drawn[:, :1])
    assert len(np.unique(drawn[:, 0])) == COLUMNS - 1
    exponential = drawn[:, 0] ** MODULUS
    assert exponential.mean() == pytest.approx(1.0, abs=0.2)
    assert exponential.std() == pytest.approx(1.0, abs=0.25)
    other, _ = strengths(comm, scatter_by_boundary=True, scatter_seed=2)
    assert not np.any(np.isclose(other, values))


def test_strength_scatters_from_facet_to_facet(comm):
    values, _ = strengths(comm)
    assert np.all(values == values[:, :1])
    assert len(np.unique(values[:, 0])) == 2 * (COLUMNS - 1)
