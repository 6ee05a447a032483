"""Input files of Abaqus: meshio knows no surfaces and mistakes sets of sets and those that stand before elements."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.abaqus_elements import SIDES, kind_of
from meshes.abaqus_lines import Block, blocks
from meshes.abaqus_sets import NamedSets
from meshes.foreign_mesh import DIMENSION, ForeignMesh, Integers
from meshes.mesh_parts import MeshParts
from meshes.numbering import Numbering
from meshes.sides import side_of

_GENERATING = ("NGEN", "NFILL", "NMAP", "NCOPY", "ELGEN", "ELCOPY", "SYSTEM", "SUBMODEL", "SYMMETRIC MODEL GENERATION")
"""Keywords that make or move nodes or elements, which are not followed."""


def read_abaqus(path: Path) -> ForeignMesh:
    """Nodes, elements, sets of both and surfaces of one part.

    Sets of elements are groups, save internal ones; surfaces are groups of facets. Reference points and their sets,
    which Abaqus counts apart from the nodes of an instance, are left out.

    Raises:
        MeshError: The file says something else, or has several parts.
    """
    model = _Model(path.stat().st_size)
    for block in blocks(path):
        model.read(block)
    return model.mesh()


class _Model:
    """What has been read of a file."""

    def __init__(self, size: int) -> None:
        self._numbers: list[Integers] = []
        self._points: list[np.ndarray] = []
        self._elements: list[tuple[str, Integers]] = []
        self._node_sets, self._element_sets = NamedSets(size), NamedSets(size)
        self._surfaces: list[Block] = []
        self._parts = 0
        self._in_assembly = False

    def read(self, block: Block) -> None:
        """Take what a block says."""
        keyword, options = block.keyword, block.options
        if keyword in _GENERATING:
            raise MeshError(f"*{keyword} makes or moves nodes; accepted: nodes and elements with their numbers")
        if keyword == "INSTANCE":
            self._parts += 1
            self._in_assembly = False
            if any(line.strip() for line in block.lines):
                raise MeshError("an instance is moved; accepted: one part where it is, or its mesh as an orphan mesh")
        elif keyword in ("ASSEMBLY", "END INSTANCE"):
            self._in_assembly = True
        elif keyword == "END ASSEMBLY":
            self._in_assembly = False
        elif keyword == "NODE" and not self._in_assembly:
            self._read_nodes(block)
        elif keyword == "ELEMENT" and not self._in_assembly:
            self._read_elements(block)
        elif keyword == "ELSET" and self._counts(block):
            self._element_sets.read(block, _name(block, "ELSET"))
        elif keyword == "NSET" and self._counts(block):
            if "ELSET" not in options:
                self._node_sets.read(block, _name(block, "NSET"))
        elif keyword == "SURFACE":
            self._surfaces.append(block)

    def _counts(self, block: Block) -> bool:
        """Whether the numbers of a set are those of the part: in an assembly it says of which instance they are."""
        return not self._in_assembly or "INSTANCE" in block.options

    def _read_nodes(self, block: Block) -> None:
        if "SYSTEM" in block.options and block.options["SYSTEM"].upper() != "R":
            raise MeshError(f"*NODE, SYSTEM={quoted(block.options['SYSTEM'], 10)}; accepted: rectangular coordinates")
        numbers, points = [], []
        for number, texts in block.fields():
            line = ",".join(texts)
            if (
                len(texts) < 2
                or not re.fullmatch("[0-9]{1,18}", texts[0])
                or re.search(r"[^0-9eEdD+.,\-nNaAiIfF\s]", line)
            ):
                raise MeshError(f"line {number}: {quoted(line, 40)}; accepted: a number of a node and its coordinates")
            numbers.append(int(texts[0]))
            values = [float(re.sub("[dD]", "e", text) or 0.0) for text in texts[1:4]]
            points.append(values + [0.0] * (3 - len(values)))
        self._numbers.append(np.array(numbers, dtype=np.int64))
        self._points.append(np.array(points, dtype=np.float64).reshape(-1, 3))
        if "NSET" in block.options:
            self._node_sets.add(_name(block, "NSET"), self._numbers[-1])

    def _read_elements(self, block: Block) -> None:
        kind, count = kind_of(block.options.get("TYPE", ""))
        numbers = block.integers()
        if len(numbers) % (count + 1):
            raise MeshError(
                f"line {block.number}: elements of type {quoted(block.options['TYPE'], 20)} without {count} nodes each"
            )
        table = numbers.reshape(-1, count + 1)
        self._elements.append((kind, table))
        if "ELSET" in block.options:
            self._element_sets.add(_name(block, "ELSET"), table[:, 0])

    def mesh(self) -> ForeignMesh:
        """The mesh of all blocks."""
        if self._parts > 1:
            raise MeshError(
                f"it has {self._parts} instances; accepted: one, with all nodes merged (Assembly, Merge Mesh)"
            )
        none: Integers = np.empty(0, dtype=np.int64)
        nodes = Numbering(np.concatenate([none, *self._numbers]), "node")
        points = np.concatenate([np.empty((0, 3)), *self._points])
        parts = MeshParts()
        cells = []
        for kind, table in self._elements:
            corners = nodes.rows(table[:, 1:])
            cells.append((kind, table[:, 0], corners, parts.add_cells(kind, corners)))
        Numbering(np.concatenate([none, *(numbers for _, numbers, _, _ in cells)]), "element")
        for name, numbers in self._element_sets.named():
            for kind, own, _, rows in cells:
                parts.add_to_group(name, kind, rows[np.isin(own, numbers)])
        for name, numbers in self._node_sets.named():
            parts.add_nodes(name, nodes.rows(numbers[nodes.has(numbers)]))
        for block in self._surfaces:
            if block.options.get("TYPE", "ELEMENT").upper() == "NODE":
                sets = [self._numbers_of(self._node_sets, texts[0]) for _, texts in block.fields()]
                parts.add_nodes(_name(block, "NAME"), nodes.rows(np.concatenate([none, *sets])))
            elif block.options.get("TYPE", "ELEMENT").upper() == "ELEMENT":
                for kind, facets in self._facets(block, cells):
                    parts.add_to_group(_name(block, "NAME"), kind, parts.add_cells(kind, facets))
        return parts.mesh(points)

    def _numbers_of(self, sets: NamedSets, text: str) -> Integers:
        return np.array([int(text)]) if re.fullmatch("[0-9]{1,18}", text) else sets.numbers(text)

    def _facets(
        self, block: Block, cells: list[tuple[str, Integers, Integers, Integers]]
    ) -> Iterator[tuple[str, Integers]]:
        """Facets of a surface: a side of one element, or that of all elements of a set."""
        for number, texts in block.fields():
            side = re.fullmatch("S([1-6])", texts[1].upper()) if len(texts) == 2 else None
            if side is None:
                raise MeshError(
                    f"line {number}: {quoted(', '.join(texts), 40)} in a surface; accepted: an element or set, S1 to S6"
                )
            wanted = self._numbers_of(self._element_sets, texts[0])
            for kind, own, corners, _ in cells:
                chosen = corners[np.isin(own, wanted)]
                simple = kind.rstrip("0123456789")
                if not len(chosen) or DIMENSION.get(kind, 2) < 2:
                    continue
                if int(side[1]) > len(SIDES[simple]):
                    raise MeshError(
                        f"line {number}: {quoted(texts[1], 10)} of a {simple}, which has {len(SIDES[simple])} sides"
                    )
                facet, of_cell = side_of(kind, [corner - 1 for corner in SIDES[simple][int(side[1]) - 1]])
                yield facet, chosen[:, of_cell]


def _name(block: Block, option: str) -> str:
    """Name of the set or surface of a block."""
    name = block.options.get(option, "")
    if not name:
        raise MeshError(f"line {block.number - 1}: *{block.keyword} without {option}=NAME")
    return name
