"""Input files of Abaqus as blocks of lines under their keywords."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.foreign_mesh import Integers


@dataclass
class Block:
    """A keyword and its lines.

    Attributes:
        keyword: Without its star, in capitals.
        options: Values of its parameters by their names in capitals; nothing for one without a value.
        number: Of its first line of data.
        lines: Its data.
    """

    keyword: str
    options: dict[str, str]
    number: int
    lines: list[str] = field(default_factory=list)

    def fields(self) -> Iterator[tuple[int, list[str]]]:
        """Number and fields of each line that has any."""
        for number, line in enumerate(self.lines, start=self.number):
            texts = split(line)
            if any(texts):
                yield number, texts[:-1] if not texts[-1] else texts

    def integers(self) -> Integers:
        """All numbers of the block one after the other.

        Raises:
            MeshError: Something else is there.
        """
        for number, line in enumerate(self.lines, start=self.number):
            if re.search("[^0-9,\\s]|[0-9]{19}", line):
                raise MeshError(f"line {number}: {quoted(line.strip(), 30)}; accepted: numbers of elements and nodes")
        texts = ",".join(self.lines).split(",")
        return np.array([int(text) for text in texts if text.strip()], dtype=np.int64)


def split(line: str) -> list[str]:
    """Fields between commas, without the quotes around names."""
    fields: list[list[str]] = [[]]
    for number, part in enumerate(line.split('"')):
        # Every other part is between quotes, where a comma is one.
        first, *others = [part] if number % 2 else part.split(",")
        fields[-1].append(first)
        fields += [[text] for text in others]
    return ["".join(parts).strip() for parts in fields]


def blocks(path: Path) -> Iterator[Block]:
    """Blocks of a file; a keyword goes on in the next line after a comma, and comments are left out."""
    block: Block | None = None
    keyword = ""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith("**"):
                if block is not None:
                    block.lines.append("")
            elif line.startswith("*") or keyword:
                keyword += line.strip()
                if keyword.endswith(","):
                    continue
                if block is not None:
                    yield block
                name, *options = split(keyword[1:])
                pairs = [text.partition("=") for text in options]
                values = {key.strip().upper(): value.strip().strip('"') for key, _, value in pairs}
                block, keyword = Block(" ".join(name.upper().split()), values, number + 1), ""
            elif block is not None:
                block.lines.append(line)
    if block is not None:
        yield block
