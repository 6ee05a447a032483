"""All times of the fields in one file, in VTK's HDF format 2.0: for long series, read by ParaView from 5.12 on.

The mesh stands in the file once, and again where its numbering changes: where a run went on on other ranks.
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

_CHUNK = 256
"""Least number of values that are stored together."""


def write_vtkhdf(path: Path, times: Sequence[float], grids: Iterator["pyvista.UnstructuredGrid"]) -> None:
    """Write fields at several times.

    Args:
        path: The file; replaced when all times are in it.
        times: [s].
        grids: Cells and fields at each time, with the same fields.

    Raises:
        FemAsslbError: The names of the fields change from one time to another.
        OSError: The file cannot be written.
    """
    import h5py

    partial = path.with_name(f"{path.name}.partial")
    try:
        with h5py.File(partial, "w") as file:
            root = file.create_group("VTKHDF")
            root.attrs["Version"] = VERSION
            root.attrs.create("Type", TYPE.encode("ascii"), dtype=h5py.string_dtype("ascii", len(TYPE)))
            steps = root.create_group("Steps")
            steps.attrs["NSteps"] = len(times)
            steps["Values"] = np.array(times, dtype=float)
            before = None
            for number, grid in enumerate(grids):
                if before is None or not _is_same_mesh(grid, before):
                    starts = _append_mesh(root, grid)
                for name, start in starts.items():
                    _append(steps, name, np.array([start]))
                _append_fields(root, steps, grid, number)
                before = grid
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _is_same_mesh(grid: "pyvista.UnstructuredGrid", other: "pyvista.UnstructuredGrid") -> bool:
    return (
        np.array_equal(grid.points, other.points)
        and np.array_equal(grid.cell_connectivity, other.cell_connectivity)
        and np.array_equal(grid.celltypes, other.celltypes)
    )


def _append_mesh(root: Any, grid: "pyvista.UnstructuredGrid") -> dict[str, Any]:
    """Add a mesh as a part of its own; what tells a time to take it."""
    part = _append(root, "NumberOfPoints", np.array([grid.n_points], dtype=np.int64))
    _append(root, "NumberOfCells", np.array([grid.n_cells], dtype=np.int64))
    _append(root, "NumberOfConnectivityIds", np.array([len(grid.cell_connectivity)], dtype=np.int64))
    _append(root, "Offsets", np.asarray(grid.offset, dtype=np.int64))
    return {
        "PartOffsets": part,
        "NumberOfParts": 1,
        "PointOffsets": _append(root, "Points", np.asarray(grid.points)),
        "CellOffsets": [_append(root, "Types", np.asarray(grid.celltypes, dtype=np.uint8))],
        "ConnectivityIdOffsets": [_append(root, "Connectivity", np.asarray(grid.cell_connectivity, dtype=np.int64))],
    }


def _append_fields(root: Any, steps: Any, grid: "pyvista.UnstructuredGrid", number: int) -> None:
    """Add the fields of a time behind those of the times before."""
    for kind, data in (("PointData", grid.point_data), ("CellData", grid.cell_data)):
        arrays: Mapping[str, Any] = {_stored(name): np.asarray(data[name]) for name in data}
        group, offsets = root.require_group(kind), steps.require_group(f"{kind}Offsets")
        if number and set(group) != set(arrays):
            raise FemAsslbError(f"the fields of time {number + 1} are not those of the first")
        for name, values in arrays.items():
            _append(offsets, name, np.array([_append(group, name, values, compression="gzip")]))


def _append(group: Any, name: str, values: Any, **storage: str) -> int:
    """Add values at the end of an array, which comes to be with the first; where they begin."""
    if name not in group:
        shapes = {"maxshape": (None, *values.shape[1:]), "chunks": (max(len(values), _CHUNK), *values.shape[1:])}
        group.create_dataset(name, data=values, **shapes, **storage)
        return 0
    array = group[name]
    start = len(array)
    array.resize(start + len(values), axis=0)
    array[start:] = values
    return start


def _stored(name: str) -> str:
    """Name of a field in the file, where a slash would begin a group."""
    return name.replace("/", " per ")
