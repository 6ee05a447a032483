"""Checks of the options of the solver."""

from collections.abc import Collection

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.case.sections.case import Solver
from fem_asslb.case.sections.petsc_options import by_part, refusal


def petsc_options_are_harmless(solver: Solver, free_options: Collection[str]) -> Errors:
    """Options of PETSc neither run programs nor write files, unless the command line sets them and says so."""
    for part, name, value in by_part(solver.petsc):
        key = f"{part}.{name}" if part else name
        if key not in free_options and (reason := refusal(name, value)):
            yield CaseError(f"solver.petsc.{key}", reason)
        if part and solver.preset == "direct":
            yield CaseError(f"solver.petsc.{key}", f"the preset 'direct' has no part '{part}'; expected 'iterative'")
