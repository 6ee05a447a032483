"""Splitting of the monolithic system into the blocks of an iterative solver."""

from collections.abc import Sequence

from mpi4py import MPI
from petsc4py import PETSc

from fem_asslb.fields.field import BLOCKS, Field


def set_splits(preconditioner: PETSc.PC, comm: MPI.Intracomm, fields: Sequence[Field]) -> None:
    """Tell a field-split preconditioner where its blocks are, and elliptic ones what their near-nullspace is.

    Every block is there, as the options of a preset name all of them; it may be empty.

    Args:
        preconditioner: Of type ``fieldsplit``, on the monolithic matrix.
        comm: All ranks.
        fields: Of the problem, in the order of that matrix: those of one block lie together.

    Raises:
        ValueError: A field with a near-nullspace shares its block.
    """
    start = comm.exscan(sum(field.size_local for field in fields)) or 0
    splits = []
    for block in BLOCKS:
        members = [field for field in fields if field.block == block]
        size = sum(field.size_local for field in members)
        split = PETSc.IS().createStride(size, first=start, step=1, comm=comm)
        for field in members:
            if field.near_nullspace is not None:
                if len(members) > 1:
                    raise ValueError(f"field '{field.name}' has a near-nullspace; accepted: a block of its own")
                modes = field.near_nullspace()
                split.setBlockSize(modes[0].getBlockSize())
                split.compose("nearnullspace", PETSc.NullSpace().create(vectors=modes, comm=comm))
        splits.append((block, split))
        start += size
    preconditioner.setFieldSplitIS(*splits)
