"""Steps of a protocol as dataclasses in internal units; `str` of a step gives its line in the lab book."""

from dataclasses import dataclass
from typing import Literal

from fem_asslb.base.units import convert, format_quantity

RateKind = Literal["c_rate", "current_density"]
LimitKind = Literal["voltage", "stoichiometry", "specific_capacity", "areal_capacity", "duration"]

UNITS = {  # internal unit, unit shown to people
    "current_density": ("pA/um^2", "mA/cm^2"),
    "voltage": ("V", "V"),
    "specific_capacity": ("pC/pg", "mAh/g"),
    "areal_capacity": ("pC/um^2", "mAh/cm^2"),
    "duration": ("s", "s"),
}


@dataclass(frozen=True)
class Rate:
    """Size of a current, positive.

    Attributes:
        kind: ``"c_rate"`` or ``"current_density"``.
        value: Multiple of ``cell.one_c`` [-], or current per plate area [pA/um^2 = A/m^2].
    """

    kind: RateKind
    value: float

    def __str__(self) -> str:
        """Text in the lab book."""
        if self.kind == "c_rate":
            return f"{self.value:.12g}C"
        return format_quantity(self.value, *UNITS[self.kind])


@dataclass(frozen=True)
class Limit:
    """What ends a charge or a discharge.

    Attributes:
        kind: ``"voltage"`` of the cell, mean ``"stoichiometry"``, ``"duration"``, or charge passed since the
            start of the step per mass of active material (``"specific_capacity"``) or per plate area
            (``"areal_capacity"``).
        value: [V], [-], [s], [pC/pg = C/g] or [pC/um^2 = C/m^2].
    """

    kind: LimitKind
    value: float

    def __str__(self) -> str:
        """Text in the lab book."""
        if self.kind == "stoichiometry":
            return f"x = {self.value:.12g}"
        if self.kind == "duration":
            return _duration(self.value)
        return format_quantity(self.value, *UNITS[self.kind])


@dataclass(frozen=True)
class Press:
    """Take the stack pressure linearly to a value, whatever the fixture.

    Attributes:
        pressure: Stack pressure at the end [MPa], compression positive.
        duration: [s].
        fabricates: Whether the cell is being made: surfaces adhere after the last such step only. The pressure is there
            after a tenth of the time, and stays.
    """

    pressure: float
    duration: float
    fabricates: bool = False

    @property
    def corner(self) -> float:
        """Time at which the pressure is there [s]."""
        return 0.1 * self.duration if self.fabricates else self.duration

    def share(self, elapsed: float) -> float:
        """Part of the way to the pressure that is gone after some time [s]."""
        return min(elapsed / self.corner, 1.0)

    def __str__(self) -> str:
        """Text in the lab book."""
        if self.fabricates:
            return f"fabricate at {self.pressure:.12g} MPa for {_duration(self.duration)}"
        return f"press to {self.pressure:.12g} MPa in {_duration(self.duration)}"


@dataclass(frozen=True)
class Rest:
    """Open circuit under the fixture.

    Attributes:
        duration: [s].
    """

    duration: float

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"rest {_duration(self.duration)}"


@dataclass(frozen=True)
class SetStoichiometry:
    """Take every host linearly to one uniform stoichiometry, under the fixture and without electrochemistry.

    Attributes:
        stoichiometry: Value at the end [-].
        duration: [s].
    """

    stoichiometry: float
    duration: float

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"set x = {self.stoichiometry:.12g} in {_duration(self.duration)}"


@dataclass(frozen=True)
class Charge:
    """Take lithium out of the positive electrode at a constant current until the first limit is met.

    Attributes:
        rate: Size of the current.
        limits: At least one.
    """

    rate: Rate
    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"charge at {self.rate} until {' or '.join(map(str, self.limits))}"


@dataclass(frozen=True)
class Discharge:
    """Put lithium into the positive electrode at a constant current until the first limit is met.

    Attributes:
        rate: Size of the current.
        limits: At least one.
    """

    rate: Rate
    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"discharge at {self.rate} until {' or '.join(map(str, self.limits))}"


Step = Press | Rest | SetStoichiometry | Charge | Discharge


def ends_fabrication(steps: tuple[Step, ...], index: int) -> bool:
    """Whether a step is the last one that fabricates."""
    fabricating = [number for number, step in enumerate(steps) if isinstance(step, Press) and step.fabricates]
    return fabricating[-1:] == [index]


def currents(steps: tuple[Step, ...]) -> list[Charge | Discharge]:
    """Charges and discharges, each once."""
    return [step for step in dict.fromkeys(steps) if isinstance(step, Charge | Discharge)]


def _duration(seconds: float) -> str:
    """Text in the largest of h, min and s that gives a short number."""
    texts = [f"{convert(seconds, 's', unit):.12g} {unit}" for unit in ("h", "min", "s")]
    return min(texts, key=lambda text: len(text.split()[0]))
