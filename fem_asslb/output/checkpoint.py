"""Checkpoints: all that a run needs to go on as if it had never stopped, on the same number of ranks."""

import copy
import json
import shutil
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from dolfinx import fem

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.case.sections.paths import path_owners
from fem_asslb.equations.controls import Controls
from fem_asslb.output.cell_values import owned_values, read_values, saved_functions
from fem_asslb.output.checkpoint_schema import check_latest, check_names
from fem_asslb.output.files import read_json, replace_text, writing
from fem_asslb.output.interface_values import FACETS, HISTORY, set_history
from fem_asslb.output.resolved import differences

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FOLDER = "checkpoint"
"""Folder of a results folder."""

LATEST = "latest.json"
"""File in it that names the last complete checkpoint; the last thing that is written."""

FORMAT = 6
"""Number of the format; it changes with the names and meanings of what is saved."""

LEAST_INTERVAL = 60.0
"""Wall time [s] between two checkpoints within a protocol step."""

FREE_TO_CHANGE = ("case", "time", "solver", "output")
"""Sections of a case that may change between two parts of a run."""


class CheckpointWriter:
    """Observer that saves the run at the end of each protocol step, and within one after a minute.

    A state in which something does not balance is not saved: none to go on from.

    Args:
        folder: Results folder.
        identity: What must be the same when the run goes on: resolved case and mesh hash; plain data.
    """

    def __init__(self, folder: Path, identity: dict[str, Any]) -> None:
        self._folder, self._identity = folder / FOLDER, identity
        self._saved_at = time.monotonic()
        self._pending = False

    def start(self, simulation: "Simulation") -> None:
        """Make the folder."""
        if simulation.problem.domain.comm.rank == 0:
            self._folder.mkdir(parents=True, exist_ok=True)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Save if it is time; rank 0 holds the clock."""
        comm = simulation.problem.domain.comm
        late = comm.bcast(time.monotonic() - self._saved_at > LEAST_INTERVAL)
        if record.stage_ends or late:
            self._save(simulation)
        else:
            self._pending = True

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Save what is not saved yet."""
        if self._pending:
            self._save(simulation)

    def _save(self, simulation: "Simulation") -> None:
        if simulation.fault is not None:
            return
        save(simulation, self._folder, self._identity)
        self._saved_at, self._pending = time.monotonic(), False


def save(simulation: "Simulation", folder: Path, identity: dict[str, Any]) -> None:
    """Save a run; a kill at any moment leaves the last complete checkpoint in place.

    Args:
        simulation: The run, between two steps.
        folder: Folder of checkpoints.
        identity: What must be the same when the run goes on.
    """
    comm = simulation.problem.domain.comm
    clock = simulation.snapshot()
    place = folder / f"{int(clock['index']):06d}"
    if comm.rank == 0:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    comm.barrier()
    part, values = place / f"rank-{comm.rank:04d}.npz", owned_values(simulation)
    with writing(part):
        np.savez(part, **values)
    comm.barrier()
    if comm.rank == 0:
        constants = {name: float(constant.value) for name, constant in _constants(simulation.problem.controls).items()}
        content = {
            "format": FORMAT,
            "folder": place.name,
            "ranks": comm.size,
            "clock": clock,
            "controls": constants,
            "identity": identity,
        }
        replace_text(folder / LATEST, json.dumps(content, indent=1))
        for old in folder.iterdir():
            if old.is_dir() and old != place:
                shutil.rmtree(old)


def read_latest(folder: Path) -> dict[str, Any]:
    """What the last checkpoint of a results folder says, without the arrays.

    Raises:
        FemAsslbError: No checkpoint, one that cannot be read, one of another format, or one with other than it says.
    """
    keys = {"format", "folder", "ranks", "clock", "controls", "identity"}
    path = folder / FOLDER / LATEST
    latest = read_json(path, keys, "nothing to resume, start with --overwrite")
    if latest["format"] != FORMAT:
        text = f"the checkpoint in {quoted(folder, 160)} is of another version of fem_asslb; start with --overwrite"
        raise FemAsslbError(text)
    check_latest(path, latest)
    return latest


def check_identity(latest: dict[str, Any], identity: dict[str, Any], ranks: int) -> None:
    """The run that goes on is the run that was saved.

    Args:
        latest: From `read_latest`.
        identity: Of the run that goes on.
        ranks: Of the run that goes on.

    Raises:
        FemAsslbError: Other number of ranks, another case or another mesh: names what differs.
    """
    if latest["ranks"] != ranks:
        raise FemAsslbError(f"the checkpoint was written on {latest['ranks']} ranks, this run has {ranks}; use as many")
    if changed := differences(_bound(latest["identity"]), _bound(identity)):
        keys = printable(", ".join(changed), 160)
        raise FemAsslbError(
            f"the case differs from the checkpoint in {keys}; only {', '.join(FREE_TO_CHANGE)} may change"
        )
    if latest["identity"]["mesh"] != identity["mesh"]:
        raise FemAsslbError("the mesh differs from the checkpoint; start with --overwrite")
    if changed := differences(latest["identity"]["files"], identity["files"]):
        raise FemAsslbError(
            f"{printable(', '.join(changed), 160)} differs from the checkpoint's; start with --overwrite"
        )


def _bound(identity: dict[str, Any]) -> dict[str, Any]:
    """What may not change of a case; not where its files are, for a case may move and hashes tell what they hold."""
    case = copy.deepcopy({key: value for key, value in identity["case"].items() if key not in FREE_TO_CHANGE})
    for owner in path_owners(case):
        del owner["path"]
    return case


def restore(simulation: "Simulation", folder: Path, latest: dict[str, Any]) -> None:
    """Put a run back to a checkpoint.

    Args:
        simulation: A new run of the same case and mesh on as many ranks.
        folder: Results folder.
        latest: From `read_latest`.

    Raises:
        FemAsslbError: A rank's part is missing or does not fit.
    """
    comm, problem = simulation.problem.domain.comm, simulation.problem
    constants = _constants(problem.controls)
    check_names(folder / FOLDER / LATEST, "controls", latest["controls"], constants)
    check_names(folder / FOLDER / LATEST, "clock", latest["clock"], simulation.snapshot())
    place = folder / FOLDER / latest["folder"]
    values: dict[str, np.ndarray] = {}
    fault = ""
    try:
        values = read_values(simulation, [place / f"rank-{rank:04d}.npz" for rank in range(latest["ranks"])])
    except (OSError, KeyError, ValueError, TypeError, IndexError, EOFError, MemoryError, BadZipFile) as error:
        fault = f"checkpoint {quoted(place, 160)} cannot be read: {printable(error)}"
    faults = [text for text in comm.allgather(fault) if text]
    if faults:
        raise FemAsslbError(faults[0])
    for name, function in saved_functions(simulation).items():
        function.x.array[:] = values[name]
        function.x.scatter_forward()
    if problem.continuum.interfaces is not None and problem.continuum.interfaces.history is not None:
        set_history(problem.continuum.interfaces, values[FACETS], values[HISTORY])
    for name, constant in constants.items():
        constant.value = latest["controls"][name]
    simulation.restore(latest["clock"])


def _constants(controls: Controls) -> dict[str, fem.Constant]:
    """Constants of the weak form by name, those of the platen included."""
    found: dict[str, fem.Constant] = {}
    for owner, prefix in ((controls, ""), (controls.platen, "platen.")):
        values = {item.name: getattr(owner, item.name) for item in fields(owner)}
        found |= {prefix + name: value for name, value in values.items() if isinstance(value, fem.Constant)}
    return found
