"""Tables by entity of a mesh: whatever ranks write and read them, every entity has its values, and damage is named."""

import json

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import entity_table

NUMBER = 1000


def entities(columns):
    """Keys of all entities in an order of nobody's; those of facets begin with few numbers, some with the same one."""
    generator = np.random.default_rng(1)
    if columns == 1:
        return generator.permutation(NUMBER)[:, None] + 7
    keys = np.stack([np.arange(NUMBER) // 3, np.arange(NUMBER), 5 + np.arange(NUMBER) ** 2], axis=1)
    return generator.permutation(keys)


def values_of(keys):
    """A scalar and three vectors that say whose they are."""
    total = keys.sum(axis=1).astype(float)
    return {"a": np.sqrt(total), "b": total[:, None, None] * np.arange(6.0).reshape(3, 2)}


def share(comm, keys):
    """Rows of a rank: the first has none, if there are others."""
    givers = max(1, comm.size - 1)
    return keys[comm.rank - comm.size + givers :: givers] if comm.size == 1 or comm.rank else keys[:0]


def written(comm, folder, columns=1, name="table"):
    keys = share(comm, entities(columns))
    return entity_table.write(comm, folder, name, keys, values_of(keys))


@pytest.mark.parametrize("columns", [1, 3])
def test_any_ranks_find_what_others_have_written(comm, shared_path, columns):
    """Each reads some of all, in an order of its own; what is known of the parts passes through JSON."""
    table = json.loads(json.dumps(written(comm, shared_path, columns)))
    entity_table.check(comm, shared_path, {"table": table})
    wanted = np.random.default_rng(comm.rank).permutation(entities(columns))[: NUMBER // 2]
    found = entity_table.read(shared_path, "table", table, wanted)
    for name, values in values_of(wanted).items():
        assert np.array_equal(found[name], values)
    none = entity_table.read(shared_path, "table", table, wanted[:0])
    assert {name: values.shape for name, values in none.items()} == {"a": (0,), "b": (0, 3, 2)}


def test_parts_are_equally_large_however_numbers_and_rows_lie(comm, shared_path):
    """Vertices of surfaces have the lowest numbers of a mesh file, and one rank may own most of a surface."""
    keys = np.arange(NUMBER)[:, None] ** 3 if comm.rank == comm.size - 1 else np.zeros((0, 1), dtype=np.int64)
    table = entity_table.write(comm, shared_path, "table", keys, {"a": np.zeros(len(keys))})
    sizes = [len(np.load(path)) for path in shared_path.glob("table-*.keys.npy")]
    assert len(table["parts"]) == len(sizes) == comm.size and sum(sizes) == NUMBER
    assert max(sizes) < 1.1 * NUMBER / comm.size


def test_a_table_of_nothing_is_read_again(comm, shared_path):
    none = np.zeros((0, 2), dtype=np.int64)
    table = entity_table.write(comm, shared_path, "table", none, {"a": np.zeros((0, 3))})
    assert table["parts"] == [] and not list(shared_path.iterdir())
    assert entity_table.read(shared_path, "table", table, none)["a"].shape == (0, 3)
    with pytest.raises(KeyError, match="before the first"):
        entity_table.read(shared_path, "table", table, np.ones((1, 2), dtype=np.int64))


@pytest.mark.parametrize("missing", [[0], [NUMBER + 7], [3], [10**12]])
def test_an_entity_that_is_not_there_is_not_another_one(comm, shared_path, missing):
    table = written(comm, shared_path)
    keys = np.concatenate([entities(1)[:5], [missing]])
    with pytest.raises(KeyError, match="'table'"):
        entity_table.read(shared_path, "table", table, keys)


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES = {
    "a flipped bit": (flipped, "is damaged: it is not what was written"),
    "another header": (lambda content: content.replace(b"'descr'", b"'Descr'"), "is damaged"),
    "the last byte missing": (lambda content: content[:-1], "is damaged"),
    "nothing": (lambda content: b"", "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_file_is_named_on_every_rank(comm, shared_path, damage):
    change, words = DAMAGES[damage]
    tables = {name: written(comm, shared_path, columns, name) for name, columns in (("cells", 1), ("facets", 3))}
    for path in sorted(shared_path.iterdir()):
        content = path.read_bytes()
        comm.Barrier()
        if comm.rank == 0:
            path.write_bytes(change(content))
        comm.Barrier()
        with pytest.raises(FemAsslbError, match=f"{path.name}' {words}") as caught:
            entity_table.check(comm, shared_path, tables)
        assert "\n" not in str(caught.value)
        comm.Barrier()
        if comm.rank == 0:
            path.write_bytes(content)
    comm.Barrier()
    entity_table.check(comm, shared_path, tables)


def test_a_file_that_is_gone_is_named_on_every_rank(comm, shared_path):
    table = written(comm, shared_path)
    if comm.rank == 0:
        (shared_path / "table-0000.values.npy").unlink()
    comm.Barrier()
    with pytest.raises(FemAsslbError, match=r"table-0000\.values\.npy' cannot be read: No such file"):
        entity_table.check(comm, shared_path, {"table": table})


def test_no_rank_looks_at_all_files(comm, shared_path, monkeypatch):
    """Checksums take each file once; for its rows a rank opens only the parts that have them."""
    tables = {name: written(comm, shared_path, 1, name) for name in ("first", "second")}
    opened = []
    regular_file = entity_table.regular_file
    monkeypatch.setattr(entity_table, "regular_file", lambda path: opened.append(path.name) or regular_file(path))
    entity_table.check(comm, shared_path, tables)
    everything = sum(comm.allgather(opened), [])
    assert sorted(everything) == sorted(path.name for path in shared_path.iterdir())
    assert len(opened) <= -(-len(everything) // comm.size)
    load, loaded = np.load, []
    monkeypatch.setattr(
        np, "load", lambda path, **options: loaded.append((path.name, options)) or load(path, **options)
    )
    entity_table.read(shared_path, "first", tables["first"], np.array([[7]]))
    assert loaded == [(f"first-0000.{file}.npy", {"mmap_mode": "r"}) for file in ("keys", "values")]


@pytest.mark.serial
def test_a_full_disk_says_which_file(tmp_path):
    (tmp_path / "table-0000.keys.npy").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device.*table-0000\.keys\.npy"):
        written(MPI.COMM_SELF, tmp_path)
