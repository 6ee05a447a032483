"""The commands of studies, ``sweep`` and ``fit``."""

import argparse
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from fem_asslb.app.end_request import EndRequest
from fem_asslb.app.surroundings import all_ranks, elsewhere, solving
from fem_asslb.base.endings import DONE, LATER, POSTPONED, STOPPED_EARLY
from fem_asslb.base.errors import FemAsslbError

if TYPE_CHECKING:
    from fem_asslb.app.workflow import Jobs
    from fem_asslb.sweep.reading import Study

CONCLUDING = 10.0
"""Time that is kept back for the table and the pictures of a study [s]."""


def sweep_command(options: argparse.Namespace) -> int:
    """Plan a study, run it, or carry out one of its jobs."""
    if is_job(options):
        return _job(options)
    with elsewhere():
        from fem_asslb.app.earlier_results import State
        from fem_asslb.app.sweep import Wanted, describe, sweep
        from fem_asslb.app.sweep_cost import estimate
        from fem_asslb.app.sweep_plan import FOLDER, plan
        from fem_asslb.sweep.designs import points_of
        from fem_asslb.sweep.reading import read_study

    study = read_study(options.study)
    folder, hashes = study.folder / FOLDER, options.plugin_hashes
    request = EndRequest(options.wall_time)
    if options.prepare and math.isfinite(request.left):
        raise FemAsslbError(
            "--wall-time counts from now, and --prepare runs nothing; give it to the profile or to --case"
        )
    jobs = replace(_jobs(options, study), end=_end(request))
    cases = plan(study, points_of(study), folder, hashes, options.force)
    for line in describe(study, cases):
        print(line)
    with solving(request.receive):
        if options.dry_run:
            for line in estimate(cases, hashes, jobs.count):
                print(line)
            return DONE
        left = sweep(study, folder, cases, Wanted(jobs=jobs, runs=not options.prepare), hashes)
    if not left:
        return DONE
    is_up = 0 < jobs.end <= time.time()
    in_time = all(run.end.startswith(LATER) or (is_up and run.state is State.NONE) for run in left)
    return POSTPONED if jobs.end and in_time else STOPPED_EARLY


def _end(request: EndRequest) -> int:
    """When the cases of a study have to be done, so that its table and pictures are there in time."""
    if math.isinf(request.left):
        return 0
    return int(time.time() + request.left - min(CONCLUDING, 0.1 * request.left))


def is_job(options: argparse.Namespace) -> bool:
    """Whether a command is a job of a study, which all ranks carry out."""
    return any(getattr(options, name, None) is not None for name in ("job", "mesh_of"))


def fit_command(options: argparse.Namespace) -> int:
    """Find the parameters of a study."""
    with elsewhere():
        from fem_asslb.app.fit import FOLDER, fit_study
        from fem_asslb.sweep.reading import read_study

    study = read_study(options.study, fits=True)
    data, jobs = options.data.absolute(), _jobs(options, study)
    with solving(EndRequest().receive):
        is_done = fit_study(study, study.folder / FOLDER, data, jobs, options.plugin_hashes, options.force)
    return DONE if is_done else STOPPED_EARLY


def _job(options: argparse.Namespace) -> int:
    """One case of a study on all ranks, or its mesh on the first."""
    from fem_asslb.app.sweep_job import build_mesh, read_case_of_study, run_case
    from fem_asslb.base.parallel import on_root

    comm = all_ranks()
    study = options.study.absolute()
    folder = (study.parent if study.suffix == ".toml" else study) / options.folder
    request = EndRequest(options.wall_time)
    with solving(request.receive):
        if options.mesh_of is not None:
            path = on_root(comm, lambda: build_mesh(folder, read_case_of_study(folder, options.mesh_of, options.force)))
            print(path)
            return DONE
        outcome = run_case(folder, options.job, comm, options.force, [request], options.plugin_hashes)
    if outcome is None or outcome.is_complete:
        return DONE
    return POSTPONED if outcome.is_postponed else STOPPED_EARLY


def _jobs(options: argparse.Namespace, study: "Study") -> "Jobs":
    """How the cases of a study are started."""
    from fem_asslb.app.workflow import Jobs

    words = [word for path in options.plugins for word in ("--plugin", str(path.absolute()))]
    runs = study.table.runs
    return Jobs(
        count=options.jobs or runs.jobs,
        ranks=options.ranks or runs.ranks,
        program=options.program,
        profile=options.cluster and options.cluster.absolute(),
        options=[*words, *(["--force"] if options.force else [])],
    )
