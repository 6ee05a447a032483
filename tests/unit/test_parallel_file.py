"""A mesh in a file of which every rank reads its own rows: it is the same mesh, and no rank has the whole."""

import h5py
import numpy as np
import pytest

from fem_asslb.base.errors import FemAsslbError, MeshError
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


def rounded(rows):
    """Places without rounding errors, so that they can be compared."""
    return tuple(sorted(tuple(np.round(row, 9) + 0.0) for row in rows))


def content(domain):
    """Cells with their regions and places, facets with their names and places, of all ranks."""
    mesh, dimension = domain.mesh, domain.dimension
    numbers, x = mesh.topology.original_cell_index, mesh.geometry.x[:, :dimension]
    rows = [
        (domain.regions[domain.cell_region[cell]], int(numbers[cell]), rounded(x[mesh.geometry.dofmap[cell]]))
        for cell in range(domain.num_owned_cells)
    ]
    mesh.topology.create_connectivity(dimension, dimension - 1)
    sides = mesh.topology.connectivity(dimension, dimension - 1).array.reshape(-1, dimension + 1)
    owned = mesh.topology.index_map(dimension - 1).size_local
    for name, facets in (domain.boundaries | dict(domain.surfaces)).items():
        for facet in facets[facets < owned]:
            # By a cell: at a seam facets have two places, and vertices none of their own.
            cell, side = (int(found[0]) for found in np.nonzero(sides == facet))
            corners = np.delete(mesh.geometry.dofmap[cell, : dimension + 1], side)
            rows.append((name, -1, rounded(x[corners])))
    return sorted(row for part in mesh.comm.allgather(rows) for row in part)


def content_of(source):
    """The same, from the arrays of the file."""
    cells = zip(source.cell_region, source.points[source.cells], strict=True)
    rows = [(source.regions[region], number, rounded(x)) for number, (region, x) in enumerate(cells)]
    corners = source.points[source.facets[:, : source.dimension]]
    rows += [(source.groups[group], -1, rounded(x)) for group, x in zip(source.facet_group, corners, strict=True)]
    return sorted(rows)


@pytest.mark.parametrize("kind", SOURCES)
def test_what_the_ranks_read_is_the_mesh_that_was_written(comm, kind, written):
    source = SOURCES[kind]
    part = read_parallel_file(comm, written(source))
    assert part.head.digest == source.digest()
    read, sent = distribute_parts(comm, part), distribute(comm, source if comm.rank == 0 else None)
    assert content(read) == content(sent) == content_of(source)
    assert read.periods == sent.periods == source.periods
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


def replaced(name, change):
    """One table by another one."""

    def replace(path):
        with h5py.File(path, "r+") as file:
            rows = file[name][:]
            del file[name]
            file[name] = change(rows)

    return replace


DAMAGE = {
    "a byte": damage_byte,
    "its end": cut_off,
    "all": no_file,
    "a node": other_nodes,
    "a region": other_regions,
    "a table": missing,
    "joined nodes": replaced("joined_cells", lambda rows: rows + 10**6),
    "places": replaced("points", lambda rows: np.where(rows > 1.9, np.nan, rows)),
    "rows of regions": replaced("cell_region", lambda rows: rows[:-1]),
    "rows of names": replaced("facet_group", lambda rows: rows[:-1]),
    "width": replaced("cells", lambda rows: rows[:, :-1]),
    "kind": replaced("cells", lambda rows: rows.astype(float)),
    "head": replaced(
        "head", lambda rows: np.frombuffer(rows.tobytes().replace(b'"dimension": 3', b'"dimension": 7'), "u1")
    ),
}


def elsewhere(path):
    """A table that HDF5 takes from another file."""
    with h5py.File(path, "r+") as file:
        cells = file["cells"][:]
        del file["cells"]
        other = path.with_name("other.h5")
        with h5py.File(other, "w") as told:
            told["cells"] = cells
        file["cells"] = h5py.ExternalLink(str(other), "cells")


def test_a_file_that_refers_to_another_one_is_refused_on_every_rank(comm, written):
    path = written(SOURCES["2D"])
    on_root(comm, lambda: elsewhere(path) or True)
    with pytest.raises(FemAsslbError, match="'mesh.h5' refers to another file"):
        read_parallel_file(comm, path)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_refused_on_every_rank(comm, damage, written):
    path = written(SOURCES["periodic 3D"])
    on_root(comm, lambda: DAMAGE[damage](path) or True)
    with pytest.raises(FemAsslbError, match="mesh.h5' is damaged .*; remove it, and it is made again$"):
        read_parallel_file(comm, path)


def test_a_facet_that_is_none_of_the_mesh_is_told_on_every_rank(comm, written):
    path = written(SOURCES["3D"])

    def turn():
        """Make a facet of three nodes that no cell has."""
        with h5py.File(path, "r+") as file:
            file["facets"][0] = [0, len(file["points"]) // 2, len(file["points"]) - 1]
        return True

    on_root(comm, turn)
    with pytest.raises(MeshError, match="^1 facets with names are none of the mesh$"):
        distribute_parts(comm, read_parallel_file(comm, path))


@pytest.mark.two_ranks
def test_ranks_that_see_two_files_are_told(comm, written, tmp_path):
    """As when one takes the place of the other while they are opened."""
    path = written(SOURCES["2D"])
    own = tmp_path / "mesh.h5"
    write_parallel_file(own, whole(SOURCES["2D"]), f"hash of rank {comm.rank}")
    if comm.size > 1:
        with pytest.raises(FemAsslbError, match="another one has taken its place"):
            read_parallel_file(comm, own)
    assert read_parallel_file(comm, path).head.dimension == 2


@pytest.mark.serial
def test_a_file_is_known_by_what_it_was_made_of(tmp_path):
    path = tmp_path / "mesh.h5"
    assert not is_made_of(path, "its hash")
    write_parallel_file(path, whole(SOURCES["2D"]), "its hash")
    assert is_made_of(path, "its hash")
    assert not is_made_of(path, "another")
    with h5py.File(path, "r+") as file:
        file.attrs["made_of"] = [1, 2]
    assert not is_made_of(path, "its hash")
    path.write_text("no file of HDF5")
    assert not is_made_of(path, "its hash")
