"""A seeded generator of files of meshes that are wrong in some way: good ones, mutated in their bytes and words."""

import random
import re
from pathlib import Path
from typing import Any

import gmsh
import meshio

from meshes.session import gmsh_session
from tests.foreign_files import FORMATS, two_layers
from tests.fuzz.case_mutations import TEXTS

NUMBERS = [
    *("0", "-1", "1", "2", "3", "4", "5", "11", "15", "21", "92", "1000", "65536", "2147483647", "2147483648"),
    *("-2147483648", "9223372036854775807", "18446744073709551616", "1e9", "1e200", "-1e-300", "0.5", "1e999"),
    *("nan", "inf", "-inf", "1_0", "５", "0x10", "1,5", "", "1 1", "%s"),
]
BYTES = [b"\0", b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1\0\0\0\0\0\0\0", b"\n", b"\r", b"$", b"*", b"-"]
BYTES += [b"9" * 30, b"\x1b[31m", b"\xf0\x9f", b"\0\0\0\0\0\0\xf8\x7f", b"\0" * 40, b" ", b'"', b"nan"]


class MeshMutator:
    """Makes one mutated mesh after another.

    Args:
        seed: Of the random numbers; the same seed gives the same meshes.
        folder: Where the good meshes are written.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self._random, self._files = random.Random(seed), _good_files(folder)

    def mesh(self) -> tuple[str, bytes]:
        """Name of the good mesh, and what became of its content."""
        name = self._random.choice(sorted(self._files))
        content = self._files[name]
        for _ in range(self._random.choice([0, 1, 1, 1, 2, 4])):
            binary = "binary" in name and self._random.random() < 0.8
            content = self._random.choice(
                [self._bytes] if binary else [self._words] * 4 + [self._lines, self._bytes, self._swell]
            )(content)
        return name, content

    def arguments(self) -> dict[str, Any]:
        """What a case says about a mesh beside its path."""
        names = ["lower", "upper", "bottom", "particle/0001", "free", "1"]
        return self._random.choice(
            [
                {},
                {},
                {"split": ("upper",)},
                {"boundaries": "box", "ignore": ("*s*",)},
                {"names": {"*": "particle/0001/*"}, "boundaries": "ends", "stack_axis": self._random.choice("xyz")},
                {"length_unit": self._random.choice([1e-3, 1e3, 1e9])},
                {"names": {self._random.choice(names): self._random.choice(names)}},
            ]
        )

    def _words(self, content: bytes) -> bytes:
        """A number or a name is another one."""
        text = content.decode("latin-1")
        words = list(re.finditer(r"[^\s,]+", text))
        for _ in range(self._random.choice([1, 1, 3])):
            word = self._random.choice(words) if words else None
            if word is not None and word[0] in text:
                new = self._random.choice(
                    [self._random.choice(NUMBERS), *self._random.choices(TEXTS, k=1), word[0] * 2]
                )
                text = text[: word.start()] + new.encode().decode("latin-1") + text[word.end() :]
                words = list(re.finditer(r"[^\s,]+", text))
        return text.encode("latin-1")

    def _lines(self, content: bytes) -> bytes:
        """Lines are missing, there twice or elsewhere."""
        lines = content.splitlines(keepends=True)
        start, other = self._random.randrange(len(lines) + 1), self._random.randrange(len(lines) + 1)
        end = start + self._random.choice([1, 1, 3, 20])
        part = lines[start:end]
        if self._random.random() < 0.5:
            del lines[start:end]
        if self._random.random() < 0.6:
            lines[other:other] = part * self._random.choice([1, 1, 50])
        return b"".join(lines)

    def _swell(self, content: bytes) -> bytes:
        """One character stands there a hundred thousand times, as often as not in a name."""
        if len(content) < 2:
            return content
        names = [match.start() + 1 for match in re.finditer(rb"[A-Za-z]{3}", content)]
        places = names if names and self._random.random() < 0.5 else range(1, len(content))
        place = self._random.choice(places)
        character = self._random.choice([content[place - 1 : place], *(b" ", b"a", b"9", b",", b'"', b"/")])
        return content[:place] + character * 100_000 + content[place:]

    def _bytes(self, content: bytes) -> bytes:
        """Some bytes are others, or the end is missing."""
        place = self._random.randrange(len(content) + 1)
        if self._random.random() < 0.1:
            return content[:place]
        end = place + self._random.choice([0, 1, 4, 8])
        if self._random.random() < 0.3:
            return content[:place] + self._random.randbytes(end - place) + content[end:]
        return content[:place] + self._random.choice(BYTES) + content[end:]


def _good_files(folder: Path) -> dict[str, bytes]:
    """Two squares and two boxes, straight and curved, in the formats that have groups of cells with names."""
    for dimension, order in ((2, 1), (2, 2), (3, 1)):
        with gmsh_session("two"):
            _two_bodies(dimension)
            gmsh.model.mesh.generate(dimension)
            gmsh.model.mesh.setOrder(order)
            stem = f"{dimension}d-{order}"
            for name, version, binary in (("4", 4.1, 0), ("4-binary", 4.1, 1), ("2", 2.2, 0), ("2-binary", 2.2, 1)):
                gmsh.option.setNumber("Mesh.MshFileVersion", version)
                gmsh.option.setNumber("Mesh.Binary", binary)
                gmsh.write(str(folder / f"{stem}-{name}.msh"))
            for ending in ("inp", "unv"):
                gmsh.write(str(folder / f"{stem}.{ending}"))
        mesh = meshio.read(folder / f"{stem}-4.msh", file_format="gmsh")
        sets = {name: blocks for name, blocks in mesh.cell_sets.items() if not name.startswith("gmsh:")}
        cells = [(block.type, block.data) for block in mesh.cells]
        meshio.Mesh(mesh.points, cells, cell_sets=sets).write(folder / f"{stem}-meshio.inp", file_format="abaqus")
    for name, write in FORMATS.items():
        if name.startswith(("Abaqus", "Neper", "MED", "Exodus")):
            path = write(two_layers(2), folder)
            path.rename(path.with_stem(f"{path.stem}-binary" if path.suffix in (".med", ".exo") else path.stem))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _two_bodies(dimension: int) -> None:
    make = gmsh.model.occ.addRectangle if dimension == 2 else gmsh.model.occ.addBox
    bodies = [make(*((0, level, 0, 1, 1) if dimension == 2 else (0, 0, level, 1, 1, 1))) for level in (0, 1)]
    gmsh.model.occ.fragment([(dimension, bodies[0])], [(dimension, bodies[1])])
    gmsh.model.occ.synchronize()
    for name, body in zip(("lower", "upper"), bodies, strict=True):
        gmsh.model.addPhysicalGroup(dimension, [body], -1, name)
    ends: dict[str, list[int]] = {"bottom": [], "top": [], "free": []}
    for _, tag in gmsh.model.getEntities(dimension - 1):
        level = gmsh.model.occ.getCenterOfMass(dimension - 1, tag)[dimension - 1]
        if abs(level - 1.0) > 1e-6:
            ends[{0.0: "bottom", 2.0: "top"}.get(round(level, 6), "free")].append(tag)
    for name, tags in ends.items():
        gmsh.model.addPhysicalGroup(dimension - 1, tags, -1, name)
    gmsh.option.setNumber("Mesh.MeshSizeMin", 1.0)
