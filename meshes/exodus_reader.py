"""Files of Exodus II: meshio reads no side sets, and needs a library that is not here.

A file is netCDF, either of the classic kind, which SciPy reads, or HDF5.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.hdf5_checks import require_no_links
from fem_asslb.base.printable import quoted
from meshes.foreign_mesh import ForeignMesh, Integers
from meshes.mesh_parts import MeshParts
from meshes.sides import side_of

_KINDS = {
    "TRI": {3: "triangle", 6: "triangle6"},
    "SHE": {3: "triangle", 4: "quad", 6: "triangle6"},
    "QUA": {4: "quad"},
    "TET": {4: "tetra", 10: "tetra10"},
    "PYR": {5: "pyramid"},
    "WED": {6: "wedge"},
    "HEX": {8: "hexahedron"},
    "BAR": {2: "line", 3: "line3"},
    "BEA": {2: "line", 3: "line3"},
    "EDG": {2: "line", 3: "line3"},
    "TRU": {2: "line", 3: "line3"},
}
"""Kinds of cells by the first letters of their type, which the standard says are enough, and their nodes."""

_SIDES = {
    "triangle": ((1, 2), (2, 3), (3, 1)),
    "quad": ((1, 2), (2, 3), (3, 4), (4, 1)),
    "tetra": ((1, 2, 4), (2, 3, 4), (1, 4, 3), (1, 3, 2)),
    "pyramid": ((1, 2, 5), (2, 3, 5), (3, 4, 5), (1, 5, 4), (1, 4, 3, 2)),
    "wedge": ((1, 2, 5, 4), (2, 3, 6, 5), (1, 4, 6, 3), (1, 3, 2), (4, 5, 6)),
    "hexahedron": (
        *((1, 2, 6, 5), (2, 3, 7, 6), (3, 4, 8, 7)),
        *((1, 5, 8, 4), (1, 4, 3, 2), (5, 6, 7, 8)),
    ),
}
"""Corners of the sides 1, 2, ... of a cell, from 1."""


def read_exodus_classic(path: Path) -> ForeignMesh:
    """A file of classic netCDF."""
    from scipy.io import netcdf_file

    with netcdf_file(str(path), "r", mmap=False) as file:
        types = {name: bytes(getattr(item, "elem_type", b"")) for name, item in file.variables.items()}
        return _Exodus(lambda name: file.variables[name][:] if name in file.variables else None, types).mesh()


def read_exodus_hdf5(path: Path) -> ForeignMesh:
    """A file of netCDF-4, which is HDF5."""
    import h5py

    require_no_links(path, path.name)
    with h5py.File(path) as file:
        types = {name: _bytes(item.attrs.get("elem_type", b"")) for name, item in file.items()}
        return _Exodus(lambda name: file[name][()] if name in file else None, types).mesh()


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


class _Exodus:
    """Blocks of elements, side sets and node sets.

    Args:
        variable: Gives the values of a variable by its name, or None without it.
        types: Types of the elements of each variable.
    """

    def __init__(self, variable: Callable[[str], Any], types: dict[str, bytes]) -> None:
        self._variable, self._types = variable, types

    def mesh(self) -> ForeignMesh:
        """The mesh.

        Raises:
            MeshError: Elements are of a kind that is not accepted, or an element has no such side.
        """
        axes = [self._variable(f"coord{axis}") for axis in "xyz"]
        whole = self._variable("coord")
        points = np.column_stack([axis for axis in axes if axis is not None]) if whole is None else np.transpose(whole)
        parts, blocks = MeshParts(), []
        names = self._names("eb")
        for number, name in enumerate(names, start=1):
            table = self._variable(f"connect{number}")
            if table is None:
                continue
            table = np.asarray(table, dtype=np.int64) - 1
            kind = self._kind(number, table)
            parts.add_to_group(name, kind, parts.add_cells(kind, table))
            blocks.append((kind, table))
        for number, name in enumerate(self._names("ss"), start=1):
            elements, sides = (self._variable(f"{what}_ss{number}") for what in ("elem", "side"))
            if elements is not None and sides is not None:
                self._add_sides(parts, name, blocks, np.asarray(elements, dtype=np.int64), np.asarray(sides))
        for number, name in enumerate(self._names("ns"), start=1):
            nodes = self._variable(f"node_ns{number}")
            if nodes is not None:
                parts.add_nodes(name, np.asarray(nodes, dtype=np.int64) - 1)
        return parts.mesh(points)

    def _names(self, what: str) -> list[str]:
        """Names of blocks or sets, or their numbers where they have none."""
        numbers = self._variable(f"{what}_prop1")
        texts = self._variable(f"{what}_names")
        count = len(numbers) if numbers is not None else len(texts) if texts is not None else 0
        found = []
        for row in range(count):
            name = b"" if texts is None else np.asarray(texts[row], dtype="S1").tobytes().split(b"\0")[0]
            number = str(int(numbers[row])) if numbers is not None else str(row + 1)
            found.append(name.decode(errors="replace").strip() or number)
        return found

    def _kind(self, number: int, table: Integers) -> str:
        text = self._types[f"connect{number}"].decode(errors="replace").strip("\0 ")
        kind = _KINDS.get(text.upper()[:3], {}).get(table.shape[-1] if table.ndim == 2 else 0)
        if kind is None:
            accepted = "TRI3, TRI6, QUAD4, TETRA4, TETRA10, PYRAMID5, WEDGE6, HEX8"
            raise MeshError(
                f"it has elements of type {quoted(text, 20)}, {table.shape[-1]} nodes; accepted: {accepted}"
            )
        return kind

    def _add_sides(
        self, parts: MeshParts, name: str, blocks: list[tuple[str, Integers]], elements: Integers, sides: Integers
    ) -> None:
        """Add the facets of a side set; elements are counted through all blocks."""
        first = 1
        for kind, table in blocks:
            inside = (elements >= first) & (elements < first + len(table))
            shape = re.sub("[0-9]+$", "", kind)
            for side in np.unique(sides[inside]):
                if not 1 <= side <= len(_SIDES.get(shape, ())):
                    raise MeshError(
                        f"side set {quoted(name, 40)} has side {side} of a {shape}, which has none so called"
                    )
                facet, nodes = side_of(kind, [corner - 1 for corner in _SIDES[shape][side - 1]])
                chosen = table[elements[inside & (sides == side)] - first]
                parts.add_to_group(name, facet, parts.add_cells(facet, chosen[:, nodes]))
            first += len(table)
        if len(elements) and not 1 <= elements.min() <= elements.max() < first:
            raise MeshError(f"side set {quoted(name, 40)} has elements that are not in the file")
