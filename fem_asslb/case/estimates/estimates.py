"""Figures that follow from a case without solving anything: what ``fem-asslb check`` prints."""

from fem_asslb.case.estimates.capacity_estimates import cell_rows, charge_rows, stack_rows
from fem_asslb.case.estimates.compaction_estimates import compaction_rows
from fem_asslb.case.estimates.default_sizes import size_rows
from fem_asslb.case.estimates.figures import EDGE, Row, row, states_at_equilibrium
from fem_asslb.case.estimates.interface_estimates import interface_rows
from fem_asslb.case.estimates.pressure_estimates import pressure_rows, shell_rows
from fem_asslb.case.estimates.temperature_estimates import temperature_rows
from fem_asslb.case.sections.case import Case
from fem_asslb.geometry import LayeredStack, ParticleInShell


def summary(case: Case) -> list[Row]:
    """All derived figures of a case that has been checked.

    A mesh file is not opened: its sizes are unknown here, and only what interfaces ask of it and the duration remain.
    """
    materials = case.resolved_materials()
    states = states_at_equilibrium(case, materials)
    rows = []
    match case.geometry:
        case LayeredStack():
            rows += _period_rows(case.geometry)
            rows += stack_rows(case, case.geometry, materials)
            rows += cell_rows(case, materials)
            rows += charge_rows(case, materials, states)
            rows += pressure_rows(case, case.geometry, materials, states)
            rows += compaction_rows(case, case.geometry, materials)
        case ParticleInShell():
            rows += charge_rows(case, materials, states)
            rows += shell_rows(case, case.geometry, materials, states)
    rows += _fit_rows(case)
    rows += interface_rows(case.interfaces, materials)
    rows += size_rows(case, materials)
    rows += temperature_rows(case)
    if states is not None:
        early = f"; a step {EDGE}" if any(state.off_the_table for state in states) else ""
        note = f"all steps, at equilibrium{early}"
        rows.append(row("duration", sum(state.duration for state in states), "s", "h", note))
    return rows


def _period_rows(geometry: LayeredStack) -> list[Row]:
    """After how far a piece with periodic side walls repeats itself."""
    sides = geometry.sides if geometry.is_periodic else ()
    note = "side walls are periodic: opposite ones are one"
    return [row(f"period along {axis}", side, "um", "um", note) for axis, side in zip("xy", sides, strict=False)]


def _fit_rows(case: Case) -> list[Row]:
    """How far the functions that were fitted to data are from them."""
    return [
        row(f"{role} {fit.name}: {fit.symbol} off its data", 100.0 * fit.deviation, "", "", "% of the largest value")
        for role, fits in case.data_fits().items()
        for fit in fits
        if fit.is_fitted
    ]


def format_rows(rows: list[Row]) -> str:
    """Table of figures for a terminal."""
    names = max((len(figure.name) for figure in rows), default=0)
    return "\n".join(
        f"  {figure.name:{names}}  {figure.value:>10.4g} {figure.unit:9} {figure.note}".rstrip() for figure in rows
    )
