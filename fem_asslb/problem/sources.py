"""Right-hand sides of the rows that no case states: body forces, sources of lithium, manufactured solutions."""

from collections.abc import Mapping

import ufl
from dolfinx import fem
from ufl.algorithms import expand_derivatives

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.equations.quantities import Quantities
from fem_asslb.fields import displacement, lithium
from fem_asslb.spaces.state import SCALARS, State


def source_rows(
    forms: Mapping[str, ufl.Form],
    tests: Mapping[str, ufl.Argument],
    state: State,
    quantities: Quantities,
    forced: fem.Constant,
) -> dict[str, ufl.Form]:
    """Sources as they enter the rows.

    What moves under the platen moves with it: a force there does work on the position of the platen too. While the
    stoichiometry is forced, no source of lithium acts.

    Args:
        forms: By the name of their field, linear in its test function.
        tests: Test function of each field.
        state: Unknowns at the end of the step.
        quantities: What terms read of a state.
        forced: 1 while the stoichiometry is forced, else 0.

    Raises:
        FemAsslbError: No such field, or a form that is not one of its test function alone.
    """
    for name, form in forms.items():
        if name not in tests or name == SCALARS:
            accepted = ", ".join(field for field in tests if field != SCALARS)
            raise FemAsslbError(f"sources: there is no field '{name}' with sources; accepted: {accepted}")
        if not isinstance(form, ufl.Form) or form.arguments() != (tests[name],):
            raise FemAsslbError(f"sources: '{name}' is no form linear in the test function of its field alone")
    rows = dict(forms)
    if lithium.NAME in rows:
        rows[lithium.NAME] = (1 - forced) * rows[lithium.NAME]
    if displacement.NAME in rows and SCALARS in tests:
        moved = expand_derivatives(ufl.derivative(quantities.motion(state), state[SCALARS], tests[SCALARS]))
        work = expand_derivatives(ufl.replace(rows[displacement.NAME], {tests[displacement.NAME]: moved}))
        if not work.empty():
            rows[SCALARS] = work
    return rows
