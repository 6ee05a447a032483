"""What the protocol imposes on a problem at each instant, and when a step of it ends."""

import math
from collections.abc import Callable

from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import RigidFixture, SpringFixture
from fem_asslb.case.sections.protocol import in_first_charge
from fem_asslb.case.sections.steps import (
    Current,
    Heat,
    Press,
    Rest,
    SetStoichiometry,
    Step,
    temperature_at,
)
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields import platen
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem
from fem_asslb.simulation.circuit import Circuit
from fem_asslb.simulation.limits import Event, Start, events, time_to


class Loading:
    """The protocol as controls of a problem.

    Attributes:
        stage: Number of the protocol step, from 0; the number of steps at the end of the protocol.
        circuit: The current, and what it has carried.
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
        self.circuit = Circuit(problem, diagnostics, cell)
        self.open_share = open_share
        self.stage, self.elapsed, self.last_open = 0, 0.0, 0.0
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
        clock = {"stage": self.stage, "elapsed": self.elapsed, "last open": self.last_open}
        return clock | self.circuit.snapshot() | self.start._asdict()

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; the caller restores the controls."""
        self.stage, self.elapsed = int(snapshot["stage"]), snapshot["elapsed"]
        self.last_open, self.start = snapshot["last open"], Start(*(snapshot[name] for name in Start._fields))
        self.circuit.restore(snapshot)
        if not self.has_ended:
            self._connect()

    def begin_step(self) -> None:
        """Set the controls that stay the same during the protocol step."""
        controls = self._problem.controls
        controls.forced.value = float(isinstance(self.step, SetStoichiometry))
        controls.temperature.value = self._temperature(0.0)
        x = self.stoichiometry() if self._problem.model.hosts else 0.0
        self.start = Start(self.pressure(), x, self.open_share() if self._ends_open() else 0.0)
        self.last_open = self.start.open_share
        if isinstance(self.step, Press):
            controls.platen.follow(self.start.pressure)
        elif self.stage == 0 or isinstance(self.steps[self.stage - 1], Press):
            self._hold_platen()
        self._connect()
        self.circuit.begin(self.step)

    def watch(self) -> None:
        """Note where the limits stand at the start of a time step; the state is the last accepted one."""
        self.circuit.watch()
        self._events = events(self.step, self, self.circuit.battery) if isinstance(self.step, Current) else []

    def impose(self, length: float) -> None:
        """Set the controls to the end of a time step of ``length`` [s]."""
        controls, step = self._problem.controls, self.step
        controls.temperature.value = self._temperature(self.elapsed + length)
        self.circuit.impose(length)
        match step:
            case Press():
                share = step.share(self.elapsed + length)
                pressure = self.start.pressure + (step.pressure - self.start.pressure) * share
                controls.platen.pressure.value = controls.outer_pressure.value = pressure
            case SetStoichiometry():
                way = step.stoichiometry - self.start.stoichiometry
                controls.forced_x.value = self.start.stoichiometry + way * (self.elapsed + length) / step.duration

    def accept(self, length: float) -> bool:
        """Move on by a time step of ``length`` [s] that was solved; returns whether the protocol step ends there."""
        self.circuit.settle()
        happened = self.has_met_limit
        if self._ends_open():
            self.last_open = self.open_share()
        self.elapsed += length
        self.circuit.accept(length)
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
        return min(time_to(limit, self.step, self, self.circuit.battery) for limit in self.step.limits)

    def until_corner(self) -> float:
        """Time until the load changes its slope within the protocol step [s]; a time step ends there."""
        if not isinstance(self.step, Press):
            return math.inf
        left = self.step.corner - self.elapsed
        return left if left > 1e-9 * self.step.duration else math.inf

    @property
    def has_met_limit(self) -> bool:
        """Whether something that ends the protocol step has happened at the state just solved."""
        return any(event.has_happened for event in self._events)

    def overshoot(self) -> float:
        """Share of the time step just solved beyond a limit; 0 if none is reached, or just met."""
        return max((event.overshoot() for event in self._events), default=0.0)

    def pressure(self) -> float:
        """Stack pressure, or the pressure on the outer boundary [MPa], compression positive."""
        if self._problem.model.support.platen:
            return self._diagnostics.stack_pressure()
        return float(self._problem.controls.outer_pressure.value)

    def stoichiometry(self) -> float:
        """Mean of the hosts at the state just solved."""
        return self._diagnostics.lithium() / self.lithium_capacity()

    def lithium_capacity(self) -> float:
        """Lithium of full hosts [pmol]."""
        return self._diagnostics.lithium_capacity()

    def _temperature(self, elapsed: float) -> float:
        """Of the cell after some time of the protocol step [K]."""
        return temperature_at(self.steps, self.stage, elapsed, self._problem.model.temperature)

    def _ends_open(self) -> bool:
        """Whether an open share ends the protocol step."""
        return isinstance(self.step, Current) and any(limit.kind == "open" for limit in self.step.limits)

    def _connect(self) -> None:
        """Let the circuit impose what the protocol step says."""
        reacts = self._cell is not None and in_first_charge(self.steps, self.stage)
        self.circuit.connect(self.step, self.circuit.battery.cell.side_reaction_share if reacts else 0.0)

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
