"""Derivatives of the rows of a problem, in two parts: what no step changes, such as elasticity, and the rest."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ufl
from dolfinx import fem
from ufl.algorithms import expand_derivatives
from ufl.algorithms.analysis import extract_coefficients, extract_constants

from fem_asslb.problem.point_forms import PointForms, sum_of
from fem_asslb.spaces.state import State

Compiled = Mapping[str, Mapping[str, fem.Form | None]]
"""Compiled forms by the names of two fields: that of the row, and that by which it is differentiated."""


@dataclass(frozen=True, kw_only=True)
class Jacobian:
    """Compiled derivative of each row by each field; None where a block is empty.

    Attributes:
        pattern: Forms without value that have all entries.
        constant: What no step changes.
        changing: The rest, a sum: that of formulae, then that of each law at points.
    """

    pattern: Compiled
    constant: Compiled
    changing: Sequence[Compiled]


def create_jacobian(
    rows: Mapping[str, ufl.Form | int],
    laws: Sequence[PointForms],
    state: State,
    unchanging: Collection[fem.Function],
    compile_form: Callable[[ufl.Form], fem.Form],
) -> Jacobian:
    """Jacobian of a problem.

    Args:
        rows: Of each field by its name, without laws at points.
        laws: Laws at points.
        state: Unknowns by which rows are differentiated.
        unchanging: Functions whose values stay as they are; any other function or constant may change at any time.
        compile_form: Compiles a form.
    """

    def table(block: Callable[[str, str], ufl.Form | int]) -> Compiled:
        """One form for each block."""
        return {
            row: {
                column: compile_form(form) if isinstance(form := block(row, column), ufl.Form) else None
                for column in rows
            }
            for row in rows
        }

    derivatives = {row: {column: _derivative(rows[row], state[column]) for column in rows} for row in rows}
    parts = {
        row: {column: _split(form, set(unchanging)) for column, form in columns.items()}
        for row, columns in derivatives.items()
    }
    tangents = [law.tangents for law in laws]
    return Jacobian(
        pattern=table(lambda row, column: _pattern(derivatives[row][column] + sum_of(tangents, row, column))),
        constant=table(lambda row, column: parts[row][column][0]),
        changing=[
            table(lambda row, column: parts[row][column][1]),
            *(table(partial(sum_of, [law])) for law in tangents),
        ],
    )


def _derivative(row: ufl.Form | int, function: fem.Function) -> ufl.Form | int:
    if not isinstance(row, ufl.Form):
        return 0
    form = expand_derivatives(ufl.derivative(row, function, ufl.TrialFunction(function.function_space)))
    return 0 if form.empty() else form


def _split(form: ufl.Form | int, unchanging: set[fem.Function]) -> tuple[ufl.Form | int, ufl.Form | int]:
    """Integrals that hold nothing but some functions, and the others; 0 for none."""
    parts: tuple[list[ufl.Integral], list[ufl.Integral]] = [], []
    for part in form.integrals() if isinstance(form, ufl.Form) else ():
        held = {*extract_coefficients(part.integrand()), *extract_constants(part.integrand())}
        parts[0 if held <= unchanging else 1].append(part)
    constant, changing = (ufl.Form(found) if found else 0 for found in parts)
    return constant, changing


def _pattern(form: ufl.Form | int) -> ufl.Form | int:
    """Form without value, cheap to assemble, that has the entries of another."""
    if not isinstance(form, ufl.Form):
        return 0
    test, trial = (argument[0] if argument.ufl_shape else argument for argument in form.arguments())
    zero = fem.Constant(form.ufl_domain(), 0.0)
    value, across = zero * test * trial, zero * test("+") * trial("+")
    places = {(part.integral_type(), part.subdomain_id()): part for part in form.integrals()}
    return ufl.Form(
        [
            part.reconstruct(across if kind == "interior_facet" else value, metadata={"quadrature_degree": 0})
            for (kind, _), part in places.items()
        ]
    )
