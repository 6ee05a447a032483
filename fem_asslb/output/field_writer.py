"""The observer that writes fields, of the bulk and of the interfaces, at the times of a schedule."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from fem_asslb.base.parallel import on_root
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output import collection, vtu
from fem_asslb.output.fields import FieldEvaluator
from fem_asslb.output.interface_fields import InterfaceFieldEvaluator
from fem_asslb.output.names import COLLECTION, FOLDER, INTERFACE_COLLECTION, INTERFACE_FOLDER
from fem_asslb.output.schedule import Occasions, Schedule

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]


class Evaluator(Protocol):
    """What gives the fields of an instant."""

    corners: int

    def points(self) -> FloatArray:
        """Corners of the cells, shape (num_cells * corners, 3) [um]."""

    def at_corners(self) -> dict[str, FloatArray]:
        """Fields by name, shape (num_cells * corners,) or (num_cells * corners, n)."""

    def in_cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Values of the cells by name, shape (num_cells,) or (num_cells, n)."""


@dataclass(frozen=True)
class Series:
    """Fields of one kind over time.

    Attributes:
        collection: File that lists them.
        folder: Where they are.
        evaluator: What gives them; None where a simulation has none.
    """

    collection: str
    folder: str
    evaluator: Callable[["Simulation"], Evaluator | None]


def _of_cells(simulation: "Simulation") -> Evaluator:
    return FieldEvaluator(simulation.problem)


def _of_interfaces(simulation: "Simulation") -> Evaluator | None:
    return InterfaceFieldEvaluator(simulation.interfaces) if simulation.interfaces is not None else None


CELLS = Series(COLLECTION, FOLDER, _of_cells)
"""Fields of the bulk."""

INTERFACES = Series(INTERFACE_COLLECTION, INTERFACE_FOLDER, _of_interfaces)
"""Fields of the interfaces that may open."""


class FieldWriter:
    """Observer that writes the fields of chosen steps.

    Args:
        folder: Results folder.
        schedule: When.
        series: Which.
        resume_from: Number of the step whose checkpoint the run goes on from; later fields are dropped.
    """

    def __init__(self, folder: Path, schedule: Schedule, series: Series, resume_from: int | None = None) -> None:
        self._folder, self._series = folder, series
        self._occasions = Occasions(schedule, self._write, resume_from)
        self._entries: list[tuple[float, str]] = []
        self._list, self._resume_from = folder / series.collection, resume_from

    def start(self, simulation: "Simulation") -> None:
        """Compile what is evaluated; keep what was written up to the checkpoint, and nothing half written."""
        self._evaluator = self._series.evaluator(simulation)
        self._comm = simulation.problem.domain.comm
        self._entries = on_root(self._comm, self._read_known)
        if self._comm.rank == 0 and self._evaluator is not None:
            place = self._folder / self._series.folder
            place.mkdir(exist_ok=True)
            for partial in place.glob("*.vtu.partial"):
                partial.unlink()
        self._comm.barrier()

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Write the fields if it is time."""
        self._occasions.step(record)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write the last state if it was not."""
        self._occasions.finish()

    def _read_known(self) -> list[tuple[float, str]]:
        if self._resume_from is None or not self._list.exists():
            return []
        entries = collection.entries_until(self._list, self._resume_from)
        if missing := [file for _, file in entries if not (self._folder / file).is_file()]:
            path, listed = quoted(self._list, 120), printable(", ".join(missing), 100)
            logger.warning("%s listed files that are not there, which are dropped from it: %s", path, listed)
        entries = [(time, file) for time, file in entries if file not in missing]
        collection.write_collection(self._list, entries)
        return entries

    def _write(self, index: int, time: float) -> None:
        if self._evaluator is None:
            return
        point_data = {name: values.astype(np.float32) for name, values in self._evaluator.at_corners().items()}
        cell_data = {
            name: values.astype(np.float32) if values.dtype == np.float64 else values
            for name, values in self._evaluator.in_cells().items()
        }
        file = f"{self._series.folder}/{index:06d}.vtu"
        points, corners = self._evaluator.points(), self._evaluator.corners
        vtu.write_cells(self._comm, self._folder / file, points, corners, point_data, cell_data)
        self._entries.append((time, file))
        if self._comm.rank == 0:
            collection.write_collection(self._list, self._entries)
