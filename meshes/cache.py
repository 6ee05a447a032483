"""Meshes kept by what determines them: the same geometry, builders and Gmsh give the same file, built once."""

import ast
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from fem_asslb.base.errors import MeshError
from fem_asslb.base.input_files import LARGEST_MESH, regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.paths import path_owners
from fem_asslb.output.files import writing
from fem_asslb.output.resolved import resolved_table

MESH_FOLDER = "mesh"
"""Folder of a case directory."""

_LONGEST_REPORT = 20_000
"""Characters of a report."""


@dataclass(frozen=True)
class CachedMesh:
    """A mesh on the disk.

    Attributes:
        digest: Hash of all that determines the mesh.
        path: Gmsh file.
        rows: The same mesh in a file of which each rank reads its own rows.
        report: The mesh in words and numbers.
        is_new: Whether it was built just now.
    """

    digest: str
    path: Path
    rows: Path
    report: str
    is_new: bool


def build_cached(case: Case, folder: Path) -> CachedMesh:
    """Build the mesh of a case, or find it; on one process.

    Args:
        case: A checked case.
        folder: Where meshes are kept; made if missing.

    Raises:
        MeshError: Packing or meshing failed, or the folder is none to write to.
        OSError: It cannot be written for want of room.
    """
    import meshes

    digest = mesh_digest(case)
    path = folder / f"{digest}.msh"
    rows, report_path = path.with_suffix(".h5"), path.with_suffix(".txt")
    is_periodic = case.geometry.is_periodic
    try:
        if path.is_file() and (kept := _kept_report(report_path)) is not None:
            _keep_rows(path, rows, is_periodic)
            return CachedMesh(digest, path, rows, kept, False)
        with writing(folder):
            _create_folder(folder)
            with _workplace(folder) as workplace:
                report = str(meshes.build(case.geometry, workplace / path.name))
                # A mesh that is damaged, or does not pass, would be found again and again.
                _keep_rows(workplace / path.name, rows, is_periodic)
                (workplace / report_path.name).write_text(report + "\n", encoding="utf-8")
                os.replace(workplace / report_path.name, report_path)
                os.replace(workplace / path.name, path)
    except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise MeshError(f"the mesh cannot be kept in {quoted(folder, 160)}: {error.strerror}") from error
    except (MeshError, OSError):
        _remove_unused(folder)
        raise
    return CachedMesh(digest, path, rows, report, True)


def _keep_rows(path: Path, rows: Path, is_periodic: bool) -> None:
    """Write a mesh for many ranks, once it was read and found sound, unless these very modules have done that."""
    import fem_asslb.mesh
    from fem_asslb.mesh.parallel_file import is_made_of, write_parallel_file
    from fem_asslb.mesh.part import whole
    from fem_asslb.mesh.reader import read_source

    with regular_file(path).open("rb") as file:
        parts = [hashlib.file_digest(file, "sha256").digest(), bytes([is_periodic]), *_codes(fem_asslb.mesh)]
    made_of = _hash_of(parts)
    if is_made_of(rows, made_of):
        return
    mesh = whole(read_source(path, is_periodic))
    with writing(rows), _workplace(rows.parent) as workplace:
        write_parallel_file(workplace / rows.name, mesh, made_of)
        os.replace(workplace / rows.name, rows)


def _kept_report(path: Path) -> str | None:
    """Report of a mesh that was built before; None without one, or if it was never one of ours."""
    try:
        text = regular_file(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text if len(text) < _LONGEST_REPORT and "".join(text.split("\n")).isprintable() else None


def draw_mesh(case: Case, mesh: CachedMesh) -> Path:
    """Picture of a mesh and the crystals of its case, next to it."""
    from fem_asslb.plotting.display import screen
    from fem_asslb.plotting.mesh_picture import draw_mesh_picture

    picture = mesh.path.with_suffix(".png")
    with screen(), _workplace(picture.parent) as workplace:
        draw_mesh_picture(case, mesh.path, workplace / picture.name)
        os.replace(workplace / picture.name, picture)
    return picture


def mesh_digest(case: Case) -> str:
    """Hash of all that determines a mesh.

    That is the geometry section, the content of the files that it names, the code of the builders and of the geometry
    they build from, without comments, docstrings and layout, and Gmsh's version.

    Raises:
        MeshError: A file cannot be read, or is too large.
    """
    import gmsh

    import fem_asslb.geometry
    import meshes

    geometry = resolved_table(case)["geometry"]
    parts = [gmsh.GMSH_API_VERSION.encode()]
    for owner in path_owners({"geometry": geometry}):
        path = Path(owner.pop("path"))
        try:
            with regular_file(path, LARGEST_MESH).open("rb") as file:
                parts.append(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise MeshError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    parts.append(json.dumps(geometry).encode())
    return _hash_of([*parts, *_codes(meshes), *_codes(fem_asslb.geometry)])[:16]


def _codes(package: ModuleType) -> Iterator[bytes]:
    """Names of the modules of a package and what they do."""
    for source in sorted(Path(str(package.__file__)).parent.glob("*.py")):
        yield source.name.encode()
        yield code_of(source.read_text(encoding="utf-8")).encode()


def _hash_of(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def code_of(text: str) -> str:
    """What a module does, as text: its syntax tree without docstrings; a tree has no comments and no layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # Text that is a statement: a docstring, also one of a constant.
            node.body = [item for item in body if not _is_text(item)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Folder for half-made files that no other process uses.

    Numbers of processes would not do: they repeat from one container to the next.
    """
    with TemporaryDirectory(prefix=".building-", dir=folder) as name:
        yield Path(name)


def _create_folder(folder: Path) -> None:
    """Make the folder, with a note to git that nothing in it belongs into a repository."""
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as file:
        file.write("*\n")


def _remove_unused(folder: Path) -> None:
    """Remove a folder that was made for a mesh and has none; another process may have put its own there meanwhile."""
    with suppress(OSError):
        if os.listdir(folder) == [".gitignore"]:
            (folder / ".gitignore").unlink()
            folder.rmdir()


def case_directory(path: Path) -> Path:
    """Directory of a case that was given as one or by its file."""
    return path.parent if path.suffix == ".toml" else path
