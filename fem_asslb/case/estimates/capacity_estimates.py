"""Loading, capacity and the first charge of a case at equilibrium."""

import math

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.estimates.equilibrium import CellState
from fem_asslb.case.estimates.figures import Row, ending, equilibrium, main_swing, row
from fem_asslb.case.estimates.layers import active_thickness
from fem_asslb.case.sections.case import Case
from fem_asslb.geometry import LayeredStack, Particles, PlacedParticles, mean_volume
from fem_asslb.materials.material import Material


def stack_rows(case: Case, geometry: LayeredStack, materials: dict[str, Material]) -> list[Row]:
    """Thickness, active material and its capacity per plate area."""
    rows = [row("stack thickness", geometry.height, "um", "um", "sum of the layers")]
    for name, layer in geometry.layers.items():
        if layer.particles is not None:
            fraction = geometry.particle_fraction(name)
            filled = fraction * layer.thickness * math.prod(geometry.sides)
            rows.append(row(f"active volume fraction of {name}", fraction, "", "", "particles over layer"))
            rows.append(_particle_count(layer.particles, geometry.extents(name), filled))
            if (grains := layer.particles.grains) is not None:
                count = grains.share * filled / mean_volume(grains.diameter, geometry.dimension)
                rows.append(row("expected number of grains", count, "", "", "volume/mean"))
    volumes = active_thickness(geometry, materials)
    if case.cell is not None:
        volumes.pop(case.cell.anode, None)
    if volumes:
        rows.append(row("dense active layer", sum(volumes.values()), "um", "um", "active volume over plate area"))
        weights = [volume * (materials[role].density or math.nan) for role, volume in volumes.items()]
        rows.append(row("areal loading", sum(weights), "pg/um^2", "mg/cm^2", "active layer x density"))
        hosts = {role: material.host for role, material in materials.items() if material.host is not None}
        capacity = FARADAY * sum(volume * float(hosts[role].c_max) for role, volume in volumes.items())
        note = "active layer x c_max x F"
        rows.append(row("capacity for x from 0 to 1", capacity, "pC/um^2", "mAh/cm^2", note))
    return rows


def _particle_count(particles: Particles, extents: tuple[float, ...], filled: float) -> Row:
    if isinstance(particles, PlacedParticles):
        count = float(len(particles.bodies(extents).radii))
        return row("number of particles", count, "", "", f"rows of {particles.path.name}")
    count = filled / mean_volume(particles.diameter, len(extents))
    return row("expected number of particles", count, "", "", "volume/mean")


def cell_rows(case: Case, materials: dict[str, Material]) -> list[Row]:
    """Current density and the anode's capacity per plate area."""
    model = equilibrium(case, materials)
    if model is None or model.loading is None or case.cell is None:
        return []
    rows = [row("current density at 1C", model.loading * case.cell.one_c, "pA/um^2", "mA/cm^2", "loading x one_c")]
    if model.anode_capacity is not None:
        capacity = model.anode_capacity * model.loading
        note = "n_to_p x positive_reference_capacity x loading" if case.cell.n_to_p else "hosts of the anode"
        rows.append(row("anode capacity", capacity, "pC/um^2", "mAh/cm^2", note))
    return rows


def charge_rows(case: Case, materials: dict[str, Material], states: list[CellState] | None) -> list[Row]:
    """What the first charge passes, and where it ends."""
    model, swing = equilibrium(case, materials), main_swing(case, states)
    if model is None or swing is None:
        return []
    text, state = swing
    note = f"'{text}', at equilibrium{ending(state)}"
    start = f"from {case.initial.stoichiometry:g}{ending(state)}"
    cathode = float(model.host.potential.potential(state.stoichiometry))
    rows = [
        row("first charge: capacity", state.charge, "pC/pg", "mAh/g", note),
        row("first charge: x at the end", state.stoichiometry, "", "", start),
        row("first charge: cathode potential", cathode, "V", "V", "vs Li, at that x"),
        row(
            "first charge: anode potential",
            float(model.anode.potential(state.anode_state)),
            "V",
            "V",
            "vs Li",
        ),
    ]
    if model.loading is not None:
        areal = state.charge * model.loading
        rows.insert(1, row("first charge: areal capacity", areal, "pC/um^2", "mAh/cm^2", "capacity x loading"))
    if model.anode_capacity is not None:
        note = f"of the anode capacity, from {case.initial.anode_state:g}"
        rows.append(row("first charge: anode state at the end", state.anode_state, "", "", note))
    return rows
