"""I3, I4 and I5, patch tests, Newton's order and the same answer everywhere, of solids that flow."""

import logging
import re

import numpy as np
import pytest
import ufl

from fem_asslb.base.constants import GAS_CONSTANT
from fem_asslb.base.errors import ConvergenceError
from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PorousCreep, PowerLaw
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.bulk.flowing_solid import PLASTIC_STRAIN, FlowingSolid
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.bulk.plasticity import Overstress, VonMisesFlow
from fem_asslb.bulk.powder import Powder
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.energy import STATES, EnergyBalance
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.materials.material import Material
from fem_asslb.model.model import Support
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.grids import ball, box
from tests.radial import core_pressures
from tests.support import (
    REFERENCE_X,
    force_x,
    host,
    integral,
    mean,
    on_one_rank,
    orders,
    prescribe,
    prescribe_everywhere,
    problem_on,
)

pytestmark = pytest.mark.two_ranks

CORE, SHELL, YIELD, OUTSIDE = (165e3, 0.27), (24e3, 0.33), 300.0, 81.0
ELASTIC = IsotropicElasticity(*SHELL)
SWELLING = 0.05

PERFECT, POWDER = VonMisesFlow(YIELD), Powder(370.0)
RULES = {
    "plastic": VonMisesFlow(60.0, hardening=500.0),
    "viscous": VonMisesFlow(60.0, saturation=90.0, overstress=Overstress(20.0, 2.0)),
    "creep": Creep(PowerLaw(1e-6, 20.0, 4.5)),
    "compaction": Compaction(POWDER, 0.66, 15.0, Overstress(5.0)),
}


def flowing(rule):
    return FlowingSolid(ELASTIC.bulk_modulus, ELASTIC.shear_modulus, rule)


def swollen(comm, layers, degree, growths, rule=PERFECT):
    """Pressure in the core of a sphere in a shell that yields, after each free strain."""
    problem = problem_on(
        ball(3, layers, layers, 1.5, degree),
        comm,
        materials={
            "particle": host(IsotropicElasticity(*CORE), (SWELLING,) * 2),
            "electrolyte": Material("shell", ELASTIC, law=flowing(rule)),
        },
        support=Support(planes=(("left", 0), ("front", 1), ("bottom", 2)), pressure="outer"),
        displacement_degree=degree,
    )
    problem.controls.outer_pressure.value = OUTSIDE
    solver, found = NewtonSolver(problem), []
    stress, dx = (
        problem.formulation.bulk.stress(problem.state, "particle"),
        problem.formulation.measures.dx("particle", 4),
    )
    for growth in growths:
        force_x(problem, REFERENCE_X + growth / SWELLING)
        solver.solve()
        found.append(-sum(mean(problem, stress[k, k], dx) for k in range(3)) / 3)
        problem.accept()
    return np.array(found)


@pytest.mark.serial
def test_particle_that_swells_in_a_shell_that_yields(comm, measured):
    """I4: loading in closed form, elastic return, and reverse yield against an integration along the radius."""
    growths = [0.0, *np.linspace(0.0, 0.02, 9)[1:], *np.linspace(0.02, 0.0, 5)[1:]]
    exact = core_pressures(CORE, SHELL, (2.0, 3.0), YIELD, OUTSIDE, growths)
    # Closed forms: c = 2.32558, 2.60527 and 2.82715 um.
    assert exact[[4, 6, 8]] == pytest.approx([278.327, 308.648, 321.289], abs=2e-3)
    sizes, errors = (2, 4), []
    for layers in sizes:
        errors.append(np.abs(swollen(comm, layers, 2, growths) - exact).max() / exact.max())
    order = orders([1 / n for n in sizes], errors)[0]
    measured("I4", "pressure in the core over a cycle [MPa]", exact.max(), exact.max(), errors[-1], order)
    assert errors[-1] < 1e-3
    assert order > 1.0


@pytest.mark.serial
def test_a_small_swelling_that_is_taken_back_is_elastic(comm):
    """I4: from a free strain of 0.010 back to 0 the pressure falls to 70.546 MPa."""
    assert swollen(comm, 3, 2, [0.0, 0.005, 0.01, 0.0])[-1] == pytest.approx(70.546, abs=0.2)


@pytest.mark.serial
def test_a_shell_that_yields_both_ways_does_so_again(comm):
    """I4: the second cycle of a perfectly plastic shell is the first one, from the end of the unloading on."""
    growths = [0.0, 0.01, 0.02, 0.01, 0.0] + [0.01, 0.02, 0.01, 0.0] * 2
    found, exact = swollen(comm, 3, 2, growths), core_pressures(CORE, SHELL, (2.0, 3.0), YIELD, OUTSIDE, growths)
    assert exact[[2, 4]] == pytest.approx([321.289, -55.481], abs=5e-3)
    assert exact[9:] == pytest.approx(exact[5:9], abs=1e-3)
    assert found == pytest.approx(exact, abs=0.3)
    assert found[9:] == pytest.approx(found[5:9], abs=0.05)


@pytest.mark.serial
def test_hollow_sphere_that_creeps(comm, measured):
    """I5: under a pressure its volume shrinks at the rate of Duva and Crow, which is exact for it."""
    exponent, pores, stress, rate = 4.5, 0.2, 100.0, 1e-6
    expected = rate * 1.5 * (1.5 / exponent) ** exponent * pores / (1 - pores ** (1 / exponent)) ** exponent
    assert expected == pytest.approx(0.477065e-6, rel=1e-6)
    at_a_point = MaterialPoint(flowing(PorousCreep(PowerLaw(rate, stress, exponent), 1 - pores, 15.0)))
    at_a_point.advance({}, dict(enumerate([-stress] * 3 + [0.0] * 3)), 1.0)
    volume = -sum(np.ravel(at_a_point.history[PLASTIC_STRAIN])[:3])
    measured("I5, at a point", "rate of the volume [1/s]", expected, volume, abs(volume / expected - 1))
    sizes, errors = (2, 4), []
    for layers in sizes:
        problem = hollow_sphere(comm, layers, pores, flowing(Creep(PowerLaw(rate, stress, exponent))))
        problem.controls.outer_pressure.value = stress
        outside, normal = problem.formulation.measures.boundary("outer"), ufl.FacetNormal(problem.domain.mesh)
        size = integral(problem, ufl.dot(ufl.SpatialCoordinate(problem.domain.mesh), normal) / 3.0, outside)
        moved = ufl.dot(problem.state["displacement"] - problem.previous["displacement"], normal)
        solver, step = NewtonSolver(problem), 500.0
        for _ in range(6):  # until the stress is steady
            step = problem.controls.time_step.value = min(2.0 * step, 16e3)
            solver.solve()
            found = -integral(problem, moved, outside) / size / step
            problem.accept()
        errors.append(abs(found / expected - 1))
    order = orders([1 / n for n in sizes], errors)[0]
    measured("I5, resolved", "rate of the volume [1/s]", expected, found, errors[-1], order)
    assert volume == pytest.approx(expected, rel=1e-4)
    assert errors[-1] < 3e-3 and order > 2.0


def hollow_sphere(comm, layers, pores, law):
    """A solid round a pore, which is a ball next to nothing stiff."""
    return problem_on(
        ball(3, layers, layers, pores ** (-1 / 3), 2),
        comm,
        materials={
            "particle": Material("pore", IsotropicElasticity(1e-3, 0.0)),
            "electrolyte": Material("solid", ELASTIC, law=law),
        },
        support=Support(planes=(("left", 0), ("front", 1), ("bottom", 2)), pressure="outer"),
    )


@pytest.mark.serial
def test_linear_elements_lock_where_flow_keeps_the_volume(comm, measured):
    """With the same unknowns along an edge the error of linear displacement is far above that of quadratic one."""
    exact = core_pressures(CORE, SHELL, (2.0, 3.0), YIELD, OUTSIDE, [0.0, 0.02])[-1]
    linear, quadratic = (abs(swollen(comm, n, k, [0.0, 0.01, 0.02])[-1] / exact - 1) for n, k in ((6, 1), (3, 2)))
    measured("I4, degree 1", "pressure in the core [MPa]", exact, exact * (1 + linear), linear)
    assert quadratic < 2e-3
    assert linear > 5 * quadratic


def layer(comm, dimension, rule, walls=True):
    """A layer of 3 um between plates, under a platen."""
    sides = [("bottom", dimension - 1), ("left", 0), *([("front", 1)] if dimension == 3 else [])]
    if walls:
        sides += [("right", 0), *([("back", 1)] if dimension == 3 else [])]
    size, cells = ((1.5, 1.2, 3.0), (2, 2, 3)) if dimension == 3 else ((1.5, 3.0), (2, 3))
    return problem_on(
        box(size, cells),
        comm,
        materials={"particle": Material("layer", ELASTIC, law=flowing(rule))},
        support=Support(tuple(sides), platen=True),
    )


@pytest.mark.parametrize(
    ("dimension", "spring"), [(2, None), (2, 500.0), pytest.param(3, 500.0, marks=pytest.mark.serial)]
)
def test_layer_that_creeps_in_a_die(comm, dimension, spring, measured):
    """I3: its deviator relaxes: the strain under a load goes from p/M to p/K, a spring loses pressure and stops."""
    pressure, height = 40.0, 3.0
    problem = layer(comm, dimension, RULES["creep"])
    solver, diagnostics, platen = NewtonSolver(problem), Diagnostics(problem), problem.controls.platen
    platen.pressure.value, problem.controls.time_step.value = pressure, 1e-6
    solver.solve()
    start = -problem.state.number(PLATEN) / height
    assert start == pytest.approx(pressure / ELASTIC.constrained_modulus, rel=1e-6)
    problem.accept()
    if spring is not None:
        platen.stiffness.value, platen.position.value = spring, problem.state.number(PLATEN)
    for step in range(60):
        problem.controls.time_step.value = 10.0 ** (step / 4.0)
        solver.solve()
        problem.accept()
    compliance = 0.0 if spring is None else spring * height
    bulk, constrained = ELASTIC.bulk_modulus, ELASTIC.constrained_modulus
    expected = pressure * (1.0 + compliance / constrained) / (1.0 + compliance / bulk)
    found = diagnostics.stack_pressure()
    name = "I3, under a load" if spring is None else f"I3, on a spring, {dimension}D"
    measured(name, "pressure that is left [MPa]", expected, found, abs(found / expected - 1))
    assert found == pytest.approx(expected, rel=1e-3)
    assert -problem.state.number(PLATEN) / height - start == pytest.approx(
        expected / bulk - pressure / constrained, rel=5e-3
    )


@pytest.mark.serial
def test_layer_between_free_walls_creeps_without_end(comm):
    """I3: under a load without side walls it shortens by A p^n for ever, faster where it is hot; uniaxial in 3D."""
    law, pressure, step = PowerLaw(1e-6, 20.0, 4.5, 40e3), 40.0, 50.0
    temperatures = np.array([298.15, 298.15, 310.0, 330.0])
    problem = layer(comm, 3, Creep(law), walls=False)
    problem.controls.platen.pressure.value, problem.controls.time_step.value = pressure, step
    solver, heights = NewtonSolver(problem), []
    for temperature in temperatures:
        problem.controls.temperature.value = temperature
        solver.solve()
        heights.append(-problem.state.number(PLATEN) / 3.0)
        problem.accept()
    faster = np.exp(-40e3 / GAS_CONSTANT * (1.0 / temperatures[1:] - 1.0 / 298.15))
    rate = law.rate * (pressure / law.stress) ** law.exponent
    # Newton's method leaves up to 1e-8 um.
    assert np.diff(heights) == pytest.approx(faster * rate * step, rel=1e-8, abs=1e-8 / 3.0)


def test_a_point_that_shortens_too_much_is_named(comm):
    """A loose powder that yields by more than 30 % fails the step on every rank, with the place and the strain."""
    powder = flowing(Compaction(Powder(370.0, 0.4), 0.41, 15.0))
    problem = problem_on(
        box((1.5, 3.0), (2, 3), lambda x: np.where(x[:, 1] < 1.0, "powder", "solid")),
        comm,
        materials={"powder": Material("loose", ELASTIC, law=powder), "solid": Material("firm", ELASTIC)},
        support=Support((("bottom", 1), ("left", 0), ("right", 0)), platen=True),
    )
    problem.controls.platen.pressure.value = 600.0
    named = r"^Newton stopped .*: the law of 'powder' has no answer at \((.*), (.*)\) um, where .* strain is -(.*)$"
    with pytest.raises(ConvergenceError, match=named) as failure:
        NewtonSolver(problem).solve()
    found = re.match(named, str(failure.value))
    assert found is not None
    across, height, strain = map(float, found.groups())
    assert 0.0 < across < 1.5 and 0.0 < height < 1.0 and strain > 0.3
    assert set(comm.allgather(str(failure.value))) == {str(failure.value)}


@pytest.mark.parametrize(("measure", "longest"), [("small", 0.3), ("logarithmic", 1 - np.exp(-0.7))])
@pytest.mark.parametrize("turned", [False, True])
def test_up_to_which_shortening_there_is_an_answer(comm, measure, longest, turned):
    """In any direction, not along the axes alone."""
    problem = problem_on(
        box((1.0, 1.0), (1, 1)),
        comm,
        materials={"particle": Material("layer", ELASTIC, law=flowing(PERFECT))},
        support=Support(()),
        strain=measure,
    )
    direction = np.array([1.0, 1.0, 0.0]) / np.sqrt(2) if turned else np.array([0.0, 1.0, 0.0])
    for factor, answers in ((0.998, True), (1.002, False)):
        gradient = -factor * longest * np.outer(direction, direction)
        problem.state["displacement"].interpolate(lambda x, gradient=gradient: gradient @ x)
        problem.state["displacement"].x.scatter_forward()
        problem.refresh()
        assert (problem.failure() is None) == answers


def test_a_state_that_is_no_number_is_named_too(comm):
    """On every rank alike, also where only one has such a point."""
    problem = layer(comm, 2, RULES["compaction"])
    if comm.rank == 0:
        problem.state["displacement"].x.array[:] = np.nan
    problem.refresh()
    failure = problem.failure()
    assert failure is not None and failure.endswith("where the strain is not a number")
    assert set(comm.allgather(failure)) == {failure}


@pytest.mark.serial
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("dimension", [2, 3])
def test_patch_of_uniform_flow(comm, dimension, name):
    """A displacement that is linear in space gives the stress of one point everywhere, step after step."""
    problem = problem_on(
        box((2.0, 1.5, 1.0)[:dimension], (3, 2, 2)[:dimension]),
        comm,
        materials={"particle": Material("patch", ELASTIC, law=flowing(RULES[name]))},
        support=Support(planes=(), prescribed="top"),
    )
    prescribe_everywhere(problem)
    point, solver = MaterialPoint(flowing(RULES[name])), NewtonSolver(problem)
    gradient = np.array([[-4e-3, 1e-3, 5e-4], [2e-3, -3e-3, 0.0], [0.0, 1e-3, -2e-3 if dimension == 3 else 0.0]])
    gradient[:, dimension:] = 0.0
    dx = problem.formulation.bulk.energy_measure("particle")
    places = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
    for share in (0.5, 1.0, 2.0, 1.2):
        prescribe(problem, lambda x, share=share: share * gradient @ x)
        problem.controls.time_step.value = 3.0
        solver.solve()
        strain = share * 0.5 * (gradient + gradient.T)
        point.advance({index: strain[place] for index, place in enumerate(places)}, {}, 3.0)
        stress = problem.formulation.bulk.stress(problem.state, "particle")
        found = [mean(problem, stress[place], dx) for place in places]
        spread = [
            mean(problem, (stress[place] - value) ** 2, dx) ** 0.5 for place, value in zip(places, found, strict=True)
        ]
        assert found == pytest.approx(point.stress, rel=1e-9, abs=1e-7)
        assert max(spread) < 1e-6
        problem.accept()
    assert sum(point.dissipated.values()) > 1e-3


def charged(comm, rule, preset="direct", order=None):
    """Press and charge the small cell, whose matrix flows; scalars of the end, and what energies there were."""
    problem = composite.create(comm, 2, 2, generalised=True, laws={"cathode": flowing(rule)}, order=order)
    solver, diagnostics = NewtonSolver(problem, preset), Diagnostics(problem)
    energy, controls = EnergyBalance(diagnostics, None, 1e-9), problem.controls
    controls.platen.follow(60.0)
    last = dict.fromkeys(STATES, 0.0)
    for step in range(5):
        controls.current_density.value, controls.time_step.value = (0.0, 10.0) if step == 0 else (0.4, 60.0)
        controls.anode_lithium.value = 0.004 * step
        solver.solve()
        now = {
            "pressure": diagnostics.stack_pressure(),
            "swept_volume": diagnostics.swept_volume(),
            "layer_force": diagnostics.layer_force(),
            "anode_lithium": float(controls.anode_lithium.value),
            "thermal_force": diagnostics.thermal_force(),
            "temperature": float(controls.temperature.value),
        }
        energy.book(last, now)
        last = now
        problem.accept()
        if step == 0:
            controls.platen.stiffness.value, controls.platen.position.value = 50.0, problem.state.number(PLATEN)
    return np.array([*now.values(), problem.state.number(PLATEN), diagnostics.lithium()]), energy.scalars()


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.serial) for name in ("plastic", "viscous")), "creep", "compaction"]
)
def test_cell_whose_matrix_flows(comm, name):
    """All ranks together as one alone, and what was done is stored or dissipated."""
    together, energies = charged(comm, RULES[name])
    if comm.size > 1:
        alone, _ = on_one_rank(comm, lambda self: charged(self, RULES[name]))
        assert together == pytest.approx(alone, rel=1e-8)
    spent = sum(
        value for key, value in energies.items() if key in {f"{kind} energy [pJ]" for kind in RULES[name].dissipation}
    )
    assert spent > 1e-2 * energies["elastic energy [pJ]"]
    assert abs(energies["energy balance error [-]"]) < 1e-3


@pytest.mark.parametrize("name", [pytest.param("plastic", marks=pytest.mark.serial), "compaction"])
def test_iterative_preset_finds_the_same(comm, name):
    direct, iterative = (charged(comm, RULES[name], preset)[0] for preset in ("direct", "iterative"))
    assert iterative == pytest.approx(direct, rel=1e-6)


@pytest.mark.serial
@pytest.mark.parametrize("name", RULES)
def test_newton_converges_quadratically(comm, name, caplog):
    """Steps in which most of the shell flows: the last update is of the size of the square of the one before."""
    caplog.set_level(logging.DEBUG, "fem_asslb.solve.convergence")
    swollen(comm, 2, 2, [0.0, 0.01, 0.02], RULES[name])
    updates = [
        (record.args[0], float(record.args[1].partition("displacement update ")[2].partition(" ")[0]))
        for record in caplog.records
        if record.msg.startswith("Newton")
    ]
    firsts = [number for number, _ in updates[1:]] + [1]
    lasts = [index for index, first in enumerate(firsts) if first == 1 and updates[index][0] > 2]
    assert len(lasts) > 1
    for index in lasts:
        assert updates[index][1] < 500.0 * updates[index - 1][1] ** 2
