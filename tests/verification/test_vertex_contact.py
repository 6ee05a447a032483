"""Bodies that meet the platen, or a plane that is held, only in a vertex or an edge: equal materials stay uniform."""

import numpy as np
import pytest
import ufl

from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.mesh.source import MeshSource
from fem_asslb.model.model import Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import REFERENCE_X, force_x, host, passive, problem_on, rms

YOUNGS, POISSON, PRESSURE = 24e3, 0.33, 5.0
CELL = 0.5
PLANES = {
    2: (("left", 0), ("right", 0), ("bottom", 1)),
    3: (("left", 0), ("right", 0), ("front", 1), ("back", 1), ("bottom", 2)),
}


def three_triangles() -> MeshSource:
    """A square whose lower triangle ends at the platen in a vertex, and whose other two at the lower plate."""
    return MeshSource(
        dimension=2,
        degree=1,
        points=np.array([[0.0, 0.0], [10.0, 0.0], [5.0, 10.0], [10.0, 10.0], [0.0, 10.0]]),
        cells=np.array([[0, 1, 2], [1, 3, 2], [0, 2, 4]]),
        cell_region=np.arange(3),
        regions=tuple(f"grain/0001/{k:04d}" for k in (1, 2, 3)),
        facets=np.array([[0, 1], [1, 3], [3, 2], [2, 4], [4, 0]]),
        facet_group=np.array([0, 2, 3, 3, 1]),
        boundaries=("bottom", "left", "right", "top"),
    )


def polycrystal(dimension: int, seed: int = 1) -> MeshSource:
    """A box cut at random into grains of whole cells, many of which meet bottom, top and walls in a vertex only."""
    size, cells = ((3.0, 3.0), (6, 6)) if dimension == 2 else ((2.0, 2.0, 2.0), (4, 4, 4))
    seeds = np.random.default_rng(seed).uniform(size=(12, dimension)) * size

    def grain(centres: np.ndarray) -> np.ndarray:
        nearest = np.linalg.norm(centres[:, None] - seeds, axis=2).argmin(axis=1)
        return np.array([f"grain/0001/{k + 1:04d}" for k in nearest])

    return box(size, cells, grain)


def boxed(comm, source, law, degree, material):
    """Problem between plates and walls."""
    return problem_on(
        source,
        comm,
        materials={"grain": material},
        support=Support(PLANES[source.dimension], platen=True),
        interfaces=(Interface("grain", "grain", law),) if law else (),
        displacement_degree=degree,
    )


def solve(problem):
    problem.controls.time_step.value = 1e6  # drag is nothing
    NewtonSolver(problem).solve()


def pressed(comm, source, law, degree):
    """The problem solved under the pressure."""
    problem = boxed(comm, source, law, degree, passive(YOUNGS, POISSON))
    problem.controls.platen.follow(PRESSURE)
    solve(problem)
    return problem


def deviation(problem, stress):
    """Rms of the distance of the stress to a uniform one [MPa]."""
    (phase,) = problem.formulation.bulk.phases
    found = problem.formulation.bulk.stress(problem.state, phase)
    return rms(problem, found - ufl.as_tensor(np.asarray(stress).tolist()), problem.formulation.measures.dx(phase, 4))


def force_error(problem):
    diagnostics = Diagnostics(problem)
    force = diagnostics.stack_pressure() * diagnostics.plate_area
    return abs(diagnostics.reaction("bottom") / force - 1.0)


def confined(dimension):
    """Stress of a column between walls; in plane strain too."""
    across = POISSON / (1 - POISSON) * PRESSURE
    return -np.diag([across, PRESSURE, across] if dimension == 2 else [across, across, PRESSURE])


SOURCES = {"triangles": three_triangles, "2D": lambda: polycrystal(2), "3D": lambda: polycrystal(3)}


def elastic(stiffness):
    return ElasticLaw(stiffness, stiffness)


def cohesive(stiffness):
    return ContactLaw.cohesive(Cohesion(500.0, 500.0, 50.0, 50.0, stiffness))


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("mesh", SOURCES)
def test_welded_grains_are_uniform(comm, mesh, degree):
    source = SOURCES[mesh]()
    problem = pressed(comm, source, None, degree)
    assert deviation(problem, confined(source.dimension)) < 1e-8 * PRESSURE
    assert force_error(problem) < 1e-9


@pytest.mark.parametrize(
    ("mesh", "law", "degree"),
    [
        ("triangles", elastic, 2),
        pytest.param("2D", elastic, 1, marks=pytest.mark.two_ranks),
        ("2D", cohesive, 2),
        pytest.param("3D", elastic, 2, marks=pytest.mark.two_ranks),
        ("3D", cohesive, 1),
    ],
)
def test_stiff_bonds_tend_to_welded_ones(comm, mesh, law, degree):
    """The deviation falls as 1/k."""
    source, errors = SOURCES[mesh](), []
    for factor in (1e2, 1e4, 1e6):
        problem = pressed(comm, source, law(factor * YOUNGS / CELL), degree)
        assert force_error(problem) < 1e-9
        errors.append(factor * deviation(problem, confined(source.dimension)))
    assert errors[0] < 20 * PRESSURE
    assert errors == pytest.approx([errors[2]] * 3, rel=0.2)


@pytest.mark.parametrize(("mesh", "degree"), [("triangles", 2), ("2D", 2), ("3D", 1)])
def test_grains_that_swell_in_a_closed_box_need_no_friction(comm, mesh, degree):
    """The exact stress -E e/(1 - 2 nu) has no shear on any boundary."""
    source, errors, free = SOURCES[mesh](), [], 1e-4
    material = host(IsotropicElasticity(YOUNGS, POISSON), swelling=(free, free))
    for factor in (1e3, 1e5):
        stiffness = factor * YOUNGS / CELL
        problem = boxed(comm, source, ContactLaw(stiffness, stiffness), degree, material)
        force_x(problem, REFERENCE_X + 1.0)
        problem.controls.platen.clamped.value = 1.0
        solve(problem)
        assert force_error(problem) < 1e-9
        errors.append(factor * deviation(problem, -YOUNGS * free / (1 - 2 * POISSON) * np.eye(3)))
    assert errors[0] < 20 * PRESSURE
    assert errors == pytest.approx([errors[1]] * 2, rel=0.2)


def test_one_body_is_held_where_several_share_a_vertex(comm):
    """Held twice, a motion across the plane that the other body has at the corner would load their interface."""
    source = polycrystal(2)
    corner = box((3.0, 3.0), (2, 2), lambda x: np.where(x[:, 0] < x[:, 1], "grain/0001/0001", "grain/0001/0002"))
    for mesh in (source, corner):
        problem = boxed(comm, mesh, elastic(1e3), 2, passive(YOUNGS, POISSON))
        held = [bc for bc in problem.conditions["displacement"] if bc.function_space.component() == [2]]
        assert len(held) == 1
        assert comm.allreduce(int(held[0].dof_indices()[1])) == 1
