"""Mesh of a layered stack: rectangular layers, with particles and voids packed into some of them."""

import itertools
from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np
import numpy.typing as npt

from fem_asslb.errors import MeshError
from fem_asslb.geometry import LayeredStack
from meshes.packing import Array, Packing, Population, pack
from meshes.quality import Report, measure
from meshes.session import generate, gmsh_session, name_group, write
from meshes.size_field import Bodies, SizeField

VOID_GAP_SHARE = 0.05
"""Smallest gap between voids over their median diameter, in a layer without particles."""


def build(stack: LayeredStack, path: Path) -> Report:
    """Pack, mesh and write the stack.

    Groups are the layers, ``particle/0001``, ``particle/0002``..., the outer sides and ``void``. Particles
    are numbered layer by layer from the bottom, in each layer along the stack, then along x (and y).

    Raises:
        MeshError: Packing or meshing failed.
    """
    packings = pack_layers(stack)
    with gmsh_session(path.stem):
        particles, layers = _draw(stack, packings)
        _name_groups(stack, particles, layers)
        # Gmsh keeps no reference to the callback.
        size = SizeField(stack, [_bodies(stack, name, packing) for name, packing in packings.items()])
        gmsh.model.mesh.setSizeCallback(size)
        gmsh.option.setNumber("Mesh.MeshSizeMax", stack.largest_element or max(stack.element_size, stack.width / 2))
        generate(stack.dimension, stack.order)
        report = measure()
        report = replace(report, packing=_packing_numbers(stack, packings, report))
        if report.quality_min <= 0:
            raise MeshError(f"{report.bad[0]}: make element_size smaller or minimum_gap larger")
        write(path)
    return report


def pack_layers(stack: LayeredStack) -> dict[str, Packing]:
    """Packing of each packed layer; layers without bodies do not change it."""
    packings: dict[str, Packing] = {}
    for name, layer in stack.layers.items():
        if not layer.is_packed:
            continue
        populations = [
            Population(bodies.volume_fraction, bodies.diameter) for bodies in (layer.particles, layer.voids) if bodies
        ]
        gap = layer.particles.minimum_gap if layer.particles else VOID_GAP_SHARE * populations[0].diameter.quantile(0.5)
        cut = layer.particles is not None and layer.particles.walls == "cut"
        seed = stack.seed + 1000 * len(packings)
        try:
            packings[name] = pack((*stack.sides, layer.thickness), populations, gap, cut, seed)
        except MeshError as error:
            raise MeshError(f"layer '{name}': {error}") from error
    return packings


def _particle_mask(stack: LayeredStack, name: str, packing: Packing) -> npt.NDArray[np.bool_]:
    return packing.population == (0 if stack.layers[name].particles else -1)


def _bodies(stack: LayeredStack, name: str, packing: Packing) -> Bodies:
    shift = np.zeros(stack.dimension)
    shift[-1] = stack.levels()[name][0]
    return Bodies(packing.centres + shift, packing.radii, name)


def _draw(stack: LayeredStack, packings: dict[str, Packing]) -> tuple[list[list[int]], dict[str, list[int]]]:
    """Draw all parts, glue them along their common sides and drop voids and what lies outside.

    Returns:
        The Gmsh entities of each particle, in order of their numbers, and of each layer's matrix.
    """
    dimension = stack.dimension
    boxes = [_box(stack, low, high) for low, high in stack.levels().values()]
    round_parts: list[int] = []
    is_particle: list[bool] = []
    for name, packing in packings.items():
        bodies = _bodies(stack, name, packing)
        round_parts += [_ball(stack, bodies.centres[i], bodies.radii[i]) for i in range(len(bodies.radii))]
        is_particle += map(bool, _particle_mask(stack, name, packing))
    if len(boxes) + len(round_parts) > 1:
        _, children = gmsh.model.occ.fragment(
            [(dimension, tag) for tag in boxes], [(dimension, tag) for tag in round_parts]
        )
    else:
        children = [[(dimension, boxes[0])]]
    inside = {entity for family in children[: len(boxes)] for entity in family}
    families = [sorted(set(family) & inside) for family in children[len(boxes) :]]
    in_bodies = {entity for family in families for entity in family}
    particles = [family for family, kept in zip(families, is_particle, strict=True) if kept]
    matrix = [sorted(set(family) - in_bodies) for family in children[: len(boxes)]]
    wanted = {entity for family in particles + matrix for entity in family}
    gmsh.model.occ.remove(
        [entity for entity in gmsh.model.occ.getEntities(dimension) if entity not in wanted], recursive=True
    )
    gmsh.model.occ.synchronize()
    return (
        [[tag for _, tag in family] for family in particles],
        {name: [tag for _, tag in family] for name, family in zip(stack.layers, matrix, strict=True)},
    )


def _box(stack: LayeredStack, low: float, high: float) -> int:
    if stack.dimension == 2:
        return gmsh.model.occ.addRectangle(0, low, 0, stack.width, high - low)
    return gmsh.model.occ.addBox(0, 0, low, *stack.sides, high - low)


def _ball(stack: LayeredStack, centre: Array, radius: float) -> int:
    if stack.dimension == 2:
        return gmsh.model.occ.addDisk(*centre, 0, radius, radius)
    sphere = gmsh.model.occ.addSphere(*centre, radius)
    # The axis of a cut sphere is turned to the wall, or between two walls, so that no cut passes near a pole
    # of the surface, where short edges would make slivers.
    at_low = centre[:2] < radius
    cut = at_low | (np.asarray(stack.sides) - centre[:2] < radius)
    if cut.any():
        pole = cut * np.array([1.0, 1.0 if at_low[0] == at_low[1] else -1.0])
        gmsh.model.occ.rotate([(3, sphere)], *centre, -pole[1], pole[0], 0, np.pi / 2)
    return sphere


def _name_groups(stack: LayeredStack, particles: list[list[int]], layers: dict[str, list[int]]) -> None:
    dimension = stack.dimension
    for name, entities in layers.items():
        if not entities:
            raise MeshError(f"layer '{name}' has no matrix left between its particles")
        name_group(dimension, entities, name)
    for number, entities in enumerate(particles, start=1):
        name_group(dimension, entities, f"particle/{number:04d}")
    names = (
        [("left", "right"), ("front", "back"), ("bottom", "top")]
        if dimension == 3
        else [("left", "right"), ("bottom", "top")]
    )
    sides: dict[str, list[int]] = {name: [] for name in (*itertools.chain(*names), "void")}
    extents = (*stack.sides, stack.height)
    tolerance = 1e-5 * min(extents)
    for _, facet in gmsh.model.getBoundary(gmsh.model.getEntities(dimension), combined=True, oriented=False):
        bounds = gmsh.model.getBoundingBox(dimension - 1, facet)
        low, high = bounds[:dimension], bounds[3 : 3 + dimension]
        on = [
            name
            for axis, pair in enumerate(names)
            for name, level in zip(pair, (0.0, extents[axis]), strict=True)
            if abs(low[axis] - level) < tolerance and abs(high[axis] - level) < tolerance
        ]
        sides[on[0] if on else "void"].append(facet)
    for name, facets in sides.items():
        name_group(dimension - 1, facets, name)


def _packing_numbers(stack: LayeredStack, packings: dict[str, Packing], report: Report) -> dict[str, dict[str, float]]:
    """Fractions wanted, placed and meshed, number, factor on diameters, by layer and kind of bodies."""
    numbers: dict[str, dict[str, float]] = {}
    first = 1
    for name, packing in packings.items():
        layer = stack.layers[name]
        whole = layer.thickness * float(np.prod(stack.sides))
        kinds = [(kind, bodies) for kind, bodies in (("particles", layer.particles), ("voids", layer.voids)) if bodies]
        placed = [int(np.count_nonzero(packing.population == index)) for index in range(len(kinds))]
        last = first + (placed[0] if layer.particles else 0)
        solid = sum(report.volumes[f"particle/{number:04d}"] for number in range(first, last))
        meshed = {"particles": solid, "voids": whole - solid - report.volumes[name]}
        for index, (kind, bodies) in enumerate(kinds):
            numbers[f"{name} {kind}"] = {
                "wanted": bodies.volume_fraction,
                "placed": packing.fractions[index],
                "meshed": meshed[kind] / whole,
                "number": float(placed[index]),
                "scale": packing.scales[index],
            }
        first = last
    return numbers
