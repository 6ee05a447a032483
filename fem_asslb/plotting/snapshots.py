"""Fields of a run read back from its results, cell by cell."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyvista
from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.output.collection import read_collection
from fem_asslb.output.names import AXIS, COLLECTION, REGION, ROLE

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Snapshot:
    """Fields of one time.

    Attributes:
        time: [s].
        grid: Cells that share no point.
    """

    time: float
    grid: pyvista.UnstructuredGrid

    @property
    def corners(self) -> int:
        """Corners of one cell: 3 in 2D, 4 in 3D."""
        return self.grid.n_points // self.grid.n_cells

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return self.corners - 1

    def points(self) -> FloatArray:
        """Corners of the cells, shape (num_cells, corners, dimension) [um]."""
        return np.asarray(self.grid.points, dtype=float).reshape(-1, self.corners, 3)[:, :, : self.dimension]

    def field(self, name: str) -> FloatArray:
        """Values of a scalar field at the corners, shape (num_cells, corners); NaN where undefined.

        Raises:
            FemAsslbError: There is no such field.
        """
        if name not in self.grid.point_data:
            raise FemAsslbError(f"the fields at {self.time:g} s have no {quoted(name)}")
        return np.asarray(self.grid.point_data[name], dtype=float).reshape(-1, self.corners)

    def volumes(self) -> FloatArray:
        """Volume (area in 2D) of each cell, shape (num_cells,) [um^dimension]."""
        points = self.points()
        return np.abs(np.linalg.det(points[:, 1:] - points[:, :1])) / (2.0 if self.dimension == 2 else 6.0)

    def mean(self, name: str) -> float:
        """Volume average of a field where it is defined; NaN where it is nowhere."""
        values, volumes = self.field(name).mean(axis=1), self.volumes()
        inside = np.isfinite(values)
        return float(np.average(values[inside], weights=volumes[inside])) if inside.any() else float("nan")

    def outlines(self, name: str = REGION) -> FloatArray:
        """In 2D, edges between cells of different number, or on the outside, each once, shape (n, 2, 2) [um].

        Args:
            name: Number of each cell, by default of its region.
        """
        points = self.points()
        _, vertex = np.unique(np.round(points.reshape(-1, 2), 6), axis=0, return_inverse=True)
        cells = vertex.reshape(-1, 3)
        edges = np.sort(np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]]), axis=1)
        region = np.tile(np.asarray(self.grid.cell_data[name]), 3)
        keys = np.column_stack([edges, region])
        _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
        border = edges[first[count == 1]]
        place = np.empty((vertex.max() + 1, 2))
        place[vertex.ravel()] = points.reshape(-1, 2)
        return place[np.unique(border, axis=0)]


def times_of(results: Path) -> list[float]:
    """Times [s] whose fields are there.

    Raises:
        FemAsslbError: No fields.
    """
    return [time for time, _ in _entries(results)]


def read_snapshot(results: Path, time: float) -> Snapshot:
    """Fields at the time nearest to ``time`` [s].

    Raises:
        FemAsslbError: No fields, or a file that cannot be read.
    """
    found, file = min(_entries(results), key=lambda entry: abs(entry[0] - time))
    return Snapshot(found, read_cells(results / file, (ROLE, REGION, AXIS)))


def read_cells(path: Path, names: Sequence[str]) -> pyvista.UnstructuredGrid:
    """Cells of a file that a collection lists.

    Args:
        path: The file.
        names: Data that its cells have to have.

    Raises:
        FemAsslbError: There is no such file, it is damaged, or it holds no cells with such data.
    """
    try:
        with _listening() as complaints:
            # The name comes from a file: its ending does not choose a reader.
            grid = pyvista.XMLUnstructuredGridReader(regular_file(path)).read()
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} is listed but cannot be read: {error.strerror}") from error
    if complaints.GetOutput():
        raise FemAsslbError(f"{quoted(path, 160)} is damaged: expected a file of VTK with all that it announces")
    if grid.n_cells == 0:
        raise FemAsslbError(f"{quoted(path, 160)} holds no cells")
    if missing := [name for name in names if name not in grid.cell_data]:
        raise FemAsslbError(f"{quoted(path, 160)} has no data '{missing[0]}' of its cells")
    if not np.array_equal(grid.cell_connectivity, np.arange(grid.n_points)) or np.ptp(np.diff(grid.offset)):
        raise FemAsslbError(f"{quoted(path, 160)} has cells that share points or are not alike")
    return grid


@contextmanager
def _listening() -> Iterator[vtkStringOutputWindow]:
    """Take down what VTK says instead of printing it."""
    before, window = vtkOutputWindow.GetInstance(), vtkStringOutputWindow()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    vtkOutputWindow.SetInstance(window)
    try:
        yield window
    finally:
        vtkOutputWindow.SetInstance(before)


def _entries(results: Path) -> list[tuple[float, str]]:
    path = results / COLLECTION
    entries = read_collection(path) if path.is_file() else []
    if not entries:
        raise FemAsslbError(f"no fields in {quoted(results, 160)}")
    return entries
