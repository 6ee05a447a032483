"""Fields of interfaces and the table of particles hold the numbers of the history, and histories survive a restart."""

import csv

import numpy as np
import pytest

from fem_asslb.output import history, interface_values, names, particle_table
from tests.unit.test_output import Recorder, run

CELL = """
[case]
title = "Polycrystals that crack and let go"
[geometry]
kind = "layered-stack"
dimension = 2
width = "8 um"
element_size = "1 um"
[geometry.layers.cathode]
thickness = "8 um"
[geometry.layers.cathode.particles]
volume_fraction = 0.3
minimum_gap = "0.5 um"
diameter = { kind = "equal", value = "4 um" }
[geometry.layers.cathode.particles.grains]
diameter = { kind = "equal", value = "1.8 um" }
element_size = "0.6 um"
[materials]
cathode = "lpscl"
particle = "ncm85"
[interfaces.boundary]
between = ["particle", "particle"]
law = "cohesive"
normal_strength = "500 MPa"
normal_toughness = "20 J/m^2"
viscous_time = "2 min"
scatter = { modulus = 7.0 }
[interfaces.surface]
between = ["cathode", "particle"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "1 J/m^2"
viscous_time = "2 min"
[fixture]
kind = "constant-force"
out_of_plane = "generalised-plane-strain"
[protocol]
steps = ["press to 81 MPa in 1 min", "set x = 0.4 in 2 h", "set x = 0.9 in 1 h"]
[time]
first_step = "2 min"
largest_step = "10 min"
[solver]
displacement_degree = 1
[output]
pictures = false
"""


@pytest.fixture
def case_folder(shared_path, comm):
    """Two particles of a few grains."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(CELL)
    comm.Barrier()
    return shared_path


def test_files_hold_the_numbers_of_the_history(case_folder, comm):
    import pyvista

    outcome, _ = run(case_folder, comm)
    assert outcome.is_complete
    columns = history.read_history(outcome.results)
    reader = pyvista.PVDReader(str(outcome.results / names.INTERFACE_COLLECTION))
    reader.set_active_time_value(reader.time_values[-1])
    grid = reader.read()[0]
    length = np.linalg.norm(np.diff(np.asarray(grid.points).reshape(-1, 2, 3), axis=1)[:, 0], axis=1)
    assert np.unique(grid.cell_data[names.INTERFACE]).tolist() == [0, 1]
    surface = grid.cell_data[names.INTERFACE] == 1
    conducting = np.average(grid.cell_data[names.CONDUCTION][surface], weights=length[surface])
    assert conducting == pytest.approx(columns["particle|cathode conducting [-]"][-1], abs=1e-4)
    assert grid.cell_data[names.OPENING].max() <= columns["particle|particle opening max [um]"][-1] * (1 + 1e-6) or (
        grid.cell_data[names.OPENING].max() <= columns["particle|cathode opening max [um]"][-1] * (1 + 1e-6)
    )
    assert columns["particle|particle damaged [-]"].max() > 0.0 and columns["particle|cathode open [-]"].max() > 0.0
    assert np.abs(columns["energy balance error [-]"]).max() < 1e-2

    with (outcome.results / particle_table.FILE).open() as file:
        rows = list(csv.DictReader(file))
    last = [row for row in rows if row["step [-]"] == rows[-1]["step [-]"]]
    assert len(last) == len({row["particle [-]"] for row in rows}) > 1
    volume = np.array([float(row["volume [um^d]"]) for row in last])
    x = np.array([float(row["stoichiometry mean [-]"]) for row in last])
    assert np.average(x, weights=volume) == pytest.approx(columns["stoichiometry mean [-]"][-1], rel=1e-8)
    lost = columns["particle|cathode open [-]"][-1]
    contact = np.array([float(row["fraction in contact [-]"]) for row in last])
    assert contact.min() <= 1.0 - lost + 1e-9 and contact.max() >= 1.0 - lost - 1e-9
    assert all(0.0 <= float(row["cracked grain boundary fraction [-]"]) <= 1.0 for row in last)


def test_interfaces_remember_over_a_restart(case_folder, comm):
    """Interrupted in the middle of the damage and resumed: the history of a run that never stopped."""
    whole, _ = run(case_folder, comm, results=case_folder / "whole")
    stage_end = int(np.flatnonzero(history.read_history(whole.results)["protocol step [-]"] == 3.0)[0])
    with pytest.raises(KeyboardInterrupt):
        run(case_folder, comm, recorder=Recorder(stop_after=stage_end + 1))
    comm.Barrier()
    resumed, _ = run(case_folder, comm, resume=True)
    first, second = history.read_history(whole.results), history.read_history(resumed.results)
    for name in ("particle|cathode open [-]", "particle|particle damaged [-]", "cohesive energy [pJ]"):
        assert second[name] == pytest.approx(first[name], rel=1e-8, abs=1e-10)


def test_history_by_facet_comes_back(case_folder, comm):
    """Values by facet key and place return to where they were, whatever the order in which they are given."""
    outcome, _ = run(case_folder, comm, overrides=["protocol.steps=['press to 81 MPa in 1 min']"])
    interfaces = outcome.simulation.problem.continuum.interfaces
    history_values = interfaces.state.history.x.array
    history_values[:] = np.random.default_rng(comm.rank).random(len(history_values))
    interfaces.state.history.x.scatter_forward()
    kept = history_values.copy()
    parts = comm.allgather(interface_values.owned_history(interfaces))
    facets, values = (
        np.concatenate([part[name] for part in reversed(parts)])
        for name in (interface_values.FACETS, interface_values.HISTORY)
    )
    history_values[:] = 0.0
    interface_values.set_history(interfaces, facets, values)
    owned = interfaces.state.history.function_space.dofmap.list[: interfaces.mesh.num_owned]
    size = interfaces.state.history.function_space.dofmap.index_map_bs
    assert np.array_equal(history_values.reshape(-1, size)[owned], kept.reshape(-1, size)[owned])
