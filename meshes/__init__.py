"""Mesh builders, one module per geometry. They run on one process and write Gmsh files with named groups."""

from pathlib import Path

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import LayeredStack, MeshFile, ParticleInShell
from meshes.report import SLIVER, Report


def build(geometry: LayeredStack | ParticleInShell | MeshFile, path: Path) -> Report:
    """Build the mesh of a geometry and write it to ``path`` (Gmsh 4.1, physical groups only).

    Args:
        geometry: What to mesh.
        path: File to write, ending in ``.msh``.

    Returns:
        The mesh in numbers.

    Raises:
        MeshError: Packing or meshing failed, or left an inverted or sliver element; the message says where.
    """
    from meshes import layered_stack, mesh_file, particle_in_shell

    match geometry:
        case LayeredStack():
            report = layered_stack.build(geometry, path)
        case ParticleInShell():
            report = particle_in_shell.build(geometry, path)
        case MeshFile():
            report = mesh_file.build(geometry, path)
    if report.bad:
        path.unlink()
        raise MeshError(f"{len(report.bad)} bad elements, the worst: {report.bad[0]}; accepted: quality above {SLIVER}")
    return report
