"""A mesh in a file of HDF5 of which every rank reads its own rows, written once when the mesh was found sound."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mpi4py import MPI

from fem_asslb.base.errors import MeshError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.parallel import on_root, raise_first
from fem_asslb.base.printable import printable, quoted
from fem_asslb.mesh.part import MeshHead, MeshPart

if TYPE_CHECKING:
    import h5py

FORMAT = 1
"""Of the file; another one is written anew from the mesh that it was made of."""

_HEAD = "head"
_JOINED = "joined_cells"
_ROWS = {"points": np.float64, "cells": np.int64, "cell_region": np.int32, "facets": np.int64, "facet_group": np.int32}
_ROWS_OF_A_CHUNK = 65536
_LARGEST_HEAD = 10**9


def write_parallel_file(path: Path, mesh: MeshPart, made_of: str) -> None:
    """Write a mesh that one rank has alone.

    Args:
        path: The file; lengths in um.
        mesh: The whole mesh.
        made_of: Hash of the file that it was read from, see `is_made_of`.

    Raises:
        OSError: It cannot be written.
    """
    import h5py

    head = json.dumps(asdict(mesh.head) | {"periods": list(mesh.head.periods.items())})
    # By way of the memory: on a full disk HDF5 says more than one line, some of it from destructors.
    content = BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["made_of"] = made_of
        _write(file, _HEAD, np.frombuffer(head.encode(), dtype=np.uint8))
        for name, kind in _ROWS.items():
            _write(file, name, np.asarray(getattr(mesh, name), dtype=kind))
        if mesh.head.periods:
            _write(file, _JOINED, np.asarray(mesh.joined_cells, dtype=np.int64))
    path.write_bytes(content.getbuffer())


def is_made_of(path: Path, digest: str) -> bool:
    """Whether there is such a file, of this format, and made of the one with this hash."""
    import h5py

    try:
        with h5py.File(regular_file(path), "r", locking=False) as file:
            return file.attrs.get("format") == FORMAT and file.attrs.get("made_of") == digest
    except (OSError, RuntimeError):
        return False


def read_parallel_file(comm: MPI.Comm, path: Path) -> MeshPart:
    """Read the rows of each rank; collective.

    Args:
        comm: All ranks; each reads as many rows as any other.
        path: The file.

    Raises:
        FemAsslbError: It is damaged, on every rank.
    """
    head = on_root(comm, lambda: _read_head(path))
    fault, part = "", None
    try:
        part = _read_rows(path, head, comm.rank, comm.size)
    except MeshError as error:
        fault = str(error)
    raise_first(comm, fault)
    assert part is not None
    return part


def _write(file: "h5py.File", name: str, rows: Any) -> None:
    """Rows with a checksum for each chunk, which is looked at when it is read."""
    chunk = (min(_ROWS_OF_A_CHUNK, max(1, len(rows))), *rows.shape[1:])
    file.create_dataset(name, data=rows, chunks=chunk, fletcher32=True)


def _read_head(path: Path) -> MeshHead:
    with _opened(path) as file:
        found = json.loads(file[_HEAD][:_LARGEST_HEAD].tobytes())
        lists = {name: tuple(found[name]) for name in ("regions", "boundaries", "surfaces")}
        return MeshHead(**(found | lists | {"periods": dict(map(tuple, found["periods"]))}))


def _read_rows(path: Path, head: MeshHead, rank: int, size: int) -> MeshPart:
    """Rows of one rank: those of the ranks are of equal number, up to one."""
    with _opened(path) as file:

        def read(name: str) -> Any:
            """Rows of this rank of an array."""
            count = len(file[name])
            return file[name][count * rank // size : count * (rank + 1) // size]

        rows = {name: read(name) for name in _ROWS}
        joined = read(_JOINED) if head.periods else rows["cells"]
        limits = {
            "cells": len(file["points"]),
            "facets": len(file["points"]),
            "cell_region": len(head.regions),
            "facet_group": len(head.boundaries) + len(head.surfaces),
        }
        for name, limit in limits.items():
            if rows[name].size and not 0 <= rows[name].min() <= rows[name].max() < limit:
                raise ValueError(f"{name} has numbers beyond {limit}")
        return MeshPart(head=head, joined_cells=joined, **rows)


@contextmanager
def _opened(path: Path) -> Iterator["h5py.File"]:
    """The file, to be read; nothing is locked, for all ranks read, and file systems of clusters may know no locks."""
    import h5py

    try:
        with h5py.File(regular_file(path), "r", locking=False) as file:
            yield file
    except (LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError) as error:
        way = "remove it, and it is made again"
        raise MeshError(f"mesh file {quoted(path, 160)} is damaged ({printable(error, 60)}); {way}") from error
