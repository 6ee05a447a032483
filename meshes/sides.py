"""Sides of the cells that are accepted, in VTK's order of nodes."""

from collections.abc import Iterable

NODES = {"line": 2, "line3": 3, "triangle": 3, "triangle6": 6, "quad": 4}
NODES |= {"tetra": 4, "tetra10": 10, "pyramid": 5, "wedge": 6, "hexahedron": 8}
"""Nodes of each kind of cell."""

CORNERS = {"line3": 2, "triangle6": 3}
"""Corners of the kinds of facets that have other nodes too."""

SIDES_OF: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {
    "triangle": (("line", (0, 1)), ("line", (1, 2)), ("line", (2, 0))),
    "triangle6": (("line3", (0, 1, 3)), ("line3", (1, 2, 4)), ("line3", (2, 0, 5))),
    "quad": (("line", (0, 1)), ("line", (1, 2)), ("line", (2, 3)), ("line", (3, 0))),
    "tetra": (("triangle", (0, 2, 1)), ("triangle", (0, 1, 3)), ("triangle", (1, 2, 3)), ("triangle", (2, 0, 3))),
    "tetra10": (
        ("triangle6", (0, 2, 1, 6, 5, 4)),
        ("triangle6", (0, 1, 3, 4, 8, 7)),
        ("triangle6", (1, 2, 3, 5, 9, 8)),
        ("triangle6", (2, 0, 3, 6, 7, 9)),
    ),
    "pyramid": (
        ("quad", (0, 3, 2, 1)),
        ("triangle", (0, 1, 4)),
        ("triangle", (1, 2, 4)),
        ("triangle", (2, 3, 4)),
        ("triangle", (3, 0, 4)),
    ),
    "wedge": (
        ("triangle", (0, 1, 2)),
        ("triangle", (3, 5, 4)),
        ("quad", (0, 3, 4, 1)),
        ("quad", (1, 4, 5, 2)),
        ("quad", (2, 5, 3, 0)),
    ),
    "hexahedron": (
        ("quad", (0, 4, 7, 3)),
        ("quad", (1, 2, 6, 5)),
        ("quad", (0, 1, 5, 4)),
        ("quad", (3, 7, 6, 2)),
        ("quad", (0, 3, 2, 1)),
        ("quad", (4, 5, 6, 7)),
    ),
}
"""Kind and nodes of each side of a cell."""


def side_of(kind: str, corners: Iterable[int]) -> tuple[str, list[int]]:
    """Kind and nodes of the side of a cell that has these corners, counted from 0 in its own order."""
    wanted = set(corners)
    facet, nodes = next(side for side in SIDES_OF[kind] if set(side[1][: CORNERS.get(side[0], len(side[1]))]) == wanted)
    return facet, list(nodes)
