"""Formats of mesh files, told by their content: no reader guesses, for Gmsh runs what it takes for a script."""

import mmap
import re
from collections import Counter
from pathlib import Path

from fem_asslb.base.errors import MeshError
from fem_asslb.base.input_files import LARGEST_MESH, regular_file
from fem_asslb.base.printable import quoted

GMSH, UNV, ABAQUS, VTK, VTU, XDMF = "Gmsh", "I-deas", "Abaqus", "VTK", "VTU", "XDMF"
EXODUS, EXODUS_HDF5, MED = "Exodus", "Exodus (netCDF-4)", "MED"
"""What is read with its groups."""

ACCEPTED = "Gmsh .msh from version 2, Abaqus .inp, I-deas .unv, MED, Exodus, .vtk, .vtu or .xdmf"

_HEAD = 4096
"""Bytes that are looked at to tell the format."""

_BEGINNINGS = {
    GMSH: rb"\$MeshFormat\r?\n[24](\.\d)? [01] \d+\s",
    UNV: rb"\s*-1\s*\r?\n\s*\d{2,5}b?\s",
    ABAQUS: rb"(?:\s*\*\*[^\n]*\n)*\s*\*[A-Za-z]",
    EXODUS: rb"CDF[\1\2]",
    MED: rb"\x89HDF\r\n\x1a\n",
    VTK: rb"# vtk DataFile Version ",
    VTU: rb"(?:<\?xml [^>]*>)?(?:\s|<!--[^-]*-->)*<VTKFile[^>]*\stype=[\"']UnstructuredGrid",
    XDMF: rb"(?:<\?xml [^>]*>)?(?:\s|<!--[^-]*-->|<!DOCTYPE Xdmf SYSTEM \"Xdmf\.dtd\" \[\]>)*<Xdmf[\s>]",
}

_DEFINITIONS = re.compile(rb"<!ENTITY|<!DOCTYPE[^>]{0,999}\[[^\]]")
"""The reach is bounded: a file of such beginnings would be read once for each of them."""

_NAMED = re.compile(rb"[ \t]*\d+[ \t]+\d+([ \t]+\"[^\"]*\")[ \t]*")
"""Line with the dimension, the number and the name of a group."""

LONGEST_NAME = 252
"""Bytes of a name that Gmsh reads; it reads 255 behind the number, of which a blank and the quotes take three."""

_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")

_ENCODING = re.compile(rb"<\?xml [^>]*encoding=[\"'](?!utf-8|us-ascii)", re.IGNORECASE)


def format_of(path: Path) -> str:
    """Format of a mesh file.

    Raises:
        MeshError: No file, one that is too large, or its content is in none of the accepted formats or reaches out of
            the file, or two of its groups have one name.
    """
    try:
        with regular_file(path, LARGEST_MESH).open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise MeshError(f"no mesh file {quoted(path, 160)}: {error.strerror}") from error
    for name, beginning in _BEGINNINGS.items():
        if re.match(beginning, head):
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                _require_self_contained(name, path, content)
                if name == GMSH:
                    _require_different_names(path, content)
                    _require_whole_names(path, content)
                if name == MED:
                    return _kind_of_hdf5(path)
                if name in (UNV, ABAQUS) and content.find(b"\0") >= 0:
                    raise MeshError(f"{quoted(path, 160)} is damaged: a text with the character NUL")
            return name
    raise MeshError(
        f"{quoted(path, 160)} is no mesh file that can be read; accepted: {ACCEPTED}, as 'meshio convert' makes"
    )


def _kind_of_hdf5(path: Path) -> str:
    """Which format a file of HDF5 is in.

    Raises:
        MeshError: In none that is accepted.
    """
    import h5py

    try:
        with h5py.File(path) as file:
            names = set(file)
    except (OSError, RuntimeError) as error:
        raise MeshError(f"{quoted(path, 160)} is a damaged file of HDF5") from error
    if "ENS_MAA" in names:
        return MED
    if names & {"connect1", "coordx", "coord"}:
        return EXODUS_HDF5
    raise MeshError(
        f"{quoted(path, 160)} is a file of HDF5 without a mesh of MED or Exodus; of XDMF, name the .xdmf file"
    )


def _require_self_contained(name: str, path: Path, content: mmap.mmap) -> None:
    """Nothing in the file makes its reader define or open anything else; XDMF has its arrays in HDF5."""
    if name == ABAQUS and re.search(rb"^\*\s*INCLUDE", content, re.IGNORECASE | re.MULTILINE):
        raise MeshError(f"{quoted(path, 160)} includes other files; accepted: a mesh in one file")
    if name in (VTU, XDMF) and (_DEFINITIONS.search(content) or _ENCODING.match(content)):
        raise MeshError(f"{quoted(path, 160)} defines entities or an encoding; accepted: plain XML")


def _require_different_names(path: Path, content: mmap.mmap) -> None:
    """Names of groups of one dimension differ: Gmsh takes the first of two and leaves the other group without one."""
    groups = set(re.findall(rb"^[ \t]*(\d)[ \t]+(\d+)[ \t]+\"(.*)\"", _names(content), re.MULTILINE))
    uses = Counter((dimension, name) for dimension, _, name in groups)
    if twice := sorted(group for group, count in uses.items() if count > 1):
        dimension, name = (text.decode(errors="replace") for text in twice[0])
        raise MeshError(
            f"{quoted(path, 120)} has several groups of dimension {dimension} called {quoted(name, 60)}; "
            "accepted: a name for each"
        )


def _require_whole_names(path: Path, content: mmap.mmap) -> None:
    """Gmsh cuts names of groups off: at a quote in them, at some control characters, and where they are too long."""
    for line in _names(content).splitlines():
        found = _NAMED.fullmatch(line)
        accepted = ""
        if b'"' in line and found is None:
            accepted = "a name between quotes, and no quote in it"
        elif _CONTROL.search(line):
            accepted = "no control characters"
        elif found is not None and len(found[1]) > LONGEST_NAME + 3:
            accepted = f"up to {LONGEST_NAME} bytes"
        if accepted:
            name = quoted(line.strip().decode(errors="replace"), 60)
            raise MeshError(f"{quoted(path, 120)} names a group {name}; accepted: {accepted}")


def _names(content: mmap.mmap) -> bytes:
    """Where a file of Gmsh names its groups."""
    first = content.find(b"$PhysicalNames")
    return content[first : content.find(b"$EndPhysicalNames", first)] if first >= 0 else b""
