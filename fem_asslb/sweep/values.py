"""Values of an axis: as written in a case, as numbers with a unit, and as words in the name of a case."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fem_asslb.base.errors import UnitError
from fem_asslb.base.texts import NUMBER, show
from fem_asslb.base.units import parse
from fem_asslb.sweep.schema import PLACE, Axis

_QUANTITY = re.compile(rf"\s*({NUMBER})\s*(.*?)\s*")


@dataclass(frozen=True)
class Value:
    """One value of an axis.

    Attributes:
        written: What a case has: a number, or text.
        label: Word for it in the name of a case.
        number: Its size in the unit of the axis; nan of what is no number.
    """

    written: Any
    label: str
    number: float = math.nan


@dataclass(frozen=True)
class Range:
    """Numbers between two ends.

    Attributes:
        least: Lower end, in the unit.
        most: Upper end.
        unit: Empty for plain numbers.
        is_logarithmic: Whether equal ratios are equally far apart.
        is_whole: Whether both ends are integers; so are values between them that are whole.
    """

    least: float
    most: float
    unit: str
    is_logarithmic: bool
    is_whole: bool = False

    def at(self, share: float) -> Value:
        """Value at a share of the way from the lower to the upper end."""
        if self.is_logarithmic:
            return self.value(self.least * (self.most / self.least) ** share)
        return self.value(self.least + share * (self.most - self.least))

    def share(self, number: float) -> float:
        """Where a number lies on the way from the lower to the upper end."""
        if self.is_logarithmic:
            return math.log(number / self.least) / math.log(self.most / self.least)
        return (number - self.least) / (self.most - self.least)

    def value(self, number: float) -> Value:
        """A number as it is written in a case, with eight digits."""
        text = f"{number:.8g}"
        number = float(text)
        if self.unit:
            return Value(f"{text} {self.unit}", label(number), number)
        whole = self.is_whole and number == round(number)
        return Value(round(number) if whole else number, label(number), number)


def unit_of(axis: Axis) -> str:
    """Unit of an axis: that of its first number, empty for plain numbers and for what is no number."""
    if axis.seeds:
        return ""
    if axis.is_range:
        return _unit(axis.least)
    unit = _unit(axis.values[0])
    return "" if None in [_try_number(value, unit) for value in axis.values] else unit


def range_of(axis: Axis) -> Range:
    """Range of an axis that has one.

    Raises:
        ValueError: What is wrong with it, in one line.
    """
    ends = {"least": axis.least, "most": axis.most}
    if missing := [name for name, end in ends.items() if end is None]:
        raise ValueError(f"{missing[0]}: this key is missing, of a range")
    unit = _unit(axis.least)
    least, most = (_number(end, unit, name) for name, end in ends.items())
    if not least < most:
        raise ValueError(f"most: {show(axis.most)} is not accepted; expected more than {show(axis.least)}")
    is_logarithmic = axis.spacing == "logarithmic"
    if is_logarithmic and least <= 0.0:
        raise ValueError(f"least: {show(axis.least)} is not accepted; expected more than 0 with logarithmic spacing")
    return Range(least, most, unit, is_logarithmic, isinstance(axis.least, int) and isinstance(axis.most, int))


def start_of(axis: Axis) -> float:
    """Where a fit begins in the range of an axis, 0 to 1.

    Raises:
        ValueError: It is no number, or outside of the range.
    """
    if axis.start is None:
        return 0.5
    found = range_of(axis)
    number = _number(axis.start, found.unit, "start")
    if not found.least <= number <= found.most:
        raise ValueError(
            f"{show(axis.start)} is not accepted; expected between {show(axis.least)} and {show(axis.most)}"
        )
    return found.share(number)


def levels_of(axis: Axis) -> list[Value]:
    """Values of an axis one by one; none of a range without a count.

    Raises:
        ValueError: What is wrong with them, in one line.
    """
    if axis.seeds:
        return [Value(seed, str(seed), float(seed)) for seed in axis.seeds]
    if axis.is_range:
        found, count = range_of(axis), axis.count
        return [found.at(index / (count - 1)) for index in range(count)] if count else []
    values = list(_values(axis.values))
    for index, value in enumerate(values):
        if any(_same(value, other) for other in values[:index]):
            raise ValueError(f"values: {show(axis.values[index])} is there twice; expected different ones")
    return values


def label(number: float) -> str:
    """A number in the name of a folder."""
    return f"{number:.5g}".replace("+", "")


def written(axis: Axis, value: Value) -> Any:
    """What a case has for a value."""
    return value.written if axis.text == PLACE else axis.text.replace(PLACE, str(value.written))


def _values(given: Sequence[Any]) -> Iterator[Value]:
    unit = _unit(given[0])
    numbers = [_try_number(value, unit) for value in given]
    is_quantity = all(number is not None for number in numbers)
    for place, (value, number) in enumerate(zip(given, numbers, strict=True), start=1):
        if is_quantity and number is not None:
            yield Value(value, label(number), number)
        else:
            yield Value(value, _slug(value) or str(place))


def _same(one: Value, other: Value) -> bool:
    return one.number == other.number or (math.isnan(one.number) and one.written == other.written)


def _try_number(value: Any, unit: str) -> float | None:
    try:
        return _number(value, unit, "values")
    except ValueError:
        return None


def _unit(value: Any) -> str:
    """Unit that a value is written with, empty without one or where it is no number."""
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return found[2] if found else ""


def _number(value: Any, unit: str, key: str) -> float:
    """Number in a unit of a value.

    Raises:
        ValueError: It is none, or of another dimension.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and not unit:
        return float(value)
    if isinstance(value, str) and unit:
        try:
            return parse(value, unit)
        except UnitError as error:
            raise ValueError(f"{key}: {error}") from error
        except ValueError as error:
            raise ValueError(f"{key}: {show(value)} is no quantity that can be read") from error
    raise ValueError(
        f"{key}: {show(value)} is not accepted; expected {f'a quantity in {unit}' if unit else 'a number'}"
    )


def _slug(value: Any) -> str:
    """Letters of a text that may stand in the name of a folder."""
    if not isinstance(value, str | bool):
        return ""
    return re.sub(r"[^A-Za-z0-9]+", "-", str(value)).strip("-")[:24]
