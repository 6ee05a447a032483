"""Checks of the options of the solver."""

from collections.abc import Collection

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.case.sections.case import Solver
from fem_asslb.case.sections.petsc_options import refusal


def petsc_options_are_harmless(solver: Solver, free_options: Collection[str]) -> Errors:
    """Options of PETSc neither run programs nor write files, unless the command line sets them and says so."""
    for name, value in solver.petsc.items():
        # Of a table the schema has said so already.
        if isinstance(value, str | int | float) and name not in free_options and (reason := refusal(name, value)):
            yield CaseError(f"solver.petsc.{name}", reason)
