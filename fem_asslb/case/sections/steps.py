"""Steps of a protocol as dataclasses in internal units; `str` of a step gives its line in the lab book."""

from dataclasses import dataclass

from fem_asslb.case.sections.amounts import Limit, Rate, duration_text


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
            return f"fabricate at {self.pressure:.12g} MPa for {duration_text(self.duration)}"
        return f"press to {self.pressure:.12g} MPa in {duration_text(self.duration)}"


@dataclass(frozen=True)
class Rest:
    """Open circuit under the fixture.

    Attributes:
        duration: [s].
        period: Largest time step [s]; None for that of the case.
    """

    duration: float
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"rest {duration_text(self.duration)}{_period(self.period)}"


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
        return f"set x = {self.stoichiometry:.12g} in {duration_text(self.duration)}"


@dataclass(frozen=True)
class Charge:
    """Take lithium out of the positive electrode at a constant current until the first limit is met.

    Attributes:
        rate: Size of the current.
        limits: At least one.
        period: Largest time step [s]; None for that of the case.
    """

    rate: Rate
    limits: tuple[Limit, ...]
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"charge at {self.rate} until {_any(self.limits)}{_period(self.period)}"


@dataclass(frozen=True)
class Discharge:
    """Put lithium into the positive electrode at a constant current until the first limit is met.

    Attributes:
        rate: Size of the current.
        limits: At least one.
        period: Largest time step [s]; None for that of the case.
    """

    rate: Rate
    limits: tuple[Limit, ...]
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"discharge at {self.rate} until {_any(self.limits)}{_period(self.period)}"


@dataclass(frozen=True)
class Hold:
    """Keep the voltage of the cell until the first limit is met, whatever current that takes.

    Attributes:
        voltage: Of the cell [V].
        limits: At least one.
        period: Largest time step [s]; None for that of the case.
    """

    voltage: float
    limits: tuple[Limit, ...]
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"hold at {self.voltage:.12g} V until {_any(self.limits)}{_period(self.period)}"


Current = Charge | Discharge | Hold
Step = Press | Rest | SetStoichiometry | Current


def ends_fabrication(steps: tuple[Step, ...], index: int) -> bool:
    """Whether a step is the last one that fabricates."""
    fabricating = [number for number, step in enumerate(steps) if isinstance(step, Press) and step.fabricates]
    return fabricating[-1:] == [index]


def currents(steps: tuple[Step, ...]) -> list[Current]:
    """Charges, discharges and holds, each once."""
    return [step for step in dict.fromkeys(steps) if isinstance(step, Current)]


def _any(limits: tuple[Limit, ...]) -> str:
    return " or ".join(map(str, limits))


def _period(seconds: float | None) -> str:
    return "" if seconds is None else f" ({duration_text(seconds)} period)"
