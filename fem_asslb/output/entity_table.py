"""Tables of numbers by entity of a mesh: written by any number of ranks, read by any other.

An entity is known by a few whole numbers that no partition changes. Rows are dealt out by the first of them, so that
each rank writes a part of its own and a reader finds a row without looking through all parts.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from fem_asslb.base.endings import WAYS_OUT
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.parallel import raise_first, send_rows
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output.files import bring_to_disk, writing

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

Table = Mapping[str, Any]
"""``shapes``: of each variable in an entity. ``parts``: of each its ``first`` number and the checksums of its files."""

_FILES = ("keys", "values")

_SAMPLES = 100
"""Rows of each part among those by which the rows are dealt out evenly."""


def write(
    comm: MPI.Intracomm, folder: Path, name: str, keys: IntArray, variables: Mapping[str, FloatArray]
) -> dict[str, Any]:
    """Write a table; collective.

    Args:
        comm: All ranks.
        folder: Where its files are put.
        name: Beginning of their names.
        keys: Of the entities of this rank, not negative, shape (n, k) with one k; no entity is on two ranks.
        variables: Values of each variable by its name, shape (n, ...).

    Returns:
        What `check` and `read` need to know, the same on every rank; JSON can hold it.

    Raises:
        OSError: A file cannot be written, on one rank.
    """
    shapes = {variable: list(values.shape[1:]) for variable, values in variables.items()}
    rows = [values.reshape(len(keys), math.prod(values.shape[1:])) for values in variables.values()]
    rank = _ranks(comm, keys[:, 0])
    keys, values = send_rows(comm, keys, rank), send_rows(comm, np.concatenate(rows, axis=1), rank)
    filled = comm.allgather(len(keys) > 0)
    part: dict[str, Any] = {}
    if filled[comm.rank]:
        order, number = np.lexsort(keys.T[::-1]), sum(filled[: comm.rank])
        arrays = keys[order].astype(">i8"), values[order]
        part = {
            file: _save(_path(folder, name, number, file), array) for file, array in zip(_FILES, arrays, strict=True)
        }
        part["first"] = int(keys[:, 0].min())
    return {"shapes": shapes, "parts": [found for found in comm.allgather(part) if found]}


def check(comm: MPI.Intracomm, folder: Path, tables: Mapping[str, Table]) -> None:
    """Compare the files of tables with their checksums, each on one rank; collective.

    Raises:
        FemAsslbError: One that is missing or damaged, on every rank.
    """
    files = [
        (_path(folder, name, number, file), part[file])
        for file in _FILES
        for name, table in tables.items()
        for number, part in enumerate(table["parts"])
    ]
    raise_first(comm, next(_faults(files[comm.rank :: comm.size]), ""))


def read(folder: Path, name: str, table: Table, keys: IntArray) -> dict[str, FloatArray]:
    """Values of some entities of a table that `check` has passed; those of others stay on the disk.

    Args:
        folder: Where its files are.
        name: Beginning of their names.
        table: What `write` has returned.
        keys: Of the entities, shape (n, k).

    Returns:
        Each variable by its name, shape (n, ...), in the order of the keys.

    Raises:
        KeyError: The table has not all of them.
    """
    widths = [math.prod(shape) for shape in table["shapes"].values()]
    found = np.empty((len(keys), sum(widths)))
    part = np.searchsorted([part["first"] for part in table["parts"]], keys[:, 0], side="right") - 1
    for number in np.unique(part):
        if number < 0:
            raise KeyError(f"there are entities before the first of '{name}'")
        known, values = (np.load(_path(folder, name, number, file), mmap_mode="r") for file in _FILES)
        wanted = keys[part == number]
        rows = np.minimum(np.searchsorted(_sortable(known), _sortable(wanted)), len(known) - 1)
        if np.any(known[rows] != wanted):
            raise KeyError(f"there are entities that are not in '{name}'")
        found[part == number] = values[rows]
    columns = np.split(found, np.cumsum(widths[:-1]), axis=1)
    shapes = table["shapes"].items()
    return {variable: rows.reshape(-1, *shape) for (variable, shape), rows in zip(shapes, columns, strict=True)}


def _ranks(comm: MPI.Intracomm, first: IntArray) -> npt.NDArray[np.int32]:
    """Rank that writes each row, by the first number of its entity: about as many rows for each."""
    stride = max(1, comm.allreduce(len(first)) // (_SAMPLES * comm.size))
    sample = np.sort(np.concatenate(comm.allgather(np.sort(first)[::stride])))
    bounds = [sample[len(sample) * rank // comm.size] for rank in range(1, comm.size) if len(sample)]
    return np.searchsorted(bounds, first, side="right").astype(np.int32)


def _sortable(keys: npt.NDArray) -> npt.NDArray[np.bytes_]:
    """Each row as bytes that compare as its numbers do one after the other; no copy where they are big-endian."""
    return np.ascontiguousarray(keys, dtype=">i8").view(f"S{8 * keys.shape[1]}")[:, 0]


def _path(folder: Path, name: str, number: int, file: str) -> Path:
    return folder / f"{name}-{number:04d}.{file}.npy"


class _Sink:
    """File that keeps the checksum of what is written to it."""

    def __init__(self, file: Any) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write, and count in."""
        self.digest.update(data)
        return int(self._file.write(data))


def _save(path: Path, array: npt.NDArray) -> str:
    """Write an array and return the checksum of the file."""
    with writing(path):
        with path.open("wb") as file:
            sink = _Sink(file)
            np.save(sink, array)
        bring_to_disk(path)
    return sink.digest.hexdigest()


def _faults(files: Iterable[tuple[Path, str]]) -> Iterator[str]:
    """What is wrong with files of which the checksums are known."""
    for path, checksum in files:
        try:
            with regular_file(path).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != checksum:
                    yield f"{quoted(path, 200)} is damaged: it is not what was written; {WAYS_OUT}"
        except OSError as error:
            yield f"{quoted(path, 200)} cannot be read: {printable(error.strerror)}; {WAYS_OUT}"
