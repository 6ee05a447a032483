"""All times of the fields in one file, in VTK's HDF format 2.0: for long series, read by ParaView from 5.12 on.

The mesh is the same at all times and stands in the file once.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fem_asslb.base.errors import FemAsslbError

if TYPE_CHECKING:
    import pyvista

FILE, INTERFACE_FILE = "fields.vtkhdf", "interfaces.vtkhdf"
"""Files of a results folder."""

VERSION = (2, 0)
TYPE = "UnstructuredGrid"


def write_vtkhdf(path: Path, times: Sequence[float], grids: Iterator["pyvista.UnstructuredGrid"]) -> None:
    """Write fields at several times.

    Args:
        path: The file; replaced when all times are in it.
        times: [s].
        grids: Cells and fields at each time, on the same mesh with the same fields.

    Raises:
        FemAsslbError: The mesh or the names of the fields change from one time to another.
        OSError: The file cannot be written.
    """
    import h5py

    partial = path.with_name(f"{path.name}.partial")
    try:
        with h5py.File(partial, "w") as file:
            root = file.create_group("VTKHDF")
            root.attrs["Version"] = VERSION
            root.attrs.create("Type", TYPE.encode("ascii"), dtype=h5py.string_dtype("ascii", len(TYPE)))
            for number, grid in enumerate(grids):
                if number == 0:
                    _write_mesh(root, grid)
                _append(root, grid, number, len(times))
            _write_steps(root, times)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_mesh(root: Any, grid: "pyvista.UnstructuredGrid") -> None:
    root["NumberOfPoints"] = np.array([grid.n_points], dtype=np.int64)
    root["NumberOfCells"] = np.array([grid.n_cells], dtype=np.int64)
    root["NumberOfConnectivityIds"] = np.array([len(grid.cell_connectivity)], dtype=np.int64)
    root["Points"] = np.asarray(grid.points)
    root["Connectivity"] = np.asarray(grid.cell_connectivity, dtype=np.int64)
    root["Offsets"] = np.asarray(grid.offset, dtype=np.int64)
    root["Types"] = np.asarray(grid.celltypes, dtype=np.uint8)


def _append(root: Any, grid: "pyvista.UnstructuredGrid", number: int, count: int) -> None:
    """Add the fields of a time behind those of the times before."""
    if not np.array_equal(root["Points"][:], grid.points):
        raise FemAsslbError(f"the mesh of time {number + 1} is not that of the first; expected one mesh at all times")
    for kind, data in (("PointData", grid.point_data), ("CellData", grid.cell_data)):
        arrays: Mapping[str, Any] = {name: np.asarray(data[name]) for name in data}
        group = root.require_group(kind)
        if number and set(group) != {_stored(name) for name in arrays}:
            raise FemAsslbError(f"the fields of time {number + 1} are not those of the first")
        for name, values in arrays.items():
            if number == 0:
                shape = (count * len(values), *values.shape[1:])
                chunks = (len(values), *values.shape[1:])
                group.create_dataset(_stored(name), shape, values.dtype, chunks=chunks, compression="gzip")
            group[_stored(name)][number * len(values) : (number + 1) * len(values)] = values


def _stored(name: str) -> str:
    """Name of a field in the file, where a slash would begin a group."""
    return name.replace("/", " per ")


def _write_steps(root: Any, times: Sequence[float]) -> None:
    """Which part of each array belongs to which time."""
    count, steps = len(times), root.create_group("Steps")
    steps.attrs["NSteps"] = count
    steps["Values"] = np.array(times, dtype=float)
    nowhere = np.zeros(count, dtype=np.int64)
    for name in ("PartOffsets", "PointOffsets"):
        steps[name] = nowhere
    steps["NumberOfParts"] = np.ones(count, dtype=np.int64)
    for name in ("CellOffsets", "ConnectivityIdOffsets"):
        steps[name] = nowhere[:, None]
    lengths = {"PointData": root["NumberOfPoints"][0], "CellData": root["NumberOfCells"][0]}
    for kind, length in lengths.items():
        offsets = steps.create_group(f"{kind}Offsets")
        for name in root[kind]:
            offsets[name] = np.arange(count, dtype=np.int64) * length
