"""Pressures of a case in closed form: layers in series, and a sphere in a shell."""

from fem_asslb.case.estimates.closed_forms import contact_pressure, free_growth, pressure_change
from fem_asslb.case.estimates.equilibrium import CellState
from fem_asslb.case.estimates.figures import Row, ending, equilibrium, main_swing, row
from fem_asslb.case.estimates.layers import held_directions, host_strains, swelling_layers
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import ConstantForceFixture, SpringFixture
from fem_asslb.case.sections.steps import Press
from fem_asslb.geometry import LayeredStack, ParticleInShell
from fem_asslb.materials.material import Material, hosts


def pressure_rows(
    case: Case, geometry: LayeredStack, materials: dict[str, Material], states: list[CellState] | None
) -> list[Row]:
    """Free thickness change of the layers, and the pressure it makes in the fixture."""
    swing = main_swing(case, states)
    if swing is None or (case.cell is not None and case.cell.anode in hosts(materials)):
        # Layers of two electrodes of hosts have two stoichiometries.
        return []
    state, model = swing[1], equilibrium(case, materials)
    areal = state.charge * model.loading if model and model.loading else 0.0
    layers = swelling_layers(case, geometry, materials, state.stoichiometry, areal)
    held, words = held_directions(case)
    rows = [
        row(f"free thickness change of {name}", layer.free_growth(held), "um", "um", f"{words}, from assembly")
        for name, layer in zip(geometry.layers, layers, strict=True)
        if layer.free_growth(held) != 0.0
    ]
    rows.append(
        row("free thickness change", free_growth(layers, held), "um", "um", f"sum of the layers{ending(state)}")
    )
    note = "sum L f/(sum L/M), ideal elastic stack, bonded"
    preload = _stack_pressure(case)
    rows.append(_change_row("clamped", pressure_change(layers, held, None), preload, note))
    if isinstance(case.fixture, SpringFixture):
        change = pressure_change(layers, held, case.fixture.stiffness)
        note = f"sum L f/(1/k + sum L/M), k = {case.fixture.stiffness:g} MPa/um"
        rows.append(_change_row("with fixture", change, preload, note))
    if isinstance(case.fixture, ConstantForceFixture):
        rows.append(_change_row("with fixture", 0.0, preload, "constant force"))
    return rows


def _change_row(name: str, change: float, preload: float, note: str) -> Row:
    """Change of the stack pressure; the platen never pulls."""
    lifted = "; the platen lifts off" if change < -preload else ""
    return row(f"pressure change, {name}", max(change, -preload), "MPa", "MPa", note + lifted)


def _stack_pressure(case: Case) -> float:
    """Pressure of the last press step [MPa], zero without one."""
    return ([0.0] + [step.pressure for step in case.protocol.steps if isinstance(step, Press)])[-1]


def shell_rows(
    case: Case, geometry: ParticleInShell, materials: dict[str, Material], states: list[CellState] | None
) -> list[Row]:
    """Contact pressure of a bonded sphere in a shell, elastic and isotropic; without a coating."""
    if geometry.dimension == 2 or not states:
        return []
    core, shell = (materials[role].elasticity.isotropic_average() for role in ("particle", "electrolyte"))
    x = states[-1].stoichiometry
    strain = sum(host_strains(materials["particle"], case.initial.stoichiometry, x)) / 3.0
    rows = [row("free strain of the particle", strain, "", "", "(2 e_a + e_c)/3, from assembly")]
    if geometry.coating is not None or any(item.build_coating("particle") for item in case.interfaces.values()):
        return rows
    outer = _stack_pressure(case)
    contact = contact_pressure((geometry.core_radius, geometry.shell_radius), core, shell, strain, outer)
    note = "bonded sphere in a shell, at the end of the protocol"
    return [*rows, row("contact pressure", contact, "MPa", "MPa", note)]
