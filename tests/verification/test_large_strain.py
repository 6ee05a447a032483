"""Logarithmic strain: rotations, uniform stretches, and a powder that is pressed from loose to nearly dense."""

import numpy as np
import pytest
import ufl
from scipy.linalg import logm

from fem_asslb.bulk.bulk_law import RELATIVE_DENSITY
from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.powder import LOOSE_DENSITY, Powder, stiffness
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.equations.logarithmic_strain import logarithm
from fem_asslb.fields.out_of_plane import STRAIN as OUT_OF_PLANE
from fem_asslb.materials.material import Material
from fem_asslb.model.model import Support
from fem_asslb.output.fields import FieldEvaluator
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import REFERENCE_X, host, mean, problem_on, set_profile

pytestmark = pytest.mark.serial  # what is parallel in it is that of small strain

ELASTIC = IsotropicElasticity(24e3, 0.33)
LAME = ELASTIC.bulk_modulus - 2 * ELASTIC.shear_modulus / 3
HEIGHT = 3.0
STRETCH = np.array([[0.75, 0.12, 0.0], [0.12, 1.3, 0.0], [0.0, 0.0, 0.9]])
TURN = np.array([[np.cos(1.1), -np.sin(1.1), 0.0], [np.sin(1.1), np.cos(1.1), 0.0], [0.0, 0.0, 1.0]])


def body(comm, dimension, **arguments):
    """A block of one material."""
    return problem_on(
        box((1.5, 1.2, HEIGHT)[: dimension - 1] + (HEIGHT,), (2, 1, 3)[: dimension - 1] + (3,)),
        comm,
        strain="logarithmic",
        **{"materials": {"particle": Material("block", ELASTIC)}, "support": Support(()), **arguments},
    )


def deform(problem, motion):
    """Give the body a uniform deformation gradient, shape (3, 3)."""
    gradient = motion - np.eye(3)
    problem.state["displacement"].interpolate(lambda x: gradient @ x)
    problem.state["displacement"].x.scatter_forward()
    if OUT_OF_PLANE in problem.state.scalars:
        problem.state.set_number(OUT_OF_PLANE, gradient[2, 2])


def phase_of(problem):
    """Name of the only phase."""
    (name,) = problem.formulation.bulk.phases
    return name


def means(problem, tensor):
    dx = problem.formulation.bulk.energy_measure(phase_of(problem))
    return np.array([[mean(problem, tensor[i, j], dx) for j in range(3)] for i in range(3)])


@pytest.mark.parametrize("dimension", [2, 3])
def test_uniform_stretch_and_rotation(comm, dimension):
    """Strain is that of the stretch alone, and Cauchy stress its work-conjugate over the volume."""
    problem = body(comm, dimension, support=Support((), generalised_plane_strain=dimension == 2))
    strain, bulk = logm(STRETCH), problem.formulation.bulk
    conjugate = LAME * np.trace(strain) * np.eye(3) + 2 * ELASTIC.shear_modulus * strain
    energy = 0.5 * np.sum(conjugate * strain) * HEIGHT * 1.5 * (1.2 if dimension == 3 else 1.0)
    for motion in (STRETCH, TURN @ STRETCH):
        deform(problem, motion)
        assert means(problem, bulk.strain(problem.state)) == pytest.approx(strain, abs=1e-4 * np.abs(strain).max())
        cauchy = conjugate / np.linalg.det(STRETCH)
        size = 3e-4 * np.abs(cauchy).max()
        assert means(problem, bulk.cauchy_stress(problem.state, phase_of(problem))) == pytest.approx(cauchy, abs=size)
        written = FieldEvaluator(problem).at_corners()["von Mises stress [MPa]"]
        deviator = cauchy - np.trace(cauchy) / 3 * np.eye(3)
        assert written == pytest.approx(np.sqrt(1.5 * np.sum(deviator**2)), rel=1e-3)
        assert Diagnostics(problem).stored()["elastic"] == pytest.approx(energy, rel=1e-3)


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_turned_body_bears_nothing(comm, dimension):
    problem = body(comm, dimension)
    deform(problem, TURN)
    assert Diagnostics(problem).stored()["elastic"] == pytest.approx(0.0, abs=1e-20)
    assert NewtonSolver(problem).residual().norm() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("kind", ["host", "layer"])
def test_what_grows_freely_bears_nothing(comm, kind):
    """By a share s of its length, or of its volume along the stack, however large; the force of a layer is that of its
    energy on the lithium.
    """
    materials = {
        "host": host(ELASTIC, (-0.3, 0.4)),
        "layer": Material("layer", ELASTIC, reaction_volume=5.0, swelling_kind="stack"),
    }
    problem = body(
        comm,
        2,
        materials={"particle": materials[kind]},
        axis=(0.0, 1.0, 0.0),
        support=Support((), generalised_plane_strain=True),
    )
    if kind == "host":
        set_profile(problem, lambda x: np.full(x.shape[1], REFERENCE_X - 0.4))
        deform(problem, np.diag([1.12, 0.84, 1.12]))
    else:
        problem.controls.anode_lithium.value = 0.2 * 1.5 * HEIGHT / 5.0
        deform(problem, np.diag([1.0, 1.2, 1.0]))
    diagnostics = Diagnostics(problem)
    least = 1e-7 * ELASTIC.bulk_modulus
    assert diagnostics.stored()["elastic"] == pytest.approx(0.0, abs=least)
    if kind == "layer":
        energies, step = [], 1e-4
        deform(problem, np.diag([1.0, 1.3, 1.0]))
        force = diagnostics.layer_force()
        for change in (step, -2 * step):
            problem.controls.anode_lithium.value += change
            energies.append(diagnostics.stored()["elastic"])
        assert force == pytest.approx((energies[1] - energies[0]) / (2 * step), rel=1e-6)


def test_small_strain_is_its_limit(comm):
    """What both differ by is of second order in the displacement."""
    errors, gradient = [], np.array([[0.3, -0.5, 0.0], [0.8, -0.4, 0.0], [0.0, 0.0, 0.0]])
    for size in (1e-2, 1e-3):
        problem = body(comm, 2)
        deform(problem, np.eye(3) + size * gradient)
        found = means(problem, problem.formulation.bulk.strain(problem.state))
        errors.append(np.abs(found - 0.5 * size * (gradient + gradient.T)).max())
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)


def test_logarithm_of_the_whole_range():
    """Its stated error, along a principal axis."""
    for stretch in np.linspace(0.5, 2.0, 16):
        tensor = ufl.as_matrix(np.diag([stretch**2, 1.0, 1.0]).tolist())
        assert float(logarithm(tensor)[0, 0]) == pytest.approx(2 * np.log(stretch), abs=2e-3 * 2 * np.log(2.0))


def pressed(comm, law, dimension=2):
    """A layer in a die under a platen that stands."""
    walls = (("left", 0), ("right", 0), *((("front", 1), ("back", 1)) if dimension == 3 else ()))
    problem = body(
        comm,
        dimension,
        materials={"particle": Material("layer", ELASTIC, law=law)},
        support=Support((("bottom", dimension - 1), *walls), platen=True),
    )
    problem.controls.platen.clamped.value = 1.0
    return problem


def test_elastic_layer_that_is_much_shorter(comm):
    """The pressure per undeformed area, (lambda + 2 mu) ln(stretch)/stretch in a die."""
    problem = pressed(comm, None)
    solver = NewtonSolver(problem)
    for stretch in (0.95, 0.9, 0.85, 0.8):
        problem.controls.platen.position.value = (stretch - 1) * HEIGHT
        solver.solve()
        expected = -ELASTIC.constrained_modulus * np.log(stretch) / stretch
        assert Diagnostics(problem).stack_pressure() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("dimension", [2, 3])
def test_powder_that_is_pressed_from_loose_to_nearly_dense(comm, dimension, measured):
    """Mass is kept: density times thickness, with what is elastic of it; work is stored or dissipated; then unload."""
    powder = Powder(370.0)
    law = FlowingSolid(ELASTIC.bulk_modulus, ELASTIC.shear_modulus, Compaction(powder, LOOSE_DENSITY + 1e-3, 50.0))
    problem = pressed(comm, law, dimension)
    solver, diagnostics = NewtonSolver(problem), Diagnostics(problem)
    area, work, spent = 1.5 * (1.2 if dimension == 3 else 1.0), 0.0, 0.0
    heights, pressures, stresses = [1.0, *np.linspace(0.99, 0.74, 26), 0.742, 0.7435], [0.0], [np.zeros((3, 3))]
    for before, height in zip(heights, heights[1:], strict=False):
        problem.controls.platen.position.value = (height - 1) * HEIGHT
        solver.solve()
        pressures.append(diagnostics.stack_pressure())
        work += 0.5 * (pressures[-1] + pressures[-2]) * (before - height) * HEIGHT * area
        spent, stored = spent + sum(diagnostics.dissipation().values()), diagnostics.stored()["elastic"]
        problem.accept()
        stresses.append(means(problem, problem.formulation.bulk.accepted_stress(problem.state, phase_of(problem))))
    assert spent + stored == pytest.approx(work, rel=2e-3)
    assert pressures[-1] < 0.9 * max(pressures)
    density = FieldEvaluator(problem).at_corners()[RELATIVE_DENSITY]
    # Stress and moduli are per volume at the start; pressure is per area, which a die keeps.
    ratio = density[0] / law.rule.density
    modulus = ELASTIC.bulk_modulus * float(stiffness(np.array(density[0]))[0]) / ratio
    expected = law.rule.density / heights[-1] * np.exp(stresses[-1].trace() / 3 / modulus)
    error = np.abs(density / expected - 1).max()
    measured(f"I6, large strain, {dimension}D", "density of a powder in a die [-]", expected, density[0], error)
    assert error < 1e-4 and np.ptp(density) < 1e-9
    loaded = ratio * stresses[-3]
    deviator = loaded - loaded.trace() / 3 * np.eye(3)
    (strength, _), (shear, _) = powder.strengths(density[0])
    assert (loaded.trace() / 3 / strength) ** 2 + 1.5 * np.sum(deviator**2) / shear**2 == pytest.approx(1.0, rel=1e-8)
    along = dimension - 1
    assert max(pressures) == pytest.approx(-stresses[-3][along, along] / 0.74, rel=2e-4)
