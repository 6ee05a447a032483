"""Grains of particles in 3D: the tetrahedra of a meshed particle are divided among them."""

from collections.abc import Sequence

import gmsh
import numpy as np

from meshes.bodies import Array
from meshes.fairing import Integers, Tetrahedra, cleaned, faired
from meshes.grain_points import boundary_points
from meshes.particles import Particle
from meshes.session import name_group


def embed_boundary_points(particles: Sequence[tuple[Particle, Sequence[int]]]) -> list[int]:
    """Ask for nodes on the grain boundaries of particles that are still to be meshed; returns Gmsh's points."""
    embedded: list[int] = []
    for particle, volumes in particles:
        assert particle.diagram is not None
        places = boundary_points(particle.piece, particle.diagram, particle.element_size)
        points = [gmsh.model.occ.addPoint(*place) for place in places]
        gmsh.model.occ.synchronize()
        # A particle is convex, so that it is one volume.
        gmsh.model.mesh.embed(0, points, 3, volumes[0])
        embedded += points
    return embedded


def label_grains(particles: Sequence[tuple[Particle, Sequence[int]]]) -> dict[int, Integers]:
    """Divide the straight tetrahedra of particles among their grains and flatten the boundaries between these.

    Args:
        particles: Polycrystals and their Gmsh volumes.

    Returns:
        For each volume the grain of each of its tetrahedra, counted from zero in each particle.
    """
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    index = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    index[tags.astype(np.int64)] = np.arange(len(tags))
    points = coordinates.reshape(-1, 3)
    volumes = [volume for _, volume in gmsh.model.getEntities(3)]
    cells = [
        index[gmsh.model.mesh.getElementsByType(4, volume)[1].astype(np.int64)].reshape(-1, 4) for volume in volumes
    ]
    grains: list[Integers] = [np.full(len(nodes), -1) for nodes in cells]
    is_free, sphere, plane = np.zeros(len(points), dtype=bool), np.full(points.shape, np.nan), np.zeros(points.shape)
    surface_of: dict[int, int] = {}
    first = 0
    for particle, of_particle in particles:
        assert particle.diagram is not None
        for volume in of_particle:
            at = volumes.index(volume)
            grains[at] = first + particle.diagram.cell_of(points[cells[at]].mean(axis=1))
            surfaces = [surface for _, surface in gmsh.model.getBoundary([(3, volume)], oriented=False)]
            is_free[cells[at]] = True
            for surface in surfaces:
                is_free[index[gmsh.model.mesh.getNodes(2, surface, includeBoundary=True)[0].astype(np.int64)]] = False
            for surface in surfaces:
                nodes = index[gmsh.model.mesh.getNodes(2, surface)[0].astype(np.int64)]
                is_free[nodes] = True
                surface_of |= dict.fromkeys(map(int, nodes), surface)
                if gmsh.model.getType(2, surface) == "Plane":
                    bounds = np.reshape(gmsh.model.getBoundingBox(2, surface), (2, 3))
                    plane[nodes, np.argmin(np.ptp(bounds, axis=0))] = 1.0
                else:
                    with_edges = gmsh.model.mesh.getNodes(2, surface, includeBoundary=True)[0]
                    sphere[index[with_edges.astype(np.int64)]] = particle.piece.centre
        first += len(particle.diagram.seeds)
    everything = Tetrahedra(points, np.concatenate(cells), np.concatenate(grains), is_free, sphere, plane)
    seeds = np.concatenate([particle.diagram.seeds for particle, _ in particles if particle.diagram])
    weights = np.concatenate([particle.diagram.weights for particle, _ in particles if particle.diagram])
    mesh = faired(cleaned(everything), seeds, weights)
    _set_nodes(tags, points, mesh.points, surface_of)
    starts = np.cumsum([len(nodes) for nodes in cells])[:-1]
    labels = dict(zip(volumes, np.split(mesh.grain, starts), strict=True))
    counts = np.cumsum([0] + [len(particle.diagram.seeds) for particle, _ in particles if particle.diagram])
    return {volume: labels[volume] - counts[k] for k, (_, family) in enumerate(particles) for volume in family}


def _set_nodes(tags: Integers, old: Array, new: Array, surface_of: dict[int, int]) -> None:
    for node in np.flatnonzero(np.any(old != new, axis=1)):
        surface = surface_of.get(int(node))
        place = [] if surface is None else gmsh.model.getParametrization(2, surface, new[node])
        gmsh.model.mesh.setNode(tags[node], new[node], place)


def split_grains(particle: Particle, labels: dict[int, Integers]) -> None:
    """Move the tetrahedra of a particle, straight or curved, to one named volume for each of its grains.

    Args:
        particle: A polycrystal.
        labels: For each of its Gmsh volumes the grain of each tetrahedron.
    """
    kept: dict[int, list[tuple[int, Integers]]] = {}
    for volume, label in labels.items():
        (kind,), (tags,), (nodes,) = gmsh.model.mesh.getElements(3, volume)
        rows = nodes.reshape(len(tags), -1)
        for grain in np.unique(label):
            kept.setdefault(int(grain), []).append((kind, rows[label == grain]))
        gmsh.model.mesh.removeElements(3, volume)
    for number, grain in enumerate(sorted(kept)):
        entity = gmsh.model.addDiscreteEntity(3)
        for kind, rows in kept[grain]:
            gmsh.model.mesh.addElementsByType(entity, kind, [], rows.ravel())
        name_group(3, [entity], particle.grain_name(number))
