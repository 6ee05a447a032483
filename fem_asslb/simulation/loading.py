"""What the protocol imposes on a problem at each instant, and when a step of it ends."""

import math
from typing import NamedTuple

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import RigidFixture, SpringFixture
from fem_asslb.case.sections.protocol import in_first_charge
from fem_asslb.case.sections.steps import Charge, Discharge, Limit, Press, Rest, SetStoichiometry, Step
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields import electrode, platen
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem

VOLTAGE_TOLERANCE = 1e-4
"""A voltage limit counts as met within this distance [V]."""

STOICHIOMETRY_TOLERANCE = 1e-9
"""A limit of the mean stoichiometry counts as met within this distance [-]: no step is as short as rounding."""

LEAST_CONDUCTING = 1e-6
"""Share of the reacting surface below which nothing conducts a current."""


class Start(NamedTuple):
    """Where a protocol step starts: stack pressure [MPa] and mean stoichiometry [-]."""

    pressure: float
    stoichiometry: float


class Loading:
    """The protocol as controls of a problem.

    Attributes:
        stage: Number of the protocol step, from 0; the number of steps at the end of the protocol.
        charge: Charge passed since the start, positive on charge [pC; pC/um in 2D].
        current: Current now, positive on charge [pA; pA/um in 2D].

    Args:
        case: The case.
        problem: Its equations, whose controls are set.
        diagnostics: Scalars of the problem's state.
        cell: Electrochemistry around the positive electrode; None for a mechanical case.
    """

    def __init__(self, case: Case, problem: Problem, diagnostics: Diagnostics, cell: BatteryCell | None) -> None:
        self._case, self._problem, self._diagnostics, self._cell = case, problem, diagnostics, cell
        self.stage, self.charge, self.current = 0, 0.0, 0.0
        self._elapsed, self._charge_at_start, self._charge_at_end = 0.0, 0.0, 0.0
        self._start = Start(0.0, 0.0)

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
        return self._start.pressure

    @property
    def at_start_of_step(self) -> bool:
        """Whether no time of the protocol step has passed."""
        return self._elapsed == 0.0

    def snapshot(self) -> dict[str, float]:
        """Everything needed to continue, besides the controls."""
        clock = {"stage": self.stage, "elapsed": self._elapsed, "current": self.current, "charge": self.charge}
        return {**clock, "charge at start": self._charge_at_start, **self._start._asdict()}

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; the caller restores the controls."""
        self.stage, self._elapsed = int(snapshot["stage"]), snapshot["elapsed"]
        self.current, self.charge = snapshot["current"], snapshot["charge"]
        self._charge_at_start, self._charge_at_end = snapshot["charge at start"], self.charge
        self._start = Start(snapshot["pressure"], snapshot["stoichiometry"])

    def begin_step(self) -> None:
        """Set the controls that stay the same during the protocol step."""
        controls, area = self._problem.controls, self._diagnostics.reacting_area
        controls.forced.value = float(isinstance(self.step, SetStoichiometry))
        if self._problem.formulation.quantities.electrode is not None:
            controls.voltage.value = electrode.potential(self._problem.state)
        x = self._diagnostics.lithium() / self._diagnostics.lithium_capacity() if self._problem.model.hosts else 0.0
        self._start = Start(self.pressure(), x)
        self._charge_at_start = self.charge
        if isinstance(self.step, Press):
            controls.platen.follow(self._start.pressure)
        elif self.stage == 0 or isinstance(self.steps[self.stage - 1], Press):
            self._hold_platen()
        self.current = self._current()
        share = 1.0
        if self._cell is not None and in_first_charge(self.steps, self.stage):
            share -= self._cell.cell.side_reaction_share
        controls.current_density.value = share * self.current / area if area else 0.0

    def impose(self, length: float) -> None:
        """Set the controls to the end of a time step of ``length`` [s]."""
        controls, step = self._problem.controls, self.step
        self._charge_at_end = self.charge + self.current * length
        if self._cell is not None:
            controls.anode_lithium.value = self._cell.anode_lithium(self._charge_at_end)
        match step:
            case Press():
                share = step.share(self._elapsed + length)
                pressure = self._start.pressure + (step.pressure - self._start.pressure) * share
                controls.platen.pressure.value = controls.outer_pressure.value = pressure
            case SetStoichiometry():
                way = step.stoichiometry - self._start.stoichiometry
                controls.forced_x.value = self._start.stoichiometry + way * (self._elapsed + length) / step.duration

    def accept(self, length: float) -> bool:
        """Move on by a time step of ``length`` [s] that was solved; returns whether the protocol step ends there."""
        self._elapsed += length
        self.charge = self._charge_at_end
        ends = self.remaining() <= 1e-9 * length or self._beyond() >= -VOLTAGE_TOLERANCE
        if ends:
            self.stage, self._elapsed = self.stage + 1, 0.0
        return ends

    def remaining(self) -> float:
        """Time left in the protocol step as far as it is known beforehand [s]."""
        if isinstance(self.step, Press | Rest | SetStoichiometry):
            return self.step.duration - self._elapsed
        return min(self._time_to(limit) for limit in self.step.limits)

    def until_corner(self) -> float:
        """Time until the load changes its slope within the protocol step [s]; a time step ends there."""
        if not isinstance(self.step, Press):
            return math.inf
        left = self.step.corner - self._elapsed
        return left if left > 1e-9 * self.step.duration else math.inf

    def check(self) -> None:
        """Refuse a state in which nothing conducts the current.

        Raises:
            ConvergenceError: It is one.
        """
        if self.current != 0.0 and self._diagnostics.conducting_share() < LEAST_CONDUCTING:
            raise ConvergenceError("no contact of the active material is left to conduct the current")

    def overshoot(self) -> float:
        """Share of the time step just solved beyond the voltage limit; 0 if not reached or just met."""
        beyond = self._beyond()
        if beyond <= VOLTAGE_TOLERANCE:
            return 0.0
        before = self._battery.voltage(electrode.potential(self._problem.previous), self.charge, self.current)
        gained = abs(self.voltage() - before)
        return min(0.9, max(beyond - 0.5 * VOLTAGE_TOLERANCE, 0.0) / max(gained, beyond))

    def pressure(self) -> float:
        """Stack pressure, or the pressure on the outer boundary [MPa], compression positive."""
        if self._problem.model.support.platen:
            return self._diagnostics.stack_pressure()
        return float(self._problem.controls.outer_pressure.value)

    def voltage(self) -> float:
        """Cell voltage at the state just solved [V], of a case with electrochemistry."""
        return self._battery.voltage(electrode.potential(self._problem.state), self._charge_at_end, self.current)

    @property
    def _battery(self) -> BatteryCell:
        """The cell that every charge and discharge has."""
        assert self._cell is not None
        return self._cell

    def _current(self) -> float:
        match self.step:
            case Charge(rate):
                return self._battery.current(rate)
            case Discharge(rate):
                return -self._battery.current(rate)
            case _:
                return 0.0

    def _time_to(self, limit: Limit) -> float:
        passed = abs(self.charge - self._charge_at_start)
        match limit.kind:
            case "duration":
                return limit.value - self._elapsed
            case "specific_capacity":
                return (limit.value * self._battery.active_mass - passed) / abs(self.current)
            case "areal_capacity":
                return (limit.value * (self._battery.plate_area or 0.0) - passed) / abs(self.current)
            case "stoichiometry":
                capacity = self._diagnostics.lithium_capacity()
                density = float(self._problem.controls.current_density.value)
                rate = density * self._diagnostics.reacting_area / (FARADAY * capacity)
                to_go = math.copysign(1.0, rate) * (self._diagnostics.lithium() / capacity - limit.value)
                return to_go / abs(rate) if to_go > STOICHIOMETRY_TOLERANCE else 0.0
            case _:
                return float("inf")

    def _beyond(self) -> float:
        """Voltage past the limit in the direction of the step [V]; -inf without a limit."""
        if not isinstance(self.step, Charge | Discharge):
            return -float("inf")
        limits = [limit.value for limit in self.step.limits if limit.kind == "voltage"]
        direction = 1.0 if isinstance(self.step, Charge) else -1.0
        return max((direction * (self.voltage() - limit) for limit in limits), default=-float("inf"))

    def _hold_platen(self) -> None:
        """The fixture takes over where the last press left the platen."""
        if not self._problem.model.support.platen:
            return
        controls, pressure = self._problem.controls.platen, self._start.pressure
        controls.follow(pressure)
        controls.position.value = platen.position(self._problem.state)
        match self._case.fixture:
            case SpringFixture(stiffness=stiffness):
                controls.stiffness.value = stiffness
            case RigidFixture():
                platen.clamp(controls, pressure, self._problem.state, self._problem.previous)
