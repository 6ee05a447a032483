"""Mesh of one particle in a concentric shell: disc or sphere, whole, or the quadrant or octant of it.

A coating is meshed with elements as long as it is thick, which grow on both of its sides.
"""

import math
from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import ParticleInShell
from fem_asslb.mesh.region_names import RegionName
from meshes.grain_edges import Edges
from meshes.grain_regions import draw_disc, draw_edges, edges_of, mesh_regions
from meshes.packing_report import grain_figures
from meshes.particles import Particle, crystallise
from meshes.power_diagram import Piece
from meshes.quality import Report, measure
from meshes.session import gmsh_session, name_group, write

COATING_GROWTH = 0.3
"""Growth of the elements over the distance from a coating."""


def build(geometry: ParticleInShell, path: Path) -> Report:
    """Mesh and write the particle in its shell.

    Groups: ``particle/0001`` (with grains ``particle/0001/0001``, ...), ``electrolyte``, ``outer``; with a coating
    also ``coating``, with symmetry ``left`` (x = 0), ``bottom`` (last coordinate = 0) and in 3D ``front`` (y = 0).

    Raises:
        MeshError: Meshing failed.
    """
    dimension, particle = geometry.dimension, _particle(geometry)
    edges = edges_of(particle)
    size = min(geometry.element_size, particle.element_size)
    with gmsh_session(path.stem):
        core, *around = _draw(geometry, particle, edges)
        for role, bodies in zip(geometry.roles[1:], around, strict=True):
            name_group(dimension, bodies, role)
        _name_boundaries(geometry)

        def size_at(entity_dimension: int, tag: int, x: float, y: float, z: float, default: float) -> float:
            """Size of the elements at a place, growing from the core, and from a coating, outwards and inwards."""
            radius = math.sqrt(x * x + y * y + z * z)
            grown = size * max(1.0, radius / geometry.core_radius)
            if geometry.coating is None:
                return grown
            away = max(geometry.core_radius - radius, radius - geometry.core_radius - geometry.coating, 0.0)
            return min(grown, geometry.coating + COATING_GROWTH * away)

        gmsh.model.mesh.setSizeCallback(size_at)
        changes = mesh_regions(geometry, [(particle, core)], [edges])
        report = measure()
        if geometry.grains is not None:
            figures = grain_figures(geometry.grains, [(particle, changes[0])], report)
            report = replace(report, packing={"grains": figures})
        if report.quality_min <= 0:
            raise MeshError(f"{report.bad[0]}: make element_size smaller")
        write(path)
    return report


def _particle(geometry: ParticleInShell) -> Particle:
    dimension = geometry.dimension
    piece = Piece(np.zeros(dimension), geometry.core_radius, np.full(dimension, -np.inf), np.full(dimension, np.inf))
    name = RegionName("particle", 1)
    if geometry.grains is None:
        return Particle(name=name, piece=piece, layer="")
    size = geometry.grains.element_size_beside(geometry.element_size, dimension)
    return Particle(
        name=name, piece=piece, layer="", diagram=crystallise([piece], geometry.grains)[0], element_size=size
    )


def _draw(geometry: ParticleInShell, particle: Particle, edges: Edges | None) -> list[list[int]]:
    """Entities of the particle, of its coating if it has one, and of the shell."""
    dimension = geometry.dimension
    occ = gmsh.model.occ
    coated = [] if geometry.coating is None else [geometry.core_radius + geometry.coating]
    radii = (geometry.core_radius, *coated, geometry.shell_radius)
    if dimension == 2:
        discs = [occ.addDisk(0, 0, 0, radius, radius) for radius in radii[1:]]
        balls = [(2, draw_disc(particle.piece, edges)), *((2, disc) for disc in discs)]
        quadrant = (2, occ.addRectangle(0, 0, 0, radii[-1], radii[-1]))
        if geometry.part == "symmetric":
            balls = [occ.intersect([ball], [quadrant], removeObject=True, removeTool=False)[0][0] for ball in balls]
        occ.remove([quadrant], recursive=True)
    else:
        angles = (
            (0.0, math.pi / 2, math.pi / 2)
            if geometry.part == "symmetric"
            else (-math.pi / 2, math.pi / 2, 2 * math.pi)
        )
        balls = [(3, occ.addSphere(0, 0, 0, radius, -1, *angles)) for radius in radii]
    lines = [(1, line) for line in draw_edges(edges)] if edges is not None else []
    _, pieces = occ.fragment(balls[:1], balls[1:] + lines)
    occ.synchronize()
    found: list[list[int]] = []
    for piece in pieces[: len(radii)]:
        inside = [tag for body in found for tag in body]
        found.append([tag for kind, tag in piece if kind == dimension and tag not in inside])
    return found


def _name_boundaries(geometry: ParticleInShell) -> None:
    dimension = geometry.dimension
    planes = {"left": 0, "front": 1, "bottom": 2} if dimension == 3 else {"left": 0, "bottom": 1}
    groups: dict[str, list[int]] = {name: [] for name in (*planes, "outer")}
    tolerance = 1e-5 * geometry.core_radius
    for _, facet in gmsh.model.getBoundary(gmsh.model.getEntities(dimension), combined=True, oriented=False):
        bounds = gmsh.model.getBoundingBox(dimension - 1, facet)
        on = [
            name for name, axis in planes.items() if abs(bounds[axis]) < tolerance and abs(bounds[axis + 3]) < tolerance
        ]
        groups[on[0] if on else "outer"].append(facet)
    for name, facets in groups.items():
        name_group(dimension - 1, facets, name)
