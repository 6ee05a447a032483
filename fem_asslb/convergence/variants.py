"""Variants of a case as overrides that ``--set`` takes: finer elements, shorter time steps, another degree or seed."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces.cohesive import CohesiveInterface
from fem_asslb.convergence import DEGREE, ELEMENT, SEED, TIME
from fem_asslb.geometry import Grains, LayeredStack, MeshFile, PackedParticles, ParticleInShell

CUT = 5.0
"""Tolerance over that of a variant. Steps are shorter by the root of it: the error of one goes with its square."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to run a case again.

    Attributes:
        name: Folder of its results.
        title: What it is, in a table.
        direction: What it varies; None for the case as it is stated.
        level: How often it is refined.
        overrides: ``key=value`` that make it.
    """

    name: str
    title: str
    direction: str | None = None
    level: int = 1
    overrides: tuple[str, ...] = ()


BASE = Variant(name="base", title="as stated", level=0, overrides=("output.pictures=false", "output.fields_at=[]"))


def variants(case: Case, directions: Sequence[str], levels: int, seeds: Sequence[int]) -> list[Variant]:
    """The case as it is stated and its variants.

    Args:
        case: A checked case.
        directions: What is refined, of `fem_asslb.convergence.DIRECTIONS`.
        levels: Finer ones in each direction, 1 or 2.
        seeds: Of further cells.

    Raises:
        FemAsslbError: Seeds of a case in which nothing is drawn, or elements of a mesh file alone.
    """
    found = [BASE]
    if ELEMENT in directions and not isinstance(case.geometry, MeshFile):
        found += [_elements(case.geometry, level) for level in range(1, levels + 1)]
    elif tuple(directions) == (ELEMENT,):
        raise FemAsslbError("--vary element: elements of a mesh file cannot be halved; expected time or degree")
    if TIME in directions:
        found += [_time_steps(case, level) for level in range(1, levels + 1)]
    if DEGREE in directions:
        degree = 3 - case.solver.displacement_degree
        overrides = (*BASE.overrides, f"solver.displacement_degree={degree}")
        found.append(Variant(name="other-degree", title=f"degree {degree}", direction=DEGREE, overrides=overrides))
    return [*found, *(_another_cell(case, seed) for seed in seeds)]


def first_steps(case: Case, count: int) -> str:
    """Override that leaves the first steps of the protocol.

    Raises:
        FemAsslbError: There are not as many.
    """
    steps = case.protocol.steps
    if not 1 <= count <= len(steps):
        raise FemAsslbError(f"--steps {count} is not accepted; the protocol has {len(steps)}, repeats written out")
    return f"protocol.steps={json.dumps([str(step) for step in steps[:count]], ensure_ascii=False)}"


def expected_order(case: Case) -> float:
    """Order in the element size of means over a region, for a smooth solution.

    It is twice the degree of the displacement, but not above 2 where round bodies have straight facets, where lithium
    moves, whose elements are linear, or where something may part.
    """
    geometry = case.geometry
    is_straight = isinstance(geometry, MeshFile) or geometry.order == 1
    layers = geometry.layers.values() if isinstance(geometry, LayeredStack) else ()
    is_round = not isinstance(geometry, LayeredStack) or any(layer.is_packed for layer in layers)
    parts = any(not interface.WELDED for interface in case.interfaces.values())
    if (is_straight and is_round) or case.cell is not None or parts:
        return 2.0
    return 2.0 * case.solver.displacement_degree


def _elements(geometry: LayeredStack | ParticleInShell, level: int) -> Variant:
    share = 0.5**level
    sizes = {"geometry.element_size": geometry.element_size}
    if isinstance(geometry, LayeredStack):
        sizes["geometry.largest_element"] = geometry.largest_element or max(geometry.element_size, geometry.width / 2)
    for key, grains in _grains(geometry):
        sizes[f"{key}.element_size"] = grains.element_size_beside(geometry.element_size, geometry.dimension)
    overrides = [f"{key}={share * size:.12g} um" for key, size in sizes.items()]
    name, title = {1: ("half-element", "element / 2"), 2: ("quarter-element", "element / 4")}[level]
    return _variant(name, title, ELEMENT, level, overrides)


def _time_steps(case: Case, level: int) -> Variant:
    time, cut = case.time, CUT**level
    steps = {"first_step": time.first_step, "largest_step": time.largest_step}
    steps = {key: step / math.sqrt(cut) for key, step in steps.items()}
    steps["smallest_step"] = min(time.smallest_step, steps["first_step"])
    overrides = [f"time.{key}={value:.12g} s" for key, value in steps.items()]
    overrides.append(f"time.swing_steps={time.swing_steps * math.sqrt(cut):.12g}")
    name, title = {1: ("fifth-tolerance", "tolerance / 5"), 2: ("25th-tolerance", "tolerance / 25")}[level]
    return _variant(name, title, TIME, level, [*overrides, f"time.tolerance={time.tolerance / cut:.12g}"])


def _another_cell(case: Case, seed: int) -> Variant:
    overrides = list(seeded(case, seed))
    if not overrides:
        raise FemAsslbError(f"--seeds {seed}: nothing in the case is drawn at random; leave it out")
    return _variant(f"seed-{seed}", f"seed {seed}", SEED, 1, overrides)


def seeded(case: Case, seed: int) -> Iterator[str]:
    """Overrides of every seed that the case uses: packing, grains, crystal axes, scatter and bonded shares."""
    geometry = case.geometry
    if isinstance(geometry, LayeredStack):
        layers = geometry.layers.values()
        if any(isinstance(layer.particles, PackedParticles) or layer.voids is not None for layer in layers):
            yield f"geometry.seed={seed}"
    if not isinstance(geometry, MeshFile):
        yield from (f"{key}.seed={seed}" for key, _ in _grains(geometry))
    for role, material in case.resolved_materials().items():
        axis = case.materials[role].axis
        if material.host is None:
            continue
        if axis.kind in ("random", "tangential"):
            yield f"materials.{role}.axis={{{axis.kind} = true, seed = {seed}}}"
        elif axis.kind == "fibre":
            yield f"materials.{role}.axis.seed={seed}"
    for name, interface in case.interfaces.items():
        if isinstance(interface, CohesiveInterface):
            if interface.scatter is not None:
                yield f"interfaces.{name}.scatter.seed={seed}"
            if interface.bonded_fraction not in (None, 0.0, 1.0):
                yield f"interfaces.{name}.seed={seed}"


def _grains(geometry: LayeredStack | ParticleInShell) -> Iterator[tuple[str, Grains]]:
    """Keys of the grains of a geometry, and the grains."""
    if isinstance(geometry, ParticleInShell):
        if geometry.grains is not None:
            yield "geometry.grains", geometry.grains
        return
    for name, layer in geometry.layers.items():
        if layer.particles is not None and layer.particles.grains is not None:
            yield f"geometry.layers.{name}.particles.grains", layer.particles.grains


def _variant(name: str, title: str, direction: str, level: int, overrides: Sequence[str]) -> Variant:
    overrides = (*BASE.overrides, *overrides)
    return Variant(name=name, title=title, direction=direction, level=level, overrides=tuple(overrides))
