"""Figures that follow from a case without solving anything: what ``fem-asslb check`` prints."""

import math
from dataclasses import dataclass

from fem_asslb.case.closed_forms import contact_pressure, free_growth, pressure_change
from fem_asslb.case.equilibrium import CellState, Equilibrium
from fem_asslb.case.fixture import ConstantForceFixture, SpringFixture
from fem_asslb.case.layers import active_thickness, held_directions, host_strains, swelling_layers
from fem_asslb.case.schema import Case
from fem_asslb.case.steps import Charge, Press, SetStoichiometry
from fem_asslb.constants import FARADAY
from fem_asslb.geometry import Layer, LayeredStack, MeshFile, ParticleInShell
from fem_asslb.materials.material import Material
from fem_asslb.units import convert


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


def summary(case: Case) -> list[Row]:
    """All derived figures of a case that has been checked.

    A mesh file is not opened: its sizes are unknown here, and only the duration remains.
    """
    materials = case.resolved_materials()
    states = _states(case, materials)
    rows = []
    match case.geometry:
        case LayeredStack():
            rows += _stack_rows(case, case.geometry, materials)
            rows += _cell_rows(case, materials)
            rows += _charge_rows(case, materials, states)
            rows += _pressure_rows(case, case.geometry, materials, states)
        case ParticleInShell():
            rows += _charge_rows(case, materials, states)
            rows += _shell_rows(case, case.geometry, materials, states)
    if states is not None:
        rows.append(_row("duration", sum(state.duration for state in states), "s", "h", "all steps, at equilibrium"))
    return rows


def format_rows(rows: list[Row]) -> str:
    """Table of figures for a terminal."""
    names = max((len(row.name) for row in rows), default=0)
    return "\n".join(f"  {row.name:{names}}  {row.value:>10.4g} {row.unit:9} {row.note}".rstrip() for row in rows)


def equilibrium(case: Case, materials: dict[str, Material]) -> Equilibrium | None:
    """The cell at equilibrium.

    Returns:
        None without a cell, with a mesh file, with several hosts, or with one without a density.
    """
    hosts = {role: material for role, material in materials.items() if material.host is not None}
    if case.cell is None or len(hosts) != 1 or isinstance(case.geometry, MeshFile):
        return None
    role, material = next(iter(hosts.items()))
    if material.host is None or material.density is None:
        return None
    loading = None
    if isinstance(case.geometry, LayeredStack):
        loading = active_thickness(case.geometry, materials)[role] * material.density
    return Equilibrium(case.cell, material.host, material.density, loading)


def _row(name: str, value: float, unit: str, display: str, note: str) -> Row:
    return Row(name, convert(value, unit, display) if unit else value, display, note)


def _start(case: Case) -> CellState:
    return CellState(case.initial.stoichiometry, case.initial.anode_state)


def _states(case: Case, materials: dict[str, Material]) -> list[CellState] | None:
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


def _swing(case: Case, states: list[CellState] | None) -> tuple[str, CellState] | None:
    """First charge, or else the last step that sets the stoichiometry, as text, and the state at its end."""
    swings = [
        (str(step), state)
        for step, state in zip(case.protocol.steps, states or [], strict=False)
        if isinstance(step, Charge | SetStoichiometry)
    ]
    if not swings:
        return None
    return swings[0] if case.cell is not None else swings[-1]


def _stack_rows(case: Case, geometry: LayeredStack, materials: dict[str, Material]) -> list[Row]:
    rows = [_row("stack thickness", geometry.height, "um", "um", "sum of the layers")]
    for name, layer in geometry.layers.items():
        if layer.particles is not None:
            fraction = layer.particles.volume_fraction
            rows.append(_row(f"active volume fraction of {name}", fraction, "", "", "particles over layer"))
            rows.append(_row("expected number of particles", _particle_count(geometry, layer), "", "", "volume/mean"))
    volumes = active_thickness(geometry, materials)
    if volumes:
        rows.append(_row("dense active layer", sum(volumes.values()), "um", "um", "active volume over plate area"))
        weights = [volume * (materials[role].density or math.nan) for role, volume in volumes.items()]
        rows.append(_row("areal loading", sum(weights), "pg/um^2", "mg/cm^2", "active layer x density"))
        hosts = {role: material.host for role, material in materials.items() if material.host is not None}
        capacity = FARADAY * sum(volume * float(hosts[role].c_max) for role, volume in volumes.items())
        note = "active layer x c_max x F"
        rows.append(_row("capacity for x from 0 to 1", capacity, "pC/um^2", "mAh/cm^2", note))
    return rows


def _particle_count(geometry: LayeredStack, layer: Layer) -> float:
    assert layer.particles is not None
    shares = [(index + 0.5) / 1000.0 for index in range(1000)]
    power = geometry.dimension
    unit_ball = math.pi / 4.0 if power == 2 else math.pi / 6.0
    mean = unit_ball * sum(layer.particles.diameter.quantile(share) ** power for share in shares) / len(shares)
    return layer.particles.volume_fraction * layer.thickness * math.prod(geometry.sides) / mean


def _cell_rows(case: Case, materials: dict[str, Material]) -> list[Row]:
    model = equilibrium(case, materials)
    if model is None or model.loading is None or case.cell is None:
        return []
    rows = [_row("current density at 1C", model.loading * case.cell.one_c, "pA/um^2", "mA/cm^2", "loading x one_c")]
    if model.anode_capacity is not None:
        capacity = model.anode_capacity * model.loading
        note = "n_to_p x positive_reference_capacity x loading"
        rows.append(_row("anode capacity", capacity, "pC/um^2", "mAh/cm^2", note))
    return rows


def _charge_rows(case: Case, materials: dict[str, Material], states: list[CellState] | None) -> list[Row]:
    model, swing = equilibrium(case, materials), _swing(case, states)
    if model is None or swing is None:
        return []
    text, state = swing
    note = f"'{text}', at equilibrium"
    cathode = float(model.host.potential.potential(state.stoichiometry))
    rows = [
        _row("first charge: capacity", state.charge, "pC/pg", "mAh/g", note),
        _row("first charge: x at the end", state.stoichiometry, "", "", f"from {case.initial.stoichiometry:g}"),
        _row("first charge: cathode potential", cathode, "V", "V", "vs Li, at that x"),
        _row(
            "first charge: anode potential",
            float(model.anode.potential(state.anode_state)),
            "V",
            "V",
            "vs Li",
        ),
    ]
    if model.loading is not None:
        areal = state.charge * model.loading
        rows.insert(1, _row("first charge: areal capacity", areal, "pC/um^2", "mAh/cm^2", "capacity x loading"))
    if model.anode_capacity is not None:
        note = f"of the anode capacity, from {case.initial.anode_state:g}"
        rows.append(_row("first charge: anode state at the end", state.anode_state, "", "", note))
    return rows


def _pressure_rows(
    case: Case, geometry: LayeredStack, materials: dict[str, Material], states: list[CellState] | None
) -> list[Row]:
    swing = _swing(case, states)
    if swing is None:
        return []
    state, model = swing[1], equilibrium(case, materials)
    areal = state.charge * model.loading if model and model.loading else 0.0
    layers = swelling_layers(case, geometry, materials, state.stoichiometry, areal)
    held, words = held_directions(case)
    rows = [
        _row(f"free thickness change of {name}", layer.free_growth(held), "um", "um", f"{words}, from assembly")
        for name, layer in zip(geometry.layers, layers, strict=True)
        if layer.free_growth(held) != 0.0
    ]
    rows.append(_row("free thickness change", free_growth(layers, held), "um", "um", "sum of the layers"))
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
    return _row(f"pressure change, {name}", max(change, -preload), "MPa", "MPa", note + lifted)


def _stack_pressure(case: Case) -> float:
    """Pressure of the last press step [MPa], zero without one."""
    return ([0.0] + [step.pressure for step in case.protocol.steps if isinstance(step, Press)])[-1]


def _shell_rows(
    case: Case, geometry: ParticleInShell, materials: dict[str, Material], states: list[CellState] | None
) -> list[Row]:
    """Contact pressure of a bonded sphere in a shell, elastic and isotropic."""
    if geometry.dimension == 2 or not states:
        return []
    core, shell = (materials[role].elasticity.isotropic_average() for role in ("particle", "electrolyte"))
    x = states[-1].stoichiometry
    strain = sum(host_strains(materials["particle"], case.initial.stoichiometry, x)) / 3.0
    outer = _stack_pressure(case)
    contact = contact_pressure((geometry.core_radius, geometry.shell_radius), core, shell, strain, outer)
    note = "bonded sphere in a shell, at the end of the protocol"
    return [
        _row("free strain of the particle", strain, "", "", "(2 e_a + e_c)/3, from assembly"),
        _row("contact pressure", contact, "MPa", "MPa", note),
    ]
