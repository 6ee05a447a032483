"""Steps of a protocol as dataclasses in internal units; `str` of a step gives its line in the lab book."""

from dataclasses import dataclass, field

from fem_asslb.case.sections.amounts import Limit, Rate, duration_text, temperature_text


@dataclass(frozen=True, kw_only=True)
class _Tempered:
    """What every step but a ramp of the temperature may say.

    Attributes:
        temperature: Of the cell in this step alone [K]; None for the one before.
    """

    temperature: float | None = None

    @property
    def _own(self) -> str:
        return "" if self.temperature is None else f" ({temperature_text(self.temperature)})"


PRESSES = ("fabricate", "press", "unload")
"""Verbs with which the text of a press begins."""


@dataclass(frozen=True)
class Press(_Tempered):
    """Take the stack pressure linearly to a value, whatever the fixture.

    Attributes:
        pressure: Stack pressure at the end [MPa], compression positive.
        duration: [s].
        fabricates: Whether the cell is being made: surfaces adhere after the last such step only. The pressure is there
            after a tenth of the time, and stays.
        unloads: Whether it is said to end at less than before.
    """

    pressure: float
    duration: float
    fabricates: bool = False
    unloads: bool = field(default=False, compare=False)

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
            return f"fabricate at {self.pressure:.12g} MPa for {duration_text(self.duration)}{self._own}"
        verb = "unload" if self.unloads else "press"
        return f"{verb} to {self.pressure:.12g} MPa in {duration_text(self.duration)}{self._own}"


@dataclass(frozen=True)
class Rest(_Tempered):
    """Open circuit under the fixture.

    Attributes:
        duration: [s].
        period: Largest time step [s]; None for that of the case.
    """

    duration: float
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"rest {duration_text(self.duration)}{self._own}{_period(self.period)}"


@dataclass(frozen=True)
class SetStoichiometry(_Tempered):
    """Take every host linearly to one uniform stoichiometry, under the fixture and without electrochemistry.

    Attributes:
        stoichiometry: Value at the end [-].
        duration: [s].
    """

    stoichiometry: float
    duration: float

    def __str__(self) -> str:
        """Text in the lab book."""
        return f"set x = {self.stoichiometry:.12g} in {duration_text(self.duration)}{self._own}"


@dataclass(frozen=True)
class Charge(_Tempered):
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
        return f"charge at {self.rate} until {_any(self.limits)}{self._own}{_period(self.period)}"


@dataclass(frozen=True)
class Discharge(_Tempered):
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
        return f"discharge at {self.rate} until {_any(self.limits)}{self._own}{_period(self.period)}"


@dataclass(frozen=True)
class Hold(_Tempered):
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
        return f"hold at {self.voltage:.12g} V until {_any(self.limits)}{self._own}{_period(self.period)}"


@dataclass(frozen=True)
class Heat:
    """Take the temperature of the cell linearly to a value, where it stays, at open circuit under the fixture.

    Attributes:
        target: Temperature at the end [K].
        duration: [s].
        cools: Whether it falls.
        period: Largest time step [s]; None for that of the case.
    """

    target: float
    duration: float
    cools: bool = False
    period: float | None = None

    def __str__(self) -> str:
        """Text in the lab book."""
        verb = "cool" if self.cools else "heat"
        way = f"{verb} to {temperature_text(self.target)} in {duration_text(self.duration)}"
        return f"{way}{_period(self.period)}"


Current = Charge | Discharge | Hold
Step = Press | Rest | SetStoichiometry | Heat | Current


def ends_fabrication(steps: tuple[Step, ...], index: int) -> bool:
    """Whether a step is the last one that fabricates."""
    fabricating = [number for number, step in enumerate(steps) if isinstance(step, Press) and step.fabricates]
    return fabricating[-1:] == [index]


def temperature_before(steps: tuple[Step, ...], index: int, start: float) -> float:
    """Temperature to which the last ramp before step ``index`` has gone, ``start`` before the first [K]."""
    return next((step.target for step in reversed(steps[:index]) if isinstance(step, Heat)), start)


def temperature_at(steps: tuple[Step, ...], index: int, elapsed: float, start: float) -> float:
    """Temperature of the cell in a step of the protocol [K].

    Args:
        steps: The protocol.
        index: Of the step.
        elapsed: Time since its start [s].
        start: Temperature at the start of the protocol [K].
    """
    step, before = steps[index], temperature_before(steps, index, start)
    if isinstance(step, Heat):
        return before + (step.target - before) * min(elapsed / step.duration, 1.0)
    return before if step.temperature is None else step.temperature


def currents(steps: tuple[Step, ...]) -> list[Current]:
    """Charges, discharges and holds, each once."""
    return [step for step in dict.fromkeys(steps) if isinstance(step, Current)]


def _any(limits: tuple[Limit, ...]) -> str:
    return " or ".join(map(str, limits))


def _period(seconds: float | None) -> str:
    return "" if seconds is None else f" ({duration_text(seconds)} period)"
