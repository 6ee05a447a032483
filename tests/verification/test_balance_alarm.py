"""Forces, lithium and current that do not balance are said, and end a run; what is small without being wrong is not."""

import numpy as np
import pytest
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.app.driver import build_domain, run
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.reading.reader import build_case
from fem_asslb.diagnostics import balances
from fem_asslb.fields.out_of_plane import STRAIN as OUT_OF_PLANE
from fem_asslb.output.history import read_history
from fem_asslb.simulation.simulation import Simulation
from tests.unit.test_output import Recorder

LAYERS = {
    "case": {"title": "Two layers"},
    "geometry": {
        "kind": "layered-stack",
        "dimension": 2,
        "width": "4 um",
        "element_size": "2 um",
        "layers": {"separator": {"thickness": "4 um"}, "cathode": {"thickness": "4 um"}},
    },
    "materials": {"separator": "lpscl", "cathode": {"use": "ncm85", "axis": {"direction": [0, 1, 0]}}},
    "cell": {"anode": "indium", "one_c": "190 mA/g", "exchange_current_density": "1 A/m^2"},
    "fixture": {"kind": "spring", "stiffness": "2 MPa/um", "out_of_plane": "generalised-plane-strain"},
    "initial": {"stoichiometry": 0.8},
    "protocol": {"steps": ["press to 50 MPa in 1 min", "charge at 1C until 2 min"]},
    "output": {"pictures": False},
}
SHELL = {
    "case": {"title": "A particle in its shell"},
    "geometry": {
        "kind": "particle-in-shell",
        "dimension": 2,
        "core_radius": "2 um",
        "shell_radius": "3 um",
        "element_size": "1 um",
    },
    "materials": {"electrolyte": "lpscl", "particle": {"use": "ncm85", "axis": {"direction": [0, 1, 0]}}},
    "fixture": {"kind": "pressure", "out_of_plane": "generalised-plane-strain"},
    "initial": {"stoichiometry": 0.8},
    "protocol": {"steps": ["press to 50 MPa in 1 min", "set x = 0.7 in 1 min"]},
    "output": {"pictures": False},
}


def shell(part):
    return SHELL | {"geometry": SHELL["geometry"] | {"part": part}}


def simulation_of(comm, table, folder):
    case = build_case(table)
    return Simulation(case, build_domain(comm, case, folder)[1])


def hold_a_point(simulation, share):
    """A nail in the body, which bears a part of the load: displacement along the stack at one place is scaled."""
    problem = simulation.problem
    space, axis = problem.state["displacement"].function_space, problem.domain.dimension - 1
    centre = np.array([sum(problem.domain.extent(k)) / 2 for k in range(problem.domain.dimension)])
    points = problem.domain.mesh.geometry.x[:, : problem.domain.dimension]
    distance = np.linalg.norm(points - centre, axis=1).min(initial=np.inf)
    nearest = min(problem.domain.comm.allgather(distance))
    entities = dmesh.locate_entities(
        problem.domain.mesh, 0, lambda x: np.linalg.norm(x[: len(centre)].T - centre, axis=1) < nearest + 1e-6
    )
    problem.domain.mesh.topology.create_connectivity(0, problem.domain.dimension)
    dofs = fem.locate_dofs_topological(space.sub(axis), 0, entities)
    solve, nail = simulation.solver.solve, fem.Constant(problem.domain.mesh, 0.0)

    def solve_nailed():
        solve()
        moved = problem.state["displacement"].x.array[dofs].max(initial=-np.inf)
        nail.value = (1.0 - share) * max(problem.domain.comm.allgather(moved))
        problem.conditions["displacement"].append(fem.dirichletbc(nail, dofs, space.sub(axis)))
        report = solve()
        problem.conditions["displacement"].pop()
        return report

    simulation.solver.solve = solve_nailed


def lose_lithium(simulation, share):
    """A solve that leaves the hosts with less lithium than there should be."""
    solve = simulation.solver.solve

    def solve_badly():
        report = solve()
        simulation.problem.state["lithium"].x.array[::2] -= share
        return report

    simulation.solver.solve = solve_badly


def stretch_across(simulation, share):
    """A solve that misses the strain across the plane."""
    solve, state = simulation.solver.solve, simulation.problem.state

    def solve_badly():
        report = solve()
        state.set_number(OUT_OF_PLANE, state.number(OUT_OF_PLANE) + share * 1e-2)
        return report

    simulation.solver.solve = solve_badly


FAULTS = [
    (LAYERS, hold_a_point, "plate force error", 1.0, 1e-4),
    (LAYERS, lose_lithium, "lithium balance error", 2e-3, 1e-5),
    (LAYERS, lose_lithium, "current balance error", 2e-3, 1e-7),
    (LAYERS, stretch_across, "force across error", 1.0, 1e-6),
    (shell("symmetric"), hold_a_point, "support force error", 1.0, 1e-4),
    (shell("full"), hold_a_point, "support force error", 1.0, 1e-4),
]


@pytest.mark.two_ranks
@pytest.mark.parametrize(("table", "spoil", "error", "large", "small"), FAULTS)
def test_what_does_not_balance_ends_the_run_or_is_said(comm, shared_path, table, spoil, error, large, small):
    simulation, recorder = simulation_of(comm, table, shared_path), Recorder()
    spoil(simulation, large)
    reason = simulation.run([recorder])
    assert reason.startswith("stopped in '") and "accepted up to 0.001" in reason
    assert len(recorder.records) == simulation.index > 0
    simulation = simulation_of(comm, table, shared_path)
    spoil(simulation, small)
    scalars = simulation.advance().scalars
    while abs(scalars[f"{error} [-]"]) < balances.WARNED:
        scalars = simulation.advance().scalars
    assert abs(scalars[f"{error} [-]"]) < balances.REFUSED
    assert any(error in text for text in simulation.cautions)


@pytest.mark.two_ranks
@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("table", [LAYERS, shell("symmetric"), shell("full")])
@pytest.mark.parametrize("start", ["press to 50 MPa in 1 min", "press to 1e-6 MPa in 1 min", "rest 1 min"])
def test_nothing_is_said_of_what_balances(comm, shared_path, table, start):
    """Also at no pressure, where rounding is all the energy there is, and when the pressure is taken off again."""
    steps = [start, *table["protocol"]["steps"][1:], "unload to 0 MPa in 1 min"]
    simulation = simulation_of(comm, table | {"protocol": {"steps": steps}}, shared_path)
    recorder = Recorder()
    assert simulation.run([recorder]) == "end of protocol"
    names = [name for name in recorder.records[0].scalars if name in balances.BALANCES]
    assert len(names) >= 3
    for record in recorder.records:
        errors = [record.scalars.get(name, 0.0) for name in (*balances.BALANCES, "energy balance error [-]")]
        assert np.abs(errors).max() < 1e-8
    assert not any("error" in text or "balance" in text for text in simulation.cautions)


@pytest.mark.serial
@pytest.mark.parametrize("name", balances.BALANCES)
def test_each_balance_may_end_a_run(name):
    good = dict.fromkeys(balances.BALANCES, -9e-4)
    assert balances.broken(good) is None
    for error in (2e-3, -2e-3, np.inf, np.nan):
        assert name.removesuffix(" [-]") in balances.broken(good | {name: error})


@pytest.mark.two_ranks
def test_a_run_without_balance_keeps_its_results_and_goes_on_from_none_of_them(comm, shared_path, monkeypatch):
    monkeypatch.setattr(balances, "REFUSED", -1.0)
    outcome = run(build_case(LAYERS), comm, shared_path / "results")
    assert not outcome.is_complete
    assert outcome.reason.startswith("stopped in 'press to 50 MPa in 1 min' at 10 s: ")
    assert len(read_history(outcome.results)["time [s]"]) == 1
    with pytest.raises(FemAsslbError, match="nothing to resume"):
        run(build_case(LAYERS), comm, shared_path / "results", resume=True)
