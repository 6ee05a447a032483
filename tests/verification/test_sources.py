"""Forces and lithium that no case states, and models that no case describes, driven by the protocol of a case."""

from dataclasses import replace

import numpy as np
import pytest
import ufl

from fem_asslb.app.driver import build_domain
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.reading.reader import build_case
from fem_asslb.diagnostics import balances, columns
from fem_asslb.diagnostics.cell_energy import ERROR as CELL_ENERGY_ERROR
from fem_asslb.fields.names import MEAN_STOICHIOMETRY, PLATEN_DISPLACEMENT
from fem_asslb.materials.library import load
from fem_asslb.model.build import build_model
from fem_asslb.model.model import LAYERS, Support
from fem_asslb.output import checkpoint
from fem_asslb.simulation.simulation import Simulation
from tests.closed_forms import plane_wave_modulus
from tests.support import mean

pytestmark = [pytest.mark.two_ranks]

HEIGHT, WIDTH, PRESSURE = 6.0, 4.0, 5.0
WEIGHT = 3.0
"""Downward force per volume [MPa/um]: far more than any weight, so that it matters."""
COLUMN = {
    "case": {"title": "A layer under its own weight"},
    "geometry": {
        "kind": "layered-stack",
        "dimension": 2,
        "width": f"{WIDTH} um",
        "element_size": "2 um",
        "layers": {"separator": {"thickness": f"{HEIGHT} um"}},
    },
    "materials": {"separator": "lpscl"},
    "fixture": {"kind": "spring", "stiffness": "2000 MPa/um"},
    "protocol": {"steps": [f"press to {PRESSURE} MPa in 1 min", "rest 1 min"]},
    "output": {"pictures": False},
}
CELL = COLUMN | {
    "geometry": COLUMN["geometry"]
    | {"element_size": "1 um", "layers": {"separator": {"thickness": "2 um"}, "cathode": {"thickness": "3 um"}}},
    "materials": {"separator": "lpscl", "cathode": {"use": "ncm85", "axis": {"direction": [0, 1, 0]}}},
    "cell": {"anode": "indium", "one_c": "190 mA/g", "exchange_current_density": "1 A/m^2"},
    "fixture": {"kind": "spring", "stiffness": "2 MPa/um", "out_of_plane": "generalised-plane-strain"},
    "initial": {"stoichiometry": 0.7},
    "time": {"tolerance": 1e-3},
}
RATE = 5e-6
"""Of lithium that comes into being [pmol/(um^3 s)]: 1.2 % of all places in two minutes."""
MINUTES = 2.0


def weight(problem, tests):
    """A force downwards on all that there is."""
    return {"displacement": -WEIGHT * tests["displacement"][1] * problem.formulation.measures.dx(LAYERS, 2)}


def growing_weight(problem, tests):
    """The same, from nothing at the start to all of it after two minutes."""
    share = problem.controls.time / 120.0
    return {name: share * form for name, form in weight(problem, tests).items()}


def lithium(problem, tests):
    """Lithium that comes into being everywhere in the host alike."""
    charge = 96485.33212 * RATE * problem.controls.time_step
    return {"lithium": charge * tests["lithium"][1] * problem.formulation.measures.dx("cathode", 4)}


def potential(problem, tests):
    """An energy of lithium that grows with the height, 5 kJ/mol for each um."""
    slope = 5e3 * problem.model.host_laws["cathode"].c_max
    height = ufl.SpatialCoordinate(problem.domain.mesh)[1]
    return {"lithium": -slope * height * tests["lithium"][0] * problem.formulation.measures.dx("cathode", 4)}


def run(comm, table, folder, steps=None, **changes):
    """Simulation at its end, and the scalars of all its steps."""
    case = build_case(table | ({"protocol": {"steps": steps}} if steps else {}))
    simulation = Simulation(case, build_domain(comm, case, folder)[1], **changes)
    found = []
    while not simulation.loading.has_ended:
        found.append(simulation.advance().scalars)
    return simulation, found


def largest_error(scalars):
    """Of all balances that a run may break."""
    return max(abs(row[name]) for row in scalars for name in balances.BALANCES if name in row)


@pytest.mark.parametrize("sources", [weight, growing_weight])
@pytest.mark.parametrize("fixture", ["constant-force", "rigid"])
def test_a_layer_under_its_own_weight(comm, shared_path, sources, fixture):
    """-p - b (H - y) is its stress; a platen that follows sinks by (p + b H/2) H/M, one that stands pushes less."""
    table = COLUMN | {"fixture": {"kind": fixture}}
    simulation, scalars = run(comm, table, shared_path, sources=sources)
    elasticity = load("lpscl").elasticity
    modulus = plane_wave_modulus(elasticity.youngs_modulus, elasticity.poisson_ratio)
    at_press = 1.0 if sources is weight else 0.5
    pressed, pressure = -(PRESSURE + at_press * WEIGHT * HEIGHT / 2) * HEIGHT / modulus, PRESSURE
    sunk = -(PRESSURE + WEIGHT * HEIGHT / 2) * HEIGHT / modulus
    if fixture == "rigid":
        pressure, sunk = max(0.0, PRESSURE - (1.0 - at_press) * WEIGHT * HEIGHT / 2), pressed
    problem, end = simulation.problem, scalars[-1]
    assert end[columns.STACK_PRESSURE] == pytest.approx(pressure, rel=1e-7)
    assert end[PLATEN_DISPLACEMENT] == pytest.approx(sunk, rel=1e-7)
    assert simulation.diagnostics.reaction("bottom") == pytest.approx((pressure + WEIGHT * HEIGHT) * WIDTH, rel=1e-7)
    stress = problem.formulation.bulk.stress(problem.state, LAYERS)[1, 1]
    first_moment = stress * ufl.SpatialCoordinate(problem.domain.mesh)[1]
    dx = problem.formulation.measures.dx(LAYERS, 2)
    assert mean(problem, stress, dx) == pytest.approx(-pressure - WEIGHT * HEIGHT / 2, rel=1e-7)
    assert mean(problem, first_moment, dx) == pytest.approx(-pressure * HEIGHT / 2 - WEIGHT * HEIGHT**2 / 6, rel=1e-7)
    assert largest_error(scalars) < 1e-8
    assert max(abs(row[columns.ENERGY_ERROR]) for row in scalars) < 1e-7
    if sources is weight and fixture == "constant-force":
        # Half of the force came with its motion by itself, the rest while the platen pushed.
        by_weight = WIDTH * WEIGHT * (WEIGHT * HEIGHT**3 / 3) / (2 * modulus)
        while_pressed = WIDTH * WEIGHT * PRESSURE * HEIGHT**2 / (2 * modulus)
        first = scalars[0][columns.STACK_PRESSURE] / PRESSURE
        work = by_weight + 0.5 * first * while_pressed + (1.0 - first) * while_pressed
        assert end[columns.SOURCE_WORK] == pytest.approx(work, rel=1e-6)


def test_a_run_with_sources_goes_on_as_if_it_had_not_stopped(comm, shared_path):
    """Time, work and the force of the step before are those of the run that was saved."""
    whole, scalars = run(comm, COLUMN, shared_path, sources=growing_weight)
    case, domain = whole.case, whole.problem.domain
    half, rest = (Simulation(case, domain, sources=growing_weight) for _ in range(2))
    for _ in range(len(scalars) // 2):
        half.advance()
    if comm.rank == 0:
        (shared_path / checkpoint.FOLDER).mkdir()
    comm.barrier()
    checkpoint.save(half, shared_path / checkpoint.FOLDER, {"case": {}, "mesh": "", "files": {}})
    comm.barrier()
    checkpoint.restore(rest, shared_path, checkpoint.read_latest(shared_path))
    while not rest.loading.has_ended:
        last = rest.advance().scalars
    assert last == pytest.approx(scalars[-1], rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("charge", [False, True])
def test_lithium_from_a_source_stays_in_the_books(comm, shared_path, charge):
    """The hosts have what was there, less what the current took, and what the source gave; energy closes too."""
    step = f"charge at 0.5C until {MINUTES} min" if charge else f"rest {MINUTES} min"
    steps = ["press to 5 MPa in 1 s", step]
    plain, without = run(comm, CELL, shared_path, steps)
    simulation, scalars = run(comm, CELL, shared_path, steps, sources=lithium)
    c_max = simulation.problem.model.host_laws["cathode"].c_max
    duration = scalars[-1]["time [h]"] * 3600.0
    gained = scalars[-1][MEAN_STOICHIOMETRY] - without[-1][MEAN_STOICHIOMETRY]
    assert gained == pytest.approx(RATE * duration / c_max, rel=1e-7)
    volume = simulation.diagnostics.volumes["cathode"]
    assert scalars[-1][columns.SOURCE_LITHIUM] == pytest.approx(RATE * duration * volume, rel=1e-9)
    assert largest_error(scalars) < 1e-8
    assert max(abs(row[columns.ENERGY_ERROR]) for row in scalars) < 1e-3
    assert abs(scalars[-1][CELL_ENERGY_ERROR]) < 0.01
    # Nor does rounding, before any lithium has moved, alarm for nothing.
    assert not any("balance" in text or "energy" in text for text in (*simulation.cautions, *plain.cautions))


def test_lithium_sinks_in_a_potential_from_outside(comm, shared_path):
    """-F phi = mu is that without it, plus the potential: at rest -F U(x) takes up 5 kJ/mol for each um."""
    table = CELL | {"cell": CELL["cell"] | {"stress_driven_flux": False}}
    steps = ["press to 5 MPa in 1 s", "rest 20 h"]
    simulation, scalars = run(comm, table, shared_path, steps, sources=potential)
    assert scalars[-1][MEAN_STOICHIOMETRY] == pytest.approx(0.7, abs=1e-9)
    host, ends = simulation.problem.model.host_laws["cathode"], simulation.diagnostics.stoichiometry_ranges()["cathode"]
    low, high = (float(host.potential.potential(x)) for x in ends)
    assert low - high == pytest.approx(3.0 * 5e3 / 96485.33212, rel=0.01)
    assert largest_error(scalars) < 1e-8
    assert abs(scalars[-1][CELL_ENERGY_ERROR]) < 0.05


def test_a_forced_stoichiometry_takes_no_lithium_from_a_source(comm, shared_path):
    table = {key: value for key, value in CELL.items() if key != "cell"}
    simulation, scalars = run(comm, table, shared_path, ["set x = 0.65 in 1 min"], sources=lithium)
    assert scalars[-1][MEAN_STOICHIOMETRY] == pytest.approx(0.65, abs=1e-9)
    assert scalars[-1][columns.SOURCE_LITHIUM] == 0.0
    assert largest_error(scalars) < 1e-8


def test_a_model_changed_in_python_is_that_of_the_case_that_says_the_same(comm, shared_path):
    steps = ["press to 5 MPa in 1 s", "charge at 0.5C until 1 min"]
    stated = CELL | {
        "materials": CELL["materials"] | {"separator": {"use": "lpscl", "youngs_modulus": "30 GPa"}},
        "cell": CELL["cell"] | {"exchange_current_density": "2 A/m^2"},
    }
    _, expected = run(comm, stated, shared_path, steps)
    case = build_case(CELL)
    model = build_model(case, build_domain(comm, case, shared_path)[1])
    stiffer = IsotropicElasticity(30e3, model.materials["separator"].elasticity.poisson_ratio)
    changed = replace(
        model,
        materials={**model.materials, "separator": replace(model.materials["separator"], elasticity=stiffer)},
        charge_transfer=replace(model.charge_transfer, exchange_current_density=2.0),
    )
    _, found = run(comm, CELL, shared_path, steps, model=changed)
    _, same = run(comm, CELL, shared_path, steps, model=model)
    # On several ranks sums differ by rounding from run to run.
    names = ("cell voltage [V]", "stack pressure [MPa]", "stoichiometry min [-]", "chemical work [pJ]")
    found, expected, same = (
        np.array([[row[name] for name in names] for row in rows]) for rows in (found, expected, same)
    )
    assert found == pytest.approx(expected, rel=1e-7)
    assert same != pytest.approx(expected, rel=1e-7)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"heat": 0}, "no field 'heat' with sources; accepted: displacement, lithium"),
        ({"scalars": 0}, "no field 'scalars' with sources"),
        ({"displacement": 1.0}, "'displacement' is no form linear in the test function"),
        ({"displacement": "lithium"}, "'displacement' is no form linear in the test function"),
    ],
)
def test_a_source_that_fits_no_field_is_told(comm, shared_path, sources, message):
    def forms(problem, tests):
        swapped = {"lithium": lithium(problem, tests)["lithium"]}
        return {name: swapped.get(form, form) for name, form in sources.items()}

    with pytest.raises(FemAsslbError, match=message):
        run(comm, CELL, shared_path, sources=forms)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"support": Support((("bottom", 1),))}, "model.support: a fixture of kind 'spring' acts on platen=True"),
        ({"charge_transfer": None}, r"model.charge_transfer: expected one where a case has a \[cell\]; this one has"),
        ({"materials": None}, "model.materials: the protocol sets x, and no material of the model is a host"),
    ],
)
def test_a_model_that_the_protocol_cannot_drive_is_refused(comm, shared_path, changes, message):
    case = build_case(CELL)
    model = build_model(case, build_domain(comm, case, shared_path)[1])
    table = CELL
    if "materials" in changes:
        changes = {"materials": dict.fromkeys(model.materials, load("lpscl")), "charge_transfer": None}
        table = {key: value for key, value in CELL.items() if key != "cell"}
    with pytest.raises(FemAsslbError, match=message):
        run(
            comm,
            table,
            shared_path,
            ["set x = 0.65 in 1 min"] if table is not CELL else None,
            model=replace(model, **changes),
        )
