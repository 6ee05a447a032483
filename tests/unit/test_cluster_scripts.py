"""The scripts for clusters, with stand-ins for SLURM and for the run."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "scripts" / "cluster"


STEP = "mkdir -p my-cell/results/checkpoint; echo a step >> my-cell/results/checkpoint/latest.json\n"


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job that ends at the time in ``end``; what is called is noted in ``called``.

    A run leaves a checkpoint, does what ``during`` says, and ends with ``code``.
    """
    programs = {"squeue": 'cat "$STATE/end"', "scontrol": 'echo "scontrol $*" >> "$STATE/called"'}
    programs["run"] = 'echo "run $*" >> "$STATE/called"; . "$STATE/during"; exit "$(cat "$STATE/code")"'
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("STATE", str(tmp_path))
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.delenv("SLURM_RESTART_COUNT", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code").write_text("0")
    (tmp_path / "during").write_text(STEP)
    (tmp_path / "end").write_text("N/A")
    return tmp_path


def called(job: Path) -> tuple[int, list[str]]:
    """Exit code of the job script, and what it has called."""
    done = subprocess.run([CLUSTER / "until-done", "my-cell", "run", "-n", "2"], check=False)
    return done.returncode, (job / "called").read_text().splitlines()


@pytest.mark.parametrize(("code", "calls"), [(0, []), (2, []), (3, []), (75, ["scontrol requeue 7"])])
def test_a_job_is_sent_again_where_a_run_asks_to_go_on(job, code, calls):
    (job / "code").write_text(str(code))
    assert called(job) == (code, ["run -n 2 my-cell", *calls])


@pytest.mark.parametrize("answer", ["exit 1", "true", "echo N/A"])
def test_a_job_whose_limit_is_not_known_has_none(job, answer):
    (job / "squeue").write_text(f"#!/bin/bash\n{answer}\n")
    assert called(job) == (0, ["run -n 2 my-cell"])


def test_a_job_that_gets_nowhere_is_not_sent_again(job):
    (job / "code").write_text("75")
    (job / "during").write_text(STEP)
    assert called(job)[1] == ["run -n 2 my-cell", "scontrol requeue 7"]
    (job / "during").write_text("")
    assert called(job)[1][2:] == ["run -n 2 my-cell --resume"]


@pytest.mark.parametrize(("left", "calls"), [(1, ["scontrol requeue 7"]), (600, []), (None, [])])
def test_a_job_that_is_ended_is_sent_again_at_its_limit_of_time_alone(job, left, calls):
    """SLURM sends the signal to all processes; one that cancels a job comes at any time."""
    if left is not None:
        (job / "end").write_text(time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + left)))
    (job / "during").write_text(f"{STEP}sleep 2; kill -TERM $PPID\n")
    (job / "code").write_text("75")
    code, lines = called(job)
    assert (code, lines[1:]) == (75, calls)


def test_a_signal_that_a_job_asked_for_reaches_the_run(job):
    """As sbatch --signal=B:USR1 sends it: to the job's script alone."""
    waits = "trap 'exit 75' USR1; kill -USR1 $PPID; for _ in {1..600}; do sleep 0.1; done\n"
    (job / "during").write_text(STEP + waits)
    assert called(job) == (75, ["run -n 2 my-cell", "scontrol requeue 7"])


@pytest.mark.parametrize("when", ["squeue", "scontrol"])
def test_such_a_signal_before_or_after_the_run_changes_nothing(job, when):
    program = job / when
    program.write_text(program.read_text() + "\nkill -USR1 $PPID\n")
    (job / "code").write_text("75")
    assert called(job)[0] == 75 and called(job)[1][-1] == "scontrol requeue 7"


def test_a_run_that_ends_beyond_its_limit_of_time_is_sent_again_whenever_it_was_told(job):
    (job / "end").write_text(time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 2)))
    (job / "during").write_text(f"{STEP}kill -TERM $PPID\nsleep 3\n")
    (job / "code").write_text("75")
    assert called(job)[1][1:] == ["scontrol requeue 7"]


def test_a_job_goes_on_from_a_checkpoint(job, monkeypatch):
    checkpoint = job / "my-cell" / "results" / "checkpoint"
    checkpoint.mkdir(parents=True)
    (checkpoint / "latest.json").touch()
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert called(job) == (0, ["run -n 2 my-cell --resume"])


@pytest.mark.parametrize(("restarts", "options"), [("0", ""), ("1", " --overwrite")])
def test_results_without_a_checkpoint_are_replaced_by_a_job_that_was_sent_again_alone(
    job, monkeypatch, restarts, options
):
    (job / "my-cell" / "results").mkdir(parents=True)
    monkeypatch.setenv("SLURM_RESTART_COUNT", restarts)
    assert called(job) == (0, [f"run -n 2 my-cell{options}"])


@pytest.mark.parametrize(("left", "granted"), [(86400, 86100), (600, 540)])
def test_a_run_gets_the_time_that_its_job_has_left(job, left, granted):
    """Less five minutes, or a tenth of a short job; a clock of the test runs on meanwhile."""
    (job / "end").write_text(time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + left)))
    _, (line,) = called(job)
    assert 0 <= granted - int(re.fullmatch(r"run -n 2 my-cell --wall-time (\d+)s", line)[1]) <= 60


@pytest.mark.parametrize(
    ("accounting", "controller", "state"),
    [
        ("echo ' COMPLETED'", "exit 1", "success"),
        ("echo '   RUNNING'", "exit 1", "running"),
        ("true", "exit 1", "running"),  # too new to be known
        ("echo ' CANCELLED by 7'; echo ' COMPLETED'", "exit 1", "failed"),
        ("exit 1", "echo '   JobState=COMPLETED Reason=None'", "success"),
        ("exit 1", "echo '   JobState=PENDING Reason=BeginTime'", "running"),
        ("exit 1", "echo '   JobState=TIMEOUT Reason=TimeLimit'", "failed"),
        ("exit 1", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1", "failed"),  # forgotten
        ("exit 1", "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1", "running"),
    ],
)
def test_snakemake_learns_what_became_of_a_job_with_accounting_and_without(job, accounting, controller, state):
    (job / "sacct").write_text(f"#!/bin/bash\n{accounting}\n")
    (job / "sacct").chmod(0o755)
    (job / "scontrol").write_text(f"#!/bin/bash\n{controller}\n")
    assert subprocess.check_output([CLUSTER / "slurm" / "status", "7"], text=True) == f"{state}\n"


@pytest.mark.parametrize("script", [*sorted(CLUSTER.glob("*.sbatch")), CLUSTER / "until-done"], ids=lambda p: p.name)
def test_scripts_are_bash(script):
    assert not subprocess.run(["bash", "-n", script], capture_output=True, check=True).stderr


def test_the_image_has_what_the_dockerfile_installs_and_leaves_the_networks_open():
    definition, dockerfile = (CLUSTER / "fem_asslb.def").read_text(), (ROOT / "Dockerfile").read_text()
    assert re.search(r"^From: (.*)$", definition, re.M)[1] == re.search(r"^FROM (.*)$", dockerfile, re.M)[1]
    files = re.search(r"%files\n(.*?)\n\n", definition, re.DOTALL)[1].split()[::2]
    assert all((ROOT / file).exists() for file in files) and "scripts/packages.txt" in files
    settings = dict(re.findall(r"(?:export |^ENV |^ {4})([A-Z]\w+)=(\S+)", definition, re.M))
    ours = dict(re.findall(r"^(?:ENV| {3}) (\w+)=(\S+)", dockerfile, re.M))
    assert settings.keys() - ours.keys() == {"PYTHONNOUSERSITE", "OMPI_MCA_coll"}
    assert all(ours[name] == settings[name] for name in settings.keys() & ours.keys())
    assert "OMPI_MCA_btl" in ours and "OMPI_MCA_btl" not in definition.split("%post")[1]
