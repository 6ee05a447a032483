"""Sets of nodes and elements, and surfaces, of an input file of Abaqus."""

import re
from collections.abc import Iterator

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from meshes.abaqus_lines import Block
from meshes.foreign_mesh import Integers


class NamedSets:
    """Sets by their names, which differ by more than capitals; each holds numbers and other sets.

    Args:
        most: Bytes of the file: no range stands for more numbers, and no more sets are found in sets.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found = 0
        self._names: dict[str, str] = {}
        self._numbers: dict[str, list[Integers]] = {}
        self._others: dict[str, list[str]] = {}
        self._internal: set[str] = set()

    def add(self, name: str, numbers: Integers) -> None:
        """Add numbers to a set."""
        key = self._key(name)
        self._numbers[key].append(numbers)

    def read(self, block: Block, name: str) -> None:
        """Add what the lines of a block say.

        Raises:
            MeshError: A range is none, or has too many numbers.
        """
        key = self._key(name)
        if "INTERNAL" in block.options:
            self._internal.add(key)
        numbers: list[int] = []
        for number, texts in block.fields():
            if "GENERATE" in block.options:
                self._numbers[key].append(self._range(texts, number))
                continue
            for text in filter(None, texts):
                if re.fullmatch("[0-9]{1,18}", text):
                    numbers.append(int(text))
                else:
                    self._others[key].append(text.upper())
        self._numbers[key].append(np.array(numbers, dtype=np.int64))

    def named(self) -> Iterator[tuple[str, Integers]]:
        """Names and numbers of the sets that are not internal."""
        for key, name in self._names.items():
            if key not in self._internal:
                yield name, self.numbers(name)

    def numbers(self, name: str) -> Integers:
        """All numbers in a set and the sets in it.

        Raises:
            MeshError: There is no set of a name, or sets are in sets that are in sets, too many of them.
        """
        found: list[Integers] = [np.empty(0, dtype=np.int64)]
        waiting, seen = [name.upper()], set()
        while waiting:
            key = waiting.pop()
            if key not in self._names:
                raise MeshError(f"a set names {quoted(key, 40)}, which is none; accepted: numbers and names of sets")
            if key not in seen:
                self._found += 1
                if self._found > self._most:
                    raise MeshError("its sets are within each other too often; accepted: sets within a few others")
                seen.add(key)
                found += self._numbers[key]
                waiting += self._others[key]
        return np.unique(np.concatenate(found))

    def _key(self, name: str) -> str:
        key = name.upper()
        if key not in self._names:
            self._names[key], self._numbers[key], self._others[key] = name, [], []
        return key

    def _range(self, texts: list[str], line: int) -> Integers:
        """The numbers that FIRST, LAST, STEP stand for."""
        first, last, step = 0, 0, 0
        if len(texts) in (2, 3) and all(re.fullmatch("[0-9]{1,9}", text) for text in texts):
            first, last, step = (*map(int, texts), 1)[:3]
        if step <= 0 or last - first >= self._most * step:
            given = quoted(", ".join(texts), 30)
            raise MeshError(f"line {line}: {given}; accepted: FIRST, LAST, STEP of few numbers")
        return np.arange(first, last + 1, step)
