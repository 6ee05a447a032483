"""Element size and longest time steps that follow from a case, for what it leaves out and for ``check`` to say."""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from fem_asslb.base.units import convert
from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.estimates.interface_estimates import ZONE_FACETS, softer_modulus
from fem_asslb.case.sections.case import Case, Time
from fem_asslb.case.sections.interfaces import Interface, between_roles
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.case.sections.steps import Charge, Current, Discharge, Heat, Hold, SetStoichiometry, Step
from fem_asslb.geometry import LayeredStack, MeshFile, ParticleInShell, PlacedParticles
from fem_asslb.geometry.grains import Grains
from fem_asslb.materials.material import Material

ACROSS_A_PARTICLE = {"one": 10.0, "many": 6.0}
"""Elements across the median particle: of a particle by itself, and of many."""

ACROSS_A_LAYER = 4.0
"""Elements across the thinnest layer of a stack without particles."""

STEPS_OF_A_SWING = 20.0
"""Time steps of each charge, discharge, or change of the stoichiometry or the temperature, at least."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """A size that follows from a case.

    Attributes:
        value: [um] or [s].
        reason: What it follows from.
    """

    value: float
    reason: str


def element_size(
    geometry: LayeredStack | ParticleInShell, interfaces: Mapping[str, Interface], materials: Mapping[str, Material]
) -> Size:
    """Element size: a share of the particles, or of the cohesive zone of an interface that lets go where it is less.

    Args:
        geometry: The geometry, whose own element size does not count.
        interfaces: Laws by name.
        materials: Those that are known, by role; interfaces between others do not count.
    """
    found = [*_of_bodies(geometry), *_of_zones(interfaces, materials, between_grains=False)]
    limit = geometry.largest_element if isinstance(geometry, LayeredStack) else None
    if limit is not None:
        found.append(Size(value=limit, reason="largest_element"))
    return min(found, key=lambda size: size.value)


def grain_size(
    grains: Grains, size: float, dimension: int, interfaces: Mapping[str, Interface], materials: Mapping[str, Material]
) -> float:
    """Element size in grains [um], which resolves the cohesive zone of their boundaries too.

    Args:
        grains: The grains.
        size: Element size of the geometry [um].
        dimension: 2 or 3.
        interfaces: Laws by name.
        materials: Those that are known, by role.
    """
    zones = [item.value for item in _of_zones(interfaces, materials, between_grains=True)]
    return min([grains.element_size_beside(size, dimension), *zones])


def longest_step(step: Step, time: Time) -> float:
    """Longest time step of a step of the protocol [s]: its period, or a share of what it lasts by its rate and limits.

    Args:
        step: Of the protocol.
        time: Settings of the time steps.
    """
    return min(_share_of_swing(step, time), getattr(step, "period", None) or math.inf)


def _share_of_swing(step: Step, time: Time) -> float:
    """Longest time step [s] without a period of its own."""
    lasts = nominal_duration(step) if time.swing_steps > 0.0 and _is_swing(step) else 0.0
    if lasts == 0.0:
        return time.largest_step
    return min(time.largest_step, max(time.first_step, lasts / time.swing_steps))


def _step_of_shortest_swing(protocol: Protocol) -> Size:
    """Longest time step of the shortest swing of a case that states none."""
    steps = {str(step): _share_of_swing(step, Time(swing_steps=STEPS_OF_A_SWING)) for step in protocol.steps}
    shortest = min(steps, key=lambda text: steps[text], default="")
    if not steps or steps[shortest] == Time().largest_step:
        return Size(value=Time().largest_step, reason="never more")
    return Size(value=steps[shortest], reason=f"1/{STEPS_OF_A_SWING:g} of '{shortest}', in longer steps more")


def size_rows(case: Case, materials: Mapping[str, Material]) -> list[Row]:
    """Element size and longest time step that a case has if it states none, and those that it has."""
    rows = []
    if not isinstance(case.geometry, MeshFile):
        size = element_size(case.geometry, case.interfaces, materials)
        has = f"; this case has {case.geometry.element_size:.4g} um"
        rows.append(row("element size if none is stated", size.value, "um", "um", size.reason + has))
    step = _step_of_shortest_swing(case.protocol)
    longest = max((longest_step(item, case.time) for item in case.protocol.steps), default=case.time.largest_step)
    has = f"; this case has up to {convert(longest, 's', 'min'):.4g} min"
    return [*rows, row("largest time step if none is stated", step.value, "s", "min", step.reason + has)]


def nominal_duration(step: Step) -> float:
    """Duration [s] of a step; that of a current is what its C-rate says, where it has one, and its limits allow."""
    if not isinstance(step, Current):
        return step.duration
    hours = 1.0 / step.rate.value if not isinstance(step, Hold) and step.rate.kind == "c_rate" else 0.0
    return min([3600.0 * hours, *(limit.value for limit in step.limits if limit.kind == "duration")])


def _is_swing(step: Step) -> bool:
    return isinstance(step, Charge | Discharge | SetStoichiometry | Heat)


def _of_bodies(geometry: LayeredStack | ParticleInShell) -> Iterator[Size]:
    if isinstance(geometry, ParticleInShell):
        yield _share_of(2.0 * geometry.core_radius, ACROSS_A_PARTICLE["one"], "the diameter of the particle")
        return
    diameters = list(_median_diameters(geometry))
    if diameters:
        yield _share_of(min(diameters), ACROSS_A_PARTICLE["many"], "the median diameter of the particles")
    else:
        thinnest = min(*geometry.sides, *(layer.thickness for layer in geometry.layers.values()))
        yield _share_of(thinnest, ACROSS_A_LAYER, "the thinnest layer, or the width")


def _median_diameters(stack: LayeredStack) -> Iterator[float]:
    """Median diameter of the particles and of the voids of each layer that has some [um]."""
    for name, layer in stack.layers.items():
        if isinstance(layer.particles, PlacedParticles):
            # What is wrong with the table is told by the checks.
            with suppress(ValueError):
                yield 2.0 * float(np.median(layer.particles.bodies(stack.extents(name)).radii))
        for bodies in (layer.particles, layer.voids):
            if bodies is not None and not isinstance(bodies, PlacedParticles):
                yield bodies.diameter.quantile(0.5)


def _of_zones(
    interfaces: Mapping[str, Interface], materials: Mapping[str, Material], between_grains: bool
) -> Iterator[Size]:
    for name, choice in between_roles(interfaces):
        plus, minus = choice.roles
        if (plus == minus) != between_grains or not {plus, minus} <= materials.keys():
            continue
        zone = choice.zone_length(softer_modulus(materials, choice.roles))
        if zone is not None:
            yield _share_of(zone, ZONE_FACETS, f"the cohesive zone of {name}")


def _share_of(length: float, parts: float, what: str) -> Size:
    return Size(value=length / parts, reason=f"1/{parts:g} of {what}, {length:.4g} um")
