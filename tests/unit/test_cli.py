"""The command line: exit codes, messages from one rank, and what each command leaves behind."""

import logging
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from fem_asslb.app import cli, log, progress_bar, step_log
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials import library
from tests.launching import environment, mpirun
from tests.support import record_of
from tests.unit.conftest import COLUMN

ROOT = Path(__file__).parents[2]
CASES = ROOT / "cases"


@pytest.fixture
def one_process(monkeypatch):
    """As if no launcher had started this process."""
    for name in ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.serial
def test_check_imports_no_finite_element_library():
    program = (
        "import sys; from fem_asslb.app.cli import main; code = main(sys.argv[1:]);"
        "print([m for m in ('dolfinx', 'ufl', 'gmsh', 'mpi4py', 'pyvista') if m in sys.modules], code)"
    )
    command = [sys.executable, "-c", program, "check", str(CASES / "zhang2026-hb")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert "areal loading" in done.stdout


@pytest.mark.serial
def test_importing_the_package_starts_nothing():
    program = "import sys, fem_asslb; print([m for m in ('dolfinx', 'mpi4py', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.serial
def test_check_names_all_mistakes_at_once(one_process, capsys):
    code = cli.main(["check", str(CASES / "column"), "--set", "fixture.kind=soft", "--set", "geometry.with=1"])
    assert code == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["geometry.with", "fixture.kind"]
    assert lines[2] == "2 mistakes"


@pytest.mark.serial
def test_a_rank_but_the_first_says_nothing(monkeypatch, capsys):
    monkeypatch.setenv("OMPI_COMM_WORLD_RANK", "1")
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    assert cli.main(["check", str(CASES / "column")]) == 0
    with pytest.raises(SystemExit) as leaving:
        cli.main(["run"])
    assert leaving.value.code == 2
    assert capsys.readouterr() == ("", "")


@pytest.mark.serial
@pytest.mark.parametrize(
    ("variables", "speaks"),
    [
        ({"SLURM_PROCID": "1"}, True),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "8"}, True),
        ({"SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "8"}, False),
        ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "8"}, True),
        ({"PMI_RANK": "1", "PMI_SIZE": "2"}, False),
        ({"PMIX_RANK": "1"}, True),
        ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "1"}, True),
        (
            {
                "OMPI_COMM_WORLD_RANK": "0",
                "OMPI_COMM_WORLD_SIZE": "2",
                "SLURM_PROCID": "1",
                "SLURM_STEP_NUM_TASKS": "2",
            },
            True,
        ),
    ],
)
def test_only_one_of_several_processes_speaks(one_process, monkeypatch, capsys, variables, speaks):
    """A rank alone says nothing about the others: a shell that a batch system has started has one too."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["check", str(CASES / "column")]) == 0
    assert bool(capsys.readouterr().out) == speaks


@pytest.mark.serial
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["walk"],
        ["run"],
        ["run", "x", "--resume", "--overwrite"],
        ["run", "x", "--foo"],
        ["run", "x", "--results", ""],
    ],
)
def test_a_wrong_command_line_is_one_line_and_code_two(one_process, capsys, arguments):
    with pytest.raises(SystemExit) as leaving:
        cli.main(arguments)
    assert leaving.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.serial
@pytest.mark.parametrize(
    "command",
    [
        [],
        ["new"],
        ["check"],
        ["mesh"],
        ["run"],
        ["converge"],
        ["plot"],
        ["compare"],
        ["report"],
        ["watch"],
        ["export"],
        ["materials"],
    ],
)
def test_every_help_can_be_read(capsys, command):
    with pytest.raises(SystemExit) as leaving:
        cli.main([*command, "--help"])
    assert leaving.value.code == 0
    assert "usage: fem-asslb" in capsys.readouterr().out


@pytest.mark.serial
def test_a_new_case_is_the_same_case_elsewhere(one_process, tmp_path, capsys):
    source = CASES / "feng2026-lto-125"
    assert cli.main(["new", str(tmp_path / "a" / "mine"), "--like", str(source)]) == 0
    assert read_case(tmp_path / "a" / "mine") == read_case(source)
    assert cli.main(["new", str(tmp_path / "a" / "mine"), "--like", str(source)]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.serial
def test_a_new_case_has_a_name_that_can_be_shown(one_process, tmp_path, capsys):
    assert cli.main(["new", str(tmp_path / "a\x1bb"), "--like", str(CASES / "column")]) == 2
    assert "b': cannot be the name of a directory" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_new_case_keeps_comments_and_readme(one_process, tmp_path, capsys):
    """The case is the same to the letter but for its paths; the README says whose figures it has."""
    source, copy = CASES / "first", tmp_path / "mine"
    assert cli.main(["new", str(copy), "--like", str(source)]) == 0
    old, new = ((folder / "case.toml").read_text().splitlines() for folder in (source, copy))
    changed = [line for line, other in zip(old, new, strict=True) if line != other]
    assert changed == ['extends = "../zhang2026-hb"'] and any("#" in line for line in new)
    title, _, origin, _, *rest = (copy / "README.md").read_text().splitlines()
    assert title == "# mine" and origin.startswith("Started as a copy of `first`; ")
    assert rest == (source / "README.md").read_text().splitlines()[2:]


@pytest.mark.serial
def test_a_readme_that_cannot_be_read_is_told_and_none_is_no_mistake(one_process, tmp_path, capsys):
    source = tmp_path / "source"
    source.mkdir()
    (source / "case.toml").write_text(COLUMN)
    assert cli.main(["new", str(tmp_path / "one"), "--like", str(source)]) == 0
    assert (tmp_path / "one" / "README.md").read_text() == "# one\n\nStarted as a copy of `source`.\n"
    (source / "README.md").write_bytes(b"\xff")
    assert cli.main(["new", str(tmp_path / "two"), "--like", str(source)]) == 2
    assert "README.md: cannot be read: invalid start byte at byte 0" in capsys.readouterr().err
    assert not (tmp_path / "two").exists()


def test_bad_input_of_a_run_touches_nothing_and_is_told_once(column, comm, capfd):
    assert cli.main(["run", str(column), "--set", "fixture.kind=soft"]) == 2
    told = comm.allgather(capfd.readouterr().err.count("fixture.kind"))
    assert told == [1] + [0] * (comm.size - 1)
    comm.Barrier()
    assert sorted(path.name for path in column.iterdir()) == ["case.toml"]


def test_a_run_writes_its_results_and_does_not_overwrite_them(column, comm, capfd):
    assert cli.main(["run", str(column)]) == 0
    out = comm.allgather(capfd.readouterr().out)
    assert "press to 10 MPa in 1 min" in out[0] and "results in" in out[0]
    assert not any(out[1:])
    expected = {"history.csv", "fields.pvd", "run.json", "run.log", "ro-crate-metadata.json"}
    assert expected <= {p.name for p in (column / "results").iterdir()}
    assert cli.main(["run", str(column)]) == 2
    assert comm.allgather("--overwrite" in capfd.readouterr().err)[0]


@pytest.mark.serial
def test_a_run_that_stops_early_says_so(one_process, shared_path, capsys, monkeypatch):
    from fem_asslb.base.errors import ConvergenceError
    from fem_asslb.solve.newton import NewtonSolver

    def fail(self):
        raise ConvergenceError("no")

    (shared_path / "case.toml").write_text(COLUMN)
    monkeypatch.setattr(NewtonSolver, "solve", fail)
    assert cli.main(["run", str(shared_path)]) == 3
    assert "stopped in 'press to 10 MPa in 1 min'" in (shared_path / "results" / "run.json").read_text()


@pytest.mark.serial
def test_mesh_prints_the_report_and_draws(one_process, shared_path, capsys):
    (shared_path / "case.toml").write_text(COLUMN)
    assert cli.main(["mesh", str(shared_path)]) == 0
    assert "elements of order 1 in 2D" in capsys.readouterr().out
    assert {path.suffix for path in (shared_path / "mesh").iterdir()} >= {".msh", ".txt", ".png"}


@pytest.mark.serial
def test_every_command_may_be_started_on_several_ranks(shared_path):
    (shared_path / "case.toml").write_text(COLUMN)
    for arguments in (
        ["check", shared_path],
        ["mesh", shared_path],
        ["new", shared_path / "new", "--like", shared_path],
    ):
        command = [*mpirun(2), sys.executable, "-m", "fem_asslb", *map(str, arguments)]
        # Ranks that wait for one another would do so for ever.
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("case.toml: edit it") == (arguments[0] == "new")
    assert len(list((shared_path / "mesh").glob("*.png"))) == 1


@pytest.mark.serial
def test_what_the_command_line_gives_is_shown_as_text(one_process, tmp_path, capsys):
    (tmp_path / "case.toml").write_text(COLUMN)
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / f"\x1b[31m{'x' * 2000}"
    assert cli.main(["run", str(tmp_path), "--results", str(folder)]) in (2, 3)
    (line,) = capsys.readouterr().err.rstrip("\n").split("\n")
    assert line.isprintable() and len(line) <= 300


@pytest.mark.serial
def test_columns_of_the_log_line_up():
    scalars = {"stoichiometry mean [-]": 0.5, "cell voltage [V]": 2.75, "stack pressure [MPa]": 81.0}
    records = [replace(record_of(index, scalars), time=3600.0 * index) for index in (1, 999)]
    lines = [step_log.heading(records[0]), *map(step_log.line, records)]
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split() == ["1", "1.00000", "0.5000", "2.7500", "81.0000", "3", "10"]


@pytest.mark.serial
def test_the_log_explains_each_of_its_columns_once(caplog):
    """Those of a mechanical case are fewer; a step over failed attempts says how many."""
    caplog.set_level("INFO")
    lines = step_log.StepLog()
    simulation = SimpleNamespace(case=SimpleNamespace(protocol=SimpleNamespace(steps=("press", "rest"))))
    records = [replace(record_of(1, {"stack pressure [MPa]": 81.0}), stage=stage, rejected=2) for stage in (0, 1)]
    for record in records:
        lines.step(simulation, record)
    first, *explained = step_log.legend(records[0])
    assert caplog.messages[: len(explained) + 1] == [first, *explained] and caplog.messages.count(first) == 1
    names = [name for name, *_ in (text.strip().split("  ") for text in explained)]
    assert names == ["step", "time [h]", "pressure [MPa]", "Newton", "step [s]"]
    assert step_log.heading(records[0]).split() == " ".join(names).split()
    assert caplog.messages[-1].endswith(" (+2)")


@pytest.mark.serial
def test_a_run_goes_on_when_the_reader_of_its_output_goes(shared_path):
    (shared_path / "case.toml").write_text(COLUMN)
    command = [sys.executable, "-m", "fem_asslb", "run", str(shared_path), "--set", "output.pictures=false"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.close()
        assert run.wait() == 0
        assert run.stderr.read() == ""
    assert "end of protocol" in (shared_path / "results" / "run.log").read_text()
    assert "free boundaries: none" in (shared_path / "results" / "run.log").read_text()


@pytest.mark.serial
def test_warnings_are_kept_once_and_the_logger_is_left_as_it_was(tmp_path):
    package, warnings = logging.getLogger("fem_asslb"), log.WarningList()
    before = package.level, package.propagate, list(package.handlers)
    file = log.LogFile()
    with log.logging_to(warnings, file):
        logging.getLogger("fem_asslb.early").info("chosen before there is a folder")
        file.open(tmp_path / "run.log", append=False)
        for _ in range(2):
            logging.getLogger("fem_asslb.test").warning("doubtful")
        logging.getLogger("fem_asslb.test").info("fine")
    assert warnings.messages == ["doubtful"]
    text = (tmp_path / "run.log").read_text()
    assert text.count("doubtful") == 2 and text.count("chosen before") == 1
    assert (package.level, package.propagate, list(package.handlers)) == before


@pytest.mark.serial
def test_the_log_says_what_a_press_has_made_of_powder():
    names = ("mean", "min", "max")
    scalars = {
        f"separator relative density {name} [-]": value for name, value in zip(names, (0.8, 0.79, 0.81), strict=True)
    }
    scalars |= {"separator hydrostatic stress mean [MPa]": -140.0, "platen displacement [um]": -20.5}
    powder, thickness = step_log.pressed(scalars)
    assert powder == "separator: relative density 0.8000 (0.7900 to 0.8100), hydrostatic stress -140 MPa in the mean"
    assert thickness == "thickness of the stack: -20.5 um since the start"
    assert step_log.pressed({"platen displacement [um]": -1.0}) == []


@pytest.mark.serial
def test_materials_are_listed_and_shown_with_their_sources(one_process, capsys):
    """What is shown is a material of a case."""
    assert cli.main(["materials"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(library.names())
    assert any(line.startswith("ncm85") and line.endswith("(host)") for line in listed)
    for name in library.names():
        assert cli.main(["materials", name]) == 0
        shown = tomllib.loads(capsys.readouterr().out)
        assert "source" in next(value for value in shown.values() if isinstance(value, dict))
        assert library.resolve(shown, f"materials.{name}").elasticity == library.load(name).elasticity
    assert cli.main(["materials", "cheese"]) == 2
    assert capsys.readouterr().err.startswith("NAME: no material 'cheese' in the library; accepted: carbon")


@pytest.mark.serial
def test_a_run_says_once_in_a_minute_how_far_it_is(monkeypatch, caplog):
    """Of a protocol of ten hours, two are done after one minute: four are left, and nothing more is said before."""
    clock = iter([0.0, 0.0, 30.0, 60.0, 70.0, 121.0])
    monkeypatch.setattr(progress_bar, "hours_at_equilibrium", lambda case: 10.0)
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(clock))
    caplog.set_level("INFO")
    lines = progress_bar.ProgressLines(None)
    lines.start(SimpleNamespace(time=0.0))
    for hours in (1.0, 2.0, 3.0, 12.0):
        lines.step(None, SimpleNamespace(time=3600.0 * hours))
    assert caplog.messages == ["20 % of the protocol, about 4 min to go", "99 % of the protocol, about 0 min to go"]


@pytest.mark.serial
def test_a_run_without_a_step_has_nothing_to_draw(column, capsys):
    """Nor does it say that it has no pictures."""
    never = ["--set", "solver.petsc={snes_max_it=1, snes_atol=0.0}", "--set", "time.smallest_step=10 s"]
    assert cli.main(["run", str(column), "--set", "output.pictures=true", *never]) == 3
    said = "".join(capsys.readouterr())
    assert "ended: stopped in" in said and "pictures" not in said and not (column / "results" / "pictures").exists()


@pytest.mark.serial
@pytest.mark.parametrize("command", ["check", "run", "mesh"])
def test_words_that_are_no_text_are_refused(column, capsys, command):
    r"""A byte that is not UTF-8, as Python hands it on; escape codes of a terminal are shown as text."""
    for words in (["--set", "case.title=\udcff"], ["\udcfe"], ["--strange", "\x1b[31m"]):
        with pytest.raises(SystemExit) as ended:
            cli.main([command, str(column), *words])
        said = capsys.readouterr().err
        assert ended.value.code == 2 and said.count("\n") == 1 and said.isascii() and "\x1b" not in said
