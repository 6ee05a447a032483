"""The cases of a study run by Snakemake: what is finished stays, what is not is run, and what came of all is told."""

import csv
import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from fem_asslb.app import cli, study_report, sweep, workflow
from fem_asslb.app.earlier_results import State
from fem_asslb.app.end_request import EndRequest
from fem_asslb.app.sweep_plan import FOLDER, plan
from fem_asslb.report import FILE as PAGE
from fem_asslb.sweep.designs import points_of
from fem_asslb.sweep.page_of_runs import views_of
from fem_asslb.sweep.reading import is_study, read_study
from tests.unit.test_report import HOSTILE, Page

pytestmark = [pytest.mark.serial, pytest.mark.slow]

CASES = Path(__file__).parents[2] / "cases"

STUDY = f"""
[study]
title = "Fixture and pressure"
base = "{CASES / "column"}"
columns = ["platen displacement [um]", "no such column [-]"]

[axes.k]
key = "fixture.stiffness"
values = ["0.1 MPa/um", "0.2 MPa/um"]

[changes.protocol]
steps = ["press to 81 MPa in 1 min"]

[runs]
jobs = 2
"""


def planned(folder):
    """Cases of a study by name, as they are now."""
    study = read_study(folder)
    cases = plan(study, points_of(study), folder / FOLDER, {})
    return study, {case.variant.name: case for case in cases}


def states(folder):
    """State of each case."""
    return {name: case.earlier.state for name, case in planned(folder)[1].items()}


def end(folder, name, text):
    """Let a run have ended in another way."""
    path = folder / FOLDER / name / "results" / "run.json"
    record = json.loads(path.read_text())
    record["runs"][-1]["end"] = text
    path.write_text(json.dumps(record))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study that has been run."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.toml").write_text(STUDY)
    assert cli.main(["sweep", str(folder)]) == 0
    return folder


@pytest.fixture
def asked(monkeypatch):
    """Jobs that would have been run, in place of running them."""
    found = []
    monkeypatch.setattr(
        sweep, "run_workflow", lambda folder, *_: found.append(json.loads((folder / workflow.SETTINGS).read_text()))
    )
    return found


def test_every_case_is_run_on_one_mesh_and_stands_in_the_table(folder):
    assert states(folder) == {"k-0.1": State.COMPLETE, "k-0.2": State.COMPLETE}
    assert len(list((folder / FOLDER / "mesh").glob("*.msh"))) == 1
    assert not list((folder / FOLDER).glob("k-*/mesh"))
    with (folder / FOLDER / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["k [MPa/um]"]) for row in rows] == [0.1, 0.2]
    assert [row["end"] for row in rows] == ["end of protocol"] * 2
    assert all(float(row["platen displacement [um]"]) < 0.0 and float(row["wall time [s]"]) > 0.0 for row in rows)
    assert (folder / FOLDER / "effects.csv").read_text().startswith("outcome,axis,measure,value,least,most\n")


def test_what_is_finished_is_not_run_again(folder, asked, capsys):
    assert cli.main(["sweep", str(folder)]) == 0
    assert not asked
    said = capsys.readouterr().out
    assert "2 cases: 2 finished\n" in said and "warning: no case has a column 'no such column [-]'" in said


def test_what_failed_or_was_interrupted_is_run_again_and_listed(folder, asked, capsys):
    end(folder, "k-0.1", "the smallest step failed")
    end(folder, "k-0.2", "postponed: SIGTERM ends it")
    try:
        assert states(folder) == {"k-0.1": State.FAILED, "k-0.2": State.INTERRUPTED}
        assert planned(folder)[1]["k-0.2"].earlier.has_checkpoint
        assert cli.main(["sweep", str(folder)]) == 3
    finally:
        for name in ("k-0.1", "k-0.2"):
            end(folder, name, "end of protocol")
    assert asked[0]["cases"] == ["k-0.1", "k-0.2"]
    said = capsys.readouterr().out
    assert "k-0.1: failed (the smallest step failed), will be run again" in said
    assert "2 of 2 cases have not come to their end" in said


def test_a_page_tells_of_the_study(folder, tmp_path, capsys):
    """What failed with its reason, what came of the others, links to the runs; titles and reasons are text."""
    before, place = (folder / "study.toml").read_text(), tmp_path / "pages" / "a.html"
    place.parent.mkdir()
    title = json.dumps(HOSTILE)
    (folder / "study.toml").write_text(before.replace('"Fixture and pressure"', title))
    end(folder, "k-0.2", f"failed {HOSTILE}")
    try:
        assert cli.main(["report", str(folder), "--output", str(place), "--at", "end"]) == 0
    finally:
        end(folder, "k-0.2", "end of protocol")
        (folder / "study.toml").write_text(before)
    assert capsys.readouterr().out == f"{place}\n"
    page, shown = Page(place.read_text()), HOSTILE.replace("\x1b", "\\x1b")
    assert not page.open and not {"script", "iframe", "object", "link", "form"} & set(page.tags)
    assert page.texts.count(shown) == 3 and "2: 1 finished, 1 failed" in page.texts
    assert any(text.startswith(f"failed {shown} (") for text in page.texts)
    links = [value for name, value in page.attributes if name == "href"]
    assert len(links) == 3 and {(place.parent / link).resolve() for link in links} == {
        folder / FOLDER / name / "results" for name in ("k-0.1", "k-0.2")
    }
    study, cases = planned(folder)
    moved = sweep.trial_of(study, cases["k-0.1"]).outputs["platen displacement [um]"]
    assert f"{moved:.6g}" in page.texts and "platen displacement [um]" in page.texts
    assert "they need all cases at their end" in page.texts
    # Curves of the runs, the colours and the picture of the one that is finished.
    assert page.tags.count("img") == 3 and all(
        picture.startswith((b"<?xml", b"\x89PNG")) for picture in page.pictures()
    )


def test_the_pictures_of_a_study_are_files_too(folder, tmp_path, capsys, monkeypatch):
    """Those of `fem_asslb.sweep.pictures.draw`; nothing varies in this study, and there are none of it."""
    monkeypatch.setattr(study_report, "draw", lambda study, trials, gallery: [gallery.file(str(len(trials)))])
    words = ["report", str(folder), "--output", str(tmp_path / "page.html"), "--figures", str(tmp_path / "figures")]
    for more, name in (([], "2.pdf"), (["--format", "svg"], "2.svg")):
        assert cli.main([*words, *more]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == [str(tmp_path / "figures" / name)]
    assert (tmp_path / "figures").is_dir()


def test_a_page_tells_of_several_studies_with_fields_to_turn(folder, tmp_path, capsys):
    """The same study twice; each run of both has a view of its own."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    text = (other / "study.toml").read_text()
    (other / "study.toml").write_text(text.replace("Fixture and pressure", "Another question"))
    place, figures = tmp_path / "page.html", tmp_path / "figures"
    words = [str(folder), str(other), "--interactive", "--output", str(place), "--figures", str(figures)]
    assert cli.main(["report", *words]) == 0
    assert capsys.readouterr().out == f"{place}\n" and sorted(path.name for path in figures.iterdir()) == ["1", "2"]
    page = Page(place.read_text())
    assert {"2 studies", "Fixture and pressure", "Another question"} <= set(page.texts)
    assert page.tags.count("h1") == 2 and page.tags.count("details") == 4
    assert page.attributes.count(("class", "view")) == 4 and page.attributes.count(("type", "application/json")) == 4


@pytest.mark.parametrize("most", [0, 1])
def test_runs_beyond_the_most_have_no_view(folder, most):
    results = {name: folder / FOLDER / name / "results" for name in ("k-0.1", "k-0.2")}
    *shown, note = views_of(results, "end", most)
    assert len(shown) == most and note.text == f"{2 - most} more runs: their own pages have theirs"


@pytest.mark.parametrize("command", ["plot", "watch", "export"])
def test_other_commands_say_where_the_cases_of_a_study_are(tmp_path, capsys, command):
    (tmp_path / "study.toml").write_text(STUDY)
    assert cli.main([command, str(tmp_path)]) == 2
    assert "is a study: 'report' tells of it, and its cases are in sweep/" in capsys.readouterr().err


def test_a_page_leads_to_the_pages_about_its_runs(folder):
    """Beside the table; a fixture changes nothing while a cell is pressed, which is said."""
    (folder / FOLDER / "k-0.1" / "results" / PAGE).write_text("of the run")
    assert cli.main(["report", str(folder / "study.toml")]) == 0
    page = Page((folder / FOLDER / PAGE).read_text())
    links = [value for name, value in page.attributes if name == "href"]
    assert links == [f"k-0.1/results/{PAGE}", "k-0.2/results"] * 2
    assert "no outcome varies" in page.texts and "none to tell" in page.texts and page.tags.count("img") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--at", "end", "--at", "start"], "a page about studies takes one --at"),
        ([str(CASES / "column")], "column' is no study: a page is about runs or about studies"),
        ([], "fem-asslb sweep runs the study"),
    ],
)
def test_what_a_page_of_a_study_cannot_be_is_refused(tmp_path, capsys, words, message):
    (tmp_path / "study.toml").write_text(STUDY)
    assert cli.main(["report", str(tmp_path), *words]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1 and [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_a_study_that_was_fitted_alone_has_no_page(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "fit").mkdir()
    assert cli.main(["report", str(tmp_path)]) == 2
    assert "has been fitted and not swept; what came of it is in" in capsys.readouterr().err


def test_results_of_another_input_make_room(folder, asked, tmp_path):
    """What of the input changes nothing of the results, such as a title, does not count."""
    before = (folder / "study.toml").read_text()
    try:
        (folder / "study.toml").write_text(
            before
            + '[changes.case]\ntitle = "Another"\n[changes.output]\nfields_every = 2\n'
            + '[changes.materials.separator]\nuse = "lpscl"\ntitle = "said otherwise"\n'
        )
        assert set(states(folder).values()) == {State.COMPLETE}
        (folder / "study.toml").write_text(before.replace("81 MPa", "80 MPa"))
        assert set(states(folder).values()) == {State.CHANGED}
        assert planned(folder)[1]["k-0.1"].earlier.differences == ("protocol.steps",)
        assert cli.main(["sweep", str(folder)]) == 3
        assert (folder / FOLDER / "k-0.1" / "results-replaced" / "run.json").exists()
        assert not (folder / FOLDER / "k-0.1" / "results").exists()
    finally:
        (folder / "study.toml").write_text(before)
        for name in ("k-0.1", "k-0.2"):
            place = folder / FOLDER / name
            if (place / "results-replaced").exists():
                (place / "results-replaced").rename(place / "results")
        assert cli.main(["sweep", str(folder), "--prepare"]) == 0
    assert asked[0]["meshes"] == {"k-0.1": "k-0.1", "k-0.2": "k-0.1"}


def test_a_job_runs_one_case_and_leaves_a_finished_one(folder, capsys):
    record = folder / FOLDER / "k-0.1" / "results" / "run.json"
    before = record.read_text()
    assert cli.main(["sweep", str(folder), "--case", "k-0.1"]) == 0
    assert record.read_text() == before
    assert cli.main(["sweep", str(folder), "--case", "k-3"]) == 2
    assert "--case 'k-3' is not a case of the study; there are 'k-0.1', 'k-0.2'" in capsys.readouterr().err


def test_a_plan_writes_nothing_and_prepared_cases_wait(tmp_path, asked, capsys, monkeypatch):
    (tmp_path / "study.toml").write_text(STUDY)
    monkeypatch.setattr(workflow.shutil, "which", lambda name: None)
    assert cli.main(["sweep", str(tmp_path)]) == 2
    assert "install Debian's package snakemake" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    words = ["--prepare", "--program", "/opt/run it", "--ranks", "3"]
    assert cli.main(["sweep", str(tmp_path), *words]) == 0
    settings = json.loads((tmp_path / FOLDER / "workflow.json").read_text())
    assert settings["case"] == f"'/opt/run it' -n 3 sweep {tmp_path}/study.toml --folder sweep --case"
    assert settings["mesh"] == f"'/opt/run it' sweep {tmp_path}/study.toml --folder sweep --mesh"
    assert states(tmp_path) == {"k-0.1": State.NONE, "k-0.2": State.NONE} and not asked


def test_a_study_ends_in_time_and_goes_on_later(tmp_path, capsys):
    """Cases end with a checkpoint before the time of all is up, and no more are begun after it."""
    changes = (
        'time.first_step = "1 s"\ntime.largest_step = "1 s"\nprotocol.steps = ["press to 81 MPa in 1 min", "rest 9 h"]'
    )
    beginning, end = STUDY.index("[changes"), STUDY.index("[runs]")
    (tmp_path / "study.toml").write_text(f"{STUDY[:beginning]}[changes]\n{changes}\n{STUDY[end:]}")
    assert cli.main(["sweep", str(tmp_path), "--wall-time", f"{int(age()) + 15}s"]) == 75
    # On a busy machine none may have come to its first step.
    assert set(states(tmp_path).values()) <= {State.INTERRUPTED, State.NONE}
    assert "2 of 2 cases have not come to their end" in capsys.readouterr().out


def test_a_failure_in_time_is_a_failure(tmp_path, monkeypatch, capsys):
    (tmp_path / "study.toml").write_text(STUDY)
    monkeypatch.setattr(sweep, "run_workflow", lambda *_: None)
    assert cli.main(["sweep", str(tmp_path), "--wall-time", "30d"]) == 3
    assert cli.main(["sweep", str(tmp_path), "--prepare", "--wall-time", "30d"]) == 2
    assert "--prepare runs nothing" in capsys.readouterr().err


def test_prepared_cases_are_run_by_the_command_of_the_page(tmp_path):
    """It is read there, without the profile of a cluster that is not here."""
    text = (CASES.parent / "docs" / "studies.md").read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("snakemake "))
    words = shlex.split(line.partition("#")[0].partition("--profile")[0])
    (tmp_path / "my-study").mkdir()
    (tmp_path / "my-study" / "study.toml").write_text(STUDY)
    assert cli.main(["sweep", str(tmp_path / "my-study"), "--prepare"]) == 0
    done = subprocess.run([*words, "--cores", "1", "--dry-run"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "k-0.2" in done.stdout + done.stderr


def age():
    """Seconds that this process is old, which its wall time counts."""
    return 1e6 - EndRequest(1e6).left


def test_the_cost_comes_from_measured_steps_or_finished_cases(folder, tmp_path, capsys):
    (tmp_path / "study.toml").write_text(STUDY)
    assert cli.main(["sweep", str(tmp_path), "--dry-run"]) == 0
    assert "estimated: at least " in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    end(folder, "k-0.2", "the smallest step failed")
    try:
        assert cli.main(["sweep", str(folder), "--dry-run"]) == 0
    finally:
        end(folder, "k-0.2", "end of protocol")
    assert "2 cases at the same time (from 1 finished)" in capsys.readouterr().out


def test_a_folder_that_is_a_case_too_is_no_study(tmp_path):
    """Its file names the study."""
    (tmp_path / "study.toml").touch()
    assert is_study(tmp_path) and is_study(tmp_path / "study.toml")
    (tmp_path / "case.toml").touch()
    assert not is_study(tmp_path) and is_study(tmp_path / "study.toml")
