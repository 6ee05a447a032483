"""Regions of particles in the Gmsh model: one for a single crystal, one for each grain of a polycrystal."""

from collections.abc import Collection, Sequence
from typing import TypeAlias

import gmsh
import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import LayeredStack, ParticleInShell
from meshes.grain_edges import Edges, grain_edges
from meshes.grain_volumes import embed_boundary_points, label_grains, split_grains
from meshes.kept_volumes import Ball, keep_volumes
from meshes.particles import Particle
from meshes.power_diagram import Piece
from meshes.session import curve, generate, name_group

Families: TypeAlias = Sequence[tuple[Particle, Sequence[int]]]
"""Particles and their Gmsh entities."""

SHORTEST_SHARE = 0.4
"""Shortest edge between grains over the element size; a shorter one is shrunk to a point."""

SHORTEST_OF_GRAIN = 0.2
"""The same over the mean equivalent diameter of the grains of the particle, if that is less."""


def edges_of(particle: Particle) -> Edges | None:
    """Grain boundaries of a polycrystal in 2D; None for others."""
    if particle.diagram is None or len(particle.piece.centre) == 3:
        return None
    diameter = np.sqrt(4 / np.pi * particle.piece.volume() / len(particle.diagram.seeds))
    shortest = min(SHORTEST_SHARE * particle.element_size, SHORTEST_OF_GRAIN * float(diameter))
    return grain_edges(particle.piece, particle.diagram, shortest)


def draw_edges(edges: Edges) -> list[int]:
    """Draw grain boundaries; returns the curves. Ends that two edges share are one point."""
    ends, number = np.unique(edges.segments.reshape(-1, 2), axis=0, return_inverse=True)
    points = [gmsh.model.occ.addPoint(*end, 0) for end in ends]
    return [gmsh.model.occ.addLine(points[a], points[b]) for a, b in number.reshape(-1, 2)]


def draw_disc(piece: Piece, edges: Edges | None) -> int:
    """Draw a disc whose outline starts where a grain boundary ends, so that its start makes no short curve."""
    centre, radius = piece.centre, piece.radius
    start = np.array([1.0, 0.0])
    if edges is not None:
        outward = edges.segments.reshape(-1, 2) - centre
        on_circle = np.abs(np.linalg.norm(outward, axis=1) - radius) < 1e-6 * radius
        start = np.concatenate([outward[on_circle], [start]])[0]
    return int(gmsh.model.occ.addDisk(*centre, 0, radius, radius, -1, [0, 0, 1], [*start, 0]))


def mesh_regions(
    geometry: LayeredStack | ParticleInShell, families: Families, edges: Sequence[Edges | None]
) -> list[dict[str, int]]:
    """Mesh the model, whose other regions have names, and name the regions of particles.

    Args:
        geometry: What is meshed.
        families: Particles and their entities.
        edges: Grain boundaries of each particle that were drawn.

    Returns:
        For each particle what was done to its grains so that their boundaries have good elements, and how often.
    """
    dimension, order = geometry.dimension, geometry.order
    # A grain in 3D has no entity that could tell its volume later.
    volumes = [sum(gmsh.model.occ.getMass(dimension, entity) for entity in entities) for _, entities in families]
    polycrystals = [pair for pair in families if pair[0].diagram is not None and dimension == 3]
    points = embed_boundary_points(polycrystals)
    generate(dimension)
    labels, counts = label_grains(polycrystals) if polycrystals else ({}, [])
    changes = dict(zip((particle.name for particle, _ in polycrystals), counts, strict=True))
    curve(dimension, order)
    for particle, entities in families:
        if particle.diagram is None:
            name_group(dimension, list(entities), str(particle.name))
        elif dimension == 2:
            _name_faces(particle, entities)
        else:
            split_grains(particle, {volume: labels[volume] for volume in entities})
    if labels:
        # Nodes go to the grains; those of embedded points would stay with these, and not be written.
        for point in points:
            gmsh.model.mesh.removeElements(0, point)
        gmsh.model.mesh.reclassifyNodes()
    if geometry.keep_volume:
        named = {gmsh.model.getPhysicalName(*group) for group in gmsh.model.getPhysicalGroups(dimension)}
        balls = [_ball(particle, volume, named) for (particle, _), volume in zip(families, volumes, strict=True)]
        keep_volumes(dimension, balls, geometry.periods)
    merged = [{} if inner is None else {"merged edges": inner.merged} for inner in edges]
    return [own | changes.get(particle.name, {}) for own, (particle, _) in zip(merged, families, strict=True)]


def _ball(particle: Particle, volume: float, named: Collection[str]) -> Ball:
    """What a particle should be; a grain that is too small for the elements has left no region among the named ones."""
    grains = range(len(particle.diagram.seeds)) if particle.diagram is not None else ()
    names = [name for number in grains if (name := particle.grain_name(number)) in named] or [str(particle.name)]
    return Ball(groups=names, centre=particle.piece.centre, radius=particle.piece.radius, volume=volume)


def _name_faces(particle: Particle, faces: Sequence[int]) -> None:
    assert particle.diagram is not None
    centres = np.array([gmsh.model.occ.getCenterOfMass(2, face)[:2] for face in faces])
    label = particle.diagram.cell_of(centres)
    if len(np.unique(label)) < len(faces):
        lost = f"the grains of '{particle.name}' cannot be told apart after short edges were merged"
        raise MeshError(f"{lost}: make grains.element_size smaller or change grains.seed")
    for number, at in enumerate(map(int, np.argsort(label))):
        name_group(2, [faces[at]], particle.grain_name(number))
