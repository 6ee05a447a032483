"""Meshes that Gmsh reads: its own files, those of Neper in its format, and I-deas'."""

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import numpy as np

from fem_asslb.base.errors import MeshError
from meshes.foreign_mesh import ForeignMesh, Integers
from meshes.mesh_parts import MeshParts
from meshes.neper_sections import bare_names, node_sets

GMSH_KIND = {"vertex": 15, "line": 1, "triangle": 2, "quad": 3, "tetra": 4, "hexahedron": 5, "wedge": 6, "pyramid": 7}
GMSH_KIND |= {"line3": 8, "triangle6": 9, "tetra10": 11}
"""Gmsh's numbers of the element types that are accepted."""

TETRA10_FROM_VTK = [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]
"""Order of Gmsh's nodes in VTK's convention, and the reverse."""


def read_with_gmsh(ending: str) -> Callable[[Path], ForeignMesh]:
    """Reader of a copy under a name of our own: Gmsh goes by the ending, and runs ``NAME.opt`` beside the file.

    The copy is in the current folder, which whoever started this process deletes, also after a crash.
    """

    def read(path: Path) -> ForeignMesh:
        """Read a file through Gmsh, under the ending that its content asks for."""
        import gmsh

        from meshes.session import gmsh_session

        with TemporaryDirectory(dir=".") as place, gmsh_session("mesh"):
            gmsh.merge(copyfile(path, str(Path(place) / f"mesh{ending}")))
            return _model(path.read_bytes() if ending == ".msh" else b"")

    return read


def _model(content: bytes) -> ForeignMesh:
    """The mesh in the current Gmsh model and what else is in its file; groups without names have numbers."""
    import gmsh

    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    if not len(tags):
        raise MeshError("there is no mesh in it")
    tags = tags.astype(np.int64)
    order = np.argsort(tags)

    def rows_of(nodes: Integers) -> Integers:
        """Rows of nodes that are given by their tags."""
        return order[np.minimum(np.searchsorted(tags, nodes, sorter=order), len(order) - 1)]

    kinds = {number: name for name, number in GMSH_KIND.items()}
    parts, names = MeshParts(), bare_names(content)
    for dimension, entity in gmsh.model.getEntities():
        for number, _, nodes in zip(*gmsh.model.mesh.getElements(dimension, entity), strict=True):
            name, _, _, count, _, _ = gmsh.model.mesh.getElementProperties(number)
            kind = kinds.get(number, name)
            cells = rows_of(nodes.astype(np.int64)).reshape(-1, count)
            rows = parts.add_cells(kind, cells[:, TETRA10_FROM_VTK] if kind == "tetra10" else cells)
            for group in gmsh.model.getPhysicalGroupsForEntity(dimension, entity):
                bare = names.get((dimension, group), str(group))
                parts.add_to_group(gmsh.model.getPhysicalName(dimension, group) or bare, kind, rows)
    _require_all_partitions()
    for name, nodes in node_sets(content).items():
        parts.add_nodes(name, rows_of(nodes[np.isin(nodes, tags)]))
    return parts.mesh(coordinates.reshape(-1, 3))


def _require_all_partitions() -> None:
    """A mesh that was cut for several processes is in one file: a part of it would be a smaller body."""
    import gmsh

    count = gmsh.model.getNumberOfPartitions()
    entities = gmsh.model.getEntities(gmsh.model.getDimension())
    filled = [item for item in entities if len(gmsh.model.mesh.getElements(*item)[0])]
    found = {int(part) for item in filled for part in gmsh.model.getPartitions(*item)}
    if found and len(found) < count:
        raise MeshError(
            f"it holds {len(found)} of {count} partitions; accepted: all in one file (Mesh.PartitionSplitMeshFiles = 0)"
        )
