"""What Neper writes into files of Gmsh and Gmsh passes over: sets of nodes, and names of groups without quotes."""

import re

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.foreign_mesh import Integers


def node_sets(content: bytes) -> dict[str, Integers]:
    """Numbers of the nodes of each set.

    Raises:
        MeshError: A set has not as many as it says.
    """
    lines = _section(content, b"NSets")
    found: dict[str, Integers] = {}
    place = 1
    while place + 1 < len(lines):
        name, count = lines[place], lines[place + 1]
        numbers = lines[place + 2 : place + 2 + int(count)] if re.fullmatch("[0-9]{1,9}", count) else []
        if str(len(numbers)) != count or not all(re.fullmatch("[0-9]{1,18}", number) for number in numbers):
            raise MeshError(f"its set of nodes {quoted(name, 40)} has not as many numbers as it says")
        found[name] = np.array(numbers, dtype=np.int64)
        place += 2 + len(numbers)
    return found


def bare_names(content: bytes) -> dict[tuple[int, int], str]:
    """Names without quotes of groups, by their dimensions and numbers."""
    matches = [
        re.fullmatch(r"([0-3])\s+([0-9]{1,9})\s+([^\s\"].*)", line) for line in _section(content, b"PhysicalNames")
    ]
    return {(int(match[1]), int(match[2])): match[3] for match in matches if match}


def _section(content: bytes, name: bytes) -> list[str]:
    """Lines of a section that are not empty."""
    start = content.find(b"\n$" + name)
    if start < 0:
        return []
    lines = content[start : content.find(b"$End" + name, start)].decode(errors="replace").split("\n")[2:]
    return [line.strip() for line in lines if line.strip()]
