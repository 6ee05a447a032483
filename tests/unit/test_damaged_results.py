"""Results that something else has changed: what is wrong is one line, and nothing is written over it."""

import copy
import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.app.earlier_results import State, earlier_run
from fem_asslb.app.results_folder import check_folder
from fem_asslb.base.endings import COMPLETE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.reading.reader import read_case
from fem_asslb.diagnostics.columns import CELL_VOLTAGE, STACK_PRESSURE
from fem_asslb.fields import names as field_names
from fem_asslb.output import checkpoint, collection, history, names, particle_table, record, vtu
from fem_asslb.output.checkpoint_schema import check_names, checksum
from fem_asslb.output.resolved import resolved_table
from fem_asslb.output.written_lines import check_written_lines, still_written, warn_of_lost_lines, written_lines
from fem_asslb.plotting.curves import draw_curves
from fem_asslb.plotting.snapshots import read_snapshot
from fem_asslb.plotting.style import Gallery

pytestmark = pytest.mark.serial  # files only: nothing parallel in it

ROOT = Path(__file__).parents[2]

GOOD = {
    "format": checkpoint.FORMAT,
    "folder": "000003",
    "clock": {"time": 60.0, "index": 3, "loading.stage": 1},
    "controls": {"voltage": 3.0},
    "scalars": {"state.platen position": 0.1},
    "tables": {},
    "written": {"history.csv": {"lines": 0, "columns": 3, "checksum": "0a"}},
    "identity": {"case": {"geometry": {}}, "mesh": "0a", "files": {}},
}
GOOD["checksum"] = checksum(GOOD)

CHANGES = [
    (("folder",), 5, "folder is 5; expected six digits"),
    (("folder",), "../../../tmp", "folder is '../../../tmp'"),
    (("folder",), "\x1b[31m", r"folder is '\\x1b\[31m'"),
    (("clock", "index"), "1", "index is '1'; expected a whole number"),
    (("clock", "index"), True, "index is True"),
    (("clock",), {}, "clock.index is None; expected a whole number"),
    (("clock",), [], r"clock is \[\]; expected a table"),
    (("clock", "index"), "a\x1b", "clock.index is"),
    (("clock", "index"), float("nan"), "clock.index is nan"),
    (("clock", "loading.stage"), -1, "clock.loading.stage is -1"),
    (("clock", "time"), float("inf"), "clock.time is inf; expected a finite number"),
    (("controls",), 3, "controls is 3; expected a table"),
    (("controls", "voltage"), "x" * 1000, r"controls.voltage is 'x+\.\.\.; expected a finite number"),
    (("controls", "\x1b" * 1000), "x", r"controls.\\x1b.*expected a finite number"),
    (("scalars", "state.platen position"), None, "scalars.state.platen position is None; expected a finite number"),
    (("tables",), [], r"tables is \[\]; expected a table"),
    (("written",), 5, "written is 5; expected a table"),
    (("written", "history.csv"), 5, "written.history.csv is 5; expected lines, columns and checksum of one of h"),
    (("written", "../x.csv"), {"lines": 1, "columns": 3, "checksum": ""}, r"written.*x.csv is .*; expected lines"),
    (("written", "history.csv", "columns"), 3.0, "written.history.csv is .*; expected lines"),
    (("written", "history.csv", "lines"), -1, "written.history.csv is .*; expected lines"),
    (("written", "history.csv", "checksum"), 1, "written.history.csv is .*; expected lines"),
    (("checksum",), 5, "checksum is 5; expected a text"),
    (("identity",), [], "identity is"),
    (("identity", "case"), 5, "identity.case is 5; expected a table"),
    (("identity", "files"), None, "identity.files is None; expected a table"),
    (("identity", "mesh"), 1, "identity.mesh is 1; expected a text"),
]


def results_with(tmp_path, latest):
    (tmp_path / checkpoint.FOLDER).mkdir()
    (tmp_path / checkpoint.FOLDER / checkpoint.LATEST).write_text(json.dumps(latest))
    return tmp_path


def message(raises, *arguments):
    with pytest.raises(FemAsslbError) as caught:
        raises(*arguments)
    text = str(caught.value)
    assert text.isprintable() and len(text) <= 300 + len(str(arguments[0]))
    return text


@pytest.mark.parametrize(("keys", "value", "words"), CHANGES)
def test_a_checkpoint_says_numbers_and_tables_where_they_belong(keys, value, words, tmp_path):
    latest = copy.deepcopy(GOOD)
    place = latest
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    folder = results_with(tmp_path, latest)
    with pytest.raises(FemAsslbError, match=words):
        checkpoint.read_latest(folder)
    message(checkpoint.read_latest, folder)


def test_a_sound_checkpoint_is_read_and_lacks_nothing_that_the_run_needs(tmp_path):
    latest = checkpoint.read_latest(results_with(tmp_path, GOOD))
    assert latest == GOOD
    check_names(tmp_path, "clock", latest["clock"], ["time", "index"])
    with pytest.raises(FemAsslbError, match="there is no clock.next step"):
        check_names(tmp_path, "clock", latest["clock"], ["time", "next step"])


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"versions": {"fem-asslb": "0.1.7"}}, "format 3 of checkpoints, by fem_asslb 0.1.7; fem_asslb .* reads"),
        ({"versions": {"fem-asslb": "not installed"}}, "format 3 of checkpoints, before version 0.2.0; "),
        ({"versions": 5}, "by a version that is not known; "),
        (None, "by a version that is not known; "),
    ],
)
def test_a_checkpoint_of_another_version_is_refused_with_its_name(part, words, tmp_path):
    folder = results_with(tmp_path, {**GOOD, "format": 3})
    if part is not None:
        (folder / record.FILE).write_text(json.dumps({"case": {}, "runs": [part]}))
    with pytest.raises(FemAsslbError, match=words):
        checkpoint.read_latest(folder)
    message(checkpoint.read_latest, folder)


def test_the_first_checkpoints_had_no_number(tmp_path):
    folder = results_with(tmp_path, {key: value for key, value in GOOD.items() if key != "format"})
    assert "was written in format 0 of checkpoints" in message(checkpoint.read_latest, folder)


def test_half_a_row_of_particles_is_no_row_of_an_earlier_step(tmp_path):
    """The disk was full after the first digit of step 12."""
    path = tmp_path / particle_table.FILE
    path.write_text(",".join(particle_table.COLUMNS) + "\n8,0.5,1,p,1,1,1,1,1\n1")
    assert particle_table.lines_until(path, 10) == ["8,0.5,1,p,1,1,1,1,1"]


HISTORY = f"{history.STEP},{history.TIME},{history.STAGE}\n"
TABLES = [
    (history.FILE, b"\xff\xfe,x\n1,2\n", "is no table of numbers"),
    (history.FILE, f"{HISTORY}1,0,x\x1b\n".encode(), r"could not convert string to float: 'x\\x1b'"),
    (history.FILE, b"x" * 200_000 + b"\n1\n", "field larger than"),
    (history.FILE, b"a,b\n1,2\n", r"has no column 'step \[-\]'"),
    (history.FILE, f"{HISTORY}1,0,1\n".replace("time", "tima").encode(), r"has no column 'time \[s\]'"),
    (particle_table.FILE, b"step\nx,1\n", "is no table of particles"),
    (particle_table.FILE, b"\xff\n", "is no table of particles"),
    (record.FILE, b'{"case": 5, "runs": 5}', "is damaged: expected a table 'case' and tables in 'runs'"),
    (record.FILE, b'{"case": {}, "runs": [5]}', "is damaged"),
    (names.COLLECTION, b'<a><DataSet timestep="1" file="/etc/passwd"/></a>', "lists '/etc/passwd' at 1 s"),
    (names.COLLECTION, b'<a><DataSet timestep="1" file="fields/../x.vtu"/></a>', "lists 'fields/../x.vtu'"),
    (names.COLLECTION, b'<a><DataSet timestep="1" file="fields/x.vtu"/></a>', "expected the number of a step"),
    (names.INTERFACE_COLLECTION, b'<a><DataSet timestep="nan" file="fields/1.vtu"/></a>', "at nan s"),
]


@pytest.mark.parametrize(("name", "content", "words"), TABLES)
def test_a_run_does_not_go_on_from_damaged_tables(name, content, words, tmp_path):
    folder = results_with(tmp_path, GOOD)
    (folder / name).write_bytes(content)
    with pytest.raises(FemAsslbError, match=words):
        check_folder(folder, resume=True, overwrite=False)
    message(check_folder, folder, True, False)
    assert (folder / name).read_bytes() == content


ROWS = "1,0.5,1\n2,0.75,1\n3,1.0,1\n"


@pytest.mark.parametrize(
    ("content", "is_refused"),
    [
        (HISTORY + ROWS, False),
        (HISTORY + ROWS + "4,1.5,2\n", False),  # steps after the checkpoint
        (HISTORY.replace("\n", ",new\n") + ROWS.replace("\n", ",nan\n"), False),  # a column that came later
        (HISTORY + "1,0.5,1\n2,0.7", False),  # a loss of power; told elsewhere
        (HISTORY + ROWS.replace("0.75", "0.76"), True),
        (HISTORY + ROWS.replace("0.75", "0.750"), True),
        (HISTORY + ROWS.replace("3,1.0", "2,1.0"), True),
        (HISTORY.replace("time", "Time") + ROWS, True),
        (HISTORY + "1,0.5,1\n" + ROWS, True),
    ],
)
def test_rows_are_those_that_a_checkpoint_counts_on(content, is_refused, tmp_path):
    (tmp_path / history.FILE).write_text(HISTORY + ROWS)
    saved = written_lines(tmp_path)
    assert {name: (told["lines"], told["columns"]) for name, told in saved.items()} == {history.FILE: (4, 3)}
    (tmp_path / history.FILE).write_text(content)
    if is_refused:
        assert "has been changed: it is not what the run had written" in message(check_written_lines, tmp_path, saved)
    else:
        check_written_lines(tmp_path, saved)


def test_files_of_fields_that_a_checkpoint_counts_on_are_listed(tmp_path):
    path = tmp_path / names.COLLECTION
    entries = [(0.0, "fields/000001.vtu"), (1.0, "fields/000002.vtu"), (2.0, "fields/000003.vtu")]
    collection.write_collection(path, entries[:2])
    saved = written_lines(tmp_path)
    collection.write_collection(path, entries)
    check_written_lines(tmp_path, saved)
    collection.write_collection(path, [*entries[:1], (1.5, "fields/000002.vtu")])
    assert "fields.pvd' has been changed" in message(check_written_lines, tmp_path, saved)
    collection.write_collection(path, entries[:2])
    path.write_text(path.read_text().replace("/>\n<D", '/>,<DataSet timestep="9" file="fields/000001.vtu"/>\n<D', 1))
    assert "fields.pvd' has been changed" in message(check_written_lines, tmp_path, saved)


def test_a_last_checkpoint_that_is_gone_leaves_the_one_before(tmp_path):
    folder = results_with(tmp_path, GOOD) / checkpoint.FOLDER
    (folder / checkpoint.LATEST).rename(folder / checkpoint.PREVIOUS)
    with pytest.raises(FemAsslbError, match="nothing to resume, --resume-previous takes the checkpoint before"):
        checkpoint.read_latest(folder.parent)


@pytest.mark.parametrize("name", ["run.log", history.FILE])
def test_a_run_does_not_add_to_a_pipe(name, tmp_path):
    folder = results_with(tmp_path, GOOD)
    os.mkfifo(folder / name)
    with pytest.raises(FemAsslbError, match="is a link or no file"):
        check_folder(folder, resume=True, overwrite=False)


def test_the_columns_that_are_drawn_are_asked_for_by_name(tmp_path):
    case = {"protocol": {"steps": ["charge at 1C until 1 h"]}, "geometry": {}}
    (tmp_path / record.FILE).write_text(json.dumps({"case": case, "runs": []}))
    for heading, missing in ((f"{CELL_VOLTAGE},{history.STAGE},a", history.TIME), (HISTORY.strip(), STACK_PRESSURE)):
        (tmp_path / history.FILE).write_text(f"{heading}\n1,1,1\n")
        assert f"has no column '{missing}'" in message(draw_curves, tmp_path, Gallery(tmp_path, "png"))


@pytest.mark.parametrize("case", [5, {}, {"protocol": {"steps": [" "]}, "geometry": {}}, {"protocol": 1}])
def test_a_record_without_a_protocol_is_not_drawn(case, tmp_path):
    (tmp_path / record.FILE).write_text(json.dumps({"case": case, "runs": []}))
    (tmp_path / history.FILE).write_text(f"{HISTORY}1,0,1\n")
    assert "is damaged" in message(draw_curves, tmp_path, Gallery(tmp_path, "png"))


def fields_of(folder):
    """A file of fields of one triangle, and where it is listed."""
    (folder / names.FOLDER).mkdir()
    file = folder / names.FOLDER / "000001.vtu"
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    cells = {names.ROLE: np.zeros(1, np.int32), names.REGION: np.zeros(1, np.int32), names.AXIS: np.zeros((1, 3))}
    vtu.write_cells(MPI.COMM_SELF, file, points, 3, {field_names.STOICHIOMETRY: np.ones(3)}, cells)
    collection.write_collection(folder / names.COLLECTION, [(0.0, f"{names.FOLDER}/000001.vtu")])
    return file


DAMAGES = [
    (lambda content: b"", "is damaged"),
    (lambda content: b"\0\1\2" * 1000, "is damaged"),
    (lambda content: content[: len(content) // 2], "is damaged"),
    (lambda content: content.replace(b'NumberOfPoints="', b'NumberOfPoints="9'), "is damaged"),
    (lambda content: content.replace(b'"role"', b'"rolx"'), "has no data 'role' of its cells"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
def test_damaged_fields_are_one_line_and_vtk_says_nothing(damage, words, tmp_path, capfd):
    file = fields_of(tmp_path)
    assert read_snapshot(tmp_path, 0.0).mean(field_names.STOICHIOMETRY) == 1.0
    file.write_bytes(damage(file.read_bytes()))
    assert words in message(read_snapshot, tmp_path, 0.0)
    out, err = capfd.readouterr()
    assert not out and not err


def test_a_field_that_is_missing_is_named(tmp_path):
    fields_of(tmp_path)
    with pytest.raises(FemAsslbError, match="have no 'von Mises"):
        read_snapshot(tmp_path, 0.0).field(names.VON_MISES)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f"{ROWS}4,2.0,1\n", None),
        ("1,0.5,1\n", "history.csv' has 2 of the 4 lines before the checkpoint"),
        (None, "history.csv' is missing"),
    ],
)
def test_lines_that_a_table_has_lost_are_told(rows, words, tmp_path, caplog):
    """A loss of power, or another program, has taken them."""
    path = tmp_path / history.FILE
    path.write_text(HISTORY + ROWS)
    saved = written_lines(tmp_path)
    path.write_text(HISTORY + rows) if rows else path.unlink()
    warn_of_lost_lines(tmp_path, saved)
    assert words in caplog.text if words else not caplog.text
    assert still_written(tmp_path, saved) == ({} if words else saved)


def test_a_run_that_a_full_disk_has_ended_goes_on(tmp_path):
    """Where a study is started again."""
    case = read_case(ROOT / "cases" / "column")
    identity = {"case": resolved_table(case), "files": {}}
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "history.csv")
    results_with(tmp_path, GOOD)
    with pytest.raises(OSError), record.RunRecord(tmp_path, MPI.COMM_SELF, identity, [], record.Stopwatch()) as noted:
        noted.write()
        raise error
    assert record.read_record(tmp_path)["runs"][-1]["end"] == (
        "a file cannot be used: 'history.csv': No space left on device"
    )
    earlier = earlier_run(tmp_path, case, {})
    assert earlier.state is State.INTERRUPTED and earlier.has_checkpoint


@pytest.mark.parametrize(("name", "text"), [(record.FILE, "{]"), (history.FILE, ""), (history.FILE, HISTORY)])
def test_results_that_cannot_be_read_have_failed_and_hold_up_no_study(name, text, tmp_path):
    case = read_case(ROOT / "cases" / "column")
    content = {"case": resolved_table(case), "files": {}, "runs": [{"end": COMPLETE}]}
    (tmp_path / record.FILE).write_text(json.dumps(content))
    (tmp_path / history.FILE).write_text(f"{HISTORY}1,1,1\n")
    assert earlier_run(tmp_path, case, {}).state is State.COMPLETE
    (tmp_path / name).write_text(text)
    earlier = earlier_run(tmp_path, case, {})
    assert earlier.state is State.FAILED and name in earlier.end


def test_a_finished_run_that_has_lost_rows_is_none(tmp_path):
    """A cut history would be the whole one of a shorter run."""
    case = read_case(ROOT / "cases" / "column")
    content = {"case": resolved_table(case), "files": {}, "runs": [{"end": COMPLETE, "last step": 2}]}
    (tmp_path / record.FILE).write_text(json.dumps(content))
    (tmp_path / history.FILE).write_text(f"{HISTORY}1,1,1\n2,2,1\n")
    assert earlier_run(tmp_path, case, {}).state is State.COMPLETE
    for lost in ("1,1,1\n", "1,1,1\n2,2"):
        (tmp_path / history.FILE).write_text(HISTORY + lost)
        with pytest.raises(FemAsslbError, match="has lost rows: it ends with step 1, and the run with 2"):
            history.read_history(tmp_path)
        assert earlier_run(tmp_path, case, {}).state is State.FAILED
