"""What ends a charge, a discharge or a hold: at a time that is known beforehand, or when something happens."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.sections.amounts import RATES, Limit
from fem_asslb.case.sections.steps import Charge, Current, Hold
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.simulation.circuit import Circuit

VOLTAGE_TOLERANCE = 1e-4
"""A voltage limit counts as met within this distance [V]."""

TOLERANCE = 1e-3
"""A limit of a current or, under a kept voltage, a charge is met within this share of it; one of a pressure or, under a
kept voltage, of x within this share of its distance from where the protocol step has started."""

OPEN_TOLERANCE = 1e-3
"""A limit of the open share of an interface is met within this distance [-]."""

STOICHIOMETRY_TOLERANCE = 1e-9
"""A limit of the mean stoichiometry counts as met within this distance [-]: no step is as short as rounding."""


class Start(NamedTuple):
    """Where a protocol step starts: stack pressure [MPa], mean stoichiometry, largest open share of an interface."""

    pressure: float
    stoichiometry: float
    open_share: float


class Meters(Protocol):
    """What is read of a cell at the state just solved.

    Attributes:
        start: Where the protocol step has started.
        circuit: The current, and what it has carried.
        elapsed: Time since the start of the protocol step [s].
        open_share: Largest open share of an interface.
        last_open: The same at the end of the time step that was accepted last, before what is remembered moved on.
    """

    start: Start
    circuit: Circuit
    elapsed: float
    open_share: Callable[[], float]
    last_open: float

    def pressure(self) -> float:
        """Of the stack [MPa], compression positive."""

    def stoichiometry(self) -> float:
        """Mean of the hosts."""

    def lithium_capacity(self) -> float:
        """Lithium of full hosts [pmol]."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A number that reaches a value, watched over one time step.

    Attributes:
        measure: The number at the state just solved.
        value: What it reaches.
        direction: 1 where it comes from below, -1 from above.
        tolerance: Within which it counts as reached.
        before: The number at the start of the time step.
    """

    measure: Callable[[], float]
    value: float
    direction: float
    tolerance: float
    before: float

    @property
    def has_happened(self) -> bool:
        """Whether the value is reached at the state just solved."""
        return self._beyond() >= -self.tolerance

    @property
    def had_happened(self) -> bool:
        """Whether it was reached at the start of the time step."""
        return self.direction * (self.before - self.value) >= 0.0

    def overshoot(self) -> float:
        """Share of the time step beyond the event; 0 where it has not happened, or has just done so."""
        beyond = self._beyond()
        if beyond <= self.tolerance:
            return 0.0
        gained = abs(self.measure() - self.before)
        return min(0.9, max(beyond - 0.5 * self.tolerance, 0.0) / max(gained, beyond))

    def _beyond(self) -> float:
        return self.direction * (self.measure() - self.value)


def time_to(limit: Limit, step: Current, meters: Meters, cell: BatteryCell) -> float:
    """Time until a limit is met [s]; infinite where it is an event."""
    if limit.kind == "duration":
        return limit.value - meters.elapsed
    if isinstance(step, Hold):
        return math.inf
    match limit.kind:
        case "specific_capacity" | "areal_capacity" | "capacity":
            return (cell.charge(limit) - meters.circuit.passed()) / abs(meters.circuit.current)
        case "stoichiometry":
            rate = meters.circuit.reacting_current / (FARADAY * meters.lithium_capacity())
            to_go = math.copysign(1.0, rate) * (meters.stoichiometry() - limit.value)
            return to_go / abs(rate) if to_go > STOICHIOMETRY_TOLERANCE else 0.0
        case _:
            return math.inf


def events(step: Current, meters: Meters, cell: BatteryCell) -> list[Event]:
    """Limits of a step that are met when something happens, seen from the start of a time step."""
    found = (_event(limit, step, meters, cell) for limit in step.limits)
    return [event for event in found if event is not None]


def _event(limit: Limit, step: Current, meters: Meters, cell: BatteryCell) -> Event | None:
    value, tolerance, start = limit.value, TOLERANCE * limit.value, math.nan
    measure: Callable[[], float]
    direction = 1.0
    match limit.kind:
        case "voltage":
            measure, tolerance = meters.circuit.voltage, VOLTAGE_TOLERANCE
            direction = 1.0 if isinstance(step, Charge) else -1.0
        case "c_rate" | "specific_current" | "current_density" | "current":
            value = cell.current(limit)
            measure, direction, tolerance = lambda: abs(meters.circuit.current), -1.0, TOLERANCE * value
        case "pressure":
            measure, start = meters.pressure, meters.start.pressure
        case "open":
            measure, tolerance, start = meters.open_share, OPEN_TOLERANCE, meters.start.open_share
        case "stoichiometry" if isinstance(step, Hold):
            measure, start = meters.stoichiometry, meters.start.stoichiometry
        case "specific_capacity" | "areal_capacity" | "capacity" if isinstance(step, Hold):
            value = cell.charge(limit)
            measure, tolerance = meters.circuit.passed, TOLERANCE * value
        case _:
            return None
    if not math.isnan(start):
        direction = math.copysign(1.0, value - start)
    if limit.kind in ("pressure", "stoichiometry"):
        tolerance = TOLERANCE * abs(value - start)
    return Event(
        measure=measure, value=value, direction=direction, tolerance=tolerance, before=_before(limit, measure, meters)
    )


def _before(limit: Limit, measure: Callable[[], float], meters: Meters) -> float:
    """What is measured at the start of a time step."""
    if limit.kind in RATES and meters.elapsed == 0.0:
        # What a voltage draws is not known before it has been kept for a step.
        return math.inf
    return meters.last_open if limit.kind == "open" else measure()
