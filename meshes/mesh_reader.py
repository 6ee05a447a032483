"""Files of meshes from elsewhere, read by Gmsh or meshio in a process of their own.

A reader in C crashes on some broken files, one in Python raises anything or takes all memory, and either may print:
whatever happens to it, here it is one line. That process is
``python3 -m meshes.mesh_reader FORMAT FILE RESULT CELL_DATA``.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fem_asslb.base.errors import FemAsslbError, MeshError
from fem_asslb.base.launcher import without_launcher
from fem_asslb.base.printable import printable, quoted
from meshes.abaqus_reader import read_abaqus
from meshes.exodus_reader import read_exodus_classic, read_exodus_hdf5
from meshes.foreign_mesh import ForeignMesh, load, save
from meshes.gmsh_reader import read_with_gmsh
from meshes.mesh_formats import ABAQUS, EXODUS, EXODUS_HDF5, GMSH, MED, UNV, VTK, VTU, XDMF, format_of
from meshes.meshio_reader import read_med, read_with_cell_data, read_xdmf

LEAST_MEMORY, LEAST_SECONDS = 2**30, 10
"""Memory [bytes] and time of a processor [s] that the reader of an empty file may take."""

_BAD_MESH = 2
"""Exit code of a reader that says on one line what is wrong."""


def read_mesh(path: Path, cell_data: str | None = None) -> ForeignMesh:
    """Points, cells, and groups of cells.

    Args:
        path: The file.
        cell_data: Which array of a VTK, VTU or XDMF file numbers its groups.

    Raises:
        MeshError: There is no such file, it is in no accepted format, it cannot be read, or it has cells of another
            shape.
    """
    name = format_of(path)
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    # Threads of a library that nothing here uses would each take address space.
    environment = without_launcher(os.environ) | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    with TemporaryDirectory(prefix="fem-asslb-mesh-") as place:
        result = Path(place) / "mesh.npz"
        arguments = [name, str(path.resolve()), str(result), cell_data or ""]
        command = [sys.executable, "-P", "-m", "meshes.mesh_reader", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode:
            raise MeshError(f"{quoted(path, 160)} cannot be read as {name}: {_reason(done)}")
        return load(result)


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why a reader failed: its own word, or the last line of its traceback, or the signal that ended it."""
    if done.returncode < 0:
        return f"its reader ended with {signal.Signals(-done.returncode).name}"
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return printable(lines[-1] if lines else f"exit code {done.returncode}", 100)


def read_into(name: str, path: Path, result: Path, cell_data: str | None = None) -> int:
    """Read a mesh within limits and keep it: all that the process of its own does.

    Returns:
        Its exit code; what is wrong with the mesh is printed as an error.
    """
    size = path.stat().st_size
    # Above what any reader needs: a file of 100 MB takes 2 GB and, read by Python, a minute.
    _limit(resource.RLIMIT_AS, LEAST_MEMORY + 100 * size)
    _limit(resource.RLIMIT_CPU, LEAST_SECONDS + size // 100_000)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        mesh = READERS[name](path, cell_data)
        save(mesh, result)
    except FemAsslbError as error:
        print(error, file=sys.stderr)
        return _BAD_MESH
    return 0


def _limit(what: int, wanted: int) -> None:
    _, most = resource.getrlimit(what)
    limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(what, (limit, limit))


def _alone(read: Callable[[Path], ForeignMesh]) -> Callable[[Path, str | None], ForeignMesh]:
    """Reader of a format whose groups have names."""

    def refusing(path: Path, cell_data: str | None) -> ForeignMesh:
        """Read the file, for which no cell data is to be named."""
        if cell_data is not None:
            raise MeshError("its groups have names; geometry.cell_data goes with VTK, VTU and XDMF")
        return read(path)

    return refusing


READERS: dict[str, Callable[[Path, str | None], ForeignMesh]] = {
    GMSH: _alone(read_with_gmsh(".msh")),
    UNV: _alone(read_with_gmsh(".unv")),
    ABAQUS: _alone(read_abaqus),
    EXODUS: _alone(read_exodus_classic),
    EXODUS_HDF5: _alone(read_exodus_hdf5),
    MED: _alone(read_med),
    VTK: read_with_cell_data("vtk"),
    VTU: read_with_cell_data("vtu"),
    XDMF: read_xdmf,
}
"""Readers by the name of the format: of a file, and of the cell data that numbers its groups."""

if __name__ == "__main__":
    sys.exit(read_into(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] or None))
