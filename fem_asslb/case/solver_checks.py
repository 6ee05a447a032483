"""Checks of the options of the solver."""

from collections.abc import Collection

from fem_asslb.case.check_parts import Errors
from fem_asslb.case.petsc_options import refusal
from fem_asslb.case.schema import Solver
from fem_asslb.errors import CaseError


def petsc_options_are_harmless(solver: Solver, free_options: Collection[str]) -> Errors:
    """Options of PETSc neither run programs nor write files, unless the command line sets them and says so."""
    for name, value in solver.petsc.items():
        # Of a table the schema has said so already.
        if isinstance(value, str | int | float) and name not in free_options and (reason := refusal(name, value)):
            yield CaseError(f"solver.petsc.{name}", reason)
