"""Measures of a finished mesh: element quality, group sizes and the unknowns to expect."""

from dataclasses import dataclass, fields
from typing import TypeAlias

import gmsh
import numpy as np
import numpy.typing as npt

from fem_asslb.base.rows import unique_rows
from fem_asslb.mesh.region_names import read_region_name
from meshes.report import SLIVER, BadElement, Report, equivalent_diameters, particle_volumes

Integers: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """Cells of one group: tags, volumes [um^dimension], and the nodes of corners, edges and facets."""

    tags: Integers
    volumes: Numbers
    corners: Integers
    edges: Integers
    facets: Integers


def measure() -> Report:
    """Report on the mesh in the current Gmsh model; only elements in physical groups count."""
    dimension = gmsh.model.getDimension()
    groups = {
        gmsh.model.getPhysicalName(dimension, tag): _cells(dimension, tag)
        for _, tag in gmsh.model.getPhysicalGroups(dimension)
    }
    areas = {
        gmsh.model.getPhysicalName(dimension - 1, tag): _area(_facet_nodes(dimension - 1, tag), dimension)
        for _, tag in gmsh.model.getPhysicalGroups(dimension - 1)
    }
    volumes = {name: float(cells.volumes.sum()) for name, cells in groups.items()}
    qualities = {
        name: np.asarray(gmsh.model.mesh.getElementQualities(cells.tags, "minSICN")) for name, cells in groups.items()
    }
    everything = np.concatenate(list(qualities.values()))
    names = {name: read_region_name(name) for name in groups}
    particles = {name: cells for name, cells in groups.items() if names[name].particle}
    vertices = len(np.unique(np.concatenate([cells.corners.ravel() for cells in groups.values()])))
    edges = len(unique_rows(np.sort(np.concatenate([cells.edges[:, :2] for cells in groups.values()]))).rows)
    return Report(
        dimension=dimension,
        order=2 if next(iter(groups.values())).edges.shape[1] == 3 else 1,
        elements=len(everything),
        quality_min=float(everything.min()),
        quality_mean=float(everything.mean()),
        bad=_bad(groups, qualities, dimension),
        volumes=volumes,
        areas=areas,
        particles=len(particle_volumes(volumes)),
        grains=sum(name.grain > 0 for name in names.values()),
        equivalent_diameters=_diameters(list(particle_volumes(volumes).values()), dimension),
        particle_surface=_surface(groups, particles, dimension),
        displacement_dofs=(3 * vertices, 3 * (vertices + edges)),
        lithium_dofs=sum(len(np.unique(cells.corners)) for cells in particles.values()),
    )


def _cells(dimension: int, tag: int) -> _Cells:
    found: dict[str, list[npt.NDArray]] = {item.name: [] for item in fields(_Cells)}
    for entity in gmsh.model.getEntitiesForPhysicalGroup(dimension, tag):
        for kind, cell_tags, nodes in zip(*gmsh.model.mesh.getElements(dimension, entity), strict=True):
            _, _, order, count, _, _ = gmsh.model.mesh.getElementProperties(kind)
            edge_nodes = gmsh.model.mesh.getElementEdgeNodes(kind, entity).astype(np.int64).reshape(-1, order + 1)
            found["tags"].append(cell_tags.astype(np.int64))
            found["volumes"].append(_volumes(kind, entity))
            found["corners"].append(nodes.astype(np.int64).reshape(-1, count)[:, : dimension + 1])
            found["edges"].append(edge_nodes)
            found["facets"].append(
                edge_nodes
                if dimension == 2
                else gmsh.model.mesh.getElementFaceNodes(kind, 3, entity).astype(np.int64).reshape(-1, 3 * order)
            )
    return _Cells(**{name: np.concatenate(parts) for name, parts in found.items()})


def _volumes(kind: int, entity: int) -> Numbers:
    """Volumes of the (curved) cells of one Gmsh entity; the rule is exact for quadratic geometry."""
    points, weights = gmsh.model.mesh.getIntegrationPoints(kind, "Gauss4")
    _, determinants, _ = gmsh.model.mesh.getJacobians(kind, points, entity)
    return np.asarray(determinants).reshape(-1, len(weights)) @ weights


def _facet_nodes(dimension: int, tag: int) -> Integers:
    """Nodes of all facets (of dimension ``dimension``) in a group, corners first."""
    nodes = []
    for entity in gmsh.model.getEntitiesForPhysicalGroup(dimension, tag):
        for _, tags, facets in zip(*gmsh.model.mesh.getElements(dimension, entity), strict=True):
            nodes.append(facets.reshape(len(tags), -1))
    return np.concatenate(nodes).astype(np.int64)


def _area(nodes: Integers, dimension: int) -> float:
    """Area (length in 2D) of facets with the given nodes, by quadrature on their curved shape."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    points = np.zeros((int(tags.max()) + 1, 3))
    points[tags.astype(np.int64)] = coordinates.reshape(-1, 3)
    if dimension == 2:
        derivatives, weight = _line_derivatives(nodes.shape[1]), np.array([5, 8, 5]) / 9
        tangents = np.einsum("qa,naj->nqj", derivatives, points[nodes])
        return float((np.linalg.norm(tangents, axis=2) @ weight).sum())
    tangents = np.einsum("qda,naj->nqdj", _triangle_derivatives(nodes.shape[1]), points[nodes])
    return float(np.linalg.norm(np.cross(tangents[:, :, 0], tangents[:, :, 1]), axis=2).sum() / 6)


def _line_derivatives(count: int) -> Numbers:
    """d(shape)/d(xi) on [-1, 1] at the three Gauss points, shape (3, count)."""
    if count == 2:
        return np.tile([-0.5, 0.5], (3, 1))
    return np.array([[xi - 0.5, xi + 0.5, -2 * xi] for xi in np.sqrt(0.6) * np.array([-1, 0, 1])])


def _triangle_derivatives(count: int) -> Numbers:
    """d(shape)/d(xi, eta) at the three points of the rule of degree 2, shape (3, 2, count)."""
    if count == 3:
        return np.tile([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]], (3, 1, 1))
    return np.array(
        [
            [
                [1 - 4 * c, 4 * a - 1, 0, 4 * (c - a), 4 * b, -4 * b],
                [1 - 4 * c, 0, 4 * b - 1, -4 * a, 4 * a, 4 * (c - b)],
            ]
            for a, b, c in ((1 / 6, 1 / 6, 2 / 3), (2 / 3, 1 / 6, 1 / 6), (1 / 6, 2 / 3, 1 / 6))
        ]
    )


def _diameters(volumes: list[float], dimension: int) -> tuple[float, float, float] | None:
    if not volumes:
        return None
    diameters = equivalent_diameters(volumes, dimension)
    return float(diameters.min()), float(diameters.mean()), float(diameters.max())


def _surface(groups: dict[str, _Cells], particles: dict[str, _Cells], dimension: int) -> float:
    """Area of facets between a particle and anything else but a particle."""
    if not particles:
        return 0.0
    facets = np.concatenate([cells.facets for cells in groups.values()])
    owner = np.concatenate([np.full(len(cells.facets), name in particles) for name, cells in groups.items()])
    _, first, inverse = np.unique(
        np.sort(facets[:, :dimension], axis=1), axis=0, return_index=True, return_inverse=True
    )
    of_particle = np.bincount(inverse, owner)
    surface = facets[first[(of_particle == 1) & (np.bincount(inverse) == 2)]]
    return _area(surface, dimension)


def _bad(groups: dict[str, _Cells], qualities: dict[str, Numbers], dimension: int) -> tuple[BadElement, ...]:
    bad = []
    for name, cells in groups.items():
        for i in np.flatnonzero(qualities[name] < SLIVER):
            corners = [gmsh.model.mesh.getNode(node)[0][:dimension] for node in cells.corners[i]]
            bad.append(BadElement(name, tuple(map(float, np.mean(corners, axis=0))), float(qualities[name][i])))
    return tuple(sorted(bad, key=lambda element: element.quality))
