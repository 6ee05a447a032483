"""Formats of mesh files, told by their content: no reader guesses, for Gmsh runs what it takes for a script."""

import mmap
import re
from pathlib import Path

from fem_asslb.errors import MeshError
from fem_asslb.input_files import LARGEST_MESH, regular_file
from fem_asslb.printable import quoted

GMSH, UNV, ABAQUS, VTK, VTU, XDMF = "Gmsh", "I-deas", "Abaqus", "VTK", "VTU", "XDMF"
"""What is read with its groups."""

ACCEPTED = "Gmsh .msh from version 2, Abaqus .inp, I-deas .unv, .vtk, .vtu or .xdmf"

_HEAD = 4096
"""Bytes that are looked at to tell the format."""

_BEGINNINGS = {
    GMSH: rb"\$MeshFormat\r?\n[24](\.\d)? [01] \d+\s",
    UNV: rb"\s*-1\s*\r?\n\s*\d{2,5}b?\s",
    ABAQUS: rb"(?:\s*\*\*[^\n]*\n)*\s*\*[A-Za-z]",
    VTK: rb"# vtk DataFile Version ",
    VTU: rb"(?:<\?xml [^>]*>)?(?:\s|<!--[^-]*-->)*<VTKFile[^>]*\stype=[\"']UnstructuredGrid",
    XDMF: rb"(?:<\?xml [^>]*>)?(?:\s|<!--[^-]*-->|<!DOCTYPE Xdmf SYSTEM \"Xdmf\.dtd\" \[\]>)*<Xdmf[\s>]",
}

_ENCODING = re.compile(rb"<\?xml [^>]*encoding=[\"'](?!utf-8|us-ascii)", re.IGNORECASE)


def format_of(path: Path) -> str:
    """Format of a mesh file.

    Raises:
        MeshError: No file, one that is too large, or its content is in none of the accepted formats or reaches out of
            the file.
    """
    try:
        with regular_file(path, LARGEST_MESH).open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise MeshError(f"no mesh file {quoted(path, 160)}: {error.strerror}") from error
    for name, beginning in _BEGINNINGS.items():
        if re.match(beginning, head):
            _require_self_contained(name, path)
            return name
    raise MeshError(f"{quoted(path, 160)} is no mesh file that can be read; accepted: {ACCEPTED}")


def _require_self_contained(name: str, path: Path) -> None:
    """Nothing in the file makes its reader define or open anything else; XDMF has its arrays in HDF5."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if name == ABAQUS and re.search(rb"^\*\s*INCLUDE", content, re.IGNORECASE | re.MULTILINE):
            raise MeshError(f"{quoted(path, 160)} includes other files; accepted: a mesh in one file")
        if name in (VTU, XDMF) and (re.search(rb"<!ENTITY|<!DOCTYPE[^>]*\[[^\]]", content) or _ENCODING.match(content)):
            raise MeshError(f"{quoted(path, 160)} defines entities or an encoding; accepted: plain XML")
