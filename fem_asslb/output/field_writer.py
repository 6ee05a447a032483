"""The observer that writes fields, of the bulk and of the interfaces, at the times of a schedule."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from fem_asslb.output import collection, vtu
from fem_asslb.output.fields import FieldEvaluator
from fem_asslb.output.interface_fields import InterfaceFieldEvaluator
from fem_asslb.output.names import COLLECTION, FOLDER, INTERFACE_COLLECTION, INTERFACE_FOLDER

if TYPE_CHECKING:
    from fem_asslb.simulation import Simulation
    from fem_asslb.stepping import StepRecord

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Schedule:
    """When fields are written: at the end of each protocol step, and then some.

    Attributes:
        every: At every N-th accepted step too; 0: not.
        at: Times [s] at or after which one more is written.
    """

    every: int = 0
    at: tuple[float, ...] = ()

    def due(self, record: "StepRecord") -> bool:
        """Whether fields are written after a step."""
        passed = any(record.time - record.duration < time <= record.time for time in self.at)
        return record.stage_ends or passed or (self.every > 0 and record.index % self.every == 0)


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
        self._folder, self._schedule, self._series = folder, schedule, series
        self._entries: list[tuple[float, str]] = []
        self._list = folder / series.collection
        if resume_from is not None and self._list.exists():
            known = collection.read_collection(self._list)
            self._entries = [(time, file) for time, file in known if int(Path(file).stem) <= resume_from]
        self._last: tuple[int, float] | None = None
        self._written = resume_from

    def start(self, simulation: "Simulation") -> None:
        """Compile what is evaluated."""
        self._evaluator = self._series.evaluator(simulation)
        self._comm = simulation.problem.domain.comm
        if self._comm.rank == 0 and self._evaluator is not None:
            (self._folder / self._series.folder).mkdir(exist_ok=True)
        self._comm.barrier()

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Write the fields if it is time."""
        self._last = (record.index, record.time)
        if self._schedule.due(record):
            self._write(*self._last)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write the last state if it was not."""
        if self._last is not None and self._last[0] != self._written:
            self._write(*self._last)

    def _write(self, index: int, time: float) -> None:
        self._written = index
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
