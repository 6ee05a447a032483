"""Laws of the bulk that remember: relaxation in closed form, and one law in both ways of evaluation."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.base.parallel import global_max
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.bulk.tensor import symmetric
from fem_asslb.bulk.viscoelasticity import MaxwellSolid, MaxwellSolidAtPoints
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.energy import STATES, EnergyBalance
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.materials.material import Material
from fem_asslb.model.model import Support
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.grids import box
from tests.support import problem_on

pytestmark = pytest.mark.two_ranks

BULK, SHEAR, SHARE, TIME = 20e3, 9e3, 0.7, 50.0
FORMS = {"formula": MaxwellSolid(BULK, SHEAR, SHARE, TIME), "points": MaxwellSolidAtPoints(BULK, SHEAR, SHARE, TIME)}
HEIGHT, SHORTENING = 3.0, 3e-3


def layer(comm, dimension, degree, law):
    """A layer between side walls under a platen that stands."""
    elasticity = IsotropicElasticity.from_bulk_and_shear(BULK, SHEAR)
    sides = [
        ("bottom", dimension - 1),
        ("left", 0),
        ("right", 0),
        *([("front", 1), ("back", 1)] if dimension == 3 else []),
    ]
    problem = problem_on(
        box((1.5, 1.2, HEIGHT) if dimension == 3 else (1.5, HEIGHT), (2, 2, 3) if dimension == 3 else (2, 3)),
        comm,
        materials={"particle": Material("viscous", elasticity, law=law)},
        support=Support(tuple(sides), platen=True),
        displacement_degree=degree,
    )
    platen = problem.controls.platen
    platen.clamped.value, platen.position.value = 1.0, -SHORTENING * HEIGHT
    return problem


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("dimension", "degree"),
    [(2, 1), pytest.param(2, 2, marks=pytest.mark.serial), (3, 1), pytest.param(3, 2, marks=pytest.mark.serial)],
)
def test_pressure_under_a_fixed_platen_relaxes(comm, dimension, degree, form):
    """Uniaxial strain e: p = e (K + 4/3 G (1 - g + g (1 + dt/tau)^-n)) by backward Euler, and no work is done."""
    problem = layer(comm, dimension, degree, FORMS[form])
    solver, diagnostics, ratio = NewtonSolver(problem), Diagnostics(problem), 0.25
    problem.controls.time_step.value = ratio * TIME
    stored = []
    for step in range(1, 7):
        solver.solve()
        kept = 1 - SHARE + SHARE * (1 + ratio) ** -step
        assert diagnostics.stack_pressure() == pytest.approx(SHORTENING * (BULK + 4 / 3 * SHEAR * kept), rel=1e-9)
        assert diagnostics.reaction("bottom") == pytest.approx(diagnostics.stack_pressure() * diagnostics.plate_area)
        stored.append(diagnostics.stored()["elastic"])
        if step > 1:
            spent = sum(diagnostics.dissipation().values())
            assert stored[-2] - stored[-1] == pytest.approx(spent, rel=1e-9) and spent > 0.0
        problem.accept()
    assert stored[-1] < 0.9 * stored[0]


def charge(comm, law):
    """Press and charge the small cell with a law in matrix and hosts; scalars of every step, and the last state."""
    problem = composite.create(comm, 2, 2, generalised=True, laws={"particle": law, "cathode": law})
    solver, diagnostics = NewtonSolver(problem), Diagnostics(problem)
    energy, controls = EnergyBalance(diagnostics, None, 1e-9), problem.controls
    controls.platen.follow(5.0)
    rows, last = [], dict.fromkeys(STATES, 0.0)
    for step in range(6):
        controls.current_density.value, controls.time_step.value = (0.0, 10.0) if step == 0 else (0.2, 30.0)
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
        stresses = diagnostics.stresses().values()
        largest = [value for stress in stresses for value in (stress.hydrostatic_mean, stress.von_mises_max)]
        rows.append([*now.values(), problem.state.number(PLATEN), *largest, *energy.scalars().values()])
        last = now
        problem.accept()
        if step == 0:
            controls.platen.stiffness.value, controls.platen.position.value = 50.0, problem.state.number(PLATEN)
    return np.array(rows), energy.scalars(), problem


def test_one_law_in_both_ways(comm):
    """State, stress and energies of formula and numpy agree, and what was done is stored or dissipated."""
    (formula, scalars, first), (points, _, second) = (charge(comm, law) for law in FORMS.values())
    size = np.abs(formula).max(axis=0)
    # Two columns are what is left over: rounding.
    exact = [not name.startswith(("energy remainder", "energy balance")) for name in scalars]
    columns = np.array([True] * (formula.shape[1] - len(exact)) + exact)
    assert np.all(np.abs(points - formula)[:, columns] <= 1e-10 * size[columns])
    for name, function in first.state.functions.items():
        other = second.state[name].x.array
        largest = global_max(comm, np.abs(function.x.array).max(initial=0.0))[0]
        assert np.abs(function.x.array - other).max(initial=0.0) <= 1e-9 * largest, name
    assert scalars["viscoelastic energy [pJ]"] > 1e-3 * scalars["elastic energy [pJ]"]
    assert abs(scalars["energy balance error [-]"]) < 1e-3


class Failing(MaxwellSolidAtPoints):
    """A law that finds no answer above a strain."""

    def respond(self, now, before, history, time_step):
        """Not a number where the strain is large."""
        response = super().respond(now, before, history, time_step)
        too_much = np.where(np.abs(now.strain.trace) > 0.5 * SHORTENING, np.nan, 0.0)
        return replace(response, stress=symmetric([value + too_much for value in response.stress]))


def test_a_point_without_an_answer_fails_the_step_on_every_rank(comm):
    problem = layer(comm, 2, 1, Failing(BULK, SHEAR, SHARE, TIME))
    with pytest.raises(ConvergenceError):
        NewtonSolver(problem).solve()
