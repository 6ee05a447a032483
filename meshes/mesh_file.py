"""A mesh from elsewhere, brought to the package's file format."""

from pathlib import Path

import gmsh
import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import SURFACE
from fem_asslb.geometry import MeshFile
from meshes.arranged_mesh import ArrangedMesh, arrange
from meshes.foreign_mesh import DIMENSION
from meshes.gmsh_reader import GMSH_KIND, TETRA10_FROM_VTK
from meshes.quality import Report, measure
from meshes.session import gmsh_session, name_group, write
from meshes.sides import SIDES_OF


def build(geometry: MeshFile, path: Path) -> Report:
    """Read, rename, split, turn, scale and write the mesh.

    Raises:
        MeshError: The file cannot be read, has cells without a group, inverted or of another shape, or lacks a
            named group.
    """
    mesh = arrange(geometry)
    with gmsh_session(path.stem):
        _fill_model(mesh)
        report = measure()
        if report.quality_min <= 0:
            raise MeshError(f"{quoted(geometry.path, 160)}: {report.bad[0]}")
        write(path)
    return report


def _fill_model(mesh: ArrangedMesh) -> None:
    """One discrete entity and one physical group for each region and boundary; the first holds all nodes."""
    coordinates = np.column_stack([mesh.points, np.zeros((len(mesh.points), 3 - mesh.dimension))])
    facet_kind = SIDES_OF[mesh.kind][0][0]
    surfaces = {SURFACE + name: rows for name, rows in mesh.surfaces.items()}
    groups = [(mesh.kind, mesh.regions), (facet_kind, mesh.boundaries | surfaces)]
    named = [(kind, name, rows) for kind, of in groups for name, rows in of.items()]
    for number, (kind, name, rows) in enumerate(named, start=1):
        dimension = DIMENSION[kind]
        entity = gmsh.model.addDiscreteEntity(dimension, number)
        if number == 1:
            gmsh.model.mesh.addNodes(dimension, entity, np.arange(1, len(coordinates) + 1), coordinates.ravel())
        nodes = rows[:, TETRA10_FROM_VTK] if kind == "tetra10" else rows
        gmsh.model.mesh.addElementsByType(entity, GMSH_KIND[kind], [], (nodes + 1).ravel())
        name_group(dimension, [entity], name)
    gmsh.model.mesh.reclassifyNodes()
