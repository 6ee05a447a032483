"""Meshes kept by content: the same geometry, builders and Gmsh give the same file, built once."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from fem_asslb.case.schema import Case
from fem_asslb.errors import MeshError
from fem_asslb.geometry import MeshFile
from fem_asslb.output.files import replace_text
from fem_asslb.output.resolved import resolved_table

MESH_FOLDER = "mesh"
"""Folder of a case directory."""


@dataclass(frozen=True)
class CachedMesh:
    """A mesh on the disk.

    Attributes:
        digest: Hash of everything that the mesh follows from.
        path: Gmsh file.
        report: The mesh in words and numbers.
        is_new: Whether it was built just now.
    """

    digest: str
    path: Path
    report: str
    is_new: bool


def build_cached(case: Case, folder: Path) -> CachedMesh:
    """Build the mesh of a case, or find it; on one process.

    Args:
        case: A checked case.
        folder: Where meshes are kept; made if missing.

    Raises:
        MeshError: Packing or meshing failed, or the folder cannot be written.
    """
    import meshes

    digest = mesh_digest(case)
    path = folder / f"{digest}.msh"
    report_path = path.with_suffix(".txt")
    try:
        if path.exists() and report_path.exists():
            return CachedMesh(digest, path, report_path.read_text(encoding="utf-8"), False)
        _create_folder(folder)
        partial = folder / f"{digest}.partial-{os.getpid()}.msh"
        try:
            report = str(meshes.build(case.geometry, partial))
            replace_text(report_path, report + "\n")
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise MeshError(f"the mesh cannot be kept in '{folder}': {error}") from error
    return CachedMesh(digest, path, report, True)


def draw_mesh(case: Case, mesh: CachedMesh) -> Path:
    """Picture of a mesh and the crystals of its case, next to it."""
    from fem_asslb.plotting.display import screen
    from fem_asslb.plotting.mesh_picture import draw_mesh_picture

    picture = mesh.path.with_suffix(".png")
    partial = picture.with_suffix(f".partial-{os.getpid()}.png")
    try:
        with screen():
            draw_mesh_picture(case, mesh.path, partial)
        os.replace(partial, picture)
    finally:
        partial.unlink(missing_ok=True)
    return picture


def mesh_digest(case: Case) -> str:
    """Hash of the geometry section, of a mesh file's content, of the builders' text and of Gmsh's version.

    Raises:
        MeshError: The mesh file cannot be read.
    """
    import gmsh

    import meshes

    geometry = dict(resolved_table(case)["geometry"])
    parts = [gmsh.GMSH_API_VERSION.encode()]
    if isinstance(case.geometry, MeshFile):
        del geometry["path"]
        try:
            parts.append(case.geometry.path.read_bytes())
        except OSError as error:
            raise MeshError(f"mesh file '{case.geometry.path}' cannot be read: {error.strerror}") from error
    parts.append(json.dumps(geometry).encode())
    parts += [source.read_bytes() for source in sorted(Path(meshes.__file__).parent.glob("*.py"))]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


def _create_folder(folder: Path) -> None:
    """Make the folder, with a note to git that nothing in it belongs into a repository."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def case_directory(path: Path) -> Path:
    """Directory of a case that was given as one or by its file."""
    return path.parent if path.suffix == ".toml" else path
