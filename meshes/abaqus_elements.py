"""Types of elements of Abaqus: the cells that they are, and their sides."""

import re

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.sides import NODES

_KINDS = {
    "CPE|CPS|CPEG|DC2D|WARP2D|S|STRI|M3D|SFM3D|R3D|DS": {3: "triangle", 4: "quad", 6: "triangle6", 65: "triangle6"},
    "C3D|DC3D|AC3D": {4: "tetra", 5: "pyramid", 6: "wedge", 8: "hexahedron", 10: "tetra10"},
    "T2D|T3D": {2: "line", 3: "line3"},
    "B": {21: "line", 31: "line", 22: "line3", 32: "line3"},
}
"""Kinds of the cells of Abaqus' elements by the beginning of their type and the number in it."""

SIDES = {
    "triangle": ((1, 2), (2, 3), (3, 1)),
    "quad": ((1, 2), (2, 3), (3, 4), (4, 1)),
    "tetra": ((1, 2, 3), (1, 4, 2), (2, 4, 3), (3, 4, 1)),
    "pyramid": ((1, 2, 3, 4), (1, 5, 2), (2, 5, 3), (3, 5, 4), (4, 5, 1)),
    "wedge": ((1, 2, 3), (4, 6, 5), (1, 4, 5, 2), (2, 5, 6, 3), (3, 6, 4, 1)),
    "hexahedron": (
        *((1, 2, 3, 4), (5, 8, 7, 6), (1, 5, 6, 2)),
        *((2, 6, 7, 3), (3, 7, 8, 4), (4, 8, 5, 1)),
    ),
}
"""Corners of the sides S1, S2, ... of a cell, from 1."""


def kind_of(text: str) -> tuple[str, int]:
    """Kind of cell and number of nodes of a type of element.

    Raises:
        MeshError: No such elements are accepted, as axisymmetric ones, whose section is no plane.
    """
    if match := re.fullmatch(r"([A-Z]+(?:[123]D)?)([0-9]+)[A-Z]*", text.upper()):
        for beginnings, kinds in _KINDS.items():
            if match[1] in beginnings.split("|") and int(match[2]) in kinds:
                kind = kinds[int(match[2])]
                return kind, NODES[kind]
    accepted = "CPE3, CPS3, CPE4, CPE6, S3, C3D4, C3D6, C3D8, C3D10 and their variants"
    raise MeshError(f"it has elements of type {quoted(text, 20)}; accepted: {accepted}")
