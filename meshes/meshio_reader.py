"""Meshes that meshio reads: VTK, VTU and XDMF with groups by numbers in their cell data, MED with names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.hdf5_checks import require_no_links
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from meshes.foreign_mesh import ForeignMesh
from meshes.mesh_parts import MeshParts

_FROM_GMSH = "gmsh:physical"
"""Cell data that meshio writes for the groups of Gmsh, in which 0 is none."""


def read_with_cell_data(module: str) -> Callable[[Path, str | None], ForeignMesh]:
    """Reader of one module of meshio; numbers of groups in the cell data are their names."""

    def read(path: Path, cell_data: str | None) -> ForeignMesh:
        """Read a file through that module."""
        from importlib import import_module

        mesh = import_module(f"meshio.{module}").read(str(path))
        parts = MeshParts()
        rows = [parts.add_cells(block.type, block.data) for block in mesh.cells]
        name = _array(mesh, cell_data)
        if name is not None:
            for block, of, values in zip(mesh.cells, rows, mesh.cell_data[name], strict=True):
                numbers = np.asarray(values).astype(np.int64).ravel()
                for number in np.unique(numbers):
                    if number > 0 or name != _FROM_GMSH:
                        parts.add_to_group(str(number), block.type, of[numbers == number])
        return parts.mesh(mesh.points)

    return read


def _array(mesh: Any, wanted: str | None) -> str | None:
    """Which cell data numbers the groups; None if there is none."""
    whole = [name for name, blocks in mesh.cell_data.items() if all(map(_is_whole, blocks))]
    if wanted is not None:
        if wanted not in whole:
            accepted = printable(", ".join(map(repr, whole)) or "none", 80)
            raise MeshError(f"it has no cell data {quoted(wanted, 40)} of whole numbers; there is: {accepted}")
        return wanted
    if _FROM_GMSH in whole:
        return _FROM_GMSH
    integers = [name for name in whole if all(np.asarray(block).dtype.kind in "iu" for block in mesh.cell_data[name])]
    if len(integers) > 1:
        names = printable(", ".join(map(repr, integers)), 80)
        raise MeshError(f"it has the cell data {names}; accepted: one of them as geometry.cell_data")
    return integers[0] if integers else None


def _is_whole(block: Any) -> bool:
    """Whether values of cells are one whole number each."""
    values = np.asarray(block)
    if values.dtype.kind not in "iuf" or values.size != len(values):
        return False
    return bool(np.all(np.abs(values) < 2**53) and np.all(values == np.round(values)))


def read_xdmf(path: Path, cell_data: str | None) -> ForeignMesh:
    """XDMF names files of HDF5 in which its arrays are: those have to be files, and hold them."""
    from xml.etree import ElementTree

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
        require_no_links(data, name)
    return read_with_cell_data("xdmf")(path, cell_data)


def read_med(path: Path) -> ForeignMesh:
    """MED: a cell or node is in one family, and a family in any number of groups."""
    import meshio.med

    require_no_links(path, path.name)
    mesh = meshio.med.read(str(path))
    parts = MeshParts()
    tags = mesh.cell_data.get("cell_tags", [None] * len(mesh.cells))
    for block, families in zip(mesh.cells, tags, strict=True):
        rows = parts.add_cells(block.type, block.data)
        for family, names in mesh.cell_tags.items() if families is not None else ():
            for name in names:
                parts.add_to_group(_plain(name), block.type, rows[families == family])
    if "point_tags" in mesh.point_data:
        for family, names in mesh.point_tags.items():
            for name in names:
                parts.add_nodes(_plain(name), np.flatnonzero(mesh.point_data["point_tags"] == family))
    return parts.mesh(mesh.points)


def _plain(name: str) -> str:
    """A name without what fills its 80 bytes."""
    return name.strip("\0 ")
