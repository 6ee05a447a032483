"""D1, D4, C2 and C3: a growing particle in an elastic shell."""

import numpy as np
import pytest
import ufl

from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.geometry import ParticleInShell
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.model.model import Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import ball
from tests.support import REFERENCE_X, built, force_x, host, mean, orders, passive, prescribe, problem_on, rms

pytestmark = pytest.mark.two_ranks

CORE, SHELL, OUTSIDE = (150e3, 0.25), (22e3, 0.37), 80.0
SWELLING = (0.03, -0.05)
X = 0.9


def solved(
    comm, dimension, layers, radius, stiffness=np.inf, core=CORE, shell=SHELL, swelling=None, preset="direct", degree=2
):
    """Particle of radius 1 in a shell under pressure, its crystal axis along z, all at x = X."""
    swelling = swelling or (SWELLING if dimension == 2 else (SWELLING[0], SWELLING[0]))
    interfaces = (
        () if np.isinf(stiffness) else (Interface("particle", "electrolyte", ElasticLaw(stiffness, 1e-3 * stiffness)),)
    )
    planes = (("left", 0), ("bottom", 1)) if dimension == 2 else (("left", 0), ("front", 1), ("bottom", 2))
    problem = problem_on(
        ball(dimension, layers, layers, radius, degree),
        comm,
        materials={"particle": host(IsotropicElasticity(*core), swelling), "electrolyte": passive(*shell)},
        support=Support(planes=planes, pressure="outer"),
        displacement_degree=degree,
        interfaces=interfaces,
    )
    force_x(problem, X)
    problem.controls.outer_pressure.value = OUTSIDE
    NewtonSolver(problem, preset).solve()
    return problem


def core_pressure(problem):
    """Mean pressure in the plane of the core (in all directions in 3D), and the unevenness of its stress."""
    stress, dx = (
        problem.formulation.bulk.stress(problem.state, "particle"),
        problem.formulation.measures.dx("particle", 4),
    )
    size = problem.domain.dimension
    average = sum(mean(problem, stress[k, k], dx) for k in range(size)) / size
    uneven = rms(
        problem,
        ufl.as_tensor([[stress[i, j] for j in range(size)] for i in range(size)]) - average * ufl.Identity(size),
        dx,
    )
    return -average, uneven


@pytest.mark.parametrize("stiffness", [np.inf, 2e4])
@pytest.mark.parametrize("dimension", [2, 3])
def test_pressure_of_a_particle_in_a_shell(comm, measured, dimension, stiffness):
    growth = X - REFERENCE_X
    if dimension == 3:
        exact = closed_forms.sphere_in_shell(CORE, SHELL, 2.0, SWELLING[0] * growth, OUTSIDE, stiffness)
    else:
        free = tuple(slope * growth for slope in SWELLING)
        exact = closed_forms.cylinder_in_shell(CORE, SHELL, 2.0, free, OUTSIDE, stiffness)
    sizes = (2, 4) if dimension == 3 else (4, 8)
    pressures, uneven = zip(*(core_pressure(solved(comm, dimension, n, 2.0, stiffness)) for n in sizes), strict=True)
    errors = np.abs(np.array(pressures) - exact) / exact
    order = orders([1 / n for n in sizes], uneven)[0]
    name = ("D1" if np.isinf(stiffness) else "D4, closed") + (
        " sphere" if dimension == 3 else " cylinder, plane strain"
    )
    measured(
        name, "pressure in the core [MPa]", exact, pressures[-1], errors[-1], orders([1 / n for n in sizes], errors)[0]
    )
    measured(name, "unevenness of the core stress [MPa]", 0.0, uneven[-1], uneven[-1] / exact, order)
    assert errors[-1] < 5e-4
    assert order > 1.8


@pytest.mark.parametrize("degree,error", [(1, 5e-3), (2, 1e-5)])
def test_a_nearly_incompressible_shell_does_not_lock(comm, measured, degree, error):
    """A polymer of 70 MPa and Poisson's ratio 0.45 around an oxide: degree 1 is less exact, not far too stiff."""
    polymer = (70.0, 0.45)
    exact = closed_forms.cylinder_in_shell(CORE, polymer, 2.0, tuple(s * (X - REFERENCE_X) for s in SWELLING), OUTSIDE)
    pressure, _ = core_pressure(solved(comm, 2, 8, 2.0, shell=polymer, degree=degree))
    name = f"D1 cylinder in a polymer, displacement of degree {degree}"
    assert measured(name, "pressure in the core [MPa]", exact, pressure) < error


def test_sphere_in_an_infinite_body(comm, measured):
    """C3: the far field is that of the closed form."""
    (youngs, poisson), free = CORE, SWELLING[0] * (X - REFERENCE_X)
    exact, strain = closed_forms.sphere_in_infinite_body(youngs, poisson, free)
    far = closed_forms.sphere_in_shell(CORE, CORE, 1e4, free, 0.0)
    assert far == pytest.approx(exact, rel=1e-10)
    errors = []
    for layers in (2, 4):
        problem = problem_on(
            ball(3, layers, layers, 2.0),
            comm,
            materials={"particle": host(IsotropicElasticity(*CORE), (SWELLING[0],) * 2), "electrolyte": passive(*CORE)},
            support=Support(planes=(("left", 0), ("front", 1), ("bottom", 2)), pressure="outer", prescribed="outer"),
        )
        prescribe(problem, lambda x: strain * x / np.maximum(np.linalg.norm(x, axis=0), 1.0) ** 3)
        force_x(problem, X)
        NewtonSolver(problem).solve()
        pressure, _ = core_pressure(problem)
        errors.append(abs(pressure / exact - 1))
    measured("C3", "pressure in the core [MPa]", exact, pressure, errors[-1], orders([1 / 2, 1 / 4], errors)[0])
    assert errors[-1] < 1e-3


def test_cylinder_of_a_tilted_crystal_in_an_infinite_body(comm, shared_path, measured):
    """C2: Eshelby's uniform strain, with shear, for a crystal axis in the plane; the far field is the closed form."""
    youngs, poisson = 100e3, 0.3
    tilt = np.radians(25)
    axis = np.array([np.cos(tilt), np.sin(tilt), 0.0])
    in_plane, along = (slope * (X - REFERENCE_X) for slope in SWELLING)
    strain = closed_forms.cylinder_strain(poisson, in_plane * np.eye(3) + (along - in_plane) * np.outer(axis, axis))
    sizes, errors = (0.3, 0.15), []
    for size in sizes:
        path = shared_path / f"disc{size}.msh"
        geometry = ParticleInShell(2, 1.0, 3.0, element_size=size, part="full", order=2)
        problem = problem_on(
            built(comm, geometry, path),
            comm,
            axis,
            materials={"particle": host(swelling=SWELLING), "electrolyte": passive(youngs, poisson)},
            support=Support(planes=(), prescribed="outer"),
        )
        prescribe(
            problem, lambda x: closed_forms.cylinder_exterior(poisson, strain, 1.0, np.where(abs(x) < 1e-9, 1e-9, x))
        )
        force_x(problem, X)
        NewtonSolver(problem).solve()
        computed, dx = problem.formulation.bulk.strain(problem.state), problem.formulation.measures.dx("particle", 4)
        errors.append(rms(problem, computed - ufl.as_tensor(strain.tolist()), dx) / np.linalg.norm(strain))
        shear = mean(problem, computed[0, 1], dx)
    order = orders(sizes, errors)[0]
    measured("C2", "strain 11, 22, 12 of the core, rms", 0.0, errors[-1], errors[-1], order)
    measured("C2", "shear strain of the core", strain[0, 1], shear)
    assert errors[-1] < 2e-3
    assert shear == pytest.approx(strain[0, 1], rel=1e-3)
    assert order > 1.8
