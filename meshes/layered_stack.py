"""Mesh of a layered stack: rectangular layers, with particles and voids packed into some of them."""

import itertools
from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import Layer, LayeredStack, PlacedParticles
from meshes.grain_edges import Edges
from meshes.grain_regions import draw_disc, draw_edges, edges_of, mesh_regions
from meshes.packing import Packing, Population, pack
from meshes.packing_report import packing_figures, stack_grain_figures
from meshes.particles import Particle, size_bodies, stack_particles, void_pieces
from meshes.periodic_walls import bounds_of, join
from meshes.placement import place
from meshes.power_diagram import Piece
from meshes.quality import Report, measure
from meshes.session import gmsh_session, name_group, write
from meshes.size_field import SizeField

VOID_GAP_SHARE = 0.05
"""Smallest gap between voids over their median diameter, in a layer without particles."""


def build(stack: LayeredStack, path: Path) -> Report:
    """Pack, mesh and write the stack.

    Groups are the layers, ``particle/0001``, ``particle/0002``..., or ``particle/0001/0001``... for grains, the
    outer sides and ``void``. Particles are numbered layer by layer from the bottom, in each layer along the stack,
    then along x (and y), grains in their particle likewise.

    Raises:
        MeshError: Packing or meshing failed.
    """
    packings = pack_layers(stack)
    particles = stack_particles(stack, packings)
    edges = [edges_of(particle) for particle in particles]
    with gmsh_session(path.stem):
        families, layers = _draw(stack, packings, particles, edges)
        _name_groups(stack, layers)
        # Gmsh keeps no reference to the callback.
        size = SizeField(stack, size_bodies(stack, packings, particles))
        gmsh.model.mesh.setSizeCallback(size)
        gmsh.option.setNumber("Mesh.MeshSizeMax", stack.largest_size)
        changes = mesh_regions(stack, list(zip(particles, families, strict=True)), edges)
        report = measure()
        figures = packing_figures(stack, packings, report) | stack_grain_figures(stack, particles, changes, report)
        report = replace(report, packing=figures)
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
        try:
            seed = stack.seed + 1000 * len(packings)
            packings[name] = _pack_layer(layer, stack.extents(name), seed, stack.is_periodic)
        except MeshError as error:
            raise MeshError(f"layer '{name}': {error}") from error
    return packings


def _pack_layer(layer: Layer, extents: tuple[float, ...], seed: int, periodic: bool) -> Packing:
    particles = layer.particles
    cut = particles is not None and particles.walls == "cut"
    if isinstance(particles, PlacedParticles):
        try:
            bodies = particles.bodies(extents)
        except ValueError as error:
            raise MeshError(str(error)) from error
        for refusal in particles.refusals_of_grains(bodies):
            raise MeshError(str(refusal))
        return place(bodies, extents, particles.minimum_gap, cut, periodic)
    populations = [Population(bodies.volume_fraction, bodies.diameter) for bodies in (particles, layer.voids) if bodies]
    gap = particles.minimum_gap if particles else VOID_GAP_SHARE * populations[0].diameter.quantile(0.5)
    return pack(extents, populations, gap, cut, seed, periodic)


def _draw(
    stack: LayeredStack, packings: dict[str, Packing], particles: list[Particle], edges: list[Edges | None]
) -> tuple[list[list[int]], dict[str, list[int]]]:
    """Draw all parts, glue them along their common sides and drop voids and what lies outside.

    Returns:
        The Gmsh entities of each particle, in order of their numbers, and of each layer's matrix.
    """
    dimension = stack.dimension
    boxes = [_box(stack, low, high) for low, high in stack.levels().values()]
    bodies = [_bodies(stack, particle.piece, inner) for particle, inner in zip(particles, edges, strict=True)]
    bodies += [_bodies(stack, piece, None) for piece in void_pieces(stack, packings)]
    lines = [curve for inner in edges if inner is not None for curve in draw_edges(inner)]
    if len(boxes) + len(bodies) > 1:
        tools = [(dimension, tag) for tags in bodies for tag in tags] + [(1, tag) for tag in lines]
        _, children = gmsh.model.occ.fragment([(dimension, tag) for tag in boxes], tools)
    else:
        children = [[(dimension, boxes[0])]]
    inside = {entity for family in children[: len(boxes)] for entity in family}
    drawn = iter(children[len(boxes) :])
    families = [sorted({entity for _ in tags for entity in next(drawn)} & inside) for tags in bodies]
    in_bodies = {entity for family in families for entity in family}
    matrix = [sorted(set(family) - in_bodies) for family in children[: len(boxes)]]
    wanted = {entity for family in families[: len(particles)] + matrix for entity in family}
    gmsh.model.occ.remove(
        [entity for entity in gmsh.model.occ.getEntities(dimension) if entity not in wanted], recursive=True
    )
    gmsh.model.occ.synchronize()
    return (
        [[tag for _, tag in family] for family in families[: len(particles)]],
        {name: [tag for _, tag in family] for name, family in zip(stack.layers, matrix, strict=True)},
    )


def _box(stack: LayeredStack, low: float, high: float) -> int:
    if stack.dimension == 2:
        return gmsh.model.occ.addRectangle(0, low, 0, stack.width, high - low)
    return gmsh.model.occ.addBox(0, 0, low, *stack.sides, high - low)


def _bodies(stack: LayeredStack, piece: Piece, edges: Edges | None) -> list[int]:
    """A body, and its images that reach in where side walls are one."""
    bodies = [_ball(stack, piece, edges)]
    for axis, period in enumerate(stack.periods):
        if piece.centre[axis] < piece.radius:
            copies = gmsh.model.occ.copy([(stack.dimension, tag) for tag in bodies])
            gmsh.model.occ.translate(copies, *(period * np.eye(3)[axis]))
            bodies += [tag for _, tag in copies]
    return bodies


def _ball(stack: LayeredStack, piece: Piece, edges: Edges | None) -> int:
    centre = piece.centre
    if stack.dimension == 2:
        return draw_disc(piece, edges)
    sphere = gmsh.model.occ.addSphere(*centre, piece.radius)
    # The axis of a cut sphere is turned to the wall, or between two walls, so that no cut passes near a pole
    # of the surface, where short edges would make slivers. Nor does a corner of two cuts lie on the line that
    # Gmsh draws from pole to pole: it is level.
    at_low = centre[:2] < piece.radius
    cut = at_low | (np.asarray(stack.sides) - centre[:2] < piece.radius)
    if cut.any():
        pole = cut * np.array([1.0, 1.0 if at_low[0] == at_low[1] else -1.0])
        gmsh.model.occ.rotate([(3, sphere)], *centre, 0, 0, 1, np.arctan2(pole[0], -pole[1]))
        gmsh.model.occ.rotate([(3, sphere)], *centre, -pole[1], pole[0], 0, np.pi / 2)
    return sphere


def _name_groups(stack: LayeredStack, layers: dict[str, list[int]]) -> None:
    dimension = stack.dimension
    for name, entities in layers.items():
        if not entities:
            raise MeshError(f"layer '{name}' has no matrix left between its particles")
        name_group(dimension, entities, name)
    names = [("left", "right"), ("front", "back")][: dimension - 1] + [("bottom", "top")]
    sides: dict[str, list[int]] = {name: [] for name in (*itertools.chain(*names), "void")}
    extents = (*stack.sides, stack.height)
    tolerance = 1e-5 * min(extents)
    for _, facet in gmsh.model.getBoundary(gmsh.model.getEntities(dimension), combined=True, oriented=False):
        low, high = bounds_of(dimension, facet)
        on = [
            name
            for axis, pair in enumerate(names)
            for name, level in zip(pair, (0.0, extents[axis]), strict=True)
            if abs(low[axis] - level) < tolerance and abs(high[axis] - level) < tolerance
        ]
        sides[on[0] if on else "void"].append(facet)
    for axis in range(dimension - 1) if stack.is_periodic else ():
        join(dimension, axis, *(sides.pop(name) for name in names[axis]))
    for name, facets in sides.items():
        name_group(dimension - 1, facets, name)
