"""One case of a study, or its mesh: what a job of a study does, on this machine or on a node of a cluster."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mpi4py import MPI

from fem_asslb.app.driver import Outcome, run
from fem_asslb.app.earlier_results import State, earlier_run
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import on_root
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import listed
from fem_asslb.case.reading.reader import CASE_FILE, read_case
from fem_asslb.case.sections.case import Case
from fem_asslb.output.record import RESULTS
from fem_asslb.simulation.simulation import Observer
from meshes.cache import MESH_FOLDER, build_cached


def read_case_of_study(folder: Path, name: str, any_size: bool) -> Case:
    """A case that has been written for a study.

    Args:
        folder: Where the directories of the cases are.
        name: Of one of them.
        any_size: Whether it may be larger than what can be expected to end.

    Raises:
        FemAsslbError: There is none of that name, or it is wrong.
    """
    known = sorted(path.parent.name for path in folder.glob(f"*/{CASE_FILE}"))
    if name not in known:
        some = listed(known[:5]) or "none yet: sweep --prepare writes them"
        raise FemAsslbError(f"--case {quoted(name, 60)} is not a case of the study; there are {some}")
    return read_case(folder / name, any_size=any_size)


def build_mesh(folder: Path, case: Case) -> Path:
    """Build the mesh of a case, for all cases of the study that share it."""
    return build_cached(case, folder / MESH_FOLDER).path


def run_case(
    folder: Path,
    name: str,
    comm: MPI.Comm,
    any_size: bool,
    observers: Sequence[Observer],
    plugins: Mapping[str, str],
) -> Outcome | None:
    """Run a case, go on with it, or leave it as it is finished; on every rank.

    Args:
        folder: Where the directories of the cases are, absolute.
        name: Of one of them.
        comm: Communicator of the run.
        any_size: Whether it may be larger than what can be expected to end.
        observers: More objects that see every step.
        plugins: Hashes of modules that added laws or fields, by name.

    Returns:
        How it ended; None of one that was finished before.

    Raises:
        FemAsslbError: Bad input, or there are results of another input.
    """
    results = folder / name / RESULTS
    case = on_root(comm, lambda: read_case_of_study(folder, name, any_size))
    earlier = on_root(comm, lambda: earlier_run(results, case, plugins))
    if earlier.state is State.COMPLETE:
        return None
    if earlier.state is State.CHANGED:
        raise FemAsslbError(f"{quoted(results, 160)} is of another input; start it by sweep, which makes room")
    resumes = earlier.state is State.INTERRUPTED and earlier.has_checkpoint
    return run(
        case,
        comm,
        results,
        folder=folder,
        resume=resumes,
        overwrite=not resumes,
        observers=observers,
        console=True,
        plugins=plugins,
    )
