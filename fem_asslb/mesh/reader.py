"""Reader of a mesh file with named groups. Any other mesh is first brought to this form by ``meshes.build``."""

import mmap
import re
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import SURFACE
from fem_asslb.mesh.region_names import require_names
from fem_asslb.mesh.source import IntArray, MeshSource
from fem_asslb.mesh.source_checks import check_source

if TYPE_CHECKING:
    import meshio

_CELLS = {2: {"triangle": 1, "triangle6": 2}, 3: {"tetra": 1, "tetra10": 2}}
_FACETS = {2: ("line", "line3"), 3: ("triangle", "triangle6")}
_NODES = {"line": 2, "line3": 3, "triangle": 3, "triangle6": 6, "tetra": 4, "tetra10": 10}

NameArray = npt.NDArray[np.str_]

_LONG_SECTION = re.compile(rb"\n\$[\t -~\x80-\xff]{1000}")
"""Name of a section that meshio, which paints what it warns of, would take minutes to say.

Numbers in binary files have zeros among so many bytes.
"""


def read_source(path: Path, periodic: bool = False) -> MeshSource:
    """Read a Gmsh file whose physical groups have names.

    Args:
        path: The file, lengths in um.
        periodic: Whether opposite side walls are one.

    Raises:
        MeshError: The file cannot be read, has no simplices of one kind or cells without a name, or does not pass
            `fem_asslb.mesh.source_checks.check_source`.
    """
    given = quoted(path, 160)
    mesh = _read_gmsh(path, given)
    dimension = 3 if any(block.type in _CELLS[3] for block in mesh.cells) else 2
    kinds = sorted({block.type for block in mesh.cells} & set(_CELLS[dimension]))
    if len(kinds) != 1:
        raise MeshError(f"mesh file {given} holds cells {kinds}; accepted: one of {', '.join(_CELLS[dimension])}")
    degree = _CELLS[dimension][kinds[0]]
    cells, cell_names = _named(mesh, kinds[0], dimension, given)
    facets, facet_names = _named(mesh, _FACETS[dimension][degree - 1], dimension - 1, given)
    if nameless := int(np.count_nonzero(cell_names == "")):
        place = np.round(mesh.points[cells[cell_names == ""][0]].mean(axis=0), 3).tolist()
        raise MeshError(f"{nameless} cells belong to no named group, the first near {place} um")
    tagged = facet_names != ""
    regions, cell_region = np.unique(cell_names, return_inverse=True)
    groups, facet_group = np.unique(facet_names[tagged], return_inverse=True)
    boundaries = [str(name) for name in groups if not name.startswith(SURFACE)]
    surfaces = [str(name) for name in groups if name.startswith(SURFACE)]
    order = [[*boundaries, *surfaces].index(name) for name in groups]
    used, local = np.unique(cells, return_inverse=True)
    number = np.full(len(mesh.points), -1)
    number[used] = np.arange(len(used))
    source = MeshSource(
        dimension=dimension,
        degree=degree,
        points=np.ascontiguousarray(mesh.points[used, :dimension]),
        cells=local.reshape(cells.shape),
        cell_region=cell_region,
        regions=tuple(map(str, regions)),
        facets=number[facets[tagged]],
        facet_group=np.array(order, dtype=np.int64)[facet_group],
        boundaries=tuple(boundaries),
        periodic=tuple(range(dimension - 1)) if periodic else (),
        surfaces=tuple(name.removeprefix(SURFACE) for name in surfaces),
    )
    require_names((*source.regions, *source.groups))
    check_source(source)
    return source


def _read_gmsh(path: Path, given: str) -> "meshio.Mesh":
    import meshio

    try:
        with regular_file(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if _LONG_SECTION.search(content):
                raise MeshError(f"mesh file {given} is damaged: a section has a name of more than 1000 characters")
        # meshio prints what it finds odd, as it is in the file.
        with redirect_stderr(StringIO()), np.errstate(all="ignore"):
            return meshio.gmsh.read(regular_file(path))
    except OSError as error:
        raise MeshError(f"mesh file {given} cannot be read: {error.strerror}") from error
    except (
        meshio.ReadError,
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        TypeError,
        ValueError,
    ) as error:
        # What meshio's reader of Gmsh's format runs into where a file is damaged.
        reason = printable(f"{type(error).__name__} {error}")
        raise MeshError(f"mesh file {given} is damaged: {reason}") from error


def _named(mesh: Any, kind: str, dimension: int, given: str) -> tuple[IntArray, NameArray]:
    """Nodes and group name ("" for none) of all entities of one kind, in a file that is called ``given``."""
    blocks = [k for k, block in enumerate(mesh.cells) if block.type == kind]
    if not blocks:
        return np.zeros((0, _NODES[kind]), dtype=np.int64), np.zeros(0, dtype=str)
    if any(mesh.cells[k].data.shape[1:] != (_NODES[kind],) for k in blocks):
        raise MeshError(f"mesh file {given} is damaged: it has cells of type '{kind}' without {_NODES[kind]} nodes")
    entities = np.concatenate([mesh.cells[k].data for k in blocks]).astype(np.int64)
    if entities.size and not 0 <= entities.min() <= entities.max() < len(mesh.points):
        raise MeshError(f"mesh file {given} is damaged: it has cells of type '{kind}' with nodes that are not in it")
    names = {int(tag): name for name, (tag, of_dimension) in mesh.field_data.items() if of_dimension == dimension}
    if "gmsh:physical" not in mesh.cell_data:
        return entities, np.full(len(entities), "")
    tags = np.concatenate([mesh.cell_data["gmsh:physical"][k] for k in blocks])
    values, inverse = np.unique(tags, return_inverse=True)
    return entities, np.array([names.get(int(tag), "") for tag in values], dtype=str)[inverse]
