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

from fem_asslb.base.compatibility import nodes_per_entity
from fem_asslb.base.errors import MeshError
from fem_asslb.base.hdf5_checks import require_no_links
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.parallel import on_root, raise_first
from fem_asslb.base.printable import printable, quoted
from fem_asslb.mesh.part import MeshHead, MeshPart

if TYPE_CHECKING:
    import h5py

_HEAD = "head"
_JOINED = "joined_cells"
_ROWS: dict[str, Any] = {
    "points": np.float64,
    "cells": np.int64,
    "cell_region": np.int32,
    "facets": np.int64,
    "facet_group": np.int32,
}
_ROWS_OF_A_CHUNK = 65536
_LARGEST_HEAD = 10**9


def write_parallel_file(path: Path, mesh: MeshPart, made_of: str) -> None:
    """Write a mesh that one rank has alone.

    Args:
        path: The file; lengths in um.
        mesh: The whole mesh.
        made_of: Hash of all that the mesh, and that it is sound, follows from; see `is_made_of`.

    Raises:
        OSError: It cannot be written.
    """
    import h5py

    head = json.dumps(asdict(mesh.head) | {"periods": list(mesh.head.periods.items())})
    # By way of the memory: on a full disk HDF5 says more than one line, some of it from destructors.
    content = BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["made_of"] = made_of
        _write(file, _HEAD, np.frombuffer(head.encode(), dtype=np.uint8))
        for name, kind in _ROWS.items():
            _write(file, name, np.asarray(getattr(mesh, name), dtype=kind))
        if mesh.head.periods:
            _write(file, _JOINED, np.asarray(mesh.joined_cells, dtype=np.int64))
    path.write_bytes(content.getbuffer())


def is_made_of(path: Path, made_of: str) -> bool:
    """Whether there is such a file, and made of what has this hash."""
    try:
        with _opened(path) as file:
            return bool(file.attrs["made_of"] == made_of)
    except MeshError:
        return False


def read_parallel_file(comm: MPI.Comm, path: Path) -> MeshPart:
    """Read the rows of each rank; collective.

    Args:
        comm: All ranks; each reads as many rows as any other.
        path: The file.

    Raises:
        FemAsslbError: It is damaged, on every rank.
    """
    head, made_of = on_root(comm, lambda: _read_head(path))
    fault, part = "", None
    try:
        part = _read_rows(path, head, made_of, comm.rank, comm.size)
    except MeshError as error:
        fault = str(error)
    raise_first(comm, fault)
    assert part is not None
    return part


def _write(file: "h5py.File", name: str, rows: Any) -> None:
    """Rows with a checksum for each chunk, which is looked at when it is read."""
    chunk = (min(_ROWS_OF_A_CHUNK, max(1, len(rows))), *rows.shape[1:])
    file.create_dataset(name, data=rows, chunks=chunk, fletcher32=True)


def _read_head(path: Path) -> tuple[MeshHead, str]:
    """What every rank knows, and what the file was made of."""
    with _opened(path) as file:
        require_no_links(path, path.name)
        found = json.loads(file[_HEAD][:_LARGEST_HEAD].tobytes())
        lists = {name: tuple(found[name]) for name in ("regions", "boundaries", "surfaces")}
        head = MeshHead(**(found | lists | {"periods": dict(map(tuple, found["periods"]))}))
        if head.dimension not in (2, 3) or head.degree not in (1, 2):
            raise ValueError(f"order {head.degree} in {head.dimension}D")
        return head, str(file.attrs["made_of"])


def _read_rows(path: Path, head: MeshHead, made_of: str, rank: int, size: int) -> MeshPart:
    """Rows of one rank: those of the ranks are of equal number, up to one."""
    with _opened(path) as file:
        if file.attrs["made_of"] != made_of:
            raise ValueError("another one has taken its place")
        names = [*_ROWS, _JOINED] if head.periods else list(_ROWS)
        counts = {name: len(file[name]) for name in names}
        if counts["cell_region"] != counts["cells"] or counts["facet_group"] != counts["facets"]:
            raise ValueError("its tables are not of one length")
        if counts.get(_JOINED, counts["cells"]) != counts["cells"]:
            raise ValueError("its tables are not of one length")
        rows = {name: file[name][counts[name] * rank // size : counts[name] * (rank + 1) // size] for name in names}
    _check_rows(path, head, rows, counts["points"])
    return MeshPart(head=head, **({_JOINED: rows["cells"]} | rows))


def _check_rows(path: Path, head: MeshHead, rows: dict[str, Any], num_points: int) -> None:
    """Kinds and widths of the tables, and the range of their numbers."""
    of_cell, of_facet = (nodes_per_entity(head.dimension - k, head.degree) for k in (0, 1))
    widths = {"points": (head.dimension,), "cells": (of_cell,), _JOINED: (of_cell,), "facets": (of_facet,)}
    groups = len(head.boundaries) + len(head.surfaces)
    limits = {"cell_region": len(head.regions), "facet_group": groups}
    for name, table in rows.items():
        kind, limit = _ROWS.get(name, np.int64), limits.get(name, num_points)
        is_table = table.dtype == kind and table.shape[1:] == widths.get(name, ())
        in_range = np.isfinite(table) if kind is np.float64 else (table >= 0) & (table < limit)
        if not is_table or not np.all(in_range):
            raise _damaged(path, f"its {name} are not those of a mesh")


@contextmanager
def _opened(path: Path) -> Iterator["h5py.File"]:
    """The file, to be read; nothing is locked, for all ranks read, and file systems of clusters may know no locks."""
    import h5py

    try:
        with h5py.File(regular_file(path), "r", locking=False) as file:
            yield file
    except FileNotFoundError as error:
        raise MeshError(f"mesh file {quoted(path, 160)} is not to be seen from every rank") from error
    except (LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, reason: object) -> MeshError:
    way = "remove it, and it is made again"
    return MeshError(f"mesh file {quoted(path, 160)} is damaged ({printable(reason, 60)}); {way}")
