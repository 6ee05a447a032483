"""The monolithic matrix of a block form: created, added to, and constrained; written for DOLFINx 0.9."""

from collections.abc import Iterator, Sequence

import dolfinx
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from fem_asslb.base.compatibility import index_maps

Blocks = Sequence[Sequence[fem.Form | None]]
"""Forms by row and column; None where a block is empty."""


def create_block_matrix(pattern: Blocks) -> PETSc.Mat:
    """Monolithic matrix of zeros with the entries of a block form without empty rows.

    DOLFINx can create it too, from the patterns of all blocks at once, each entry as often as a cell has it: that took
    more memory than all that comes after. Here PETSc is told how many entries a row has, block after block.
    """
    spaces = [next(form for form in row if form is not None).function_spaces[0] for row in pattern]
    owned = [index_map.size_local * block for index_map, block in index_maps(spaces)]
    starts = np.cumsum([0, *owned])
    entries = np.zeros((2, starts[-1]), dtype=PETSc.IntType)
    for i, _, form in _filled(pattern):
        entries[:, starts[i] : starts[i + 1]] += _entries_of_rows(form)
    comm = spaces[0].mesh.comm
    matrix = PETSc.Mat().createAIJ(((starts[-1], None), (starts[-1], None)), nnz=tuple(entries), comm=comm)
    numbers = PETSc.LGMap().create(_numbers(spaces, owned), comm=comm)
    matrix.setLGMap(numbers, numbers)
    places = _places(spaces)
    for i, j, form in _filled(pattern):
        _assemble_at(matrix, places[i], places[j], form, [])
    matrix.assemble()
    matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_LOCATION_ERR, True)
    return matrix


def _entries_of_rows(form: fem.Form) -> npt.NDArray[np.int32]:
    """Entries of a block in each owned row, shape (2, num_rows): in owned columns, and in those of other ranks."""
    pattern = dolfinx.cpp.fem.create_sparsity_pattern(form._cpp_object)
    pattern.finalize()
    columns, offsets = pattern.graph
    (rows, row_block), (own, column_block) = index_maps(form.function_spaces)
    is_own = np.append(0, np.cumsum(columns < own.size_local))
    of_nodes = np.array([np.diff(is_own[offsets]), np.diff(offsets) - np.diff(is_own[offsets])], dtype=np.int32)
    return np.repeat(column_block * of_nodes[:, : rows.size_local], row_block, axis=1)


def _numbers(spaces: list[fem.FunctionSpace], owned: list[int]) -> npt.NDArray[np.int32]:
    """Row of the matrix of each local unknown: each rank's own ones lie together, space after space."""
    comm = spaces[0].mesh.comm
    sizes = np.array(comm.allgather(owned))
    starts = np.cumsum(np.append(0, sizes))[:-1].reshape(sizes.shape)
    numbers = []
    for (index_map, block), size, start in zip(index_maps(spaces), sizes.T, starts.T, strict=True):
        first = np.append(0, np.cumsum(size))[:-1] // block
        owner = np.append(np.full(index_map.size_local, comm.rank), index_map.owners)
        count = index_map.size_local + index_map.num_ghosts
        node = index_map.local_to_global(np.arange(count, dtype=np.int32)) - first[owner]
        numbers.append((start[owner, None] + block * node[:, None] + np.arange(block)).ravel())
    return np.concatenate(numbers).astype(PETSc.IntType)


def add_to_block_matrix(
    matrix: PETSc.Mat, spaces: list[fem.FunctionSpace], blocks: Blocks, bcs: list[fem.DirichletBC]
) -> None:
    """Add a block form without what it has in constrained rows and columns; the matrix is not assembled after it."""
    places = _places(spaces)
    for i, j, form in _filled(blocks):
        if _is_one_node(spaces[i]):
            row, block = _row_of_numbers(form, bcs), spaces[j].dofmap.index_map_bs
            columns = np.flatnonzero(np.repeat(row.any(axis=0).reshape(-1, block).any(axis=1), block))
            within = places[j].indices[columns]
            values = np.ascontiguousarray(row[:, columns])
            matrix.setValuesLocal(places[i].indices, within, values, PETSc.InsertMode.ADD_VALUES)
        else:
            _assemble_at(matrix, places[i], places[j], form, bcs)


def _places(spaces: list[fem.FunctionSpace]) -> list[PETSc.IS]:
    """Local rows of each space."""
    return list(dolfinx.cpp.la.petsc.create_index_sets(index_maps(spaces)))


def _assemble_at(
    matrix: PETSc.Mat, rows: PETSc.IS, columns: PETSc.IS, form: fem.Form, bcs: list[fem.DirichletBC]
) -> None:
    part = matrix.getLocalSubMatrix(rows, columns)
    _assemble(part, form, bcs)
    matrix.restoreLocalSubMatrix(rows, columns, part)


def _is_one_node(space: fem.FunctionSpace) -> bool:
    return bool(space.dofmap.index_map.size_global == 1)


def _row_of_numbers(form: fem.Form, bcs: list[fem.DirichletBC]) -> npt.NDArray[np.float64]:
    """Rows of a space of numbers by the local unknowns of another, what this rank adds to them.

    All cells add to these rows: one by one they would be looked for in rows as long as the problem is large, and each
    would be sent to the rank that has the rows.
    """
    shape = [
        (index_map.size_local + index_map.num_ghosts) * block for index_map, block in index_maps(form.function_spaces)
    ]
    matrix = PETSc.Mat().createDense(shape, comm=MPI.COMM_SELF)
    matrix.setLGMap(*(PETSc.LGMap().create(np.arange(size, dtype=PETSc.IntType), comm=MPI.COMM_SELF) for size in shape))
    _assemble(matrix, form, bcs)
    matrix.assemble()
    values = matrix.getDenseArray().copy()
    matrix.destroy()
    return values


def _assemble(matrix: PETSc.Mat, form: fem.Form, bcs: list[fem.DirichletBC]) -> None:
    compiled, conditions = form._cpp_object, [bc._cpp_object for bc in bcs]
    constants = dolfinx.cpp.fem.pack_constants(compiled)
    coefficients = dolfinx.cpp.fem.pack_coefficients(compiled)
    dolfinx.cpp.fem.petsc.assemble_matrix(matrix, compiled, constants, coefficients, conditions, True)


def constrain_block_matrix(matrix: PETSc.Mat, spaces: list[fem.FunctionSpace], bcs: list[fem.DirichletBC]) -> None:
    """Assemble a matrix whose constrained rows and columns are those of the identity."""
    matrix.assemble(PETSc.Mat.AssemblyType.FLUSH)
    places = _places(spaces)
    conditions = [bc._cpp_object for bc in bcs]
    for place, space in zip(places, spaces, strict=True):
        block = matrix.getLocalSubMatrix(place, place)
        dolfinx.cpp.fem.petsc.insert_diagonal(block, space._cpp_object, conditions, 1.0)
        matrix.restoreLocalSubMatrix(place, place, block)
    matrix.assemble()


def _filled(blocks: Blocks) -> Iterator[tuple[int, int, fem.Form]]:
    """Row, column and form of each block that is not empty."""
    return ((i, j, form) for i, row in enumerate(blocks) for j, form in enumerate(row) if form is not None)
