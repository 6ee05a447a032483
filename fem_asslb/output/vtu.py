"""One file of broken fields for all ranks, in VTK's XML format, read by ParaView and PyVista."""

import os
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.output.files import writing

Array = npt.NDArray[np.generic]

_TYPES = {"float32": "Float32", "float64": "Float64", "int32": "Int32", "int64": "Int64", "uint8": "UInt8"}
_KINDS = {2: 3, 3: 5, 4: 10}
"""VTK's numbers of line, triangle and tetrahedron, by corners."""

_TENSOR = ("XX", "YY", "ZZ", "XY", "YZ", "XZ")

_HEAD = """\
<?xml version="1.0"?>
<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" header_type="UInt64" \
compressor="vtkZLibDataCompressor">
<UnstructuredGrid>
"""
_END_OF_GRID = "</UnstructuredGrid>\n"
_BODY = b'<AppendedData encoding="raw">\n_'
_TAIL = b"\n</AppendedData>\n</VTKFile>\n"

_PAGE = 4096
"""The part of a rank begins with a page [B]: a client of a network file system may send whole ones to its server."""


def write_cells(
    comm: MPI.Comm,
    path: Path,
    points: Array,
    corners: int,
    point_data: Mapping[str, Array],
    cell_data: Mapping[str, Array],
) -> None:
    """Write simplices that share no point, so that fields may jump between any two of them; collective.

    All ranks write one file, each its own piece. (Files of pieces, ``.pvtu``, leave VTK 9.3 with grids on
    which its threshold and extract filters crash.)

    Args:
        comm: Communicator.
        path: File to write, ending in ``.vtu``.
        points: Corners of all cells of this rank one after the other, shape (num_cells * corners, 3).
        corners: Corners of one cell, 2 to 4.
        point_data: Values at the corners by name, shape (num_cells * corners,) or (num_cells * corners, n);
            n = 6 is a symmetric tensor in the order xx, yy, zz, xy, yz, xz.
        cell_data: Values of the cells by name, shape (num_cells,) or (num_cells, n).

    Raises:
        OSError: The file cannot be written.
    """
    arrays = _sections(points, corners, point_data, cell_data)
    blocks = [_pack(values) for section in arrays.values() for values in section.values()]
    sizes = comm.allgather(sum(map(len, blocks)))
    before = sum(map(_whole_pages, sizes[: comm.rank]))
    offsets = before + np.cumsum([0, *map(len, blocks)])
    pieces = comm.gather(_piece(arrays, len(points), len(points) // corners, offsets))
    partial = path.with_name(path.name + ".partial")
    head = b""
    if pieces is not None:
        partial.unlink(missing_ok=True)
        head = (_HEAD + "".join(pieces) + _END_OF_GRID).encode()
        head = head.ljust(_whole_pages(len(head) + len(_BODY)) - len(_BODY)) + _BODY
    end = [_TAIL] if comm.rank == comm.size - 1 else []
    body = comm.bcast(len(head))
    try:
        _write_at(partial, body + before - len(head), [head, *blocks, *end])
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    # All parts are there: a rank that fails does not come here.
    comm.barrier()
    if comm.rank == 0:
        with writing(path):
            os.replace(partial, path)


def _write_at(path: Path, place: int, blocks: Iterable[bytes]) -> None:
    """Write one rank's part of a file, and wait for the disk: network file systems say only then what has no room."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666), "wb") as file:
        file.seek(place)
        file.writelines(blocks)
        file.flush()
        os.fsync(file.fileno())


def _whole_pages(size: int) -> int:
    return -(-size // _PAGE) * _PAGE


def _sections(
    points: Array, corners: int, point_data: Mapping[str, Array], cell_data: Mapping[str, Array]
) -> dict[str, Mapping[str, Array]]:
    count = len(points) // corners
    cells: dict[str, Array] = {
        "connectivity": np.arange(len(points), dtype=np.int64),
        "offsets": np.arange(1, count + 1, dtype=np.int64) * corners,
        "types": np.full(count, _KINDS[corners], dtype=np.uint8),
    }
    return {"Points": {"points": points}, "Cells": cells, "PointData": point_data, "CellData": cell_data}


def _piece(arrays: Mapping[str, Mapping[str, Array]], num_points: int, num_cells: int, offsets: Iterable[int]) -> str:
    """Description of a piece whose arrays begin at ``offsets`` of the appended data."""
    lines, places = [f'<Piece NumberOfPoints="{num_points}" NumberOfCells="{num_cells}">'], iter(offsets)
    for section, members in arrays.items():
        lines.append(f"<{section}>")
        for name, values in members.items():
            lines.append(f'<DataArray {_description(name, values)} format="appended" offset="{next(places)}"/>')
        lines.append(f"</{section}>")
    return "\n".join([*lines, "</Piece>", ""])


def _pack(values: Array) -> bytes:
    """Compressed array behind VTK's header: blocks, their size, that of a smaller last one, packed size."""
    data = np.ascontiguousarray(values).tobytes()
    packed = zlib.compress(data, level=1)
    header = [1, len(data), 0, len(packed)] if data else [0]
    return np.array(header, dtype="<u8").tobytes() + (packed if data else b"")


def _description(name: str, values: Array) -> str:
    width = values.shape[1] if values.ndim == 2 else 1
    text = f'type="{_TYPES[values.dtype.name]}" Name={quoteattr(name)} NumberOfComponents="{width}"'
    if width == len(_TENSOR):
        text += "".join(f' ComponentName{index}="{component}"' for index, component in enumerate(_TENSOR))
    return text
