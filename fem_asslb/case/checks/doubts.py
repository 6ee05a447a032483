"""What `check` warns of: a case that can run as written, and hardly means it."""

import itertools

from fem_asslb.case.checks.anode_doubts import anode_doubts
from fem_asslb.case.checks.coating_doubts import coating_doubts
from fem_asslb.case.checks.host_doubts import host_doubts
from fem_asslb.case.estimates.default_sizes import element_size
from fem_asslb.case.estimates.figures import states_at_equilibrium
from fem_asslb.case.estimates.temperature_estimates import rates_that_stay, temperatures
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Current, Press
from fem_asslb.geometry import LayeredStack, MeshFile
from fem_asslb.materials.material import hosts, positive_hosts

APART = 1e-3
"""Difference of the potentials of two hosts that is told [V]."""

COARSE = 5.0
"""Element size that is told, over the one that follows from the case; it resolves neither particles nor zones."""


def doubts(case: Case) -> list[str]:
    """Lines about a case that has been checked, each with the key it is about."""
    return [
        *_limits_that_are_not_met(case),
        *_a_stack_without_pressure(case),
        *_a_rate_that_nothing_has(case),
        *_laws_beyond_the_estimates(case),
        *_nothing_adheres(case),
        *_hosts_apart(case),
        *_particles_off_periodic_walls(case),
        *_rates_that_stay(case),
        *_coarse_elements(case),
        *anode_doubts(case),
        *host_doubts(case),
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


def _coarse_elements(case: Case) -> list[str]:
    """Elements that are far too large for what is to be resolved."""
    if isinstance(case.geometry, MeshFile):
        return []
    stated, follows = (
        case.geometry.element_size,
        element_size(case.geometry, case.interfaces, case.resolved_materials()),
    )
    if stated <= COARSE * follows.value:
        return []
    return [f"geometry.element_size: {stated:.4g} um is coarse; {follows.reason}, is {follows.value:.2g} um"]


def _rates_that_stay(case: Case) -> list[str]:
    """A temperature that changes, and rates that do not change with it."""
    found = temperatures(case)
    if min(found) == max(found):
        return []
    why = "its temperatures do not change it, as it has no activation_energy"
    return [f"protocol.steps: {key}: {why}" for key in rates_that_stay(case)]


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
