"""A mesh in a file of which every rank reads its own rows: it is the same mesh, and no rank has the whole."""

import h5py
import numpy as np
import pytest
from dolfinx.mesh import compute_midpoints

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import fetch_rows, on_root, row_starts
from fem_asslb.mesh.distribution import distribute, distribute_parts
from fem_asslb.mesh.parallel_file import is_made_of, read_parallel_file, write_parallel_file
from fem_asslb.mesh.part import whole
from tests.grids import ball, box, periodic, with_surfaces


def halves(*size):
    """A box of two regions."""
    cells = [round(3 * extent / 2) for extent in size]
    return box(size, cells, lambda centres: np.where(centres[:, 0] < 2.0, "particle/0001", "electrolyte"))


SOURCES = {
    "2D": with_surfaces(halves(4.0, 2.0), fault=(0, 2.0)),
    "3D": with_surfaces(halves(4.0, 2.0, 2.0), fault=(0, 2.0)),
    "curved 2D": ball(2, 3, 2, 2.0),
    "curved 3D": ball(3, 2, 1, 2.0),
    "periodic 2D": with_surfaces(periodic(halves(4.0, 2.0)), fault=(0, 2.0)),
    "periodic 3D": with_surfaces(periodic(halves(4.0, 2.0, 2.0)), fault=(0, 2.0)),
}


@pytest.fixture
def written(comm, shared_path):
    """Writes a mesh on rank 0."""

    def write(source):
        path = shared_path / "mesh.h5"
        on_root(comm, lambda: write_parallel_file(path, whole(source), "its hash") or True)
        return path

    return write


def content(domain):
    """Cells with their regions and places, facets with their names and places, whichever rank has them; on rank 0."""
    mesh, rows = domain.mesh, []
    nodes = mesh.geometry.x[mesh.geometry.dofmap][: domain.num_owned_cells]
    for number, region, places in zip(mesh.topology.original_cell_index, domain.cell_region, nodes, strict=False):
        rows.append((domain.regions[region], int(number), np.round(places, 9).tobytes()))
    dimension = domain.dimension - 1
    mesh.topology.create_connectivity(dimension, domain.dimension)
    owned = mesh.topology.index_map(dimension).size_local
    for name, facets in (domain.boundaries | dict(domain.surfaces)).items():
        own = facets[facets < owned]
        middles = compute_midpoints(mesh, dimension, own)
        rows += [(name, -1, np.round(middle, 9).tobytes()) for middle in middles]
    gathered = mesh.comm.gather(rows)
    return sorted(row for part in gathered for row in part) if gathered is not None else []


@pytest.mark.parametrize("kind", SOURCES)
def test_what_the_ranks_read_is_what_one_rank_distributes(comm, kind, written):
    source = SOURCES[kind]
    part = read_parallel_file(comm, written(source))
    assert part.head.digest == source.digest()
    read, sent = distribute_parts(comm, part), distribute(comm, source if comm.rank == 0 else None)
    assert content(read) == content(sent)
    assert read.periods == sent.periods
    assert len(read.mesh.geometry.x) < len(source.points) or comm.size == 1


@pytest.mark.parametrize("kind", SOURCES)
def test_every_rank_reads_as_many_rows_as_any_other(comm, kind, written):
    source = SOURCES[kind]
    part = read_parallel_file(comm, written(source))
    mesh = whole(source)
    for name in ("points", "cells", "joined_cells", "cell_region", "facets", "facet_group"):
        rows, everything = getattr(part, name), getattr(mesh, name)
        assert len(rows) in (len(everything) // comm.size, -(-len(everything) // comm.size))
        gathered = np.concatenate(comm.allgather(rows))
        np.testing.assert_array_equal(gathered, everything)


def test_rows_are_fetched_from_whoever_has_them(comm):
    # Rank 1 has none.
    count = 0 if comm.rank == 1 else 5 + comm.rank
    start = row_starts(comm, count)[comm.rank]
    rows = np.column_stack([np.arange(start, start + count), 10.0 * np.arange(start, start + count)])
    total = int(row_starts(comm, count)[-1])
    wanted = np.random.default_rng(comm.rank).integers(0, total, 40 if comm.rank != 2 else 0)
    found = fetch_rows(comm, rows, wanted)
    np.testing.assert_array_equal(found, np.column_stack([wanted, 10.0 * wanted]))


def damage_byte(path):
    content = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        at = file["cells"].id.get_chunk_info(0).byte_offset
    content[at + 8] ^= 1
    path.write_bytes(content)


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-200])


def no_file(path):
    path.write_text("no file of HDF5")


def other_nodes(path):
    with h5py.File(path, "r+") as file:
        file["cells"][-1, 0] = 10**6


def other_regions(path):
    with h5py.File(path, "r+") as file:
        file["cell_region"][-1] = -1


def missing(path):
    with h5py.File(path, "r+") as file:
        del file["facets"]


@pytest.mark.parametrize("damage", [damage_byte, cut_off, no_file, other_nodes, other_regions, missing])
def test_a_damaged_file_is_refused_on_every_rank(comm, damage, written):
    path = written(SOURCES["3D"])
    on_root(comm, lambda: damage(path) or True)
    with pytest.raises(FemAsslbError, match="mesh.h5' is damaged .*; remove it, and it is made again$"):
        read_parallel_file(comm, path)


@pytest.mark.serial
def test_a_file_is_known_by_what_it_was_made_of(tmp_path):
    path = tmp_path / "mesh.h5"
    assert not is_made_of(path, "its hash")
    write_parallel_file(path, whole(SOURCES["2D"]), "its hash")
    assert is_made_of(path, "its hash")
    assert not is_made_of(path, "another")
    with h5py.File(path, "r+") as file:
        file.attrs["format"] = 0
    assert not is_made_of(path, "its hash")
    path.write_text("no file of HDF5")
    assert not is_made_of(path, "its hash")
