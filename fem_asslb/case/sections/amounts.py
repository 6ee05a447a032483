"""Rates and limits of protocol steps in internal units; `str` of each gives its text in the lab book."""

from dataclasses import dataclass
from typing import Literal

from fem_asslb.base.units import convert, format_quantity

RateKind = Literal["c_rate", "specific_current", "current_density", "current"]
LimitKind = Literal[
    "voltage",
    "stoichiometry",
    "specific_capacity",
    "areal_capacity",
    "capacity",
    "duration",
    "pressure",
    "open",
    "c_rate",
    "specific_current",
    "current_density",
    "current",
]
RATES: tuple[LimitKind, ...] = ("c_rate", "specific_current", "current_density", "current")
"""Limits that end a hold only."""

OF_A_PLATE: tuple[LimitKind, ...] = ("current_density", "current", "areal_capacity", "capacity")
"""Amounts that refer to the area of a plate."""

OF_THE_WHOLE_CELL: tuple[LimitKind, ...] = ("current", "capacity")
"""Amounts that need the area of its plate, as the mesh is a piece of the cell."""

UNITS = {  # internal unit, unit shown to people
    "specific_current": ("pA/pg", "mA/g"),
    "current_density": ("pA/um^2", "mA/cm^2"),
    "current": ("pA", "mA"),
    "voltage": ("V", "V"),
    "specific_capacity": ("pC/pg", "mAh/g"),
    "areal_capacity": ("pC/um^2", "mAh/cm^2"),
    "capacity": ("pC", "mAh"),
    "pressure": ("MPa", "MPa"),
}


@dataclass(frozen=True)
class Rate:
    """Size of a current, positive.

    Attributes:
        kind: ``"c_rate"``, ``"specific_current"``, ``"current_density"`` or ``"current"``.
        value: Multiple of ``cell.one_c`` [-], current per mass of active material [pA/pg = A/g] or plate area
            [pA/um^2 = A/m^2], or current of the whole cell [pA], which needs ``cell.plate_area``.
    """

    kind: RateKind
    value: float

    def __str__(self) -> str:
        """Text in the lab book."""
        return c_rate_text(self.value) if self.kind == "c_rate" else format_quantity(self.value, *UNITS[self.kind])


@dataclass(frozen=True)
class Limit:
    """What ends a charge, a discharge or a hold.

    Attributes:
        kind: ``"voltage"`` of the cell, mean ``"stoichiometry"``, ``"duration"``, charge passed since the start of the
            step per mass of active material (``"specific_capacity"``), per plate area (``"areal_capacity"``) or through
            the whole cell (``"capacity"``), stack ``"pressure"``, the largest ``"open"`` share of an interface, or, of
            a hold, a current as of `Rate`.
        value: [V], [-], [s], [pC/pg = C/g], [pC/um^2 = C/m^2], [pC], [MPa], [-], or as of `Rate`.
    """

    kind: LimitKind
    value: float

    def __str__(self) -> str:
        """Text in the lab book."""
        match self.kind:
            case "stoichiometry":
                return f"x = {self.value:.12g}"
            case "open":
                return f"open = {self.value:.12g}"
            case "duration":
                return duration_text(self.value)
            case "c_rate":
                return c_rate_text(self.value)
            case _:
                return format_quantity(self.value, *UNITS[self.kind])


def c_rate_text(value: float) -> str:
    """Text of a C-rate, as the inverse of a whole number where that is shorter than its digits."""
    text, inverse = f"{value:.12g}", max(round(1.0 / value), 1)
    if float(text) != value and 1.0 / inverse == value:
        return f"C/{inverse}"
    return f"{text}C"


def temperature_text(kelvin: float) -> str:
    """Text in degrees Celsius."""
    return format_quantity(kelvin, "K", "degC")


def duration_text(seconds: float) -> str:
    """Text in the largest of h, min and s that gives a short number."""
    texts = [f"{convert(seconds, 's', unit):.12g} {unit}" for unit in ("h", "min", "s")]
    return min(texts, key=lambda text: len(text.split()[0]))
