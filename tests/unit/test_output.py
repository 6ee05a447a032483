"""Results can be read back, hold the numbers of the state, and let a run go on as if it had never stopped."""

import copy
import csv
import errno
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.app.results_folder import check_folder
from fem_asslb.base.endings import exit_code
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.reading.reader import build_case, read_case
from fem_asslb.fields import names as field_names
from fem_asslb.output import checkpoint, collection, cycles, fields, history, names, particle_table, record
from fem_asslb.output.resolved import differences, format_toml, resolved_table
from fem_asslb.output.schedule import Schedule
from tests.support import record_of

CASES = Path(__file__).parents[2] / "cases"

CELL = """
[case]
title = "Two particles"
[geometry]
kind = "layered-stack"
dimension = 2
width = "8 um"
element_size = "2 um"
[geometry.layers.anode]
thickness = "4 um"
[geometry.layers.cathode]
thickness = "8 um"
particles = { volume_fraction = 0.3, minimum_gap = "0.5 um", diameter = { kind = "equal", value = "4 um" } }
[materials]
anode = "lto-composite"
cathode = "lpscl"
particle = "ncm85"
[cell]
anode = "indium"
one_c = "190 mA/g"
exchange_current_density = "1 A/m^2"
[fixture]
kind = "spring"
stiffness = "2 MPa/um"
[protocol]
steps = ["press to 81 MPa in 1 min", "charge at 1C until 5 min", "discharge at 1C until 3 min"]
[output]
pictures = false
fields_every = 2
"""


class Recorder:
    """Observer that keeps all records and may interrupt."""

    def __init__(self, stop_after=None):
        self.records, self.stop_after = [], stop_after

    def start(self, simulation):
        """Nothing."""

    def step(self, simulation, record):
        """Keep the record."""
        self.records.append(record)
        if record.index == self.stop_after:
            raise KeyboardInterrupt

    def finish(self, simulation, reason):
        """Nothing."""


@pytest.fixture
def case_folder(shared_path, comm):
    """A small cell that runs in a few seconds."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(CELL)
    comm.Barrier()
    return shared_path


def run(folder, comm, **options):
    from fem_asslb.app.driver import run as run_case

    recorder = options.pop("recorder", Recorder())
    outcome = run_case(folder, comm, observers=[recorder], **options)
    return outcome, recorder.records


def simulation_on(comm):
    """What the observers of text files need of a simulation."""
    from types import SimpleNamespace

    return SimpleNamespace(problem=SimpleNamespace(domain=SimpleNamespace(comm=comm)))


@pytest.mark.serial
def test_invariants_of_pure_shear_and_of_hydrostatic_tension():
    stress = np.array([[0.0, 0.0, 0.0, 0.0, 50.0, 0.0], [7.0, 7.0, 7.0, 0.0, 0.0, 0.0]])
    values = fields.stress_measures(stress)
    assert values[names.VON_MISES] == pytest.approx([np.sqrt(3.0) * 50.0, 0.0])
    assert values[names.PRINCIPAL] == pytest.approx([50.0, 7.0])
    assert values[names.HYDROSTATIC] == pytest.approx([0.0, 7.0])


def test_fields_read_with_pyvista_have_the_numbers_of_the_history(case_folder, comm):
    import pyvista

    from fem_asslb.plotting.snapshots import read_snapshot

    outcome, records = run(case_folder, comm)
    simulation = outcome.simulation
    evaluated = fields.FieldEvaluator(simulation.problem).at_corners()
    largest = comm.allreduce(evaluated[names.VON_MISES].max(initial=0.0), op=max)
    if comm.rank > 0:
        return
    last = records[-1]
    grid = pyvista.PVDReader(outcome.results / names.COLLECTION)
    assert grid.time_values == pytest.approx([r.time for r in records if r.stage_ends or r.index % 2 == 0])
    snapshot = read_snapshot(outcome.results, last.time)
    assert snapshot.mean(field_names.STOICHIOMETRY) == pytest.approx(last.scalars["stoichiometry mean [-]"], rel=1e-6)
    assert np.asarray(snapshot.grid.point_data[names.VON_MISES]).max() == pytest.approx(largest, rel=1e-6)
    top = snapshot.points().reshape(-1, 2)[:, 1] > 12.0 - 1e-9
    displacement = np.asarray(snapshot.grid.point_data[field_names.DISPLACEMENT])[top, 1]
    assert displacement == pytest.approx(last.scalars["platen displacement [um]"], rel=1e-5)
    role = np.asarray(snapshot.grid.cell_data[names.ROLE]) == 0
    hydrostatic = snapshot.field(names.HYDROSTATIC).mean(axis=1)
    mean = np.average(hydrostatic[role], weights=snapshot.volumes()[role])
    assert mean == pytest.approx(last.scalars["anode hydrostatic stress mean [MPa]"], rel=1e-5)


@pytest.mark.two_ranks
def test_stress_at_the_corners_is_that_of_the_weak_form(case_folder, comm):
    from dolfinx import fem

    from fem_asslb.equations import kinematics

    short = ["protocol.steps=['press to 81 MPa in 1 min', 'charge at 1C until 1 min']"]
    problem = run(case_folder, comm, overrides=short)[0].simulation.problem
    values = fields.FieldEvaluator(problem).at_corners()[names.VON_MISES].reshape(-1, 3)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    for name, phase in problem.formulation.bulk.phases.items():
        cells = problem.domain.cells_of(phase.roles)
        cells = cells[cells < problem.domain.num_owned_cells]
        stress = problem.formulation.bulk.stress(problem.state, name)
        tensor = fem.Expression(stress, corners).eval(problem.domain.mesh, cells).reshape(-1, 3, 3)
        assert tensor == pytest.approx(tensor.transpose(0, 2, 1), rel=1e-9, abs=1e-6)
        law = kinematics.von_mises(stress)
        expected = fem.Expression(law, corners).eval(problem.domain.mesh, cells)
        assert values[cells] == pytest.approx(expected, rel=1e-9)


@pytest.mark.two_ranks
def test_fields_are_undefined_outside_hosts_and_broken_between_all_cells(case_folder, comm):
    from fem_asslb.plotting.snapshots import read_snapshot

    outcome, _ = run(case_folder, comm)
    if comm.rank > 0:
        return
    snapshot = read_snapshot(outcome.results, 0.0)
    host = np.asarray(snapshot.grid.cell_data[names.ROLE]) == sorted(["anode", "cathode", "particle"]).index("particle")
    for name in (field_names.STOICHIOMETRY, field_names.POTENTIAL, field_names.CHEMICAL_POTENTIAL):
        assert (np.isfinite(snapshot.field(name)).all(axis=1) == host).all()
    assert snapshot.grid.n_points == 3 * snapshot.grid.n_cells
    axis = np.linalg.norm(snapshot.grid.cell_data[names.AXIS], axis=1)
    assert axis == pytest.approx(host.astype(float), abs=1e-6)
    regions = np.asarray(snapshot.grid.cell_data[names.REGION])
    assert len(np.unique(regions)) == len(
        json.loads((outcome.results / record.FILE).read_text())["mesh facts"]["regions"]
    )


def test_an_interrupted_run_goes_on_as_if_it_had_never_stopped(case_folder, comm):
    whole, expected = run(case_folder, comm, results=case_folder / "whole")
    stop = next(r.index for r in expected if r.stage_ends and r.stage == 1) + 2
    with pytest.raises(KeyboardInterrupt):
        run(case_folder, comm, recorder=Recorder(stop))
    with pytest.raises(KeyboardInterrupt):
        run(case_folder, comm, resume=True, recorder=Recorder(stop - 1))
    outcome, rest = run(case_folder, comm, resume=True)
    assert rest[0].index == stop - 1
    assert len(expected) == rest[-1].index
    if comm.rank > 0:
        return
    one, two = history.read_history(whole.results), history.read_history(outcome.results)
    for name in (name for name in one if "error" not in name and "remainder" not in name):  # these are rounding here
        scale = np.nanmax(np.abs(one[name]))
        assert two[name] == pytest.approx(one[name], rel=1e-10, abs=1e-10 * scale, nan_ok=True), name
    listed = [collection.read_collection(o.results / names.COLLECTION) for o in (whole, outcome)]
    assert [file for _, file in listed[0]] == [file for _, file in listed[1]]
    parts = record.read_record(outcome.results)["runs"]
    assert [part["end"] for part in parts] == ["interrupted", "interrupted", "end of protocol"]
    # The second part ended no step of its own.
    assert [part[record.STEPS_ENDED] for part in parts] == [2, 2, expected[-1].stage + 1]


LATEST = "checkpoint/latest.json"

DAMAGES = [
    (LATEST, lambda content: b"3", "damaged"),
    (
        LATEST,
        lambda content: b'{"format": 9, "clock": {}}',
        "written in format 9 of checkpoints, by fem_asslb [0-9.]+(dev0)?; ",
    ),
    (LATEST, lambda content: b'{"format": 9}', "damaged: expected a table with clock"),
    (LATEST, lambda content: b'{"format": 10}', "damaged"),
    (LATEST, lambda content: b"{", "is no JSON"),
    (
        LATEST,
        lambda content: content.replace(b'"next step": ', b'"next step": 1'),
        "latest.json' is damaged: it is not what was",
    ),
    (
        "checkpoint/{last}/displacement-0000.values.npy",
        lambda content: b"",
        r"displacement-0000\.values\.npy' is damaged",
    ),
    ("checkpoint/{last}/lithium-0000.keys.npy", lambda content: content[:-1], r"lithium-0000\.keys\.npy' is damaged"),
    ("run.json", lambda content: b"{}", "damaged"),
    (history.FILE, lambda content: other_digit(content, line=1), r"history\.csv' has been changed"),
    (particle_table.FILE, lambda content: other_digit(content, line=2), r"particles\.csv' has been changed"),
    (
        names.COLLECTION,
        lambda content: content.replace(b'timestep="', b'timestep="1', 1),
        r"fields\.pvd' has been changed",
    ),
]
"""Files, what they are damaged to, and what is said."""


def other_digit(content, line):
    """The last digit of a line is another one."""
    lines = content.split(b"\n")
    number = re.search(rb"\d(?=\D*$)", lines[line])
    digit = b"%d" % ((int(number.group()) + 1) % 10)
    lines[line] = lines[line][: number.start()] + digit + lines[line][number.end() :]
    return b"\n".join(lines)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.two_ranks
def test_damaged_results_are_refused_on_resume_and_left_alone(case_folder, comm):
    outcome, _ = run(case_folder, comm)
    last = checkpoint.read_latest(outcome.results)["folder"]
    for name, content, words in DAMAGES:
        file = outcome.results / name.format(last=last)
        whole = file.read_bytes()
        comm.Barrier()
        if comm.rank == 0:
            file.write_bytes(content(whole))
        comm.Barrier()
        before = contents(outcome.results)
        with pytest.raises(FemAsslbError, match=words) as caught:
            run(case_folder, comm, resume=True)
        assert "\n" not in str(caught.value) and exit_code(caught.value) == 2
        assert contents(outcome.results) == before
        comm.Barrier()
        if comm.rank == 0:
            file.write_bytes(whole)
    comm.Barrier()
    run(case_folder, comm, resume=True)


@pytest.mark.two_ranks
def test_tables_and_fields_that_are_gone_are_told_and_the_run_goes_on(case_folder, comm):
    """What is left stays; a list names no file that is not there."""
    outcome, _ = run(case_folder, comm)
    listed = [file for _, file in collection.read_collection(outcome.results / names.COLLECTION)]
    comm.Barrier()
    if comm.rank == 0:
        (outcome.results / listed[0]).unlink()
        (outcome.results / particle_table.FILE).unlink()
        (outcome.results / names.FOLDER / "000099.vtu.partial").write_bytes(b"of a rank that failed")
    comm.Barrier()
    run(case_folder, comm, resume=True)
    assert [file for _, file in collection.read_collection(outcome.results / names.COLLECTION)] == listed[1:]
    told = record.read_record(outcome.results)["runs"][-1]["warnings"]
    assert any("particles.csv' is missing" in text for text in told)
    assert not list((outcome.results / names.FOLDER).glob("*.partial"))
    assert any("fields.pvd' listed files that are not there" in text and listed[0] in text for text in told)
    run(case_folder, comm, resume=True)
    assert not any("not there" in text for text in record.read_record(outcome.results)["runs"][-1]["warnings"])


LOSSES = {
    "history": (lambda folder: (folder / history.FILE).unlink(), "history.csv' is missing"),
    "row": (lambda folder: shorten(folder / history.FILE, 1), "history.csv' has 3 of the 4 lines"),
    "particle": (lambda folder: shorten(folder / particle_table.FILE, 1), "particles.csv' has "),
    "particles": (lambda folder: (folder / particle_table.FILE).unlink(), "particles.csv' is missing"),
    "fields": (lambda folder: (folder / names.FOLDER / "000002.vtu").unlink(), "fields.pvd' listed files"),
}
"""What takes something that a checkpoint counts on, and what is said."""


def shorten(path, rows):
    """Rows up to the checkpoint after the third step, without the last of them."""
    lines = path.read_text().splitlines()
    kept = [line for line in lines if not line[0].isdigit() or int(line.split(",")[0]) <= 3]
    path.write_text("\n".join([*kept[:-rows], ""]))


@pytest.mark.serial
@pytest.mark.parametrize("lost", LOSSES)
def test_what_a_table_has_lost_is_told_once_and_not_looked_for_again(case_folder, comm, lost):
    """The run is killed once more before there is another checkpoint."""
    take, words = LOSSES[lost]
    with pytest.raises(KeyboardInterrupt):
        run(case_folder, comm, recorder=Recorder(6))
    results = case_folder / "results"
    assert checkpoint.read_latest(results)["clock"]["index"] == 3
    take(results)
    with pytest.raises(KeyboardInterrupt):
        run(case_folder, comm, resume=True, recorder=Recorder(8))
    assert any(words in text for text in record.read_record(results)["runs"][-1]["warnings"])
    outcome, _ = run(case_folder, comm, resume=True)
    assert outcome.is_complete and not any(
        "lines" in text for text in record.read_record(results)["runs"][-1]["warnings"]
    )
    run(case_folder, comm, previous=True)


@pytest.mark.serial
def test_a_run_that_is_done_may_be_started_again_without_its_history(case_folder, comm):
    outcome, _ = run(case_folder, comm)
    (outcome.results / history.FILE).unlink()
    again, records = run(case_folder, comm, resume=True)
    assert again.is_complete and not records


@pytest.mark.two_ranks
def test_a_run_whose_last_checkpoint_is_damaged_goes_on_from_the_one_before(case_folder, comm):
    outcome, _ = run(case_folder, comm)
    whole, last = history.read_history(outcome.results), checkpoint.read_latest(outcome.results)
    before = checkpoint.read_latest(outcome.results, previous=True)
    assert before["clock"]["index"] < last["clock"]["index"]
    comm.Barrier()
    if comm.rank == 0:
        (outcome.results / "checkpoint" / last["folder"] / "lithium-0000.values.npy").write_bytes(b"")
    comm.Barrier()
    again, records = run(case_folder, comm, previous=True)
    assert again.is_complete and records[0].index == before["clock"]["index"] + 1
    found = history.read_history(outcome.results)
    for name in (name for name in whole if "error" not in name and "remainder" not in name):
        scale = np.nanmax(np.abs(whole[name]))
        assert found[name] == pytest.approx(whole[name], rel=1e-10, abs=1e-10 * scale, nan_ok=True), name
    assert checkpoint.read_latest(outcome.results, previous=True)["clock"] == before["clock"]
    run(case_folder, comm, resume=True)


def test_results_cannot_be_put_where_a_file_is(case_folder, comm, shared_path):
    if comm.rank == 0:
        (shared_path / "file").write_text("mine")
    comm.Barrier()
    for results in (shared_path / "file", shared_path / "file" / "deeper"):
        with pytest.raises(FemAsslbError, match="is not a folder$"):
            run(case_folder, comm, results=results)


@pytest.mark.parametrize(("flags", "code"), [(os.ST_RDONLY, errno.EROFS), (0, errno.EACCES)])
def test_a_folder_that_may_not_be_written_to_is_told_with_its_cause(tmp_path, monkeypatch, flags, code):
    """As what cannot be written later on, exit code 3."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=flags))
    with pytest.raises(OSError, match=os.strerror(code)) as told:
        check_folder(tmp_path / "results", resume=False, overwrite=False)
    assert told.value.filename == str(tmp_path) and exit_code(told.value) == 3


@pytest.mark.two_ranks
def test_a_checkpoint_of_another_run_is_refused(case_folder, comm):
    outcome, _ = run(case_folder, comm)
    latest = checkpoint.read_latest(outcome.results)
    identity = latest["identity"]
    checkpoint.check_identity(latest, identity)
    with pytest.raises(FemAsslbError, match="the mesh differs"):
        checkpoint.check_identity(latest, identity | {"mesh": "0"})
    with pytest.raises(FemAsslbError, match=r"differs from the checkpoint in fixture\.stiffness"):
        run(case_folder, comm, resume=True, overrides=["fixture.stiffness=3 MPa/um"])
    with pytest.raises(FemAsslbError, match="resume with the same solver.displacement_degree"):
        run(case_folder, comm, resume=True, overrides=["solver.displacement_degree=1"])
    other = copy.deepcopy(identity)
    other["case"]["materials"]["particle"] |= {"title": "another", "potential": {"note": "so it is"}}
    plain = copy.deepcopy(identity)
    plain["case"]["materials"]["particle"] |= {"potential": {}}
    checkpoint.check_identity(latest | {"identity": plain}, other)
    with pytest.raises(FemAsslbError, match=r"in solver\.strain; only .* but for solver\.strain may change"):
        run(case_folder, comm, resume=True, overrides=["solver.strain=logarithmic"])
    run(case_folder, comm, resume=True, overrides=["time.tolerance=0.02"])


@pytest.mark.two_ranks
def test_a_finished_run_goes_on_with_more_steps(case_folder, comm):
    """As if they had always been there; a step that was done may not be another one."""
    lines = [str(step) for step in read_case(case_folder).protocol.steps]
    more = f"protocol.steps={[*lines, 'press to 6 MPa in 1 min', 'rest 1 h']}"
    whole, _ = run(case_folder, comm, results=case_folder / "whole", overrides=[more])
    first, _ = run(case_folder, comm)
    before = history.read_history(first.results)
    run(case_folder, comm, resume=True, overrides=[more])
    found, expected = (history.read_history(item.results) for item in (first, whole))
    assert len(found["time [s]"]) > len(before["time [s]"])
    # On several ranks the last digits of a direct solver differ from run to run, and with them a last iteration.
    kept = (name for name in expected if not any(part in name for part in ("error", "remainder", "iterations")))
    near = 1e-10 if comm.size == 1 else 1e-7
    for name in kept:
        scale = np.nanmax(np.abs(expected[name]))
        assert found[name] == pytest.approx(expected[name], rel=near, abs=near * scale, nan_ok=True), name
    for other in (["rest 1 h"], ["press to 6 MPa in 1 min", *lines[1:]]):
        with pytest.raises(FemAsslbError, match=r"differs from the checkpoint in protocol\.steps.*added at the end"):
            run(case_folder, comm, resume=True, overrides=[f"protocol.steps={other}"])


@pytest.mark.serial
def test_a_run_goes_on_where_its_files_have_moved():
    particles = {"kind": "placed", "path": "here/section.csv", "image": True}
    saved = {"case": {"geometry": {"layers": {"cathode": {"particles": particles}}}}, "mesh": "1", "files": {}}
    moved = copy.deepcopy(saved)
    moved["case"]["geometry"]["layers"]["cathode"]["particles"]["path"] = "there/section.csv"
    checkpoint.check_identity({"identity": saved}, moved)
    with pytest.raises(FemAsslbError, match="the mesh differs"):
        checkpoint.check_identity({"identity": saved}, moved | {"mesh": "2"})
    with pytest.raises(FemAsslbError, match=r"gaps\.csv differs from the checkpoint's"):
        checkpoint.check_identity({"identity": saved}, moved | {"files": {"gaps.csv": ["3"]}})
    moved["case"]["geometry"]["layers"]["cathode"]["particles"]["image"] = False
    with pytest.raises(FemAsslbError, match=r"in geometry\.layers\.cathode\.particles\.image;"):
        checkpoint.check_identity({"identity": saved}, moved)


@pytest.mark.two_ranks
def test_results_are_replaced_only_on_demand_and_nothing_else_is_removed(case_folder, comm):
    first, _ = run(case_folder, comm)
    if comm.rank == 0:
        (first.results / "notes.txt").write_text("mine")
    with pytest.raises(FemAsslbError, match="use --resume .* or --overwrite"):
        run(case_folder, comm)
    second, _ = run(case_folder, comm, overwrite=True, overrides=['protocol.steps=["press to 5 MPa in 1 min"]'])
    assert (second.results / "notes.txt").read_text() == "mine"
    assert history.read_history(second.results)["stack pressure [MPa]"][-1] == pytest.approx(5.0)
    with pytest.raises(FemAsslbError, match="nothing to resume"):
        run(case_folder, comm, resume=True, results=case_folder / "none")


@pytest.mark.two_ranks
def test_the_record_says_what_was_run_and_how_it_went(case_folder, comm):
    outcome, records = run(case_folder, comm)
    content = record.read_record(outcome.results)
    part = content["runs"][-1]
    assert part["ranks"] == comm.size
    assert part["end"] == "end of protocol"
    assert part["steps"]["accepted"] == len(records)
    assert part["steps"]["iterations"] == sum(r.iterations for r in records)
    assert {"dolfinx", "petsc", "gmsh", "python", "mpi", "fem-asslb"} <= set(part["versions"])
    assert {"mesh", "problem", "time steps", "total"} <= set(part["wall time [s]"])
    assert len(part["peak memory per rank [MB]"]) == comm.size
    assert content["case"]["fixture"] == {"walls": "symmetric", "kind": "spring", "stiffness": "2 MPa/um"}
    assert build_case(content["case"]) == read_case(case_folder)
    for role, material in read_case(case_folder).resolved_materials().items():
        used = content["materials used"][role]
        assert used["elasticity"] == {"kind": type(material.elasticity).__name__, **vars(material.elasticity)}
        assert used["sources"] == dict(material.sources)


@pytest.mark.serial
def test_history_adds_columns_that_appear_later_and_writes_numbers_exactly(tmp_path, comm):
    writer = history.HistoryWriter(tmp_path)
    writer.start(simulation_on(comm))
    writer.step(None, record_of(1, {"a [m]": 1.0 / 3.0}))
    writer.step(None, record_of(2, {"a [m]": 2.0, "b [s]": 1e-300}))
    writer.finish(None, "")
    columns = history.read_history(tmp_path)
    assert columns["a [m]"].tolist() == [1.0 / 3.0, 2.0]
    assert np.isnan(columns["b [s]"][0]) and columns["b [s]"][1] == 1e-300
    assert columns[history.STAGE].tolist() == [1.0, 1.0]


@pytest.mark.serial
def test_history_drops_rows_after_the_checkpoint_and_a_half_written_one(tmp_path, comm):
    writer = history.HistoryWriter(tmp_path)
    writer.start(simulation_on(comm))
    for index in (1, 2, 3):
        writer.step(None, record_of(index, {"a [m]": float(index)}))
    writer.finish(None, "")
    with (tmp_path / history.FILE).open("a") as file:
        file.write("4,40.0,1,1")
    assert history.read_history(tmp_path)["a [m]"].tolist() == [1.0, 2.0, 3.0]
    writer = history.HistoryWriter(tmp_path, resume_from=2)
    writer.start(simulation_on(comm))
    writer.step(None, record_of(3, {"a [m]": 30.0}))
    writer.finish(None, "")
    assert history.read_history(tmp_path)["a [m]"].tolist() == [1.0, 2.0, 30.0]


@pytest.mark.serial
@pytest.mark.parametrize(
    ("record", "due"),
    [
        (record_of(3), False),
        (record_of(4), True),
        (replace(record_of(5), stage_ends=True), True),
        (replace(record_of(7), time=66.0), True),
        (replace(record_of(7), time=64.0), False),
    ],
)
def test_fields_are_written_every_fourth_step_at_the_end_of_stages_and_at_given_times(record, due):
    assert Schedule(every=4, at=(65.0,)).due(record) == due


@pytest.mark.serial
@pytest.mark.parametrize("folder", sorted(path.parent.name for path in CASES.glob("*/case.toml")))
def test_a_resolved_case_gives_the_case_again(folder):
    import tomllib

    case = read_case(CASES / folder)
    table = resolved_table(case)
    assert build_case(tomllib.loads(format_toml(table))) == case
    assert differences(table, json.loads(json.dumps(table))) == []


@pytest.mark.serial
def test_a_mesh_is_built_once_and_known_by_its_content(tmp_path):
    from meshes.cache import build_cached, mesh_digest

    (tmp_path / "case.toml").write_text(CELL)
    case = read_case(tmp_path)
    built, found = (build_cached(case, tmp_path / "mesh") for _ in range(2))
    assert (built.is_new, found.is_new) == (True, False)
    assert built.path == found.path and built.report.strip() == found.report.strip()
    assert mesh_digest(read_case(tmp_path, ["fixture.stiffness=9 MPa/um"])) == built.digest
    assert mesh_digest(read_case(tmp_path, ["geometry.seed=2"])) != built.digest
    assert not list((tmp_path / "mesh").glob("*partial*"))


BUILDER = """
SIZE = 0.5
"of an element"

def build(number):
    return number + SIZE
"""


@pytest.mark.serial
@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        ('"""A module."""\n' + BUILDER + "# the end\n", True),
        (BUILDER.replace("    return", '    "What it does."\n\n    return'), True),
        (BUILDER.replace("number + SIZE", "(number  +\n            SIZE)"), True),
        (BUILDER.replace("0.5", "0.6"), False),
        (BUILDER.replace("+", "-"), False),
    ],
)
def test_a_comment_in_a_builder_makes_no_other_mesh(text, is_same):
    from meshes.cache import code_of

    assert (code_of(text) == code_of(BUILDER)) is is_same


@pytest.mark.serial
def test_a_checkpoint_knows_its_mesh_by_the_content(tmp_path, monkeypatch):
    """Another version of the builders, as a comment was once, that makes the same mesh does not matter."""
    from fem_asslb.app.driver import build_domain
    from meshes import cache

    (tmp_path / "case.toml").write_text(CELL)
    case = read_case(tmp_path)
    (first, _), name = build_domain(MPI.COMM_SELF, case, tmp_path / "mesh"), cache.mesh_digest(case)
    monkeypatch.setattr(cache, "code_of", lambda text: "another version")
    assert cache.mesh_digest(case) != name
    assert build_domain(MPI.COMM_SELF, case, tmp_path / "mesh")[0] == first
    assert len(list((tmp_path / "mesh").glob("*.msh"))) == 2
    other = read_case(tmp_path, ["geometry.width=11 um"])
    assert build_domain(MPI.COMM_SELF, other, tmp_path / "mesh")[0] != first


@pytest.mark.two_ranks
def test_cycles_are_told_with_what_passed_in_each_step(case_folder, comm):
    """The table agrees with the history, whose step capacity starts anew while the throughput goes on."""
    outcome, _ = run(case_folder, comm, overrides=["cell.plate_area='0.5 cm^2'"])
    columns = history.read_history(outcome.results)
    stage, net, step = (columns[name] for name in (history.STAGE, "specific capacity [mAh/g]", "step capacity [mAh/g]"))
    charged = net[stage == 2][-1]
    assert step[stage == 2] == pytest.approx(net[stage == 2])
    assert step[stage == 3] == pytest.approx(charged - net[stage == 3])
    assert columns["throughput [mAh/g]"][-1] == pytest.approx(2 * charged - net[-1], rel=1e-12)
    with (outcome.results / cycles.FILE).open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["charge [mAh/g]"]) == pytest.approx(charged, rel=1e-12)
    assert float(row["efficiency [-]"]) == pytest.approx((charged - net[-1]) / charged, rel=1e-9)
    assert float(row["charge [mAh]"]) == pytest.approx(0.5 * float(row["charge [mAh/cm2]"]), rel=1e-12)
    swing = columns["stack pressure [MPa]"][stage == 2][-1] - columns["stack pressure [MPa]"][-1]
    assert float(row["pressure swing [MPa]"]) == pytest.approx(abs(swing), rel=1e-12)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,nan,0,2", "has nan as 'time \\[s\\]' in row 1"),
        ("1,1,inf,2", "has inf as 'protocol step \\[-\\]' in row 1"),
        ("1,1,0,1e308", "has 1e\\+308 as 'pressure' in row 1"),
    ],
)
def test_a_history_with_numbers_that_are_none(tmp_path, row, message):
    """A column may be undefined; when and in which step it is may not."""
    (tmp_path / history.FILE).write_text(f"step [-],time [s],protocol step [-],pressure\n{row}\n")
    with pytest.raises(FemAsslbError, match=message):
        history.read_history(tmp_path)
    (tmp_path / history.FILE).write_text("step [-],time [s],protocol step [-],pressure\n1,1,0,nan\n")
    assert np.isnan(history.read_history(tmp_path)["pressure"][0])
