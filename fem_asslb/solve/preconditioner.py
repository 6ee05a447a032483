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


def set_loose_modes(preconditioner: PETSc.PC, fields: Sequence[Field]) -> None:
    """Give blocks of two levels their coarse one: motions that interfaces may let loose.

    Args:
        preconditioner: Of type ``fieldsplit``, whose blocks are set and whose matrix is assembled.
        fields: Of the problem, in the order of that matrix.
    """
    preconditioner.setUp()
    for block, solver in zip(BLOCKS, preconditioner.getFieldSplitSubKSP(), strict=True):
        levels = solver.getPC()
        for field in fields:
            if field.block == block and field.loose_modes is not None and levels.getType() == PETSc.PC.Type.MG:
                levels.setMGLevels(2)
                levels.setFromOptions()
                levels.setMGInterpolation(1, field.loose_modes())
