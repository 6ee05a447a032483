"""``run.json``: what was run, with what, and how it went. A result can be traced back to this file."""

import errno
import json
import platform
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from fem_asslb.base.endings import COMPLETE, OF_A_FILE, explain
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import on_root
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.version import __version__
from fem_asslb.output.files import overwrite_text, read_json, replace_text
from fem_asslb.output.model_tables import model_tables
from fem_asslb.output.names import LAST_STEP, RECORD
from fem_asslb.output.profile import profile

if TYPE_CHECKING:
    from mpi4py import MPI

    from fem_asslb.simulation.simulation import Observer, Simulation
    from fem_asslb.simulation.step_record import StepRecord

FILE = RECORD
"""File of a results folder."""

RESULTS = "results"
"""Folder of a case directory."""

OUTPUT = "output, in time steps"
"""Phase of what the observers do, a part of the time steps."""

RUNNING = "running"
"""Reason of the end of a run that has none yet."""


class Stopwatch:
    """Wall time of the phases of a run, from the moment that it is made."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the wall time of a block to a phase."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.monotonic() - start

    def seconds(self) -> dict[str, float]:
        """Wall time of each phase so far and in total [s]."""
        total = {"total": time.monotonic() - self._start}
        return {name: round(value, 3) for name, value in (self._seconds | total).items()}


class Timed:
    """Observer whose time is booked as output.

    Args:
        observer: The observer.
        watch: Where its time goes.
    """

    def __init__(self, observer: "Observer", watch: Stopwatch) -> None:
        self._observer, self._watch = observer, watch

    def start(self, simulation: "Simulation") -> None:
        """Pass on."""
        with self._watch.phase(OUTPUT):
            self._observer.start(simulation)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Pass on."""
        with self._watch.phase(OUTPUT):
            self._observer.step(simulation, record)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Pass on."""
        with self._watch.phase(OUTPUT):
            self._observer.finish(simulation, reason)


class RunRecord:
    """Observer that keeps ``run.json``: written at the start, after each protocol step, and at the end.

    Args:
        folder: Results folder.
        comm: Communicator of the run.
        identity: Resolved case and mesh hash; plain data.
        warnings: List that warnings are added to while the run goes on.
        watch: Wall times of the phases.
        resumed: Whether the run goes on from a checkpoint; its record is added to those of the earlier parts.
    """

    def __init__(
        self,
        folder: Path,
        comm: "MPI.Comm",
        identity: dict[str, Any],
        warnings: Sequence[str],
        watch: "Stopwatch",
        resumed: bool = False,
    ) -> None:
        self._path, self._comm, self._warnings, self._watch = folder / FILE, comm, warnings, watch
        earlier = on_root(comm, lambda: read_record(folder)["runs"] if resumed and self._path.exists() else [])
        self._part: dict[str, Any] = {"started": _now(), "end": RUNNING, "ranks": comm.size}
        self._content = {**identity, "runs": [*earlier, self._part]}
        self._steps = {"accepted": 0, "rejected": 0, "iterations": 0, "linear iterations": 0}

    def __enter__(self) -> Self:
        """Whatever ends the run is noted."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Note the error that ends the run; each rank does, for the others may wait for it and write nothing."""
        if error is None or getattr(error, "errno", None) == errno.ESTALE:
            # Of a folder that another has taken the place of, perhaps a copy.
            return
        # The file is that of an earlier part of the run, or gone, or of a folder that is: nothing to write to.
        with suppress(FemAsslbError, OSError):
            content = read_record(self._path.parent)
            part = content["runs"][-1]
            if part["started"] == self._part["started"]:
                cause = f"{OF_A_FILE}: {explain(error)}" if isinstance(error, OSError) else explain(error)
                part |= {"ended": _now(), "end": cause, **self._counts()}
                try:
                    replace_text(self._path, _text(content), writer=f"-{self._comm.rank}")
                except OSError:
                    overwrite_text(self._path, json.dumps(content, ensure_ascii=False) + "\n")

    def start(self, simulation: "Simulation") -> None:
        """Write what is known before the first step."""
        domain = simulation.problem.domain
        self._part |= {"versions": versions(), "petsc options": dict(simulation.solver.options)}
        self._part["commit"] = commit() if self._comm.rank == 0 else None
        # One that goes on may stop before it ends a step of its own.
        self._part[STEPS_ENDED] = simulation.loading.stage
        self._content |= model_tables(simulation.problem.model)
        self._content["mesh facts"] = {
            "cells": domain.mesh.topology.index_map(domain.dimension).size_global,
            "roles": list(domain.roles),
            "regions": list(domain.regions),
            "periods": {"xyz"[axis]: period for axis, period in domain.periods.items()},
            "interfaces": [
                {"name": item.name, "plus": item.plus, "minus": item.minus, "surface": item.surface}
                for item in simulation.problem.model.interfaces
            ],
            "unknowns": simulation.problem.size,
        }
        self.write()

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Count a step."""
        self._steps["accepted"] += 1
        self._steps["rejected"] += record.rejected
        self._steps["iterations"] += record.iterations
        self._steps["linear iterations"] = simulation.solver.linear_iterations
        if record.stage_ends:
            self._part[STEPS_ENDED] = record.stage + 1
            self.write()

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Note why the run ended."""
        self._part |= {
            "ended": _now(),
            "end": reason,
            LAST_STEP: simulation.index,
            "cautions at their worst": simulation.cautions,
        }

    def write(self) -> None:
        """Write the file; collective."""
        memory = self._comm.gather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
        if events := profile(self._comm):
            self._part["petsc events"] = events
        if self._comm.rank > 0:
            return
        self._part |= {**self._counts(), "peak memory per rank [MB]": [round(value, 1) for value in memory or []]}
        replace_text(self._path, _text(self._content))

    def _counts(self) -> dict[str, Any]:
        accepted = self._steps["accepted"]
        return {
            "steps": self._steps | {"mean iterations": self._steps["iterations"] / accepted if accepted else None},
            "wall time [s]": self._watch.seconds(),
            "warnings": list(self._warnings),
        }


STEPS_ENDED = "protocol steps ended"
"""Key of a part of a run: to the end of how many protocol steps it has come."""


def results_in(folder: Path) -> Path:
    """Folder of results that a path names: a case directory that has one, or the folder itself."""
    inside = folder / RESULTS
    return inside if inside.exists() and not (folder / FILE).exists() else folder


def read_record(folder: Path) -> dict[str, Any]:
    """Record of a results folder.

    Raises:
        FemAsslbError: No record, or one that cannot be read.
    """
    content = read_json(folder / FILE, {"case", "runs"}, "no results")
    case, runs = content["case"], content["runs"]
    if not isinstance(case, dict) or not (isinstance(runs, list) and all(isinstance(part, dict) for part in runs)):
        raise FemAsslbError(f"{quoted(folder / FILE, 160)} is damaged: expected a table 'case' and tables in 'runs'")
    return content


def ended(record: Mapping[str, Any]) -> str:
    """Why the last part of a recorded run ended: `COMPLETE`, the reason of a failure, or `RUNNING` without an end."""
    runs = record["runs"]
    return str(runs[-1].get("end", RUNNING)) if runs else RUNNING


def open_step(record: Mapping[str, Any], stages: npt.NDArray[np.float64]) -> int | None:
    """Protocol step, from 1, within which a recorded run stands or was stopped; None where it came to its end.

    Args:
        record: What `read_record` returns.
        stages: Protocol step of each row of its history.
    """
    if ended(record) == COMPLETE or not len(stages):
        return None
    last, of_part = int(stages[-1]), record["runs"][-1].get(STEPS_ENDED) if record["runs"] else None
    return None if isinstance(of_part, int) and of_part >= last else last


def writer(folder: Path) -> str:
    """Which version of the package wrote the last part of a run, in words, as far as its record tells."""
    try:
        part = read_record(folder)["runs"][-1]
        version = part["versions"]["fem-asslb"]
    except (FemAsslbError, LookupError, TypeError):
        return "by a version that is not known"
    # Before 0.2.0 a checkout had no number.
    return f"by {printable(f'fem_asslb {version}', 40)}" if str(version)[:1].isdigit() else "before version 0.2.0"


def versions() -> dict[str, str]:
    """Versions of the package and of what it runs on."""
    import dolfinx
    import gmsh
    from mpi4py import MPI
    from petsc4py import PETSc

    return {
        "fem-asslb": __version__,
        "dolfinx": dolfinx.__version__,
        "petsc": ".".join(map(str, PETSc.Sys.getVersion())),
        "gmsh": gmsh.GMSH_API_VERSION,
        "python": platform.python_version(),
        "mpi": MPI.Get_library_version().splitlines()[0].strip("\0 "),
    }


def commit() -> str | None:
    """Commit of the checkout of the package, with ``+`` if files differ from it; None outside one."""
    here = Path(__file__).resolve().parent
    described = ["git", "-C", str(here), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"]
    try:
        done = subprocess.run(described, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
