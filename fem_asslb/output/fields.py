"""Fields at the corners of every cell, where broken fields stay broken, and the observer that writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from fem_asslb.constants import FARADAY
from fem_asslb.output import collection, vtu
from fem_asslb.output.interface_fields import InterfaceFieldEvaluator
from fem_asslb.output.names import (
    AXIS,
    CHEMICAL_POTENTIAL,
    COLLECTION,
    DISPLACEMENT,
    FOLDER,
    HYDROSTATIC,
    INTERFACE_COLLECTION,
    INTERFACE_FOLDER,
    POTENTIAL,
    PRINCIPAL,
    REGION,
    ROLE,
    STOICHIOMETRY,
    STRESS,
    VON_MISES,
)
from fem_asslb.problem import Problem

if TYPE_CHECKING:
    from fem_asslb.simulation import Simulation
    from fem_asslb.stepping import StepRecord

FloatArray = npt.NDArray[np.float64]

_PLACES = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
"""Components of a symmetric tensor in VTK's order."""


class FieldEvaluator:
    """Evaluates the fields of a problem's state on the cells that this rank owns.

    Stress is linear in a cell where the displacement is quadratic; with linear displacement it has one value
    per cell, taken where the energy is.

    Attributes:
        corners: Corners of one cell.

    Args:
        problem: The problem; its ``state`` is read at every call.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem, domain, model = problem, problem.domain, problem.model
        self._mesh, self._count, self.corners = domain.mesh, domain.num_owned_cells, domain.dimension + 1
        corners = np.vstack([np.zeros(domain.dimension), np.eye(domain.dimension)])
        stress_points = corners if model.displacement_degree > 1 else corners.mean(axis=0, keepdims=True)
        state, continuum = problem.state, problem.continuum
        self._displacement = fem.Expression(continuum.displacement(state), corners)
        self._stresses = []
        for part in continuum.parts:
            tensor = continuum.stress(state, part)
            vector = ufl.as_vector([tensor[place] for place in _PLACES])
            roles = model.passive if part is None else (part,)
            self._stresses.append((self._owned(roles), fem.Expression(vector, stress_points)))
        self._hosts = self._owned(model.hosts)
        self._lithium = fem.Expression(state.lithium, corners) if state.lithium is not None else None

    def points(self) -> FloatArray:
        """Corners of the cells, shape (num_cells * corners, 3) [um]."""
        geometry = self._mesh.geometry
        return geometry.x[geometry.dofmap[: self._count, : self.corners].ravel()]

    def at_corners(self) -> dict[str, FloatArray]:
        """Fields by name, shape (num_cells * corners,) or (num_cells * corners, n); NaN where undefined."""
        everywhere = np.arange(self._count, dtype=np.int32)
        fields: dict[str, FloatArray] = {DISPLACEMENT: self._evaluate(self._displacement, everywhere, 3).reshape(-1, 3)}
        if self._lithium is not None:
            lithium = np.full((self._count, self.corners, 2), np.nan)
            lithium[self._hosts] = self._evaluate(self._lithium, self._hosts, 2)
            x, phi = lithium.reshape(-1, 2).T
            fields |= {STOICHIOMETRY: x, POTENTIAL: phi, CHEMICAL_POTENTIAL: -FARADAY * phi}
        stress = np.zeros((self._count, self.corners, 6))
        for cells, expression in self._stresses:
            stress[cells] = self._evaluate(expression, cells, 6)
        return fields | stress_measures(stress.reshape(-1, 6))

    def in_cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Numbers of role and region of the cells, and crystal axis, zero where there is no crystal."""
        domain = self._problem.domain
        region = domain.cell_region[: self._count]
        role_number = np.array([domain.roles.index(role) for role in domain.region_roles], dtype=np.int32)
        field = self._problem.continuum.fields.axis
        axis = np.zeros((self._count, 3))
        axis[self._hosts] = field.x.array.reshape(-1, 3)[field.function_space.dofmap.list[self._hosts, 0]]
        return {ROLE: role_number[region], REGION: region.astype(np.int32), AXIS: axis}

    def _owned(self, roles: tuple[str, ...]) -> npt.NDArray[np.int32]:
        cells = self._problem.domain.cells_of(roles)
        return cells[cells < self._count]

    def _evaluate(self, expression: fem.Expression, cells: npt.NDArray[np.int32], width: int) -> FloatArray:
        """Values, shape (num_cells, corners, width); one point in the middle stands for all corners."""
        values = expression.eval(self._mesh, cells).reshape(len(cells), len(expression.X()), width)
        return np.broadcast_to(values, (len(cells), self.corners, width))


def stress_measures(stress: FloatArray) -> dict[str, FloatArray]:
    """Stress and its invariants by name [MPa].

    Args:
        stress: Components xx, yy, zz, xy, yz, xz, shape (n, 6), tension positive.
    """
    tensor = np.empty((len(stress), 3, 3))
    for component, (i, j) in enumerate(_PLACES):
        tensor[:, i, j] = tensor[:, j, i] = stress[:, component]
    hydrostatic = np.trace(tensor, axis1=1, axis2=2) / 3.0
    deviator = tensor - hydrostatic[:, None, None] * np.eye(3)
    return {
        STRESS: stress,
        HYDROSTATIC: hydrostatic,
        VON_MISES: np.sqrt(1.5 * np.einsum("nij,nij->n", deviator, deviator)),
        PRINCIPAL: np.asarray(np.linalg.eigvalsh(tensor)[:, -1]),
    }


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


CELLS = Series(COLLECTION, FOLDER, lambda simulation: FieldEvaluator(simulation.problem))
"""Fields of the bulk."""

INTERFACES = Series(
    INTERFACE_COLLECTION,
    INTERFACE_FOLDER,
    lambda simulation: InterfaceFieldEvaluator(simulation.interfaces) if simulation.interfaces is not None else None,
)
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
