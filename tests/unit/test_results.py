"""Results read back as an object: tables with units, fields when they are asked for, the case as data."""

import json

import numpy as np
import pytest

import fem_asslb
from fem_asslb.base.errors import CaseErrors, FemAsslbError
from fem_asslb.case.reading.reader import read_case
from fem_asslb.diagnostics.columns import STACK_PRESSURE
from fem_asslb.output import history, names, particle_table, record
from fem_asslb.plotting.snapshots import Snapshot
from tests.unit.test_output import CELL

ADHESION = """
[interfaces.surface]
between = ["particle", "cathode"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "1 J/m^2"
"""


@pytest.fixture
def folder(comm, shared_path):
    """A case in its folder."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(CELL + ADHESION)
    comm.barrier()
    return shared_path


@pytest.mark.two_ranks
def test_results_are_what_the_run_was(comm, folder):
    """Tables have the numbers of the steps, fields those of the tables, and the case is the case; on each rank."""
    outcome = fem_asslb.run(folder, comm)
    results, simulation = fem_asslb.read_results(folder), outcome.simulation
    assert results.is_complete and results.ended == "end of protocol"
    assert results.case == read_case(folder) == fem_asslb.read_results(folder / "results").case
    table = results.history
    assert list(table) == list(history.read_history(folder / "results"))
    assert table["step [-]"].tolist() == list(range(1, simulation.index + 1))
    assert table[STACK_PRESSURE].iloc[-1] == simulation.pressure()
    units = table.attrs["units"]
    assert all(name.endswith(f" [{unit}]") for name, unit in units.items()) and set(units) == set(table)
    assert units[STACK_PRESSURE] == "MPa"
    assert results.cycles["charge [mAh/g]"].iloc[0] == pytest.approx(table["specific capacity [mAh/g]"].max())
    last = results.particles[results.particles["step [-]"] == simulation.index]
    by_volume = np.average(last["stoichiometry mean [-]"], weights=last["volume [um^d]"])
    assert by_volume == pytest.approx(table["stoichiometry mean [-]"].iloc[-1], rel=1e-8)
    assert set(last["role"]) == {"particle"}

    ends = table.groupby("protocol step [-]")["time [s]"].last()
    assert set(ends) <= set(results.fields.times) and len(results.fields) == len(results.interfaces) > len(ends)
    charged = results.fields.at(ends[2])
    row = table[table["time [s]"] == ends[2]].iloc[0]
    mean = Snapshot(ends[2], charged).mean("stoichiometry [-]")
    assert mean == pytest.approx(row["stoichiometry mean [-]"], rel=1e-5)
    assert charged.field_data["time [s]"][0] == ends[2]
    for grid in (results.fields[-1], results.fields.at(simulation.time), list(results.fields)[-1]):
        assert grid.field_data["time [s]"][0] == simulation.time
    assert [grid.field_data["time [s]"][0] for grid in results.fields[1:3]] == list(results.fields.times[1:3])
    facets = results.interfaces[-1].compute_cell_sizes()
    conducting = np.average(facets["conducting share [-]"], weights=facets["Length"])
    assert conducting == pytest.approx(table["particle|cathode conducting [-]"].iloc[-1], abs=1e-3)
    with pytest.raises(FemAsslbError, match="no fields at 1 s; the nearest are those at"):
        results.fields.at(1.0)
    with pytest.raises(IndexError):
        results.fields[len(results.fields)]
    # Every rank has read: what follows may change the folder.
    comm.barrier()


def written(folder, rows="1,0.5,1\n2,1.5,1\n", end="stopped in 'rest 1 h' at 1.5 s: no"):
    """Results of a run of two steps without fields."""
    folder.mkdir(exist_ok=True)
    (folder / record.FILE).write_text(json.dumps({"case": {"solver": 3}, "runs": [{"end": end}] if end else []}))
    (folder / history.FILE).write_text(f"{history.STEP},{history.TIME},{history.STAGE}\n{rows}")
    return folder


@pytest.mark.serial
def test_a_run_that_stopped_or_goes_on_is_read_up_to_there(tmp_path):
    """Half a row of a killed run is left out; what was never written is empty."""
    folder = written(tmp_path / "results", rows="1,0.5,1\n2,1.5,1\n3,2.")
    (folder / particle_table.FILE).write_text(",".join(particle_table.COLUMNS) + "\n1,0.5,1,part")
    results = fem_asslb.read_results(tmp_path)
    assert not results.is_complete and results.ended.startswith("stopped in 'rest 1 h'")
    assert results.history["time [s]"].tolist() == [0.5, 1.5]
    assert results.history["step [-]"].dtype == int
    assert len(results.cycles) == len(results.particles) == len(results.fields) == len(results.interfaces) == 0
    assert repr(results) == f"Results(folder={tmp_path / 'results'!r})"
    assert fem_asslb.read_results(written(tmp_path, end="")).ended == "running"


@pytest.mark.serial
def test_what_is_missing_or_damaged_is_one_line_when_it_is_asked_for(tmp_path):
    def message(ask):
        with pytest.raises(FemAsslbError) as caught:
            ask()
        assert "\n" not in str(caught.value) and len(str(caught.value)) <= 300
        return str(caught.value)

    assert message(lambda: fem_asslb.read_results(tmp_path / "none")).startswith("no results: there is no")
    assert message(lambda: fem_asslb.read_results(tmp_path)).startswith("no results: there is no")
    results = fem_asslb.read_results(written(tmp_path, rows=""))
    assert "has no step yet" in message(lambda: results.history)
    for step, told in (
        ("nan", "has nan as 'step [-]'"),
        ("1.5", "'step [-]' has other than whole"),
        ("inf", "has inf as"),
    ):
        odd = fem_asslb.read_results(written(tmp_path, rows=f"{step},0.5,1\n"))
        assert told in message(lambda odd=odd: odd.history)
    (tmp_path / history.FILE).unlink()
    assert "no results" in message(lambda: results.history)
    for line in ("1,x,1,particle,1,1,1,1,1", "1,0.5,1.5,particle,1,1,1,1,1", "x,0.5,1,particle,1,1,1,1,1"):
        (tmp_path / "particles.csv").write_text(f"{','.join(particle_table.COLUMNS)}\n{line}\n")
        told = message(lambda: fem_asslb.read_results(tmp_path).particles)
        assert "particles.csv' is no table of particles" in told or "whole numbers" in told
    (tmp_path / "cycles.csv").write_text("a\nb\n")
    assert "is no table of numbers" in message(lambda: results.cycles)
    assert "no such fields in" in message(lambda: results.fields.at(0.0))
    (tmp_path / names.COLLECTION).write_text("<VTKFile")
    damaged = fem_asslb.read_results(tmp_path)
    assert "is not a collection of fields" in message(lambda: damaged.fields)
    (tmp_path / names.COLLECTION).write_text('<a><DataSet timestep="1" file="fields/1.vtu"/></a>')
    assert "is listed but cannot be read" in message(lambda: fem_asslb.read_results(tmp_path).fields[0])
    with pytest.raises(CaseErrors):
        _ = damaged.case
