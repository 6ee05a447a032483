"""C4 and E1 to E3: layers between plates."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.model.model import Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import box
from tests.support import REFERENCE_X, force_x, freeze_profile, host, mean, orders, passive, problem_on, rms

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

YOUNGS, POISSON = np.array([8e3, 22e3, 150e3]), np.array([0.4, 0.35, 0.25])
"""From bottom to top: anode, separator, particle."""
THICKNESS = np.array([2.0, 1.0, 3.0])
SWELLING = (0.02, -0.03)
PRESSURE = 50.0
SPRINGS = {"constant force": 0.0, "spring": 700.0, "rigid": np.inf}


def layers(middle):
    """Names of the layers at points whose last coordinate is the height."""
    height = middle[:, -1]
    return np.select([height < 2.0, height < 3.0], ["anode", "separator"], "particle/0001")


def walls(dimension, free):
    """Supports of the bottom and of side walls that are held or free; a free body still has one side at rest."""
    low, high = (("left", 0), ("front", 1)), (("right", 0), ("back", 1))
    planes = (("bottom", dimension - 1), *low[: dimension - 1])
    return planes if free else planes + high[: dimension - 1]


def stack(comm, dimension, swelling=SWELLING, anode=None):
    """Three layers between side walls, the crystal's axis along the stack."""
    materials = {
        "anode": replace(passive(YOUNGS[0], POISSON[0]), **(anode or {})),
        "separator": passive(YOUNGS[1], POISSON[1]),
        "particle": host(IsotropicElasticity(YOUNGS[2], POISSON[2]), swelling),
    }
    size, cells = ((1.5, 1.2, 6.0), (2, 2, 6)) if dimension == 3 else ((1.5, 6.0), (2, 6))
    support = Support(walls(dimension, free=False), platen=True)
    return problem_on(box(size, cells, layers), comm, np.eye(3)[dimension - 1], materials=materials, support=support)


def single_layer(comm, dimension, generalised, free_walls):
    """One swelling layer of height 3 between walls that are held or free."""
    size, cells = ((1.5, 1.2, 3.0), (2, 2, 2)) if dimension == 3 else ((1.5, 3.0), (2, 2))
    support = Support(walls(dimension, free_walls), platen=True, generalised_plane_strain=generalised)
    material = host(IsotropicElasticity(YOUNGS[2], POISSON[2]), SWELLING)
    return problem_on(
        box(size, cells), comm, np.eye(3)[dimension - 1], materials={"particle": material}, support=support
    )


def press(problem, solver):
    """Press without a change of x and then let the fixture take over at the pressure reached."""
    force_x(problem, REFERENCE_X)
    problem.controls.platen.pressure.value = PRESSURE
    solver.solve()


def hold(problem, stiffness):
    """Fixture that holds the platen where it is with a spring; inf clamps it."""
    platen = problem.controls.platen
    platen.position.value = problem.state.number(PLATEN)
    platen.clamped.value = float(np.isinf(stiffness))
    platen.stiffness.value = 0.0 if np.isinf(stiffness) else stiffness


def held_after_growth(problem, stiffness, x, preset="direct", options=None):
    """Pressure and position of the platen after a pressed stack grew against its fixture."""
    solver = NewtonSolver(problem, preset, options)
    press(problem, solver)
    pressed = problem.state.number(PLATEN)
    hold(problem, stiffness)
    force_x(problem, x)
    solver.solve()
    return Diagnostics(problem).stack_pressure(), problem.state.number(PLATEN) - pressed


def confined_layers(growth, swelling=SWELLING):
    """f and M of each confined layer of ``stack``."""
    transfer = 2 * POISSON / (1 - POISSON)
    free = np.array([0.0, 0.0, swelling[1] * growth]) + transfer * np.array([0.0, 0.0, swelling[0] * growth])
    return free, closed_forms.plane_wave_modulus(YOUNGS, POISSON)


@pytest.mark.parametrize("dimension", [2, 3])
def test_confined_column(comm, measured, dimension):
    """C4: lateral stress and strain along the column."""
    problem = single_layer(comm, dimension, generalised=False, free_walls=False)
    force_x(problem, 0.8)
    problem.controls.platen.pressure.value = PRESSURE
    NewtonSolver(problem).solve()
    free = tuple(slope * (0.8 - REFERENCE_X) for slope in SWELLING)
    lateral, along = closed_forms.column(YOUNGS[2], POISSON[2], free, PRESSURE)
    stress, dx = (
        problem.formulation.bulk.stress(problem.state, "particle"),
        problem.formulation.measures.dx("particle", 2),
    )
    computed = mean(problem, stress[0, 0], dx)
    strain = problem.state.number(PLATEN) / 3.0
    measured(f"C4 {dimension}D", "lateral stress [MPa]", lateral, computed)
    measured(f"C4 {dimension}D", "strain along the column", along, strain)
    assert computed == pytest.approx(lateral, rel=1e-9)
    assert strain == pytest.approx(along, rel=1e-9)
    across = 1 if dimension == 3 else 2
    assert rms(problem, stress[across, across] - lateral, dx) < 1e-7 * abs(lateral)
    assert rms(problem, stress[dimension - 1, dimension - 1] + PRESSURE, dx) < 1e-7


@pytest.mark.parametrize("fixture", SPRINGS)
@pytest.mark.parametrize("dimension", [2, 3])
def test_layers_between_plates(comm, measured, dimension, fixture):
    """E1 with held walls."""
    pressure, moved = held_after_growth(stack(comm, dimension), SPRINGS[fixture], 0.55)
    growth, modulus = confined_layers(0.05)
    assert (THICKNESS * growth).sum() < 0
    k = SPRINGS[fixture]
    change = 0.0 if k == 0 else closed_forms.stack_pressure_change(THICKNESS, growth, modulus, k)
    move = (THICKNESS * growth).sum() - change * (THICKNESS / modulus).sum()
    measured(f"E1 {dimension}D, held walls, {fixture}", "pressure [MPa]", PRESSURE + change, pressure)
    assert pressure > 0.0
    assert pressure - PRESSURE == pytest.approx(change, rel=1e-8, abs=1e-9)
    assert moved == pytest.approx(move, rel=1e-8, abs=1e-9)


LATERAL = {
    "3D, free walls": (3, False, True, 0),
    "plane strain, free walls": (2, False, True, 1),
    "generalised plane strain, held walls": (2, True, False, 1),
    "generalised plane strain, free walls": (2, True, True, 0),
}


@pytest.mark.parametrize("case", LATERAL)
def test_layer_that_may_spread(comm, measured, case):
    """E1 with none or one direction held: f = e_z or e_z + nu e_x, M = E or E/(1 - nu^2)."""
    dimension, generalised, free_walls, held = LATERAL[case]
    problem = single_layer(comm, dimension, generalised, free_walls)
    pressure, _ = held_after_growth(problem, 700.0, 0.4)
    across, along = (slope * (0.4 - REFERENCE_X) for slope in SWELLING)
    youngs, poisson = YOUNGS[2], POISSON[2]
    growth, modulus = (along, youngs) if held == 0 else (along + poisson * across, youngs / (1 - poisson**2))
    change = closed_forms.stack_pressure_change(np.array([3.0]), np.array([growth]), np.array([modulus]), 700.0)
    measured(f"E1 {case}, spring", "pressure [MPa]", PRESSURE + change, pressure)
    assert pressure - PRESSURE == pytest.approx(change, rel=1e-8)


@pytest.mark.parametrize("kind", ["isotropic", "stack"])
def test_layer_that_takes_up_lithium(comm, kind):
    """E1 driven by the anode: its swelling is uniform, and in all directions or along the stack only."""
    problem = stack(comm, 2, anode={"reaction_volume": 9.0, "swelling_kind": kind})
    solver = NewtonSolver(problem)
    press(problem, solver)
    hold(problem, 700.0)
    lithium = 2e-3
    problem.controls.anode_lithium.value = lithium
    solver.solve()
    strain = 9.0 * lithium / (1.5 * 2.0)
    transfer = 2 * POISSON[0] / (1 - POISSON[0])
    growth = strain if kind == "stack" else strain / 3 * (1 + transfer)
    modulus = closed_forms.plane_wave_modulus(YOUNGS, POISSON)
    change = closed_forms.stack_pressure_change(THICKNESS, np.array([growth, 0, 0]), modulus, 700.0)
    assert Diagnostics(problem).stack_pressure() - PRESSURE == pytest.approx(change, rel=1e-8)


def test_anode_in_two_places_grows_by_the_charge(comm):
    """The platen rises by the volume of the charge over the area, however much of the anode lies where."""
    names = np.array(["anode/0001", "separator", "anode/0002", "anode/0002"])
    metal, soft = replace(passive(), reaction_volume=9.0, swelling_kind="stack"), passive()
    problem = problem_on(
        box((1.5, 4.0), (2, 4), lambda middle: names[middle[:, 1].astype(int)]),
        comm,
        materials={"anode": metal, "separator": soft},
        support=Support(walls(2, free=False), platen=True),
    )
    problem.controls.anode_lithium.value = 2e-3
    NewtonSolver(problem).solve()
    assert problem.state.number(PLATEN) == pytest.approx(9.0 * 2e-3 / 1.5, rel=1e-9)


def test_two_anodes_are_refused_for_each_would_grow_by_the_whole_charge(comm):
    with pytest.raises(MaterialError, match="anode and separator have a reaction volume"):
        problem_on(
            box((1.5, 6.0), (2, 6), layers),
            comm,
            materials={role: replace(passive(), reaction_volume=9.0) for role in ("anode", "separator")}
            | {"particle": host()},
            support=Support(walls(2, free=False), platen=True),
        )


@pytest.mark.parametrize("fixture", ["spring", "rigid"])
def test_the_platen_never_pulls(comm, measured, fixture):
    """E3: no pressure and the gap of the closed form beyond the threshold; a stack that grows back is as before."""
    k = SPRINGS[fixture]
    problem = stack(comm, 2)
    growth, modulus = confined_layers(1.0)
    threshold = -PRESSURE * (1 / k + (THICKNESS / modulus).sum()) / (THICKNESS * growth).sum()
    solver = NewtonSolver(problem)
    press(problem, solver)
    hold(problem, k)
    pressures, gaps = [], []
    for share in (0.999, 1.001, 3.0, 0.5):
        force_x(problem, REFERENCE_X + share * threshold)
        solver.solve()
        pressures.append(Diagnostics(problem).stack_pressure())
        rest = float(problem.controls.platen.position.value) - (0.0 if np.isinf(k) else PRESSURE / k)
        gaps.append(rest - problem.state.number(PLATEN))
    exact = closed_forms.lift_off_gap(THICKNESS, 3.0 * threshold * growth, modulus, k, PRESSURE)
    small = closed_forms.lift_off_gap(THICKNESS, 1.001 * threshold * growth, modulus, k, PRESSURE)
    measured(f"E3 {fixture}", "gap [um]", exact, gaps[2])
    assert pressures[1] == pressures[2] == 0.0
    assert gaps[2] == pytest.approx(exact, rel=1e-8)
    assert gaps[1] == pytest.approx(small, rel=1e-5)
    assert pressures[0] == pytest.approx(0.001 * PRESSURE, rel=1e-6)
    assert pressures[3] == pytest.approx(0.5 * PRESSURE, rel=1e-8)


def test_force_of_the_platen_is_the_reaction_of_the_other_plate(comm, measured):
    """E2: the forces agree to solver accuracy, the integral of the stress at its order."""
    errors, sizes = [], (4, 8, 16)
    for n in sizes:
        problem = problem_on(
            box((1.5, 3.0), (n, 2 * n)),
            comm,
            (0.0, 1.0, 0.0),
            materials={"particle": host(swelling=SWELLING)},
            support=Support(walls(2, free=False), platen=True),
        )
        platen = problem.controls.platen
        platen.pressure.value, platen.stiffness.value = PRESSURE, 700.0
        freeze_profile(problem, lambda x: 0.6 + 0.1 * np.cos(np.pi * x[0] / 1.5) * np.cos(x[1]) + 0.05 * x[1])
        NewtonSolver(problem).solve()
        diagnostics = Diagnostics(problem)
        pressure = diagnostics.stack_pressure()
        assert pressure == pytest.approx(PRESSURE + 700.0 * problem.state.number(PLATEN), rel=1e-12)
        reaction = diagnostics.reaction("bottom")
        assert reaction == pytest.approx(1.5 * pressure, rel=1e-10)
        stress = -mean(
            problem,
            problem.formulation.bulk.stress(problem.state, "particle")[1, 1],
            problem.formulation.measures.boundary("top"),
        )
        errors.append(abs(stress / pressure - 1))
    order = orders([1 / n for n in sizes], errors)
    measured("E2", "reaction of the bottom plate [pJ/um^2]", 1.5 * pressure, reaction)
    measured("E2", "pressure from the stress on the platen [MPa]", pressure, stress, order=order[-1])
    print(errors, order)
    assert abs(pressure - PRESSURE) > 3
    assert errors[-1] < 1e-3
    assert order[-1] > 1.8
