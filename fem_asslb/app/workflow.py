"""The cases of a study as jobs of Snakemake: on this machine, or by a profile on a cluster."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fem_asslb.app.sweep_plan import PlannedCase, meshes_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.launcher import yielding
from fem_asslb.output.files import replace_text

SNAKEFILE, SETTINGS, MARKS, LOGS, LOG = "Snakefile", "workflow.json", "marks", "logs", "snakemake.log"
"""Files and folders of a study."""

PROGRAM = "snakemake"

POLL = 1.0
"""Time between two looks at what is done [s]."""


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """How jobs are started.

    Attributes:
        count: At the same time.
        ranks: MPI ranks of each.
        program: Words that start fem-asslb where the jobs run, such as the path of ``scripts/run``; None for this one.
        profile: Profile of Snakemake that sends jobs to a cluster; None for this machine.
        options: Words for each job, such as those of ``--plugin``.
        end: When all of them have to be done, as time since the epoch [s]; 0 for never.
    """

    count: int
    ranks: int
    program: str | None = None
    profile: Path | None = None
    options: Sequence[str] = ()
    end: int = 0

    def words(self, study: Path, folder: Path, ranks: int) -> list[str]:
        """Words of a job, but for the name of its case."""
        job = ["sweep", str(study), "--folder", folder.name, *self.options]
        if self.program is not None:
            return [self.program, *(["-n", str(ranks)] if ranks > 1 else []), *job]
        launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks > 1 else []
        return [*launcher, sys.executable, "-P", "-m", "fem_asslb", *job]


def require_snakemake() -> None:
    """See that Snakemake is there before anything is written.

    Raises:
        FemAsslbError: It is not.
    """
    if shutil.which(PROGRAM) is None:
        advice = "install Debian's package snakemake, or use --prepare and run the Snakefile that it writes elsewhere"
        raise FemAsslbError(f"cases are run by Snakemake, and there is no program '{PROGRAM}': {advice}")


def write_workflow(study: Path, folder: Path, cases: Sequence[PlannedCase], jobs: Jobs) -> None:
    """Write the workflow of the cases that are not finished.

    Args:
        study: File of the study.
        folder: Where the directories of the cases are.
        cases: All cases.
        jobs: How they are run.

    Raises:
        OSError: It cannot be written.
    """
    shutil.rmtree(folder / MARKS, ignore_errors=True)
    for name in (MARKS, LOGS):
        (folder / name).mkdir(exist_ok=True)
    settings = {
        "cases": [case.variant.name for case in cases if not case.is_done],
        "meshes": meshes_of([case for case in cases if not case.is_done]),
        "ranks": jobs.ranks,
        "end": jobs.end,
        "case": shlex.join([*jobs.words(study, folder, jobs.ranks), "--case"]),
        "mesh": shlex.join([*jobs.words(study, folder, 1), "--mesh"]),
    }
    replace_text(folder / SETTINGS, json.dumps(settings, indent=1) + "\n")
    replace_text(folder / SNAKEFILE, (Path(__file__).parent / "sweep.smk").read_text(encoding="utf-8"))


def run_workflow(folder: Path, jobs: Jobs, tell: Callable[[str], None]) -> None:
    """Run the jobs and wait for them; what became of each is seen in its results.

    Args:
        folder: Where the workflow is.
        jobs: How jobs are run.
        tell: Is called with the name of each case that has come to its end.
    """
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = yielding(dict(os.environ, PYTHONPATH=os.pathsep.join(paths)))
    where = ["--profile", str(jobs.profile)] if jobs.profile is not None else ["--cores", str(jobs.count * jobs.ranks)]
    command = [PROGRAM, "--snakefile", SNAKEFILE, "--directory", str(folder), *where, "--keep-going", "--nolock"]
    command += ["--rerun-triggers", "mtime", "--rerun-incomplete", "--nocolor"]
    told = set[str]()
    with (folder / LOG).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        with _ending(process):
            is_up = False
            while True:
                ended = _wait(process)
                if jobs.end and not is_up and time.time() >= jobs.end:
                    # It begins no more then, tries none again, and waits for those that are on their way.
                    is_up = True
                    process.terminate()
                for mark in sorted((folder / MARKS).glob("*.done")):
                    if mark.stem not in told:
                        told.add(mark.stem)
                        tell(mark.stem)
                if ended:
                    return


def _wait(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let whatever ends this program end the jobs too, which write what they have."""
    try:
        yield
    except BaseException:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        raise
