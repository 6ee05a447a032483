"""Checks of the size of what a case asks for: what no machine would finish is told before the work begins."""

import math

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.case.estimates.default_sizes import longest_step, nominal_duration
from fem_asslb.case.estimates.figures import states_at_equilibrium
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.geometry import (
    Geometry,
    LayeredStack,
    PackedParticles,
    ParticleInShell,
    PlacedParticles,
    mean_volume,
)
from fem_asslb.geometry.grains import Grains

MOST_ELEMENTS = 20_000_000
"""Elements of a mesh: hundreds of gigabytes of a direct factor."""

MOST_BODIES = 100_000
"""Particles and voids of a layer: hours of packing."""

MOST_STEPS = 2_000
"""Steps of a protocol, repeats written out."""

MOST_TIME_STEPS = 1_000_000
"""Time steps that the stated durations take at least."""
_ELEMENTS_PER_GRAIN = {2: 10.0, 3: 50.0}

_ELEMENTS_PER_VOLUME = {2: 4.0 / math.sqrt(3.0), 3: 6.0 * math.sqrt(2.0)}
"""Regular triangles or tetrahedra of edge 1 in a unit of area or volume."""


def meshes_are_small(geometry: Geometry, is_forced: bool) -> Errors:
    """The mesh is one that can be solved on."""
    count = estimated_elements(geometry)
    if count is not None and count > MOST_ELEMENTS and not is_forced:
        yield too_many("geometry.element_size", count, "elements", MOST_ELEMENTS, "larger elements")


def estimated_elements(geometry: Geometry) -> float | None:
    """How many elements a mesh will have, roughly; None of a mesh file."""
    match geometry:
        case LayeredStack():
            return sum(_elements_of(geometry, name) for name in geometry.layers)
        case ParticleInShell():
            return _elements_around(geometry)
    return None


def packings_are_small(geometry: Geometry, is_forced: bool) -> Errors:
    """A packing is one that can be found."""
    if not isinstance(geometry, LayeredStack) or is_forced:
        return
    for name, layer in geometry.layers.items():
        volume = math.prod(geometry.extents(name))
        for key, bodies in (("particles", layer.particles), ("voids", layer.voids)):
            if bodies is None or isinstance(bodies, PlacedParticles):
                continue
            count = bodies.volume_fraction * volume / mean_volume(bodies.diameter, geometry.dimension)
            where = f"geometry.layers.{name}.{key}.diameter"
            if count > MOST_BODIES:
                yield too_many(where, count, key, MOST_BODIES, "a narrower stack")


def protocols_are_short(protocol: Protocol, is_forced: bool) -> Errors:
    """A protocol is one that comes to an end."""
    if len(protocol.steps) > MOST_STEPS and not is_forced:
        yield too_many("protocol.steps", len(protocol.steps), "steps", MOST_STEPS, "fewer repeats")


def runs_are_short(case: Case) -> Errors:
    """The same of the time steps of a whole case, whose charges and discharges last as long as at equilibrium."""
    count = least_time_steps(case)
    if count > MOST_TIME_STEPS:
        yield too_many(
            "time.largest_step", count, "time steps", MOST_TIME_STEPS, "larger steps or periods, or larger currents"
        )


def least_time_steps(case: Case) -> float:
    """How many time steps of the longest length a case takes, its charges and discharges at equilibrium."""
    steps, states = case.protocol.steps, states_at_equilibrium(case, case.resolved_materials())
    durations = map(nominal_duration, steps) if states is None else (item.duration for item in states)
    return math.fsum(duration / longest_step(step, case.time) for step, duration in zip(steps, durations, strict=False))


def too_many(key: str, count: float, things: str, limit: int, advice: str) -> CaseError:
    """The error of a size that no machine would finish."""
    amount = str(count) if isinstance(count, int) else f"about {count:.2g}"
    return CaseError(key, f"{amount} {things}, more than {limit}; expected {advice}, or --force")


def _elements_of(stack: LayeredStack, name: str) -> float:
    layer, is_plain = stack.layers[name], not any(layer.is_packed for layer in stack.layers.values())
    grown = stack.largest_element or min(stack.sides) / 2.0
    size = stack.element_size if layer.is_packed or is_plain else max(stack.element_size, grown)
    # Two elements through the thickness at least, however wide the layer is.
    size = min(size, 0.5 * layer.thickness)
    volume = math.prod(stack.extents(name))
    if isinstance(layer.particles, PackedParticles) and (grains := layer.particles.grains) is not None:
        filled = grains.share * layer.particles.volume_fraction * volume
        return _elements(volume - filled, size, stack.dimension) + _elements_in(grains, filled, size, stack.dimension)
    return _elements(volume, size, stack.dimension)


def _elements_around(shell: ParticleInShell) -> float:
    """Elements that grow in proportion to the radius in the shell, so that each doubling takes as many."""
    dimension, radius = shell.dimension, shell.core_radius
    ball = math.pi * radius**2 if dimension == 2 else 4.0 / 3.0 * math.pi * radius**3
    around = dimension * ball * math.log(shell.shell_radius / radius)
    part = 1.0 if shell.part == "full" else 0.5**dimension
    core = _elements(ball, shell.element_size, dimension)
    if shell.grains is not None:
        core = _elements_in(shell.grains, ball, shell.element_size, dimension)
    if shell.coating is not None:
        # As many again grow from its size to that of the others.
        around += 3.0 * shell.coating * dimension * ball / radius * (shell.element_size / shell.coating) ** dimension
    return part * (core + _elements(around, shell.element_size, dimension))


def _elements_in(grains: Grains, volume: float, size: float, dimension: int) -> float:
    """Elements in polycrystals, at least some in each grain."""
    count = volume / mean_volume(grains.diameter, dimension)
    return max(_elements(volume, grains.element_size or size, dimension), _ELEMENTS_PER_GRAIN[dimension] * count)


def _elements(volume: float, size: float, dimension: int) -> float:
    return _ELEMENTS_PER_VOLUME[dimension] * volume / size**dimension
