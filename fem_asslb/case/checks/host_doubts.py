"""What `check` warns of in the hosts of a case: functions off their data, data left behind, growth, a slip in 1C."""

import numpy as np

from fem_asslb.base.units import convert, format_quantity
from fem_asslb.case.estimates.figures import equilibrium, states_at_equilibrium
from fem_asslb.case.sections.case import Case
from fem_asslb.materials.material import hosts

UNFAITHFUL = 0.05
"""Distance of a fitted function from its data, over the range of these, that is told."""

RANGE_MARGIN = 0.01
"""By which x may leave the data of a function before it is told."""

LARGE_STRAIN = 0.1
"""Strain of a lattice beyond which small strain is told to be none."""

UNUSUAL_HOURS = 0.5, 5.0
"""In which 1C fills the lattice of a host from x = 0 to 1: layered oxides take 1.2 to 2 h, as they are not emptied."""


def host_doubts(case: Case) -> list[str]:
    """Lines about the hosts of a case, each with the key it is about."""
    reached = _reached(case)
    return [
        *_functions_off_their_data(case),
        *_data_left_behind(case, reached),
        *_hosts_that_outgrow_small_strain(case, reached),
        *_another_current_of_one_c(case),
    ]


def _reached(case: Case) -> dict[str, tuple[float, float]]:
    """Least and largest x of each host at equilibrium, at the ends of the steps; none where it cannot be told."""
    materials, found = case.resolved_materials(), dict[str, tuple[float, float]]()
    states = states_at_equilibrium(case, materials)
    for role in hosts(materials) if states is not None else ():
        is_anode = case.cell is not None and case.cell.anode == role
        start = case.initial.anode_state if is_anode else case.initial.stoichiometry
        values = [start, *(state.anode_state if is_anode else state.stoichiometry for state in states or ())]
        found[role] = min(values), max(values)
    return found


def _functions_off_their_data(case: Case) -> list[str]:
    """Functions that were fitted to data which they do not follow."""
    lines = []
    for role, fits in case.data_fits().items():
        for fit in fits:
            errors = np.abs(fit.function(fit.x) - fit.values)
            if fit.is_fitted and errors.max() > UNFAITHFUL * np.ptp(fit.values):
                worst = f"{errors.max():.2g} {fit.unit}".rstrip() + f" off its data at x = {fit.x[errors.argmax()]:g}"
                place = f"materials.{role}.{fit.name}: {fit.symbol} is {worst}"
                lines.append(f"{place}; expected points that a smooth line can follow, see check --plot")
    return lines


def _data_left_behind(case: Case, reached: dict[str, tuple[float, float]]) -> list[str]:
    """Hosts that go where the data of their functions do not."""
    materials, fits, lines = case.resolved_materials(), case.data_fits(), []
    for role, (least, most) in reached.items():
        host = hosts(materials)[role]
        laws = {name: (law.x_min, law.x_max, "its last value is taken") for name, law in host.functions.items()}
        if any(fit.name == "potential" and fit.is_fitted for fit in fits.get(role, ())):
            laws["potential"] = host.potential.x_min, host.potential.x_max, "it goes on straight"
        lines += [
            f"materials.{role}: x goes from {least:.3g} to {most:.3g} at equilibrium, the data of its {name} from "
            f"{first:g} to {last:g}; beyond them {what}"
            for name, (first, last, what) in laws.items()
            if max(first - least, most - last) > RANGE_MARGIN
        ]
    return lines


def _hosts_that_outgrow_small_strain(case: Case, reached: dict[str, tuple[float, float]]) -> list[str]:
    """Hosts whose lattice changes by more than a small strain on their way, or in all of their data."""
    lines = []
    for role, host in hosts(case.resolved_materials()).items() if case.solver.strain == "small" else ():
        lattice = host.lattice
        x = np.linspace(*reached.get(role, (lattice.x_min, lattice.x_max)), 101)
        for name, law in (("a", lattice.strain_a), ("c", lattice.strain_c)):
            strain = float(np.ptp(law(x, x[-1]) + 0.0 * x))
            if strain > LARGE_STRAIN:
                changes = f"{name} changes by {100.0 * strain:.3g} % from x = {x[0]:.3g} to {x[-1]:.3g}"
                advice = "expected other data, or solver.strain = 'logarithmic'"
                lines.append(f"materials.{role}.lattice: {changes}, which is no small strain; {advice}")
    return lines


def _another_current_of_one_c(case: Case) -> list[str]:
    """A current of 1C that is far from what the host holds in an hour."""
    model = equilibrium(case, case.resolved_materials())
    if model is None or case.cell is None:
        return []
    hours = model.lattice_capacity / case.cell.one_c / 3600.0
    if UNUSUAL_HOURS[0] <= hours <= UNUSUAL_HOURS[1]:
        return []
    given = format_quantity(case.cell.one_c, "pA/pg", "mA/g")
    held = f"{convert(model.lattice_capacity, 'pC/pg', 'mAh/g'):.3g} mAh/g"
    fills = f"{given} fills the lattice, {held} for x from 0 to 1, in {hours:.3g} h"
    return [f"cell.one_c: {fills}; 1C is a charge in an hour"]
