"""Grains of particles in 3D: the tetrahedra of a meshed particle are divided among them."""

from collections.abc import Sequence
from itertools import pairwise

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


def label_grains(
    particles: Sequence[tuple[Particle, Sequence[int]]],
) -> tuple[dict[int, Integers], list[dict[str, int]]]:
    """Divide the straight tetrahedra of particles among their grains and flatten the boundaries between these.

    Args:
        particles: Polycrystals and their Gmsh volumes.

    Returns:
        For each volume the grain of each of its tetrahedra, counted from zero in each particle; and for each particle
        how many tetrahedra another grain was given, and how many nodes were moved.
    """
    model = _Model()
    diagrams = [particle.diagram for particle, _ in particles if particle.diagram is not None]
    firsts = np.cumsum([0] + [len(diagram.seeds) for diagram in diagrams])
    grains: list[Integers] = [np.full(len(nodes), -1) for nodes in model.cells.values()]
    volumes = list(model.cells)
    for (particle, own), diagram, first in zip(particles, diagrams, firsts[:-1], strict=True):
        for volume in own:
            centres = model.points[model.cells[volume]].mean(axis=1)
            grains[volumes.index(volume)] = first + diagram.cell_of(centres)
            model.release(volume, particle.piece.centre)
    cells = np.concatenate(list(model.cells.values()))
    mesh = Tetrahedra(
        points=model.points,
        cells=cells,
        grain=np.concatenate(grains),
        is_free=model.is_free,
        sphere=model.sphere,
        plane=model.plane,
    )
    seeds, weights = (np.concatenate([getattr(item, name) for item in diagrams]) for name in ("seeds", "weights"))
    first_labels, mesh = mesh.grain, faired(cleaned(mesh), seeds, weights)
    is_moved = np.any(mesh.points != model.points, axis=1)
    counts = []
    for first, last in pairwise(firsts):
        of_particle = (first_labels >= first) & (first_labels < last)
        changes = {
            "elements given away": int(np.count_nonzero(mesh.grain[of_particle] != first_labels[of_particle])),
            "moved nodes": int(np.count_nonzero(is_moved[np.unique(cells[of_particle])])),
        }
        counts.append(changes)
    model.move(mesh.points)
    labels = dict(zip(volumes, np.split(mesh.grain, np.cumsum([len(part) for part in grains])[:-1]), strict=True))
    return {volume: labels[volume] - firsts[k] for k, (_, own) in enumerate(particles) for volume in own}, counts


class _Model:
    """Nodes and tetrahedra of the Gmsh model, and which nodes may move along what.

    Attributes:
        points: Shape (nodes, 3) [um].
        cells: For each volume the nodes of its tetrahedra, shape (n, 4).
        is_free: Shape (nodes,).
        sphere: Centre of the sphere that a node lies on, else NaN, shape (nodes, 3) [um].
        plane: Normal of the wall that a node lies in, else zero, shape (nodes, 3).
    """

    def __init__(self) -> None:
        self._tags, coordinates, _ = gmsh.model.mesh.getNodes()
        self._index = np.zeros(int(self._tags.max()) + 1, dtype=np.int64)
        self._index[self._tags.astype(np.int64)] = np.arange(len(self._tags))
        self._surface: dict[int, int] = {}
        self.points = coordinates.reshape(-1, 3)
        self.cells = {
            volume: self._index[gmsh.model.mesh.getElementsByType(4, volume)[1].astype(np.int64)].reshape(-1, 4)
            for _, volume in gmsh.model.getEntities(3)
        }
        self.is_free = np.zeros(len(self.points), dtype=bool)
        self.sphere = np.full(self.points.shape, np.nan)
        self.plane = np.zeros(self.points.shape)

    def release(self, volume: int, centre: Array) -> None:
        """Let the nodes of a particle move inside it, on its sphere and in walls, but not on curves."""
        surfaces = [surface for _, surface in gmsh.model.getBoundary([(3, volume)], oriented=False)]
        self.is_free[self.cells[volume]] = True
        for surface in surfaces:
            self.is_free[self._nodes(surface, with_curves=True)] = False
        for surface in surfaces:
            nodes = self._nodes(surface, with_curves=False)
            self.is_free[nodes] = True
            self._surface |= dict.fromkeys(map(int, nodes), surface)
            if gmsh.model.getType(2, surface) == "Plane":
                bounds = np.reshape(gmsh.model.getBoundingBox(2, surface), (2, 3))
                self.plane[nodes, np.argmin(np.ptp(bounds, axis=0))] = 1.0
            else:
                self.sphere[self._nodes(surface, with_curves=True)] = centre

    def move(self, points: Array) -> None:
        """Give the nodes new places."""
        for node in np.flatnonzero(np.any(points != self.points, axis=1)):
            surface = self._surface.get(int(node))
            place = [] if surface is None else gmsh.model.getParametrization(2, surface, points[node])
            gmsh.model.mesh.setNode(self._tags[node], points[node], place)

    def _nodes(self, surface: int, with_curves: bool) -> Integers:
        return self._index[gmsh.model.mesh.getNodes(2, surface, includeBoundary=with_curves)[0].astype(np.int64)]


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
