"""A seeded generator of cases that are wrong in some way: good ones, mutated.

A mutation works on the table of a case (values, keys, sections), on the text of its file, or on a table of points that
the case names.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from fem_asslb.output.resolved import format_toml

NUMBERS = [0, 1, -1, 2, 3, 7, 10**6, 10**12, 2**63 - 1, -(2**63), 0.0, -0.0, 0.5, 1.5, 1e-300, 1e-12, 1e12, 1e300]
NUMBERS += [float("inf"), float("-inf"), float("nan"), 5e-324, 0.1 + 0.2, 1e16]

# fmt: off
SIZES = [
    '0', '-1', '1e-300', '1e-30', '1e-12', '1e-6', '0.1', '1', '3', '1e3', '1e6', '1e12', '1e30', '1e300',
    '1e999', 'nan', 'inf', '1_0', '５', '1,5', '0x10', '.5', '5.', '+2', '--1',
]

UNITS = [
    'um', 'mm', 'm', 'nm', 'km', 'MPa', 'GPa', 'Pa', 'MPa/um', 'MPa*um', 'J/m^2', 's', 'h', 'min', 'd', 'V', 'mV',
    'A/m^2', 'mA/cm^2', 'mA/g', 'mAh/g', 'mAh/cm^2', 'C', 'K', 'degC', 'degF', 'ohm*cm^2', 'g/cm^3', 'mol/m^3',
    'm^2/s', 'S/cm^2', 'um^99', 'um**9**9', 'um*9**9**9**9', 'um/0', 'um/(s', 'um(s)', 'banana', '%', 'µm', 'Å',
]

WORDS = [
    'press', 'unload', 'to', 'in', 'rest', 'hold', 'for', 'charge', 'discharge', 'at', 'until', 'or', 'set', 'x',
    '=', '0.1C', 'C/10', '1C', '0.5', 'mA/cm^2', '2.75', 'V', '4.3', '12', 'h', 'min', 's', '150', 'mAh/g', '1.5',
    'mAh/cm^2', '1', 'MPa', '81', 'x=0.3', '-5', '0', '1e300', 'nan', '５', '\t', '\n', '\x1b', ';', 'and',
]

# fmt: on

TEXTS = [
    "",
    " ",
    "a",
    "none",
    "true",
    "ｒｅｓｔ",
    "\x1b[31mred\x1b[0m",
    "\x00",
    "\x9b",
    "a\nb",
    "‮",
    "😀" * 30,
    "=cmd()",
    "a,b",
    "'",
    '"',
    "x" * 999,
    "x" * 5000,
    "../../../../etc/passwd",
    "/dev/zero",
    "/dev/stdin",
    "/proc/self/mem",
    "~",
    "%s%n",
    "{0.__class__}",
    "__import__('os').system('id')",
    "random",
    "radial",
    "symmetric",
    "lpscl",
    "ncm85",
    "lto",
]

SWOLLEN = ["(" * 50_000, " " * 50_000, "1 " * 25_000, "a" * 50_000]
"""Texts that take minutes where each beginning of a match is looked at to the end."""

STEPS = [
    "press to 81 MPa in 1 min",
    "rest 12 h",
    "charge at 0.1C until 2.75 V or 12 h",
    "discharge at 0.5 mA/cm^2 until x = 0.95",
    "set x = 0.5 in 10 min",
    "heat to 60 degC in 30 min",
    "hold at 4.2 V until C/20 (45 degC) (1 minute period)",
]


class Mutator:
    """Makes one mutated case after another.

    Args:
        seed: Of the random numbers; the same seed gives the same cases.
        tables: Good tables, in the form of ``case.toml``.
    """

    def __init__(self, seed: int, tables: list[dict[str, Any]]) -> None:
        self._random, self._tables = random.Random(seed), tables

    def text(self) -> str:
        """Text of a case."""
        table = deepcopy(self._random.choice(self._tables))
        for _ in range(self._random.choice([1, 1, 1, 2, 3])):
            self._random.choice(self._of_tables())(table)
        try:
            text = format_toml(table)
        except (TypeError, ValueError, RecursionError):
            text = repr(table)
        return self._mutated_text(text) if self._random.random() < 0.25 else text

    def line(self) -> str:
        """A line of a protocol."""
        random_words = " ".join(self._random.choices(WORDS, k=self._random.randint(1, 12)))
        words = self._random.choice(STEPS).split(" ")
        for _ in range(self._random.randint(1, 3)):
            place = self._random.randrange(len(words))
            words[place : place + self._random.randint(0, 2)] = [self._random.choice([*WORDS, *SIZES, *UNITS, *TEXTS])]
            if not words:
                words = ["rest"]
        return self._random.choice([random_words, " ".join(words), self._mutated_text(self._random.choice(STEPS))])

    def points(self) -> str:
        """Text of a table of points."""
        header = self._random.choice(
            ["x [um],y [um],radius [um]"] * 3 + ["x [um],y [um],gap [um]"] * 3 + ["x,y,z", "", "\ufeffx [um]"]
        )
        good, values = ["0", "1", "2.5", "10", "-3e0"], [*SIZES, *TEXTS[:14]]
        share_of_bad = self._random.choice([0.0, 0.05, 1.0])
        rows = [
            ",".join(
                self._random.choice(values if self._random.random() < share_of_bad else good)
                for _ in range(self._random.choice([3, 3, 3, 3, 3, 3, 2, 4]))
            )
            for _ in range(self._random.choice([0, 1, 3, 20]))
        ]
        text = "\n".join([header, *rows, ""])
        return text if self._random.random() < 0.5 else self._mutated_text(text)

    def _of_tables(self) -> list[Callable[[dict[str, Any]], None]]:
        return [
            *[self._replace_value] * 6,
            *[self._mutate_quantity] * 4,
            self._delete,
            self._rename,
            self._duplicate,
            self._swap,
            self._nest,
            self._mutate_steps,
        ]

    def _value(self) -> Any:
        kind = self._random.randrange(7)
        quantity = f"{self._random.choice(SIZES)} {self._random.choice(UNITS)}"
        if kind == 5:
            return [self._value() for _ in range(self._random.choice([0, 1, 3]))]
        if kind == 6:
            return {self._random.choice([*TEXTS, "kind", "value", "path"]): self._value()}
        return [
            self._random.choice(NUMBERS),
            self._random.choice(TEXTS),
            quantity,
            self._random.choice([True, False]),
            self._random.choice(STEPS),
        ][kind]

    def _place(self, table: Any) -> tuple[Any, Any]:
        """A table or list somewhere inside, and one of its keys."""
        owner = table
        while True:
            keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
            if not keys:
                return table, next(iter(table), "case")
            key = self._random.choice(keys)
            inner = owner[key]
            if not isinstance(inner, dict | list) or not inner or self._random.random() < 0.1:
                return owner, key
            owner = inner

    def _replace_value(self, table: dict[str, Any]) -> None:
        owner, key = self._place(table)
        owner[key] = self._value()

    def _mutate_quantity(self, table: dict[str, Any]) -> None:
        for _ in range(20):
            owner, key = self._place(table)
            if isinstance(owner[key], str) and owner[key][:1].isdigit():
                number, _, unit = owner[key].partition(" ")
                new_number, new_unit = self._random.choice(SIZES), self._random.choice(UNITS)
                owner[key] = self._random.choice([f"{new_number} {unit}", f"{number} {new_unit}", f"{number}{unit}"])
                return

    def _delete(self, table: dict[str, Any]) -> None:
        owner, key = self._place(table)
        if key in owner or isinstance(owner, list):
            del owner[key]

    def _rename(self, table: dict[str, Any]) -> None:
        owner, key = self._place(table)
        if isinstance(owner, dict) and key in owner:
            owner[self._random.choice([*TEXTS, f"{key}s", str(key)[:-1], str(key).upper()])] = owner.pop(key)

    def _duplicate(self, table: dict[str, Any]) -> None:
        (owner, key), (other, place) = self._place(table), self._place(table)
        if key in owner or isinstance(owner, list):
            copy = deepcopy(owner[key])
            if isinstance(other, dict):
                other[str(key)] = copy
            else:
                other.insert(place, copy)

    def _swap(self, table: dict[str, Any]) -> None:
        first, second = self._random.choices(list(table) or ["case"], k=2)
        if first in table and second in table:
            table[first], table[second] = table[second], table[first]

    def _nest(self, table: dict[str, Any]) -> None:
        owner, key = self._place(table)
        value = owner[key] if key in owner or isinstance(owner, list) else 1
        for _ in range(self._random.choice([1, 2, 10, 30, 300])):
            value = [value] if self._random.random() < 0.5 else {"a": value}
        owner[key] = value

    def _mutate_steps(self, table: dict[str, Any]) -> None:
        steps: list[Any] = [self.line() for _ in range(self._random.choice([1, 2, 5]))]
        if self._random.random() < 0.3:
            steps = [{"repeat": self._random.choice([0, 2, 10**5, 10**9, 2**62, True, 1.5]), "steps": steps}]
        table["protocol"] = {"steps": steps}

    def _mutated_text(self, text: str) -> str:
        for _ in range(self._random.randint(1, 4)):
            start = self._random.randrange(len(text) + 1)
            end = min(len(text), start + self._random.choice([0, 1, 2, 10, 100]))
            inserted = self._random.choice(
                ["", "[", "{", "]", "=", '"', "\x00", "\x1b", "#", "９", "[" * 400, "9" * 4500, "a." * 900, *SWOLLEN]
            )
            text = text[:start] + self._random.choice([inserted, text[start:end] * 3]) + text[end:]
        return text
