"""Checkpoints: all that a run needs to go on as if it had never stopped, on any number of ranks."""

import json
import shutil
import time
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dolfinx import fem

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import raise_first
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.version import __version__
from fem_asslb.equations.controls import Controls
from fem_asslb.output import entity_table
from fem_asslb.output.checkpoint_schema import check_latest, check_names, checksum
from fem_asslb.output.deciding import deciding
from fem_asslb.output.entity_values import EntityValues
from fem_asslb.output.files import read_json, replace_text
from fem_asslb.output.record import writer
from fem_asslb.output.resolved import differences
from fem_asslb.output.saved_values import saved_numbers, saved_values, set_numbers
from fem_asslb.output.written_lines import still_written, written_lines

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FOLDER = "checkpoint"
"""Folder of a results folder."""

LATEST = "latest.json"
"""File in it that names the last complete checkpoint; the last thing that is written."""

FORMAT = 13
"""Number of the format; it changes with the names and meanings of what is saved."""

PREVIOUS = "previous.json"
"""The same of the checkpoint before it, which is kept until there is another."""

FREE_TO_CHANGE = ("case", "time", "output", "solver")
"""Sections of a case that may change between two parts of a run."""


class CheckpointWriter:
    """Observer that saves the run at the end of each protocol step, and within one when it is time.

    A state in which something does not balance is not saved: none to go on from.

    Args:
        folder: Results folder.
        identity: What must be the same when the run goes on: resolved case and mesh hash; plain data.
        interval: Wall time [s] after which a step is saved.
        every: Every N-th step is saved; 0: by time only.
    """

    def __init__(self, folder: Path, identity: dict[str, Any], interval: float, every: int) -> None:
        self._folder, self._identity = folder / FOLDER, identity
        self._interval, self._every = interval, every
        self._saved_at = time.monotonic()
        self._pending = False

    def start(self, simulation: "Simulation") -> None:
        """Make the folder; of tables that have lost lines, or are new, nothing is expected from now on."""
        if simulation.problem.domain.comm.rank == 0:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in (LATEST, PREVIOUS):
                with suppress(FemAsslbError):
                    _forget_lost_lines(self._folder.parent, name)

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Save if it is time; rank 0 holds the clock."""
        comm = simulation.problem.domain.comm
        late = comm.bcast(time.monotonic() - self._saved_at >= self._interval)
        counted = self._every > 0 and record.index % self._every == 0
        if record.stage_ends or late or counted:
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
    tables = {
        values.name: entity_table.write(comm, place, values.name, values.keys[values.owned], values.gather())
        for values in saved_values(simulation)
    }
    if comm.rank == 0:
        constants = {name: float(constant.value) for name, constant in _constants(simulation.problem.controls).items()}
        content = {
            "format": FORMAT,
            "folder": place.name,
            "clock": clock,
            "controls": constants,
            "scalars": saved_numbers(simulation),
            "tables": tables,
            "written": written_lines(folder.parent),
            "identity": identity,
        }
        kept = _keep_previous(folder, place.name)
        replace_text(folder / LATEST, json.dumps(content | {"checksum": checksum(content)}, indent=1))
        for old in folder.iterdir():
            if old.is_dir() and old.name.isdigit() and old.name not in (place.name, kept):
                shutil.rmtree(old)


def _forget_lost_lines(folder: Path, name: str) -> None:
    """Let a checkpoint know of no table that does not begin with what it held."""
    content = read_latest(folder, previous=name == PREVIOUS)
    written = still_written(folder, content["written"])
    if written != content["written"]:
        content["written"] = written
        replace_text(folder / FOLDER / name, json.dumps(content | {"checksum": checksum(content)}, indent=1))


def _keep_previous(folder: Path, name: str) -> str | None:
    """Let the checkpoint that was the last be the one before; the folder of that, None for the first checkpoint.

    Args:
        folder: Folder of checkpoints.
        name: Folder of the one that is being written, which may be the last one once more.
    """
    previous, latest = ((folder / file) for file in (PREVIOUS, LATEST))
    text = latest.read_text(encoding="utf-8") if latest.exists() else ""
    if text and json.loads(text)["folder"] != name:
        replace_text(previous, text)
    return str(json.loads(previous.read_text(encoding="utf-8"))["folder"]) if previous.exists() else None


def step_back(folder: Path) -> None:
    """Let the checkpoint before the last be the last; on one rank.

    Args:
        folder: Results folder.
    """
    replace_text(folder / FOLDER / LATEST, (folder / FOLDER / PREVIOUS).read_text(encoding="utf-8"))


def read_latest(folder: Path, previous: bool = False) -> dict[str, Any]:
    """What the last checkpoint of a results folder says, without the arrays.

    Args:
        folder: Results folder.
        previous: Take the one before it.

    Raises:
        FemAsslbError: No checkpoint, one that cannot be read, one of another format, or one with other than it says.
    """
    path = folder / FOLDER / (PREVIOUS if previous else LATEST)
    has_previous = not previous and (folder / FOLDER / PREVIOUS).is_file()
    advice = "--resume-previous takes the checkpoint before" if has_previous else "start with --overwrite"
    latest = read_json(path, {"clock"}, f"nothing to resume, {advice}", advice)
    # The first checkpoints had no number.
    if latest.get("format", 0) != FORMAT:
        raise FemAsslbError(
            f"{quoted(path, 120)} was written in format {printable(latest.get('format', 0), 20)} of checkpoints, "
            f"{writer(folder)}; fem_asslb {__version__} reads {FORMAT}; start with --overwrite"
        )
    check_latest(path, latest)
    return latest


def check_identity(latest: dict[str, Any], identity: dict[str, Any]) -> None:
    """The run that goes on is the run that was saved; its protocol may have more steps at its end.

    Args:
        latest: From `read_latest`.
        identity: Of the run that goes on.

    Raises:
        FemAsslbError: Another case or another mesh: names what differs.
    """
    saved, now = _bound(latest["identity"]), _bound(identity)
    if "protocol" in saved and "protocol" in now:
        done = saved["protocol"]["steps"]
        if now["protocol"]["steps"][: len(done)] == done:
            now["protocol"]["steps"] = done
    if changed := differences(saved, now):
        keys = printable(", ".join(changed), 160)
        free = f"only {', '.join(FREE_TO_CHANGE)} but for solver.strain may change, and steps be added at the end"
        raise FemAsslbError(f"the case differs from the checkpoint in {keys}; {free}")
    if latest["identity"]["mesh"] != identity["mesh"]:
        raise FemAsslbError("the mesh differs from the checkpoint; start with --overwrite")
    if changed := differences(latest["identity"]["files"], identity["files"]):
        raise FemAsslbError(
            f"{printable(', '.join(changed), 160)} differs from the checkpoint's; start with --overwrite"
        )


def _bound(identity: dict[str, Any]) -> dict[str, Any]:
    """What may not change of a case."""
    case = deciding(identity["case"], FREE_TO_CHANGE)
    # Of the solver, what strain is decides on the answer.
    case["solver"] = {"strain": identity["case"].get("solver", {}).get("strain")}
    return case


def restore(simulation: "Simulation", folder: Path, latest: dict[str, Any]) -> None:
    """Put a run back to a checkpoint; collective.

    Args:
        simulation: A new run of the same case and mesh.
        folder: Results folder.
        latest: From `read_latest`.

    Raises:
        FemAsslbError: Something is missing, damaged or does not fit; the run is as it was.
    """
    path, tables, wanted = folder / FOLDER / LATEST, latest["tables"], saved_values(simulation)
    constants = _constants(simulation.problem.controls)
    check_names(path, "controls", latest["controls"], constants)
    check_names(path, "clock", latest["clock"], simulation.snapshot())
    check_names(path, "scalars", latest["scalars"], saved_numbers(simulation))
    check_names(path, "tables", tables, [values.name for values in wanted])
    for values in wanted:
        _check_shapes(values, tables[values.name]["shapes"])
    place = folder / FOLDER / latest["folder"]
    entity_table.check(simulation.problem.domain.comm, place, tables)
    found, fault = [], ""
    try:
        found = [entity_table.read(place, values.name, tables[values.name], values.keys) for values in wanted]
    except (OSError, KeyError) as error:
        fault = f"checkpoint {quoted(place, 160)} cannot be read: {printable(error)}"
    raise_first(simulation.problem.domain.comm, fault)
    for values, rows in zip(wanted, found, strict=True):
        values.scatter(rows)
    set_numbers(simulation, latest["scalars"])
    for name, constant in constants.items():
        constant.value = latest["controls"][name]
    simulation.restore(latest["clock"])


def _check_shapes(values: EntityValues, shapes: dict[str, list[int]]) -> None:
    """The elements of a run are those of its checkpoint."""
    if shapes != values.shapes:
        raise FemAsslbError(
            f"{values.name} in the checkpoint is {printable(shapes)}, in this run {printable(values.shapes)}; "
            "resume with the same solver.displacement_degree"
        )


def _constants(controls: Controls) -> dict[str, fem.Constant]:
    """Constants of the weak form by name, those of the platen included, but for those that follow from others.

    The time is that of the clock, and between two steps the accepted temperature that of the cell.
    """
    found: dict[str, fem.Constant] = {}
    for owner, prefix in ((controls, ""), (controls.platen, "platen.")):
        values = {item.name: getattr(owner, item.name) for item in fields(owner)}
        found |= {prefix + name: value for name, value in values.items() if isinstance(value, fem.Constant)}
    del found["time"], found["accepted_temperature"]
    return found
