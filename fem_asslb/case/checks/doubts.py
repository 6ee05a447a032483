"""What `check` warns of: a case that can run as written, and hardly means it."""

import itertools

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.checks.coating_doubts import coating_doubts
from fem_asslb.case.estimates.figures import equilibrium, states_at_equilibrium
from fem_asslb.case.estimates.temperature_estimates import rates_that_stay, temperatures
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Current, Press
from fem_asslb.geometry import LayeredStack
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import anode_roles, hosts, positive_hosts

APART = 1e-3
"""Difference of the potentials of two hosts that is told [V]."""

ANOTHER_RATIO = 0.3
"""Relative difference of the ratio of capacities that is told; an anode may be wider than the positive electrode."""

LARGE_GROWTH = 0.1
"""Relative growth of a layer beyond which small strain is told to be none."""


def doubts(case: Case) -> list[str]:
    """Lines about a case that has been checked, each with the key it is about."""
    return [
        *_limits_that_are_not_met(case),
        *_a_stack_without_pressure(case),
        *_another_anode(case),
        *_an_anode_that_outgrows_small_strain(case),
        *_a_rate_that_nothing_has(case),
        *_an_anode_of_another_capacity(case),
        *_laws_beyond_the_estimates(case),
        *_nothing_adheres(case),
        *_hosts_apart(case),
        *_particles_off_periodic_walls(case),
        *_rates_that_stay(case),
        *coating_doubts(case),
    ]


def _limits_that_are_not_met(case: Case) -> list[str]:
    """Currents that at equilibrium meet a limit at their start, or the end of the lattice data before any."""
    states = states_at_equilibrium(case, case.resolved_materials()) or []
    lines = {}
    for step, state in zip(case.protocol.steps, states, strict=False):
        if state.at_once:
            lines[str(step)] = (
                f"'{step}' meets a limit at its start, at x = {state.stoichiometry:.4g}, and does nothing"
            )
        elif state.off_the_table:
            where = f"the lattice data, which end at x = {state.stoichiometry:.4g}"
            lines[str(step)] = f"'{step}' meets none of its limits at equilibrium within {where}"
    return [f"protocol.steps: {line}" for line in lines.values()]


def _a_stack_without_pressure(case: Case) -> list[str]:
    """A platen that nothing presses at the first current."""
    before = itertools.takewhile(lambda step: not isinstance(step, Current), case.protocol.steps)
    presses = [step.pressure for step in before if isinstance(step, Press)]
    if presses and presses[-1] > 0.0:
        return []
    press = "no step presses before the first current, such as 'press to 81 MPa in 1 min'"
    if presses:
        press = "the last step before the first current takes the pressure away"
    return [f"protocol.steps: {press}; the stack starts without pressure"]


def _nothing_adheres(case: Case) -> list[str]:
    """A cell is made, and nothing in it can adhere when it is."""
    made = [step for step in case.protocol.steps if isinstance(step, Press) and step.fabricates]
    if not made or any(item.ADHERES for item in case.interfaces.values()):
        return []
    return [f"protocol.steps: '{made[-1]}' ends without an interface that could adhere then, such as a cohesive one"]


def _hosts_apart(case: Case) -> list[str]:
    """Hosts that are not in equilibrium with one another at the start."""
    x = case.initial.stoichiometry
    anode = None if case.cell is None else case.cell.anode
    together = positive_hosts(case.resolved_materials(), anode)
    found = {role: float(host.potential.potential(x)) for role, host in together.items()}
    if len(found) < 2 or max(found.values()) - min(found.values()) < APART:
        return []
    listed = ", ".join(f"'{role}' at {potential:.3f} V" for role, potential in found.items())
    return [f"initial.stoichiometry: at x = {x:g} the hosts differ, {listed} vs Li; they exchange lithium at rest"]


def _particles_off_periodic_walls(case: Case) -> list[str]:
    """Particles that keep off walls which are none."""
    geometry = case.geometry
    if not isinstance(geometry, LayeredStack) or not geometry.is_periodic:
        return []
    return [
        f"geometry.layers.{name}.particles.walls: 'inside' keeps particles off periodic walls; 'cut' lets them cross"
        for name, layer in geometry.layers.items()
        if layer.particles is not None and layer.particles.walls == "inside" and layer.particles.grains is None
    ]


def _rates_that_stay(case: Case) -> list[str]:
    """A temperature that changes, and rates that do not change with it."""
    found = temperatures(case)
    if min(found) == max(found):
        return []
    why = "its temperatures do not change it, as it has no activation_energy"
    return [f"protocol.steps: {key}: {why}" for key in rates_that_stay(case)]


def _another_anode(case: Case) -> list[str]:
    """A layer that swells as one anode does beside the potential of another."""
    materials = case.resolved_materials()
    if case.cell is None or case.cell.anode in hosts(materials):
        return []
    potential = load_anode(case.cell.anode, "cell.anode", materials)
    return [
        f"cell.anode: '{case.cell.anode}' has another potential than '{materials[role].name}', which materials.{role} "
        "makes swell with the charge"
        for role in anode_roles(materials)
        if materials[role].anode is not None and materials[role].anode != potential
    ]


def _an_anode_that_outgrows_small_strain(case: Case) -> list[str]:
    """A layer whose growth in a step, at equilibrium, is no small strain."""
    materials, geometry = case.resolved_materials(), case.geometry
    model = equilibrium(case, materials) if case.solver.strain == "small" else None
    if model is None or model.loading is None or not isinstance(geometry, LayeredStack):
        return []
    states = states_at_equilibrium(case, materials) or []
    lithium = max((state.charge for state in states), default=0.0) * model.loading / FARADAY
    lines = []
    for role in anode_roles(materials):
        growth = (materials[role].reaction_volume or 0.0) * lithium / geometry.layers[role].thickness
        if growth > LARGE_GROWTH:
            advice = "expected a thicker layer, or solver.strain = 'logarithmic'"
            lines.append(f"materials.{role}: '{materials[role].name}' grows by {100.0 * growth:.0f} %; {advice}")
    return lines


def _an_anode_of_another_capacity(case: Case) -> list[str]:
    """A layer of the anode that holds another capacity than the n/p ratio says."""
    materials, geometry, cell = case.resolved_materials(), case.geometry, case.cell
    model = equilibrium(case, materials)
    if model is None or cell is None or cell.n_to_p is None or not isinstance(geometry, LayeredStack):
        return []
    assert model.anode_capacity is not None and model.loading is not None
    lines = []
    for name, layer in geometry.layers.items():
        density = case.materials[name].anode_capacity(cell.anode, f"materials.{name}", materials[name])
        ratio = (density or 0.0) * layer.thickness / (model.anode_capacity * model.loading) * cell.n_to_p
        if density and abs(ratio / cell.n_to_p - 1.0) > ANOTHER_RATIO:
            held = f"but '{name}', {layer.thickness:.4g} um thick, holds {ratio:.3g} times the positive electrode"
            lines.append(f"cell.n_to_p: {cell.n_to_p:g}, {held}; without a thickness it follows")
    return lines


def _a_rate_that_nothing_has(case: Case) -> list[str]:
    """An exchange current density of the cell beside hosts that all have their own."""
    if case.cell is None or case.cell.exchange_current_density is None:
        return []
    if any(host.exchange_current_density is None for host in hosts(case.resolved_materials()).values()):
        return []
    return ["cell.exchange_current_density: not used; every host has one in its material"]


def _laws_beyond_the_estimates(case: Case) -> list[str]:
    """Materials that do more than the figures of `check` know."""
    return [
        f"materials.{role}.law: the figures that follow from the case take '{material.name}' as elastic"
        for role, material in case.resolved_materials().items()
        if material.law is not None
    ]
