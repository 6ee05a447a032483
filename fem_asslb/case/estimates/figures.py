"""A derived figure of a case, and the states at equilibrium that figures are taken from."""

from dataclasses import dataclass

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.units import convert
from fem_asslb.case.estimates.equilibrium import CellState, Equilibrium
from fem_asslb.case.estimates.layers import active_thickness
from fem_asslb.case.sections.case import Case, Cell
from fem_asslb.case.sections.steps import Charge, SetStoichiometry
from fem_asslb.geometry import LayeredStack, MeshFile
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import Material, hosts, positive_hosts

EDGE = "ends at the edge of the lattice table, before the limit"
EARLIER = "a limit of pressure or of what is open may end it before, which is not known here"


@dataclass(frozen=True)
class Row:
    """One derived figure.

    Attributes:
        name: What it is.
        value: In ``unit``.
        unit: Unit that people use for it; empty for a plain number.
        note: Formula or origin.
    """

    name: str
    value: float
    unit: str
    note: str


def row(name: str, value: float, unit: str, display: str, note: str) -> Row:
    """A figure whose value is given in ``unit`` and shown in ``display``."""
    return Row(name, convert(value, unit, display) if unit else value, display, note)


def equilibrium(case: Case, materials: dict[str, Material]) -> Equilibrium | None:
    """The cell at equilibrium.

    Returns:
        None without a cell, with a mesh file, with several hosts in an electrode, or with one without a density.
    """
    if case.cell is None or isinstance(case.geometry, MeshFile):
        return None
    positive = positive_hosts(materials, case.cell.anode)
    if len(positive) != 1 or (density := materials[role := next(iter(positive))].density) is None:
        return None
    loading, volumes = None, dict[str, float]()
    if isinstance(case.geometry, LayeredStack):
        volumes = active_thickness(case.geometry, materials)
        loading = volumes[role] * density
    negative = materials[case.cell.anode].host if case.cell.anode in hosts(materials) else None
    if negative is not None and loading is None:
        return None
    return Equilibrium(
        cell=case.cell,
        anode=load_anode(case.cell.anode, "cell.anode", materials) if negative is None else negative.potential,
        anode_capacity=(
            _stated_capacity(case.cell)
            if negative is None or loading is None
            else FARADAY * float(negative.c_max) * volumes[case.cell.anode] / loading
        ),
        host=positive[role],
        density=density,
        loading=loading,
    )


def _stated_capacity(cell: Cell) -> float | None:
    """Charge of the anode per mass of active material of the positive electrode [pC/pg]; None without ``n_to_p``."""
    if cell.n_to_p is None or cell.positive_reference_capacity is None:
        return None
    return cell.n_to_p * cell.positive_reference_capacity


def ending(state: CellState) -> str:
    """What a note adds where the lattice table, not a limit of the step, ended it, or mechanics may."""
    return f"; {EDGE}" if state.off_the_table else f"; {EARLIER}" if state.unless_earlier else ""


def _start(case: Case) -> CellState:
    return CellState(case.initial.stoichiometry, case.initial.anode_state)


def states_at_equilibrium(case: Case, materials: dict[str, Material]) -> list[CellState] | None:
    """States at the end of each step at equilibrium; None where they cannot be told."""
    model = equilibrium(case, materials)
    if model is not None:
        return model.walk(_start(case), case.protocol.steps)
    if case.cell is not None:
        return None
    states, state = [], _start(case)
    for step in case.protocol.steps:
        assert not isinstance(step, Charge) and hasattr(step, "duration")
        x = step.stoichiometry if isinstance(step, SetStoichiometry) else state.stoichiometry
        state = CellState(x, state.anode_state, duration=step.duration)
        states.append(state)
    return states


def main_swing(case: Case, states: list[CellState] | None) -> tuple[str, CellState] | None:
    """First charge, or else the last step that sets the stoichiometry, as text, and the state at its end."""
    swings = [
        (str(step), state)
        for step, state in zip(case.protocol.steps, states or [], strict=False)
        if isinstance(step, Charge | SetStoichiometry)
    ]
    if not swings:
        return None
    return swings[0] if case.cell is not None else swings[-1]
