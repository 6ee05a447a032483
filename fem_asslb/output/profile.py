"""What PETSc's log says of a run: how often, how long, and what passed between the ranks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mpi4py import MPI

EVENTS = (
    "SNESSolve",
    "SNESFunctionEval",
    "SNESJacobianEval",
    "KSPSolve",
    "PCSetUp",
    "PCApply",
    "MatLUFactorSym",
    "MatLUFactorNum",
    "MatSolve",
    "MatMult",
    "MatPtAPSymbolic",
    "MatPtAPNumeric",
    "PCGAMGCreateG",
    "MatAssemblyEnd",
    "MatRetrieveValue",
    "VecMDot",
    "VecMAXPY",
    "SFBcastBegin",
    "SFReduceBegin",
)
"""Names of PETSc's events; of these some are parts of others."""


def begin() -> None:
    """Log what PETSc does from now on in this process."""
    from petsc4py import PETSc

    PETSc.Log.begin()


def profile(comm: "MPI.Comm") -> dict[str, dict[str, float]]:
    """Each event that has happened, or nothing where nothing is logged; collective.

    Returns:
        By name: ``count``, ``time [s]`` and ``reductions`` of the rank where they are largest; ``flops``, ``messages``
        and ``message bytes`` of all ranks. What a direct solver sends itself is not among them.
    """
    from petsc4py import PETSc

    if not PETSc.Log.isActive():
        return {}
    found = {}
    for name in EVENTS:
        parts = comm.allgather(PETSc.Log.Event(name).getPerfInfo())
        if any(part["count"] for part in parts):
            found[name] = {
                "count": max(part["count"] for part in parts),
                "time [s]": round(max(part["time"] for part in parts), 4),
                "flops": sum(part["flops"] for part in parts),
                "messages": sum(part["numMessages"] for part in parts),
                "message bytes": sum(part["messageLength"] for part in parts),
                "reductions": max(part["numReductions"] for part in parts),
            }
    return found
