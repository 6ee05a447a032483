"""One file of all ranks, each of which writes its part of it."""

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.output import vtu


def triangles(first, count):
    """Corners of triangles along x, and the number of each cell."""
    number = np.arange(first, first + count, dtype=float)
    corners = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    points = corners[None] + np.array([1.0, 0.0, 0.0]) * number[:, None, None]
    return points.reshape(-1, 3), number


@pytest.mark.parametrize("empty", [False, True])
def test_each_rank_writes_whole_pages_and_all_is_read_back(shared_path, comm, monkeypatch, empty):
    """Also where the first rank of several has no cell."""
    counts = [0 if empty and rank == 0 and comm.size > 1 else 700 + rank for rank in range(comm.size)]
    points, number = triangles(sum(counts[: comm.rank]), counts[comm.rank])
    places, write = [], vtu._write_at
    monkeypatch.setattr(
        vtu, "_write_at", lambda path, place, blocks: (places.append(place), write(path, place, blocks))
    )
    path = shared_path / "cells.vtu"
    if comm.rank == 0:
        path.with_name("cells.vtu.partial").write_bytes(b"x" * 1_000_000)  # a kill has left it
    comm.Barrier()
    vtu.write_cells(comm, path, points, 3, {"at corners": np.repeat(number, 3)}, {"in cells": number})
    assert len(places) == 1 and places[0] % 4096 == 0 and (places[0] == 0) == (comm.rank == 0)
    if comm.rank == 0:
        import pyvista

        grid = pyvista.read(path)
        assert list(shared_path.iterdir()) == [path]
        everything, expected = triangles(0, sum(counts))
        assert np.array_equal(grid.points, everything)
        assert np.array_equal(grid.cell_data["in cells"], expected)
        assert np.array_equal(grid.point_data["at corners"], np.repeat(expected, 3))


@pytest.mark.serial
def test_a_file_that_cannot_be_put_in_place_leaves_no_half(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vtu, "_write_at", full)
    points, number = triangles(0, 2)
    with pytest.raises(OSError, match="No space left on device") as caught:
        vtu.write_cells(MPI.COMM_SELF, tmp_path / "cells.vtu", points, 3, {}, {"in cells": number})
    assert caught.value.filename == str(tmp_path / "cells.vtu") and not list(tmp_path.iterdir())
