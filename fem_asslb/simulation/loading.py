"""What the protocol imposes on a problem at each instant, and when a step of it ends."""

import math
from collections.abc import Callable

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import RigidFixture, SpringFixture
from fem_asslb.case.sections.protocol import in_first_charge
from fem_asslb.case.sections.steps import (
    Charge,
    Current,
    Discharge,
    Heat,
    Hold,
    Press,
    Rest,
    SetStoichiometry,
    Step,
    temperature_at,
)
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields import electrode, platen
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem
from fem_asslb.simulation.limits import Event, Start, events, time_to

KEPT = 5e-5
"""A voltage counts as kept within this distance [V], ..."""

ALIKE = 1e-3
"""... and the current that the anode has swollen by as that of the state within this share."""

LEAST_CONDUCTING = 1e-6
"""Share of the reacting surface below which nothing conducts a current."""


class Loading:
    """The protocol as controls of a problem.

    Attributes:
        stage: Number of the protocol step, from 0; the number of steps at the end of the protocol.
        charge: Charge passed since the start, positive on charge [pC; pC/um in 2D].
        throughput: The same with charges and discharges counted alike.
        current: Current of the state just solved, positive on charge [pA; pA/um in 2D].
        reacting_current: The part of it that takes lithium out of the hosts.
        start: Where the protocol step has started.
        last_open: Largest open share of an interface at the end of the time step that was accepted last.
        elapsed: Time since the start of the protocol step [s].
        open_share: Largest open share of an interface at the state just solved.

    Args:
        case: The case.
        problem: Its equations, whose controls are set.
        diagnostics: Scalars of the problem's state.
        cell: Electrochemistry around the positive electrode; None for a mechanical case.
        open_share: Largest open share of an interface at the state just solved.
    """

    def __init__(
        self,
        case: Case,
        problem: Problem,
        diagnostics: Diagnostics,
        cell: BatteryCell | None,
        open_share: Callable[[], float],
    ) -> None:
        self._case, self._problem, self._diagnostics, self._cell = case, problem, diagnostics, cell
        self.open_share = open_share
        self.stage, self.charge, self.throughput, self.current, self.reacting_current = 0, 0.0, 0.0, 0.0, 0.0
        self.elapsed, self._length, self._charge_at_start = 0.0, 0.0, 0.0
        self.last_open = 0.0
        self.start, self._events = Start(0.0, 0.0, 0.0), list[Event]()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Protocol steps, repeats expanded."""
        return self._case.protocol.steps

    @property
    def step(self) -> Step:
        """Protocol step now."""
        return self.steps[self.stage]

    @property
    def has_ended(self) -> bool:
        """Whether nothing of the protocol is left."""
        return self.stage == len(self.steps)

    @property
    def start_pressure(self) -> float:
        """Pressure at the start of the protocol step [MPa]."""
        return self.start.pressure

    @property
    def at_start_of_step(self) -> bool:
        """Whether no time of the protocol step has passed."""
        return self.elapsed == 0.0

    def snapshot(self) -> dict[str, float]:
        """Everything needed to continue, besides the controls."""
        clock = {"stage": self.stage, "elapsed": self.elapsed, "current": self.current, "charge": self.charge}
        return {
            **clock,
            "charge at start": self._charge_at_start,
            "last open": self.last_open,
            "throughput": self.throughput,
            **self.start._asdict(),
        }

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; the caller restores the controls."""
        self.stage, self.elapsed = int(snapshot["stage"]), snapshot["elapsed"]
        self.current, self.charge = snapshot["current"], snapshot["charge"]
        self._charge_at_start, self._length = snapshot["charge at start"], 0.0
        self.last_open, self.throughput = snapshot["last open"], snapshot["throughput"]
        self.start = Start(*(snapshot[name] for name in Start._fields))

    def begin_step(self) -> None:
        """Set the controls that stay the same during the protocol step."""
        controls, area = self._problem.controls, self._diagnostics.reacting_area
        controls.forced.value = float(isinstance(self.step, SetStoichiometry))
        controls.temperature.value = self._temperature(0.0)
        if self._problem.formulation.quantities.electrode is not None:
            controls.voltage.value = electrode.potential(self._problem.state)
        x = self.stoichiometry() if self._problem.model.hosts else 0.0
        self.start = Start(self.pressure(), x, self.open_share() if self._ends_open() else 0.0)
        self._charge_at_start, self.last_open = self.charge, self.start.open_share
        if isinstance(self.step, Press):
            controls.platen.follow(self.start.pressure)
        elif self.stage == 0 or isinstance(self.steps[self.stage - 1], Press):
            self._hold_platen()
        if not isinstance(self.step, Hold):
            self.current, controls.conductance.value = self._given_current(), 0.0
            controls.current_density.value = self._reacting_share() * self.current / area if area else 0.0

    def watch(self) -> None:
        """Note where the limits stand at the start of a time step; the state is the last accepted one."""
        self._length = 0.0
        if isinstance(self.step, Current):
            self._events = events(self.step, self, self._battery)
        else:
            self._events = []

    def impose(self, length: float) -> None:
        """Set the controls to the end of a time step of ``length`` [s]."""
        controls, step = self._problem.controls, self.step
        self._length, controls.temperature.value = length, self._temperature(self.elapsed + length)
        if self._cell is not None:
            controls.anode_lithium.value = self._cell.anode_lithium(self.charge + self.current * length)
        match step:
            case Hold():
                source, conductance = self._kept(step)
                controls.voltage.value, controls.current_density.value = source, 0.0
                area = self._diagnostics.reacting_area
                controls.conductance.value = self._reacting_share() * conductance / area
            case Press():
                share = step.share(self.elapsed + length)
                pressure = self.start.pressure + (step.pressure - self.start.pressure) * share
                controls.platen.pressure.value = controls.outer_pressure.value = pressure
            case SetStoichiometry():
                way = step.stoichiometry - self.start.stoichiometry
                controls.forced_x.value = self.start.stoichiometry + way * (self.elapsed + length) / step.duration

    def correct(self) -> bool:
        """Let the current of a kept voltage, and what the anode swells by it, be those of the state just solved.

        Returns:
            Whether they were others, so that the state is none yet.
        """
        if not isinstance(self.step, Hold):
            return False
        imposed = self.current
        self._settle()
        source, conductance = self._kept(self.step)
        off = source - self._above_negative() - self.current / conductance
        if abs(off) <= KEPT and abs(self.current - imposed) <= ALIKE * abs(imposed):
            return False
        self.impose(self._length)
        return True

    def accept(self, length: float) -> bool:
        """Move on by a time step of ``length`` [s] that was solved; returns whether the protocol step ends there."""
        self._settle()
        happened = any(event.has_happened for event in self._events)
        if self._ends_open():
            self.last_open = self.open_share()
        self.elapsed += length
        self.charge, self._length = self.charge + self.current * length, 0.0
        self.throughput += abs(self.current) * length
        ends = happened or self.remaining() <= 1e-9 * length
        if ends:
            self.stage, self.elapsed = self.stage + 1, 0.0
        return ends

    def remaining(self) -> float:
        """Time left in the protocol step as far as it is known beforehand [s]."""
        if isinstance(self.step, Press | Rest | SetStoichiometry | Heat):
            return self.step.duration - self.elapsed
        if any(event.had_happened for event in self._events):
            return 0.0
        return min(time_to(limit, self.step, self, self._battery) for limit in self.step.limits)

    def until_corner(self) -> float:
        """Time until the load changes its slope within the protocol step [s]; a time step ends there."""
        if not isinstance(self.step, Press):
            return math.inf
        left = self.step.corner - self.elapsed
        return left if left > 1e-9 * self.step.duration else math.inf

    @property
    def period(self) -> float:
        """Largest time step that the protocol step says [s]; infinite where it says none."""
        return getattr(self.step, "period", None) or math.inf

    def check(self) -> None:
        """Take the current of the state just solved, and refuse one in which nothing conducts it.

        Raises:
            ConvergenceError: It is one.
        """
        self._settle()
        if self.current != 0.0 and self._diagnostics.conducting_share() < LEAST_CONDUCTING:
            raise ConvergenceError("no contact of the active material is left to conduct the current")

    def overshoot(self) -> float:
        """Share of the time step just solved beyond a limit; 0 if none is reached, or just met."""
        return max((event.overshoot() for event in self._events), default=0.0)

    def pressure(self) -> float:
        """Stack pressure, or the pressure on the outer boundary [MPa], compression positive."""
        if self._problem.model.support.platen:
            return self._diagnostics.stack_pressure()
        return float(self._problem.controls.outer_pressure.value)

    def voltage(self) -> float:
        """Cell voltage at the state just solved [V], of a case with electrochemistry."""
        cathode = electrode.potential(self._problem.state)
        return self._battery.voltage(cathode, self.anode_potential(), self.current, self._now)

    def anode_potential(self) -> float:
        """Of the anode at the state just solved [V vs Li], of a case with electrochemistry."""
        if self._problem.model.negative is not None:
            return electrode.negative_potential(self._problem.state)
        return self._battery.anode_potential(self.charge + self.current * self._length)

    def passed(self) -> float:
        """Size of the charge that has passed in the protocol step, with the time step just solved [pC]."""
        return abs(self.charge + self.current * self._length - self._charge_at_start)

    def stoichiometry(self) -> float:
        """Mean of the hosts at the state just solved."""
        return self._diagnostics.lithium() / self.lithium_capacity()

    def lithium_capacity(self) -> float:
        """Lithium of full hosts [pmol]."""
        return self._diagnostics.lithium_capacity()

    @property
    def _battery(self) -> BatteryCell:
        """The cell that every charge and discharge has."""
        assert self._cell is not None
        return self._cell

    @property
    def _now(self) -> float:
        """Temperature at the state just solved [K]."""
        return float(self._problem.controls.temperature.value)

    def _kept(self, step: Hold) -> tuple[float, float]:
        """What draws the current that keeps a voltage; see `BatteryCell.kept`."""
        return self._battery.kept(step.voltage, self.charge, self.current, self._length, self._now)

    def _temperature(self, elapsed: float) -> float:
        """Of the cell after some time of the protocol step [K]."""
        return temperature_at(self.steps, self.stage, elapsed, self._problem.model.temperature)

    def _given_current(self) -> float:
        match self.step:
            case Charge(rate):
                return self._battery.current(rate)
            case Discharge(rate):
                return -self._battery.current(rate)
            case _:
                return 0.0

    def _ends_open(self) -> bool:
        """Whether an open share ends the protocol step."""
        return isinstance(self.step, Current) and any(limit.kind == "open" for limit in self.step.limits)

    def _settle(self) -> None:
        """Take the current of the state just solved: the given one, or that of a kept voltage."""
        controls, share = self._problem.controls, self._reacting_share()
        if isinstance(self.step, Hold) and self._length > 0.0:
            below = float(controls.voltage.value) - self._above_negative()
            reacting = float(controls.conductance.value) * below * self._diagnostics.reacting_area
            self.current = reacting / share
        self.reacting_current = share * self.current

    def _above_negative(self) -> float:
        """Potential of the electrode over that of a negative electrode of hosts, or over lithium [V]."""
        state, has_hosts = self._problem.state, self._problem.model.negative is not None
        return electrode.potential(state) - (electrode.negative_potential(state) if has_hosts else 0.0)

    def _reacting_share(self) -> float:
        """Share of the current that takes lithium out of the hosts."""
        if self._cell is None or not in_first_charge(self.steps, self.stage):
            return 1.0
        return 1.0 - self._cell.cell.side_reaction_share

    def _hold_platen(self) -> None:
        """The fixture takes over where the last press left the platen."""
        if not self._problem.model.support.platen:
            return
        controls, pressure = self._problem.controls.platen, self.start.pressure
        controls.follow(pressure)
        controls.position.value = platen.position(self._problem.state)
        match self._case.fixture:
            case SpringFixture(stiffness=stiffness):
                controls.stiffness.value = stiffness
            case RigidFixture():
                platen.clamp(controls, pressure, self._problem.state, self._problem.previous)
