"""Files of meshes from elsewhere, read by Gmsh or meshio in a process of their own.

A reader in C crashes on some broken files, one in Python raises anything or takes all memory, and either may print:
whatever happens to it, here it is one line. ``python3 -m meshes.mesh_reader FORMAT FILE RESULT`` is that process.
"""

import os
import re
import resource
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from fem_asslb.base.errors import FemAsslbError, MeshError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.launcher import without_launcher
from fem_asslb.base.printable import printable, quoted
from meshes.foreign_mesh import ForeignMesh, Integers, load, save
from meshes.mesh_formats import ABAQUS, GMSH, UNV, VTK, VTU, XDMF, format_of

GMSH_KIND = {"vertex": 15, "line": 1, "triangle": 2, "tetra": 4, "line3": 8, "triangle6": 9, "tetra10": 11}
"""Gmsh's numbers of the element types that are accepted."""

TETRA10_FROM_VTK = [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]
"""Order of Gmsh's nodes in VTK's convention, and the reverse."""

LEAST_MEMORY, LEAST_SECONDS = 2**30, 10
"""Memory [bytes] and time of a processor [s] that the reader of an empty file may take."""

_BAD_MESH = 2
"""Exit code of a reader that says on one line what is wrong."""


def read_mesh(path: Path) -> ForeignMesh:
    """Points, cells, and named groups of cells.

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
        command = [sys.executable, "-P", "-m", "meshes.mesh_reader", name, str(path.resolve()), str(result)]
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


def read_into(name: str, path: Path, result: Path) -> int:
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
        mesh = _READERS[name](path)
        save(mesh, result)
    except FemAsslbError as error:
        print(error, file=sys.stderr)
        return _BAD_MESH
    return 0


def _limit(what: int, wanted: int) -> None:
    _, most = resource.getrlimit(what)
    limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(what, (limit, limit))


def _read_with_gmsh(ending: str) -> Callable[[Path], ForeignMesh]:
    """Reader of a copy under a name of our own: Gmsh goes by the ending, and runs ``NAME.opt`` beside the file.

    The copy is in the current folder, which whoever started this process deletes, also after a crash.
    """

    def read(path: Path) -> ForeignMesh:
        """Read a file through Gmsh, under the ending that its content asks for."""
        import gmsh

        from meshes.session import gmsh_session

        with TemporaryDirectory(dir=".") as place, gmsh_session("mesh"):
            gmsh.merge(copyfile(path, str(Path(place) / f"mesh{ending}")))
            return _model()

    return read


def _model() -> ForeignMesh:
    """The mesh in the current Gmsh model; a group without a name is called by its number."""
    import gmsh

    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    if not len(tags):
        raise MeshError("there is no mesh in it")
    tags = tags.astype(np.int64)
    order = np.argsort(tags)
    kinds = {number: name for name, number in GMSH_KIND.items()}
    cells: dict[str, list[Integers]] = defaultdict(list)
    groups: dict[str, dict[str, list[Integers]]] = defaultdict(lambda: defaultdict(list))
    for dimension, entity in gmsh.model.getEntities():
        for number, _, nodes in zip(*gmsh.model.mesh.getElements(dimension, entity), strict=True):
            name, _, _, count, _, _ = gmsh.model.mesh.getElementProperties(number)
            kind = kinds.get(number, name)
            found = np.searchsorted(tags, nodes.astype(np.int64), sorter=order)
            rows = order[np.minimum(found, len(order) - 1)].reshape(-1, count)
            first = sum(map(len, cells[kind]))
            cells[kind].append(rows[:, TETRA10_FROM_VTK] if kind == "tetra10" else rows)
            for group in gmsh.model.getPhysicalGroupsForEntity(dimension, entity):
                own = gmsh.model.getPhysicalName(dimension, group) or str(group)
                groups[own][kind].append(np.arange(first, first + len(rows)))
    return ForeignMesh(coordinates.reshape(-1, 3), _joined(cells), {name: _joined(of) for name, of in groups.items()})


def _read_with_meshio(module: str) -> Callable[[Path], ForeignMesh]:
    """Reader of one module of meshio; numbers of groups that its format took over from Gmsh are their names."""

    def read(path: Path) -> ForeignMesh:
        """Read a file through that module."""
        from importlib import import_module

        mesh = import_module(f"meshio.{module}").read(str(path))
        sets = {name: blocks for name, blocks in mesh.cell_sets.items() if not name.startswith("gmsh:")}
        if not sets and "gmsh:physical" in mesh.cell_data:
            tags = [np.asarray(block, dtype=np.int64) for block in mesh.cell_data["gmsh:physical"]]
            numbers = np.unique(np.concatenate(tags))
            sets = {str(number): [np.flatnonzero(block == number) for block in tags] for number in numbers[numbers > 0]}
        return _joined_blocks(mesh, sets)

    return read


def _joined_blocks(mesh: Any, sets: dict[str, list[Integers | None]]) -> ForeignMesh:
    cells: dict[str, list[Integers]] = defaultdict(list)
    groups: dict[str, dict[str, list[Integers]]] = {name: defaultdict(list) for name in sets}
    first: list[int] = []
    for block in mesh.cells:
        first.append(sum(map(len, cells[block.type])))
        cells[block.type].append(np.asarray(block.data, dtype=np.int64))
    for name, blocks in sets.items():
        for block, offset, rows in zip(mesh.cells, first, blocks, strict=True):
            if rows is not None and len(rows):
                groups[name][block.type].append(np.asarray(rows, dtype=np.int64) + offset)
    points = np.asarray(mesh.points, dtype=np.float64)
    return ForeignMesh(points, _joined(cells), {name: _joined(of) for name, of in groups.items()})


def _joined(parts: dict[str, list[Integers]]) -> dict[str, Integers]:
    return {kind: np.concatenate(arrays) for kind, arrays in parts.items()}


def _read_abaqus(path: Path) -> ForeignMesh:
    """Sets of Abaqus, by the numbers of their elements; meshio mistakes the blocks of those that name other sets.

    A range of numbers, which a set may state in their place, has fewer than the file has bytes.
    """
    keyword, most, is_range, has_cells = "", path.stat().st_size, False, False
    with path.open(errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith("*"):
                if not line.startswith("**"):
                    keyword, is_range = line.partition(",")[0].strip().upper(), "GENERATE" in line.upper()
                    has_cells |= keyword == "*ELEMENT"
                    if keyword == "*ELSET" and not has_cells:
                        raise MeshError(f"line {number}: a set of elements before any; accepted: sets behind them")
            elif keyword == "*ELSET" and re.search("[^0-9, ]", line.strip()):
                raise MeshError(f"line {number}: {quoted(line.strip(), 30)} in a set; accepted: numbers of elements")
            elif is_range and line.strip() and not _is_range(line, most):
                raise MeshError(
                    f"line {number}: {quoted(line.strip(), 30)}; accepted: FIRST, LAST, STEP of few numbers"
                )
    return _read_with_meshio("abaqus")(path)


def _is_range(line: str, most: int) -> bool:
    """Whether a line states a range of at most so many numbers."""
    texts = [text.strip() for text in line.strip().strip(",").split(",")]
    if len(texts) != 3 or not all(re.fullmatch("[0-9]{1,9}", text) for text in texts):
        return False
    first, last, step = map(int, texts)
    return step > 0 and last - first < most * step


def _read_xdmf(path: Path) -> ForeignMesh:
    """XDMF names files of HDF5 in which its arrays are: those have to be files, and hold them."""
    from xml.etree import ElementTree

    import h5py

    def leads_out(_: str, item: Any) -> bool | None:
        """Whether an entry takes its data from another file; None goes on with the next."""
        is_dataset = isinstance(item, h5py.Dataset)
        return isinstance(item, h5py.ExternalLink) or (is_dataset and (item.is_virtual or bool(item.external))) or None

    files = set()
    for item in ElementTree.parse(path).iter("DataItem"):
        if item.get("Format", "XML") not in ("XML", "HDF"):
            raise MeshError(f"its data is in the format {quoted(item.get('Format'), 20)}; accepted: XML, HDF")
        if item.get("Format") == "HDF":
            files.add((item.text or "").strip().partition(":")[0])
    for name in sorted(files):
        try:
            data = regular_file(path.parent / name)
        except OSError as error:
            raise MeshError(f"its data is not in {quoted(name)}: {error.strerror}") from error
        with h5py.File(data) as file:
            if file.visititems_links(leads_out) or file.visititems(leads_out):
                raise MeshError(f"{quoted(name)} refers to another file")
    return _read_with_meshio("xdmf")(path)


_READERS: dict[str, Callable[[Path], ForeignMesh]] = {
    GMSH: _read_with_gmsh(".msh"),
    UNV: _read_with_gmsh(".unv"),
    ABAQUS: _read_abaqus,
    VTK: _read_with_meshio("vtk"),
    VTU: _read_with_meshio("vtu"),
    XDMF: _read_xdmf,
}

if __name__ == "__main__":
    sys.exit(read_into(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
