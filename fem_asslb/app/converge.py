"""The command ``converge``: a case and its variants run one after another, and what they say together."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mpi4py import MPI

from fem_asslb.app.driver import run
from fem_asslb.app.earlier_results import State, earlier_run
from fem_asslb.app.end_request import EndRequest
from fem_asslb.app.results_folder import require_no_links
from fem_asslb.base.errors import FemAsslbError, Postponed
from fem_asslb.base.parallel import on_root
from fem_asslb.base.printable import printable, quoted
from fem_asslb.case.sections.case import Case
from fem_asslb.convergence import ELEMENT
from fem_asslb.convergence.headlines import costs, headlines
from fem_asslb.convergence.picture import PICTURE, SEEDS_PICTURE, draw
from fem_asslb.convergence.study import Study, Trial
from fem_asslb.convergence.table import SEEDS, TABLE, lines, table, table_of_seeds
from fem_asslb.convergence.variants import BASE, Variant, expected_order, first_steps, variants
from fem_asslb.geometry import MeshFile
from fem_asslb.output import record
from fem_asslb.output.files import replace_text

FOLDER = "converge"
"""Folder of a case directory."""

Reader = Callable[[Sequence[str]], Case]
"""Gives the case with overrides in addition to those of the command line."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be found out.

    Attributes:
        directions: What is refined.
        levels: Finer ones in each direction, 1 or 2.
        seeds: Of further cells.
        steps: How many steps of the protocol are carried out; None for all.
        overwrite: Whether runs that are there are repeated.
        request: Ends the run that it is at, and with it the study.
    """

    directions: Sequence[str]
    levels: int = 1
    seeds: Sequence[int] = ()
    steps: int | None = None
    overwrite: bool = False
    request: EndRequest = field(default_factory=EndRequest)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a variant is to be had.

    Attributes:
        variant: The variant.
        folder: Its results.
        case: Its case; None where that is refused.
        is_there: Whether it has been run before.
        resumes: Whether a run of it was interrupted, and goes on.
        fault: Why there will be no results.
    """

    variant: Variant
    folder: Path
    case: Case | None = None
    is_there: bool = False
    resumes: bool = False
    fault: str = ""


def converge(
    read: Reader, comm: MPI.Comm, folder: Path, study_folder: Path, wanted: Wanted, plugins: Mapping[str, str]
) -> bool:
    """Run a case and its variants as far as they are not there, and write and print what they say; on every rank.

    Args:
        read: Reads the case.
        comm: Communicator of the runs.
        folder: Folder of the case, where its meshes are kept.
        study_folder: Where the results of each variant, the tables and the picture go.
        wanted: What is to be found out.
        plugins: Hashes of modules that added laws or fields, by name.

    Returns:
        Whether the case as it is stated came to its end; without it there is nothing to compare with.

    Raises:
        FemAsslbError: Bad input; nothing was written.
        Postponed: The study was asked to end; it goes on when it is started again.
    """
    plans = on_root(comm, lambda: plan(read, study_folder, wanted, plugins))
    stated = plans[0].case
    if ELEMENT in wanted.directions and stated is not None and isinstance(stated.geometry, MeshFile):
        _say(comm, "half-element: the elements of a mesh file cannot be halved here; compare with a finer file")
    trials = []
    with _collecting_together(comm):
        for item in plans:
            trials.append(_carry_out(item, comm, folder, wanted, plugins))
            gc.collect()
            if trials[0].fault:
                _say(comm, f"{BASE.name}: {trials[0].fault}; there is nothing to compare with")
                return False
    case = plans[0].case
    assert case is not None
    study = Study(trials, case.dimension or 2, expected_order(case), case.solver.displacement_degree)
    for line in on_root(comm, lambda: _write(study, study_folder, case)):
        _say(comm, line)
    return True


def plan(read: Reader, study_folder: Path, wanted: Wanted, plugins: Mapping[str, str]) -> list[Plan]:
    """How each variant is to be had; a variant that the case does not allow is one without results.

    Raises:
        FemAsslbError: Bad input, or a folder holds something else than the variant.
    """
    base = list(BASE.overrides)
    if wanted.steps is not None:
        base.append(first_steps(read(()), wanted.steps))
    chosen = variants(read(base), wanted.directions, wanted.levels, wanted.seeds)
    require_no_links(study_folder, [TABLE, SEEDS, PICTURE, SEEDS_PICTURE, *(item.name for item in chosen)])
    plans: list[Plan] = []
    for variant in chosen:
        try:
            case = read([*base, *variant.overrides])
        except FemAsslbError as error:
            if variant is chosen[0]:
                raise
            plans.append(Plan(variant=variant, folder=study_folder, fault=str(error).splitlines()[0]))
            continue
        same = next((item.folder for item in plans if item.case == case), study_folder / variant.name)
        plans.append(_look(variant, case, same, wanted.overwrite, plugins))
    return plans


def _look(variant: Variant, case: Case, folder: Path, overwrite: bool, plugins: Mapping[str, str]) -> Plan:
    """Whether the results of a variant are there."""
    if overwrite:
        return Plan(variant=variant, folder=folder, case=case)
    found = earlier_run(folder, case, plugins)
    match found.state:
        case State.NONE:
            return Plan(variant=variant, folder=folder, case=case)
        case State.CHANGED:
            keys = printable(", ".join(found.differences), 120)
            raise FemAsslbError(f"{quoted(folder, 120)} is of another case ({keys}); use --overwrite or --results")
        case State.INTERRUPTED:
            return Plan(variant=variant, folder=folder, case=case, resumes=found.has_checkpoint)
    fault = "" if found.state is State.COMPLETE else f"{found.end} (a former run; --overwrite repeats it)"
    return Plan(variant=variant, folder=folder, case=case, is_there=True, fault=fault)


def _carry_out(item: Plan, comm: MPI.Comm, folder: Path, wanted: Wanted, plugins: Mapping[str, str]) -> Trial:
    """Run a variant unless it is there, and read its outputs."""
    variant, fault = item.variant, item.fault
    # Of two variants that are the same case, the first has been run by now.
    is_there = item.is_there or (item.folder.name != variant.name)
    if item.case is not None and not is_there:
        changes = " ".join(f"--set {text!r}" if " " in text else f"--set {text}" for text in variant.overrides)
        _say(comm, f"\n{variant.name}: {'goes on' if item.resumes else 'runs'} with {changes}")
        fault = _run(item, comm, folder, wanted, plugins)
    elif not fault:
        _say(comm, f"{variant.name}: there already, {quoted(item.folder, 200)}")
    if fault:
        _say(comm, f"{variant.name}: {fault}")
        return Trial(variant=variant, fault=fault)
    case = item.case
    assert case is not None
    outputs, taken = on_root(comm, lambda: (headlines(item.folder, case), costs(item.folder)))
    return Trial(variant=variant, outputs=outputs, costs=taken)


def _run(item: Plan, comm: MPI.Comm, folder: Path, wanted: Wanted, plugins: Mapping[str, str]) -> str:
    """Run a variant; returns why it did not come to its end."""
    assert item.case is not None
    replaces = wanted.overwrite or not item.resumes
    try:
        outcome = run(
            item.case,
            comm,
            item.folder,
            folder=folder,
            resume=not replaces,
            overwrite=replaces,
            observers=[wanted.request],
            console=True,
            plugins=plugins,
        )
    except FemAsslbError as error:
        if item.variant.name == BASE.name:
            raise
        return str(error).splitlines()[0]
    if outcome.is_postponed:
        raise Postponed(f"{item.variant.name}: {outcome.reason}")
    return "" if outcome.is_complete else outcome.reason


def _write(study: Study, folder: Path, case: Case) -> list[str]:
    """Write tables and picture; returns what is to be said."""
    folder.mkdir(parents=True, exist_ok=True)
    if study.refined:
        replace_text(folder / TABLE, table(study))
    if study.cells:
        replace_text(folder / SEEDS, table_of_seeds(study))
    draw(study, folder)
    found = ["", printable(case.case.title), *lines(study)]
    return [*found, *_other_versions(study, folder), f"tables and picture in {folder}"]


def _other_versions(study: Study, folder: Path) -> Iterator[str]:
    """Lines on results that other versions of the program have written."""
    commits = {}
    for trial in [study.base, *study.refined, *study.cells]:
        path = folder / trial.variant.name
        if not trial.fault and (path / record.FILE).exists():
            commits[trial.variant.name] = record.read_record(path)["runs"][-1].get("commit")
    for name, commit in commits.items():
        if commit != commits.get(BASE.name):
            text = "was computed by another version of the program than the case as stated; --overwrite repeats it"
            yield f"warning: {name} {text}"


@contextmanager
def _collecting_together(comm: MPI.Comm) -> Iterator[None]:
    """On several ranks, collect garbage between runs alone: destructors of what they share can be collective."""
    collects = gc.isenabled() and comm.size > 1
    if collects:
        gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _say(comm: MPI.Comm, line: str) -> None:
    if comm.rank == 0:
        print(line, flush=True)
