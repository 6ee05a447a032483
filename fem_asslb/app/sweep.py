"""The command ``sweep``: the cases of a study planned, run and told of in one table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fem_asslb.app.earlier_results import EarlierRun, State
from fem_asslb.app.folder_lock import locked
from fem_asslb.app.sweep_plan import PlannedCase, looked_at_again, meshes_of, write_cases
from fem_asslb.app.workflow import (
    LOGS,
    MARKS,
    SETTINGS,
    SNAKEFILE,
    Jobs,
    require_snakemake,
    run_workflow,
    write_workflow,
)
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable
from fem_asslb.base.texts import counted
from fem_asslb.convergence.headlines import PRESSURE_CHANGE, costs, headlines
from fem_asslb.output.files import replace_text
from fem_asslb.plotting.style import Gallery
from fem_asslb.sweep import effects
from fem_asslb.sweep.outcomes import Trial, closed_form, write_table
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import Study, axis_title

MOST_LISTED = 20
"""Cases that are named one by one."""

PICTURES = "pictures"
"""Folder of a study."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of a study.

    Attributes:
        jobs: How cases are run.
        runs: Whether they are run, or written only.
    """

    jobs: Jobs
    runs: bool = True


def sweep(
    study: Study, folder: Path, cases: Sequence[PlannedCase], wanted: Wanted, plugins: Mapping[str, str]
) -> list[EarlierRun]:
    """Run what is not finished, write and print what came of it.

    Args:
        study: The study.
        folder: Where the directories of the cases, the table and the pictures go.
        cases: Its planned cases.
        wanted: What is asked.
        plugins: Hashes of modules that added laws or fields, by name.

    Returns:
        What is left of the cases that were to be run and have not come to their end.

    Raises:
        FemAsslbError: Bad input, or another command works on the study; nothing was written.
        OSError: Something cannot be written.
    """
    left = [case for case in cases if not case.is_done]
    if wanted.runs and left:
        require_snakemake()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        write_cases(study, cases)
        write_workflow(study.file, folder, cases, wanted.jobs)
        if not wanted.runs:
            number = counted(len(cases), "case")
            print(f"{number} in {folder}, {len(left)} of them to run, by {SNAKEFILE} with {SETTINGS} there")
            return []
        if left:
            done = len(cases) - len(left)
            counter = iter(range(done + 1, len(cases) + 1))
            run_workflow(
                folder, wanted.jobs, lambda name: print(f"{next(counter)} of {len(cases)}: {name}", flush=True)
            )
        for line in conclude(study, folder, looked_at_again(cases, plugins)):
            print(line)
    return [case.earlier for case in looked_at_again(cases, plugins) if not case.is_done]


def describe(study: Study, cases: Sequence[PlannedCase]) -> Iterator[str]:
    """Lines on a plan: axes, what is there, what is to be run and why."""
    yield printable(study.table.study.title, 200)
    for name, axis in study.table.axes.items():
        values = list(dict.fromkeys(case.variant.point.values[name].label for case in cases))
        shown = ", ".join(values) if len(values) <= 12 else f"{len(values)} values from {values[0]} to {values[-1]}"
        keys = "all seeds" if axis.seeds else ", ".join(axis.key)
        yield f"  {axis_title(name, axis)}: {printable(keys, 80)} = {shown}"
    counts = {state: [case for case in cases if case.earlier.state is state] for state in State}
    told = ", ".join(f"{len(found)} {state.value}" for state, found in counts.items() if found)
    meshes = len(set(meshes_of([case for case in cases if not case.is_done]).values()))
    yield f"{counted(len(cases), 'case')}: {told}" + (f"; {counted(meshes, 'mesh', 'meshes')}" if meshes else "")
    for state in (State.CHANGED, State.FAILED):
        for case in counts[state][:MOST_LISTED]:
            why = ", ".join(case.earlier.differences) or case.earlier.end
            yield f"  {case.variant.name}: {state.value} ({printable(why, 160)}), will be run again"
    if not counts[State.COMPLETE]:
        names = [case.variant.name for case in cases]
        yield f"  {', '.join(names[:4])}{', ...' if len(names) > 4 else ''}"


def conclude(study: Study, folder: Path, cases: Sequence[PlannedCase]) -> Iterator[str]:
    """Write table, effects and pictures; lines on them, and on the cases that have failed."""
    trials = [trial_of(study, case) for case in cases]
    yield from write_table(study, trials, folder)
    done = [trial for trial in trials if trial.outputs]
    if len(done) == len(trials):
        found = effects.effects_of(study, trials)
        replace_text(folder / effects.FILE, effects.table(found))
        if found:
            yield f"effects of the axes in {folder / effects.FILE}"
        else:
            yield "warning: no effects of the axes: too few samples or values for them, or no outcome that differs"
        if study.table.design.kind == "sobol":
            yield from effects.told_too_widely(found)
    pictures = draw(study, done, Gallery(folder / PICTURES))
    if pictures:
        yield f"pictures: {', '.join(path.name for path in pictures)} in {folder / PICTURES}"
    names = {name for trial in done for name in trial.outputs}
    for column in study.table.study.columns:
        if done and column not in names:
            yield f"warning: no case has a column '{printable(column, 100)}'"
    failed = [case for case in cases if not case.is_done]
    if failed:
        yield f"{len(failed)} of {len(cases)} cases have not come to their end; the same command runs them again:"
    for name, reason in list(reasons(folder, failed).items())[:MOST_LISTED]:
        yield f"  {name}: {reason}"


def reasons(folder: Path, failed: Sequence[PlannedCase]) -> dict[str, str]:
    """Why cases have not come to their end, by their names, with the log that says more."""
    found, meshes = {}, meshes_of(failed)
    for case in failed:
        logs = [folder / LOGS / f"{name}.log" for name in (case.variant.name, f"{meshes[case.variant.name]}.mesh")]
        log = next((log for log in logs if log.exists()), logs[0])
        is_ready = log == logs[1] and (folder / MARKS / f"{meshes[case.variant.name]}.mesh").exists()
        found[case.variant.name] = "not begun" if is_ready else f"{case.earlier.end or _last_line(log)} ({log})"
    return found


def trial_of(study: Study, case: PlannedCase) -> Trial:
    """What came of a case."""
    if not case.is_done:
        return Trial(case.variant, case.earlier.end, {}, {})
    found = headlines(case.results, case.variant.case, study.table.study.columns)
    if PRESSURE_CHANGE in found:
        found |= closed_form(case.variant.case)
    return Trial(case.variant, case.earlier.end, found, costs(case.results))


def _last_line(log: Path) -> str:
    """What the log of a job that left no record ends with."""
    try:
        lines = regular_file(log).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return printable(lines[-1], 160) if lines else "did not start"
