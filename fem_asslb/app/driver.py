"""A case from its directory to its results; also the Python API ``fem_asslb.run``."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mpi4py import MPI

from fem_asslb.app import log, step_log
from fem_asslb.app.cores import CoreWatch, log_cores
from fem_asslb.app.picture_process import draw_separately
from fem_asslb.app.progress_bar import ProgressBar, ProgressLines
from fem_asslb.app.results_folder import check_folder, occupied_folder
from fem_asslb.base.endings import COMPLETE, LATER
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import FailingTogether, on_root
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import counted
from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.paths import file_hashes
from fem_asslb.mesh.distribution import distribute_parts, read_on_root
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.parallel_file import read_parallel_file
from fem_asslb.mesh.side_walls import listed_periods
from fem_asslb.output import bdf, checkpoint, crate, cycles, field_writer, history, particle_table, record
from fem_asslb.output.resolved import resolved_table
from fem_asslb.output.schedule import Schedule
from fem_asslb.output.written_lines import warn_of_lost_lines
from fem_asslb.simulation.simulation import Observer, Simulation
from fem_asslb.solve.presets import AUTO
from meshes.cache import MESH_FOLDER, build_cached, case_directory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        reason: Why it ended.
        results: Folder of the results.
        simulation: The run in its last state.
    """

    reason: str
    results: Path
    simulation: Simulation

    @property
    def is_postponed(self) -> bool:
        """Whether it was asked to end, and goes on with ``--resume``."""
        return self.reason.startswith(LATER)

    @property
    def is_complete(self) -> bool:
        """Whether the whole protocol was done."""
        return self.reason == COMPLETE


def run(
    case: Case | str | Path,
    comm: MPI.Comm,
    results: str | Path | None = None,
    *,
    folder: str | Path | None = None,
    overrides: Sequence[str] = (),
    resume: bool = False,
    previous: bool = False,
    overwrite: bool = False,
    observers: Sequence[Observer] = (),
    console: bool = False,
    plugins: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Run a case and write its results; called by every rank.

    Args:
        case: Case directory, or a case object.
        comm: Communicator of the run.
        results: Folder of the results; default ``results`` in the folder of the case.
        folder: Folder of the case, where its meshes are kept; default the case directory, or here for a case object.
        overrides: ``key=value`` that change the case read from a directory.
        resume: Go on from the last checkpoint.
        previous: Go on from the one before it.
        overwrite: Replace results that are there.
        observers: More objects that see every step.
        console: Whether to report on the console, with a progress bar if that is a terminal.
        plugins: Hashes of modules that added laws or fields, by name; a run goes on with the same ones only.

    Returns:
        How it ended; also a run that stops early because the smallest step failed returns, with its reason.

    Raises:
        FemAsslbError: Bad input, on every rank; nothing was written but perhaps the mesh.
        OSError: Results cannot be written, on one rank. On several it ends the program, as does every error that not
            all ranks raise, see `fem_asslb.base.parallel.FailingTogether`.
    """
    with FailingTogether(comm):
        resume = resume or previous
        return _run_case(
            case, comm, results, folder, overrides, resume, previous, overwrite, observers, console, plugins
        )


def _run_case(
    case: Case | str | Path,
    comm: MPI.Comm,
    results: str | Path | None,
    folder: str | Path | None,
    overrides: Sequence[str],
    resume: bool,
    previous: bool,
    overwrite: bool,
    observers: Sequence[Observer],
    console: bool,
    plugins: Mapping[str, str],
) -> Outcome:
    base = Path(folder or Path.cwd()) if isinstance(case, Case) else case_directory(Path(case))
    if not isinstance(case, Case):
        path = case
        case = on_root(comm, lambda: read_case(path, list(overrides)))
    if results is not None and (not str(results) or "\0" in str(results)):
        raise FemAsslbError(f"results = {quoted(results)} is no name that a folder can have")
    results = Path(results) if results is not None else base / record.RESULTS
    latest = on_root(comm, lambda: check_folder(results, resume, overwrite, previous))
    with ExitStack() as stack:
        stack.enter_context(log.logging_to(*([log.Console()] if console and comm.rank == 0 else [])))
        progress: list[Observer] = []
        if console and comm.rank == 0:
            progress = [stack.enter_context(ProgressBar(case)) if log.on_terminal() else ProgressLines(case)]

        def occupy() -> Observer:
            """Make the folder of the results ours, on one rank."""
            held = stack.enter_context(occupied_folder(results, resume, overwrite))
            if previous:
                checkpoint.step_back(results)
            return held

        return _run(comm, case, results, base / MESH_FOLDER, latest, occupy, [*observers, *progress], plugins)


def build_domain(comm: MPI.Comm, case: Case, folder: Path) -> tuple[str, Domain]:
    """Hash of the content of the mesh of a case, and the mesh, built or found by rank 0 in a folder of meshes."""

    def find() -> Path:
        """The mesh that is kept, or a new one, on one rank."""
        found = build_cached(case, folder)
        logger.info("mesh %s, %s", found.path, "built" if found.is_new else "built before")
        return found.rows

    part = read_parallel_file(comm, comm.bcast(read_on_root(comm, find)))
    return part.head.digest, distribute_parts(comm, part)


def _run(
    comm: MPI.Comm,
    case: Case,
    folder: Path,
    meshes: Path,
    latest: dict[str, Any] | None,
    occupy: Callable[[], Observer],
    observers: list[Observer],
    plugins: Mapping[str, str],
) -> Outcome:
    warnings, file = log.WarningList(), log.LogFile()
    watch = record.Stopwatch()
    with log.logging_to(warnings, *([file] if comm.rank == 0 else [])):
        with watch.phase("mesh"):
            digest, domain = build_domain(comm, case, meshes)
        table = resolved_table(case)
        identity = {"case": table, "mesh": digest, "files": on_root(comm, lambda: {**file_hashes(table), **plugins})}
        if latest is not None:
            checkpoint.check_identity(latest, identity)
        with watch.phase("problem"):
            simulation = Simulation(case, domain)
        start = None
        if latest is not None:
            checkpoint.restore(simulation, folder, latest)
            start = int(latest["clock"]["index"])
            if comm.rank == 0:
                warn_of_lost_lines(folder, latest["written"])
        held = on_root(comm, occupy)
        if comm.rank == 0:
            file.open(folder / log.FILE, append=latest is not None)
        run_record = record.RunRecord(folder, comm, identity, warnings.messages, watch, resumed=latest is not None)
        _log_start(simulation, start)
        schedule = Schedule(case.output.fields_every, case.output.fields_at)
        written: list[Observer] = [
            *([held] if comm.rank == 0 else []),
            history.HistoryWriter(folder, start),
            cycles.CycleWriter(folder),
            bdf.BdfWriter(folder),
            field_writer.FieldWriter(folder, schedule, field_writer.CELLS, start),
            field_writer.FieldWriter(folder, schedule, field_writer.INTERFACES, start),
            particle_table.ParticleTable(folder, schedule, start),
            step_log.StepLog(),
            CoreWatch(comm),
            run_record,
            checkpoint.CheckpointWriter(
                folder, identity, case.output.checkpoint_interval, case.output.checkpoint_every
            ),
        ]
        with run_record:
            with watch.phase("time steps"):
                reason = simulation.run([*(record.Timed(item, watch) for item in written), *observers])
            # Whoever asks a run to end does not wait for pictures.
            if case.output.pictures and not reason.startswith(LATER):
                with watch.phase("pictures"):
                    draw_separately(comm, folder)
            run_record.write()
        on_root(comm, lambda: crate.write_crate(folder))
    # Every rank may read the results when this returns.
    comm.barrier()
    return Outcome(reason, folder, simulation)


def _log_start(simulation: Simulation, start: int | None) -> None:
    domain = simulation.problem.domain
    cells = domain.mesh.topology.index_map(domain.dimension).size_global
    logger.info("%s: %d cells on %s", printable(simulation.case.case.title), cells, counted(domain.comm.size, "rank"))
    solver, size = simulation.solver.preset, simulation.problem.size
    chosen = "chosen for" if simulation.case.solver.preset == AUTO else "as given, for"
    logger.info("solver: %s, %s %d unknowns in %dD", solver, chosen, size, domain.dimension)
    log_cores(domain.comm)
    free = sorted(domain.boundaries.keys() - simulation.problem.model.support.boundaries)
    logger.info("free boundaries: %s", ", ".join(free) or "none")
    if domain.periods:
        logger.info("side walls are periodic: %s", listed_periods(domain.periods))
    if start is not None:
        logger.info("resumed after step %d, %.6g s", start, simulation.time)
